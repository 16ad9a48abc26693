"""Readers answered from a real streaming replica: old at times, never mixed, never back, and never in the way."""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from service.settings import Policy, Settings, SettingsError
from service.storage import pages
from service.storage.database import Session, read, read_for_readers, replica
from service.storage.replica import ANSWER_SECONDS
from service.threads.seen import NewestSeen
from tests.api.newsroom import PAGE, Newsroom, bearer, open_newsroom
from tests.backing.app import application
from tests.backing.postgres import PostgresServer
from tests.backing.waiting import wait_until

pytestmark = pytest.mark.postgres


class Standby:
    """The replica of a test, whose replay can be held up."""

    def __init__(self, primary: PostgresServer, database: str) -> None:
        self.server = PostgresServer(primary)
        self.server.start()
        self._primary_url, self.url = primary.dsn(database), self.server.dsn(database)

    def pause(self) -> None:
        """What is written from now on stays unseen on the replica."""
        self.caught_up()
        self._ask(self.url, "SELECT pg_wal_replay_pause()")
        wait_until(
            lambda: self._ask(self.url, "SELECT pg_get_wal_replay_pause_state()") == "paused", "paused"
        )

    def resume(self) -> None:
        self._ask(self.url, "SELECT pg_wal_replay_resume()")

    def caught_up(self) -> None:
        """Returns when everything written so far is seen on the replica."""
        written = self._ask(self._primary_url, "SELECT pg_current_wal_lsn()::text")
        asked = f"SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"
        wait_until(lambda: bool(self._ask(self.url, asked)), "the replica caught up")

    @staticmethod
    def _ask(url: str, statement: str) -> Any:
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None


