"""docs/problems.md, row by row: an example of everything that the service refuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from service import clock
from service.domain.errors import DomainError
from service.storage import comments
from service.storage.database import transaction
from service.storage.idempotency import LEASE
from service.storage.models import IdempotencyRecord, Page
from service.web import problem
from tests.api.newsroom import Newsroom, bearer, open_newsroom
from tests.api.signed_in import PASSWORD, hire

TABLE = Path(__file__).parents[2] / "docs" / "problems.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (\d{3}) \|", re.MULTILINE)
# Answered before any route of ours: the HTTP server's own.
SERVERS_OWN = {"uri-too-long", "headers-too-large", "too-slow"}


def refusals(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from refusals(child)


def known() -> dict[str, int]:
    """Every problem type of the code, with its status."""
    found = {kind.slug: kind.status for kind in refusals()}
    found |= {slug: status for status, (slug, _, _) in problem.HTTP_PROBLEMS.items()}
    return found | {problem.INTERNAL[0]: 500}


EXAMPLES: dict[str, Callable[[Newsroom, pytest.MonkeyPatch], TestResponse]] = {}


def example(slug: str) -> Callable[[Callable[..., TestResponse]], None]:
    def keep(make: Callable[..., TestResponse]) -> None:
        EXAMPLES[slug] = make

    return keep


@example("malformed")
def malformed(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.client.post("/v1/comments", data=b"{", content_type="application/json")


@example("unauthenticated")
def unauthenticated(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.client.get("/v1/moderation/comments")


@example("forbidden")
def forbidden(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.submit(headers={"Origin": "https://evil.example"})


@example("not-found")
def not_found(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.client.get(f"/v1/comments/{room.pending()}")


@example("method-not-allowed")
def method(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    answer = room.client.delete("/v1/counts")
    assert "GET" in answer.headers["Allow"]
    return answer


@example("illegal-transition")
def illegal_transition(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.decide(room.approved(), "approve", version=2)


@example("window-closed")
def window_closed(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> TestResponse:
    sent = room.submit().get_json()
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    author = {"Authorization": f"Author {sent['author_token']}"}
    return room.client.delete(f"/v1/comments/{sent['comment']['id']}", headers=author)


@example("thread-closed")
def thread_closed(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    room.pending()
    with room.app.app_context(), transaction() as session:
        session.execute(update(Page).where(Page.site == room.site).values(is_open=False))
    return room.submit()


@example("in-flight")
def in_flight(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    sent = room.comment()
    key = {"Idempotency-Key": "k"}
    room.client.post("/v1/comments", json=sent, headers=key)
    with room.app.app_context(), transaction() as session:
        unanswered = {"answer": None, "expires_at": clock.now() + LEASE}
        session.execute(
            update(IdempotencyRecord).where(IdempotencyRecord.site == room.site).values(unanswered)
        )
    return room.client.post("/v1/comments", json=sent, headers=key)


@example("mail-off")
def mail_off(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    wanted = {"email": "anna@news.example", "password": PASSWORD, "about": [], "language": "en"}
    return hire(room).sign_in().api("PUT", "/v1/moderation/mail", json=wanted)


@example("stale-version")
def stale_version(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    answer = room.decide(room.approved(), "reject", version=1)
    members = answer.get_json()
    assert (members["current_version"], members["current_status"]) == (2, "approved")
    assert members["changed_by"].startswith("token:")
    assert {"changed_at", "change"} <= set(members)
    return answer


@example("count-differs")
def count_differs(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    room.pending()
    where = {"decision": "spam", "where": {"status": "pending", "q": "read"}, "expect": 5}
    answer = room.client.post("/v1/moderation/decisions", json=where, headers=bearer(room.moderator))
    assert (answer.get_json()["expected"], answer.get_json()["found"]) == (5, 1)
    return answer


@example("too-large")
def too_large(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.client.post("/v1/comments", data=b" " * 65_537, content_type="application/json")


@example("unsupported-media-type")
def media_type(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.client.post("/v1/comments", data=b"{}", content_type="text/plain")


@example("invalid-input")
def invalid_input(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    answer = room.submit(name="")
    [error] = answer.get_json()["errors"]
    assert set(error) == {"field", "code", "message"}
    return answer


@example("challenge-required")
def challenge_required(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    text = "The very same sentence, word for word, again and again."
    room.submit(body=text)
    answer = room.submit(body=text, challenge="ask")
    assert set(answer.get_json()["challenge"]) == {"parameters", "signature"}
    return answer


@example("key-reused")
def key_reused(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    room.submit(headers={"Idempotency-Key": "k"})
    return room.submit(headers={"Idempotency-Key": "k"})


@example("version-required")
def version_required(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    return room.decide(room.pending(), "approve", version=None)


@example("rate-limited")
def rate_limited(room: Newsroom, _: pytest.MonkeyPatch) -> TestResponse:
    answers = [room.submit(address="203.0.113.77") for _ in range(6)]
    assert answers[-1].headers["Retry-After"] == str(answers[-1].get_json()["retry_after_seconds"])
    return answers[-1]


@example("internal")
def internal(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> TestResponse:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(comments, "public", broken)
    answer = room.client.get(f"/v1/comments/{'0' * 32}")
    assert "secret" not in answer.get_data(as_text=True)
    return answer


@example("unavailable")
def unavailable(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> TestResponse:
    from sqlalchemy.exc import OperationalError

    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(comments, "public", gone)
    answer = room.client.get(f"/v1/comments/{'0' * 32}")
    assert answer.headers["Retry-After"] == str(answer.get_json()["retry_after_seconds"])
    return answer


def test_the_table_lists_every_type_with_its_status() -> None:
    rows = {slug: int(status) for slug, status in ROW.findall(TABLE.read_text())}
    assert rows == {slug: status for slug, status in known().items() if slug not in SERVERS_OWN}


def test_every_type_has_an_example() -> None:
    assert set(EXAMPLES) == set(known()) - SERVERS_OWN


@pytest.mark.parametrize("slug", sorted(EXAMPLES))
def test_the_example_gets_it(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, slug: str
) -> None:
    room = open_newsroom(make_app(limits_on=slug == "rate-limited"))
    answer = EXAMPLES[slug](room, monkeypatch)
    assert answer.status_code == known()[slug]
    assert answer.content_type == "application/problem+json"
    shown = answer.get_json()
    assert shown["type"] == f"/problems/{slug}"
    assert shown["status"] == known()[slug]
    assert shown["title"]
    assert shown["detail"]
    assert shown["instance"] == f"urn:belowline:request:{answer.headers['X-Request-ID']}"


@pytest.mark.parametrize("slug", sorted(known()))
def test_the_type_can_be_looked_up(app: Flask, slug: str) -> None:
    page = app.test_client().get(f"/problems/{slug}")
    assert page.status_code == 200
    assert str(known()[slug]) in page.get_data(as_text=True)


def test_an_unknown_type_is_nothing(app: Flask) -> None:
    assert app.test_client().get("/problems/bad-weather").status_code == 404
