"""The breaker of a site: trips by itself, tells the desk, holds or asks, ends by itself, and by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from altcha import v2
from flask import Flask
from sqlalchemy import select

from service import clock
from service.comments import pressure
from service.domain.breaker import CEILING_MIN, HOLDS, QUIET, WINDOW
from service.moderation import breaker
from service.privacy import challenges
from service.ratelimit.policies import Action
from service.remembered import Remembered
from service.settings import Policy
from service.storage.database import reading, transaction
from service.storage.models import Rollup, SiteBreaker
from tests.api.moderated import fill, write
from tests.api.moderated import post as moderate
from tests.api.newsroom import Newsroom, bearer, open_newsroom
from tests.api.test_webhooks import of_kind, work
from tests.backing.receiver import Receiver, receiving


@pytest.fixture(autouse=True)
def always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressure, "_known", Remembered(0.0))
    monkeypatch.setattr(challenges, "ITERATIONS", 10)


@pytest.fixture
def room(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A site that publishes, with its breaker on and no rate limits in the way."""
    app = make_app(limits_on=True, outbound_allow=(ip_address("127.0.0.1"),))
    monkeypatch.setitem(app.extensions["belowline"].limiter._limits, Action.SUBMIT, [])
    return open_newsroom(app, policy=Policy.PUBLISH_ALL)


def suspicious(room: Newsroom, number: int) -> None:
    """So many comments that the filter finds suspicious have just come in."""
    for comment in fill(room, number):
        write(room, comment, score=0.5)


def status(room: Newsroom, **fields: Any) -> str:
    answer = room.submit(**fields)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["comment"]["status"])


def state(room: Newsroom) -> dict[str, Any]:
    answer = room.moderation("breaker", site=room.site)
    assert answer.status_code == 200
    (found,) = answer.get_json()["breakers"]
    assert isinstance(found, dict)
    return found


def kinds(room: Newsroom) -> list[str]:
    events = room.moderation("events", site=room.site).get_json()["events"]
    return [event["kind"] for event in events if event["kind"].startswith("breaker")]


@pytest.mark.parametrize(("number", "expected"), [(CEILING_MIN, "approved"), (CEILING_MIN + 1, "pending")])
def test_more_than_the_usual_trips_it(room: Newsroom, number: int, expected: str) -> None:
    suspicious(room, number)
    assert status(room) == expected
    found = state(room)
    assert found["tripped"] is (expected == "pending")
    if found["tripped"]:
        assert (found["suspicious"], found["ceiling"], found["by"]) == (number, CEILING_MIN, "breaker")
        assert kinds(room) == ["breaker_tripped"]
        assert room.moderation("comments", signal="breaker").get_json()["total"] == 1


