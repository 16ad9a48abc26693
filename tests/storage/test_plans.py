"""How the databases find what lists ask for: never by looking at every comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text

from service.settings import Policy
from service.storage.database import db
from tests.api.moderated import signal
from tests.api.newsroom import ORIGIN, Newsroom, open_newsroom
from tests.backing.app import application

APPROVED = 20_000
PENDING = 5_000
PAGE = f"{ORIGIN}/long"
QUEUE = "/v1/moderation/comments?site={site}"
READS = {
    "newest": "/v1/comments?site={site}&page={page}",
    "oldest": "/v1/comments?site={site}&page={page}&sort=oldest",
    "top": "/v1/comments?site={site}&page={page}&sort=top",
    "counts": "/v1/counts?site={site}&" + "&".join(f"page={ORIGIN}/{n}" for n in range(100)),
    "feed": "/feed.atom?site={site}&page={page}",
    "one comment": "/v1/comments/{comment}",
    "queue": QUEUE,
    "queue, newest": QUEUE + "&order=newest",
    "queue, riskiest": QUEUE + "&order=risk",
    "queue of a page": QUEUE + "&page={page}&status=approved",
    "queue of an author": QUEUE + "&author={author}&status=approved",
    "queue of a language": QUEUE + "&language=tr",
    "search for what is rare": QUEUE + "&q=zyzzyva",
    "search for what is common": QUEUE + "&q=the&order=newest",
    "search by risk": QUEUE + "&q=zyzzyva&order=risk",
    "live queue": "/v1/moderation/live?site={site}",
    "queue of a signal": QUEUE + "&signal=links",
    "a comment and its history": "/v1/moderation/comments/{comment}",
    "the log": "/v1/moderation/events?site={site}",
    "the log of a comment": "/v1/moderation/events?site={site}&comment={comment}",
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A site with a long thread and a long queue, and statistics about it in the database."""
    url = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.dsn(server.create_database())
    folder = tmp_path_factory.mktemp("plans")
    with application(folder, url or f"sqlite:///{folder / 'plans.db'}") as app, app.app_context():
        newsroom = open_newsroom(app, policy=Policy.HOLD_ALL)
        seed(app, newsroom, APPROVED, "approved", PAGE)
        seed(app, newsroom, PENDING, "pending", f"{ORIGIN}/other")
        seed(app, newsroom, APPROVED, "approved", f"{ORIGIN}/many", pages=200)
        if url is not None:  # as its own daemon would; SQLite goes without statistics, here as everywhere
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        yield newsroom


def seed(app: Flask, newsroom: Newsroom, comments: int, status: str, page: str, pages: int = 1) -> None:
    wanted = ["--site", newsroom.site, "--page", page, "--comments", str(comments), "--status", status]
    wanted += ["--pages", str(pages)]
    outcome = app.test_cli_runner().invoke(args=["seed", *wanted])
    assert outcome.exit_code == 0, outcome.output


def statements_of(newsroom: Newsroom, path: str) -> list[tuple[str, Any]]:
    """The SELECTs behind an answer, with their parameters."""
    asked: list[tuple[str, Any]] = []

    def keep(_connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH", "(SELECT")):
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        answer = newsroom.client.get(path, headers={"Authorization": f"Bearer {newsroom.admin}"})
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return asked


def plan_of(statement: str, parameters: Any) -> str:
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            ("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters
        )
        return "\n".join(str(row[-1]) for row in rows)


def looks_at_all(plan: str) -> bool:
    """Whether the plan walks through the whole table of comments, or through a whole index of it."""
    return bool(
        re.search(r"Seq Scan on comments", plan)
        or re.search(r"^SCAN comments\b", plan, re.MULTILINE)
        or re.search(r"Index (Only )?Scan( Backward)? using \w+ on comments(?!.*\n\s+Index Cond)", plan)
    )


@pytest.mark.parametrize("read", sorted(READS))
def test_no_list_looks_at_every_comment(seeded: Newsroom, read: str) -> None:
    thread = seeded.read(PAGE, limit=1)["comments"][0]["id"]
    author = seeded.moderation(f"comments/{thread}").get_json()["author"]["id"]
    path = READS[read].format(site=seeded.site, page=PAGE, comment=thread, author=author)
    asked = statements_of(seeded, path)
    assert asked
    for statement, parameters in asked:
        plan = plan_of(statement, parameters)
        assert not looks_at_all(plan), f"{statement}\n\n{plan}"


def test_what_is_rare_is_asked_of_the_index(seeded: Newsroom) -> None:
    asked = statements_of(seeded, QUEUE.format(site=seeded.site) + "&q=zyzzyva")
    plans = [plan_of(*one) for one in asked if "FROM search_index_" in one[0]]
    assert plans
    for plan in plans:
        assert re.search(r"ix_search_index_grams|^SCAN search_index_texts VIRTUAL TABLE INDEX \d+:M", plan), (
            plan
        )


@pytest.mark.parametrize(("order", "position"), [("oldest", 91), ("newest", 92)])
def test_for_a_rare_signal_no_queue_is_walked(seeded: Newsroom, order: str, position: int) -> None:
    waiting = [one["id"] for one in seeded.moderation("comments", limit=3).get_json()["comments"]]
    check = f"rare_{order}"
    for comment in waiting:
        signal(seeded, comment, check, position=position)
    path = QUEUE.format(site=seeded.site) + f"&signal={check}&order={order}"
    plans = [plan_of(*one) for one in statements_of(seeded, path) if " comments" in one[0]]
    assert len(plans) == 4  # which they are, for the list and for its total
    by_id = r"SEARCH comments USING .*\bid=\?|Cond: .*\bid\)?(::text)? = (\(signals|ANY)"
    for plan in plans:
        assert re.search(by_id, plan), plan
        assert not re.search(r"SEARCH comments USING .*\(site=\?( AND status=\?)?\)$", plan, re.MULTILINE), (
            plan
        )
    shown = seeded.client.get(path, headers={"Authorization": f"Bearer {seeded.admin}"}).get_json()
    assert ({one["id"] for one in shown["comments"]}, shown["total"]) == (set(waiting), 3)


def test_a_scan_would_be_found(seeded: Newsroom) -> None:
    """The control: a filter without an index."""
    assert looks_at_all(plan_of("SELECT id FROM comments WHERE website = 'x'", ()))


def test_the_number_of_waiting_comments_is_known_without_counting_them(seeded: Newsroom) -> None:
    asked = statements_of(seeded, QUEUE.format(site=seeded.site))
    counting = [statement for statement, _ in asked if "count(" in statement or "sum(" in statement]
    assert len(counting) == 1
    assert "FROM tallies" in counting[0]
    assert seeded.moderation("comments", token=seeded.admin).get_json()["total"] == PENDING