@pytest.fixture(scope="module")
def database(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a migrated database on the primary."""
    name = postgres_server.create_database()
    with application(tmp_path_factory.mktemp("migrated"), postgres_server.dsn(name)):
        yield name


@pytest.fixture(scope="module")
def standby(postgres_server: PostgresServer, database: str) -> Iterator[Standby]:
    made = Standby(postgres_server, database)
    yield made
    made.server.remove()


@pytest.fixture(autouse=True)
def _replay_goes_on(standby: Standby) -> Iterator[None]:
    """Whatever a test held up, and however it ended."""
    yield
    standby.resume()


@pytest.fixture
def make_app(
    postgres_server: PostgresServer, database: str, standby: Standby, tmp_path: Path
) -> Iterator[Callable[[str], Flask]]:
    """Applications (`make_app("one")`) as they would be in several processes, all with the replica."""
    running = []

    def make(name: str) -> Flask:
        # every answer is checked against the database, as if its time had come
        settings = Settings(limits_on=False, cache_check_milliseconds=0, database_replica_url=standby.url)
        running.append(application(tmp_path / name, postgres_server.dsn(database), settings, migrated=False))
        (tmp_path / name).mkdir()
        app = running[-1].__enter__()
        app.config["TESTING"] = False
        return app

    yield make
    for one in running:
        one.__exit__(None, None, None)


@pytest.fixture
def app(make_app: Callable[[str], Flask]) -> Flask:
    return make_app("one")


@pytest.fixture
def newsroom(app: Flask, standby: Standby) -> Newsroom:
    """A site with one approved comment that has reached the replica."""
    with app.app_context():
        made = open_newsroom(app, policy=Policy.HOLD_ALL)
    made.approved()
    standby.caught_up()
    return made


def elsewhere(newsroom: Newsroom, make_app: Callable[[str], Flask]) -> Newsroom:
    """The same site served by another process."""
    return replace(newsroom, app=make_app("two"))


def shown(newsroom: Newsroom, **headers: str) -> list[str]:
    """The comments that a reader sees, and as many as the page says there are."""
    answer = newsroom.thread(headers=headers)
    assert answer.status_code == 200
    thread = json.loads(answer.get_data())
    assert thread["page"]["count"] == len(thread["comments"])
    return [comment["id"] for comment in thread["comments"]]


def counted(newsroom: Newsroom) -> int:
    answer = newsroom.client.get("/v1/counts", query_string={"site": newsroom.site, "page": PAGE})
    return int(answer.get_json()["counts"][PAGE])


def fed(newsroom: Newsroom) -> int:
    answer = newsroom.client.get("/feed.atom", query_string={"site": newsroom.site, "page": PAGE})
    return answer.get_data(as_text=True).count("<entry>")


def on_replica(session: Session) -> bool:
    return bool(session.scalar(text("SELECT pg_is_in_recovery()")))


def test_a_reader_sees_what_the_replica_has_and_the_moderator_what_was_decided(
    newsroom: Newsroom, make_app: Callable[[str], Flask], standby: Standby
) -> None:
    other = elsewhere(newsroom, make_app)
    before = shown(other)
    standby.pause()
    new = newsroom.approved()
    assert shown(other) == before
    assert (counted(other), fed(other)) == (1, 1)
    queue = other.client.get(
        "/v1/moderation/comments",
        query_string={"site": newsroom.site, "status": "approved"},
        headers=bearer(newsroom.moderator),
    )
    assert new in [comment["id"] for comment in queue.get_json()["comments"]]
    standby.resume()
    standby.caught_up()
    assert shown(other) == [new, *before]
    assert (counted(other), fed(other)) == (2, 2)


def test_the_process_that_decided_shows_it_at_once(newsroom: Newsroom, standby: Standby) -> None:
    before = shown(newsroom)
    standby.pause()
    new = newsroom.approved()
    assert shown(newsroom) == [new, *before]
    assert shown(newsroom) == [new, *before]


def test_who_asks_for_now_sees_it_and_takes_nobody_back_after(
    newsroom: Newsroom, make_app: Callable[[str], Flask], standby: Standby
) -> None:
    other = elsewhere(newsroom, make_app)
    before = shown(other)
    standby.pause()
    new = newsroom.approved()
    assert shown(other) == before
    assert shown(other, **{"Cache-Control": "no-cache"}) == [new, *before]
    # what this process has shown, it goes on showing: here, in answers never made yet, and in the feed
    assert shown(other) == [new, *before]
    unmade = other.thread(limit=17).get_json()
    assert [comment["id"] for comment in unmade["comments"]] == [new, *before]
    assert (counted(other), fed(other)) == (2, 2)


def test_the_link_to_a_comment_that_the_replica_does_not_have_works(
    newsroom: Newsroom, make_app: Callable[[str], Flask], standby: Standby
) -> None:
    other = elsewhere(newsroom, make_app)
    standby.pause()
    new = newsroom.approved()
    assert other.client.get(f"/v1/comments/{new}").status_code == 200


def test_an_answer_is_made_of_one_snapshot_whatever_is_replayed_meanwhile(
    newsroom: Newsroom, make_app: Callable[[str], Flask], standby: Standby
) -> None:
    def look(session: Session) -> tuple[int, int, bool]:
        first = pages.versions(session, newsroom.site, [PAGE])[PAGE]
        newsroom.approved()
        standby.caught_up()
        return first, pages.versions(session, newsroom.site, [PAGE])[PAGE], on_replica(session)

    with make_app("two").app_context():
        assert read_for_readers(look) == (1, 1, True)


@pytest.mark.parametrize("harm", ["kill", "freeze"])
def test_a_lost_replica_costs_readers_nothing_and_is_used_again_when_it_is_back(
    newsroom: Newsroom, app: Flask, standby: Standby, harm: str
) -> None:
    before = shown(newsroom)
    getattr(standby.server, harm)()
    seconds = []
    for number in range(30):
        began = time.perf_counter()
        assert newsroom.thread(limit=number + 1).status_code == 200
        seconds.append(time.perf_counter() - began)
    assert (
        statistics.median(seconds) < ANSWER_SECONDS / 2
    )  # only the first, which met the loss, waited for it
    assert max(seconds) < 8  # the kernel alone would give up after minutes
    new = newsroom.approved()
    assert shown(newsroom) == [new, *before]
    with app.app_context():
        other = replica()
        assert other is not None
        assert not other.asked
        standby.server.start() if harm == "kill" else standby.server.thaw()
        wait_until(lambda: other.asked, "the replica is asked again")
        standby.caught_up()
        assert read_for_readers(on_replica)
    assert shown(newsroom) == [new, *before]


def test_what_writes_never_meets_the_replica(app: Flask, newsroom: Newsroom) -> None:
    with app.app_context():
        assert not read(on_replica)
        assert read_for_readers(on_replica)


def test_a_replica_without_the_table_is_left_alone(
    postgres_server: PostgresServer, database: str, standby: Standby, tmp_path: Path
) -> None:
    settings = Settings(limits_on=False, database_replica_url=standby.server.dsn("postgres"))
    with application(tmp_path, postgres_server.dsn(database), settings, migrated=False) as app:
        with app.app_context():
            made = open_newsroom(app, policy=Policy.PUBLISH_ALL)
        new = made.pending()
        assert shown(made) == [new]


@pytest.mark.parametrize(
    ("primary", "other"),
    [("postgresql://h/d", "mysql://h/d"), ("sqlite:////x.db", "postgresql://h/d"), ("", "postgresql://h/d")],
)
def test_a_replica_that_cannot_be_stops_the_start(primary: str, other: str) -> None:
    with pytest.raises(SettingsError, match=r"BELOWLINE_DATABASE_REPLICA_URL (must|needs)"):
        Settings.from_environ({"DATABASE_URL": primary, "BELOWLINE_DATABASE_REPLICA_URL": other})


def test_what_was_seen_is_bounded_and_never_goes_back() -> None:
    seen = NewestSeen(pages_max=2)
    assert seen.newest("paper", {"a": 3}) == {"a": 3}
    assert seen.newest("paper", {"a": 2, "b": 1}) == {"a": 3, "b": 1}
    assert seen.newest("other", {"a": 1}) == {"a": 1}
    assert seen.newest("paper", {"a": 1}) == {"a": 1}  # forgotten: two others were asked for since