def test_what_is_not_suspicious_or_long_ago_does_not(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(room, CEILING_MIN * 2)
    assert status(room) == "approved"
    suspicious(room, CEILING_MIN * 2)
    later = clock.now() + WINDOW + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert status(room) == "approved"


def test_who_proves_work_goes_the_usual_way(room: Newsroom) -> None:
    suspicious(room, CEILING_MIN + 1)
    comment = room.comment(challenge="ask")
    asked = room.client.post("/v1/comments", json=comment)
    assert asked.get_json()["type"] == "/problems/challenge-required"
    given = v2.Challenge.from_dict(asked.get_json()["challenge"])
    solution = v2.solve_challenge(given)
    assert solution
    answer = room.client.post(
        "/v1/comments", json=comment | {"challenge": v2.Payload(given, solution).to_base64()}
    )
    assert answer.get_json()["comment"]["status"] == "approved"


def test_an_edit_waits_too(room: Newsroom) -> None:
    sent = room.submit().get_json()
    suspicious(room, CEILING_MIN + 1)
    author = {"Authorization": f"Author {sent['author_token']}"}
    path = f"/v1/comments/{sent['comment']['id']}"
    edited = room.client.patch(path, json={"body": "Something else."}, headers=author)
    assert edited.get_json()["comment"]["status"] == "pending"


def test_it_ends_by_itself_and_the_log_says_so_once(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    suspicious(room, CEILING_MIN + 1)
    assert status(room) == "pending"
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + HOLDS - timedelta(seconds=2))
    assert (status(room), state(room)["tripped"]) == ("pending", True)
    monkeypatch.setattr(clock, "now", lambda: now + HOLDS + timedelta(seconds=1))
    assert (status(room), state(room)["tripped"]) == ("approved", False)
    for _ in range(2):
        with room.app.app_context():
            breaker.end(room.app.extensions["belowline"], {})
    assert kinds(room) == ["breaker_ended", "breaker_tripped"]


def test_it_stays_while_too_many_come_and_that_is_no_news(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspicious(room, CEILING_MIN + 1)
    status(room)
    first = state(room)["until"]
    later = clock.now() + HOLDS * 0.6
    with monkeypatch.context() as moved:
        moved.setattr("service.comments.pressure.WINDOW", HOLDS)
        moved.setattr(clock, "now", lambda: later)
        assert status(room) == "pending"
        assert state(room)["until"] > first
    assert kinds(room) == ["breaker_tripped"]


def test_a_moderator_resets_it_and_it_is_quiet_for_a_while(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspicious(room, CEILING_MIN + 1)
    assert status(room) == "pending"
    answer = moderate(room, "breaker", {"site": room.site, "tripped": False})
    assert answer.status_code == 200
    assert (answer.get_json()["tripped"], answer.get_json()["quiet_until"] is None) == (False, False)
    assert status(room) == "approved"
    assert kinds(room) == ["breaker_reset", "breaker_tripped"]
    later = clock.now() + QUIET + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    monkeypatch.setattr("service.comments.pressure.WINDOW", QUIET * 2)
    assert status(room) == "pending"


def test_a_moderator_trips_it(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status(room) == "approved"
    body = {"site": room.site, "tripped": True, "minutes": 60}
    assert moderate(room, "breaker", body).get_json()["by"].startswith("token:")
    later = clock.now() + timedelta(minutes=59)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert status(room) == "pending"


def test_other_sites_are_left_alone(room: Newsroom) -> None:
    other = open_newsroom(room.app, policy=Policy.PUBLISH_ALL)
    suspicious(room, CEILING_MIN + 1)
    assert (status(room), status(other)) == ("pending", "approved")
    assert moderate(other, "breaker", {"site": room.site, "tripped": False}).status_code == 404
    assert other.moderation("breaker", site=room.site).status_code == 404


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def test_the_desk_is_told(room: Newsroom, receiver: Receiver) -> None:
    wanted = {"site": room.site, "url": receiver.url, "events": ["breaker.tripped"]}
    room.client.post("/v1/admin/webhooks", json=wanted, headers=bearer(room.admin))
    suspicious(room, CEILING_MIN + 1)
    for _ in range(3):
        status(room)
    work(room)
    (told,) = of_kind(receiver, "breaker.tripped")
    assert [one["suspicious"] for one in told["breakers"]] == [CEILING_MIN + 1]
    assert json.loads(receiver.got[0].body)["data"]["count"] == 1


def test_a_busy_site_learns_what_is_usual(room: Newsroom) -> None:
    this_hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with room.app.app_context():
        with transaction() as session:
            for hours in range(1, 25):
                hour = this_hour - timedelta(hours=hours)
                for key, count in (("1|fine|held", 400), ("1|refused|held", 200), ("1|fine|passed", 9_000)):
                    session.add(Rollup(site=room.site, kind="filter", hour=hour, key=key, count=count))
        breaker.learn_usual(room.app.extensions["belowline"], {})
        with reading() as session:
            kept = session.scalar(select(SiteBreaker.ceiling).where(SiteBreaker.site == room.site))
    assert kept == 200
    suspicious(room, 150)
    assert status(room) == "approved"


def test_a_look_is_remembered_for_a_second(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressure, "_known", Remembered(60.0))
    looks: list[str] = []
    looked = pressure._looked
    monkeypatch.setattr(pressure, "_looked", lambda site, now: looks.append(site) or looked(site, now))
    for _ in range(5):
        status(room)
    assert looks == [room.site]


def test_without_limits_there_is_no_breaker(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    suspicious(newsroom, CEILING_MIN * 2)
    assert status(newsroom) == "approved"
