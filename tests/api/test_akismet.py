"""Help from outside: off until agreed to, asked after the commit, and a silence of it never lets anything through."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from service import clock
from service.comments import outside
from service.domain.outside import SILENT, WAITING
from service.i18n.messages import in_english
from service.jobs.registry import KINDS
from service.jobs.worker import Worker
from service.moderation import outside as teaching
from service.outbound.akismet import NO_ADDRESS
from service.settings import Policy
from service.spam.outside import forget_filters
from service.stats.verify import verify
from service.storage.database import transaction
from service.storage.models import Job
from tests.api.moderated import drift
from tests.api.moderated import post as moderate
from tests.api.newsroom import Newsroom, bearer, open_newsroom
from tests.backing.receiver import Receiver, Said, Sent, receiving

CANARY = "kanarya@mail.example.org"
ADDRESS = "203.0.113.231"
BLOG = "https://news.example"


class FakeAkismet:
    """Speaks API 1.1: knows one key, calls spam what holds `viagra-test-123`, and blatant what says so twice."""

    def __init__(self, receiver: Receiver) -> None:
        self.key = secrets.token_hex(6)
        self.url = f"{receiver.url}/1.1"
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.works = True
        self.most: int | None = None
        receiver.answer = self._answer

    def _answer(self, sent: Sent) -> Said:
        form = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
        call = sent.path.rpartition("/")[2]
        self.calls.append((call, form))
        if not self.works or (self.most is not None and len(self.calls) > self.most):
            return Said(503)
        if form["api_key"] != self.key:
            return Said(200, b"invalid", {"X-akismet-debug-help": "We were unable to parse your key"})
        if call in ("submit-spam", "submit-ham"):
            return Said(200, b"Thanks for making the web a better place.")
        found = form["comment_content"].count("viagra-test-123")
        return Said(
            200, b"true" if found else b"false", {"X-akismet-pro-tip": "discard"} if found > 1 else {}
        )

    def of(self, call: str) -> list[dict[str, str]]:
        return [form for name, form in self.calls if name == call]


@pytest.fixture
def akismet() -> Iterator[FakeAkismet]:
    with receiving() as receiver:
        yield FakeAkismet(receiver)


@pytest.fixture
def room(make_app: Callable[..., Flask]) -> Newsroom:
    forget_filters()
    app = make_app(outbound_allow=(ip_address("127.0.0.1"),))
    return open_newsroom(app, policy=Policy.PUBLISH_ALL)


def call(room: Newsroom, method: str, token: str = "", **body: Any) -> TestResponse:
    path = f"/v1/admin/sites/{room.site}/akismet"
    sent = {"json": body} if body else {}
    return room.client.open(path, method=method, headers=bearer(token or room.admin), **sent)


def switch_on(room: Newsroom, akismet: FakeAkismet, **fields: Any) -> None:
    wanted = {"key": akismet.key, "url": akismet.url, "blog": BLOG, "consent": True, **fields}
    answer = call(room, "PUT", **wanted)
    assert answer.status_code == 200, answer.get_data(as_text=True)


def work(room: Newsroom) -> None:
    """Runs the jobs that are due, as the worker does."""
    kinds = [kind for kind in KINDS if kind.name in (outside.JOB, teaching.JOB)]
    with room.app.app_context():
        with transaction() as session:
            session.execute(delete(Job).where(Job.kind.not_in([kind.name for kind in kinds])))
        Worker(room.app.extensions["belowline"], kinds).run_once()


def seen(room: Newsroom, comment: str) -> tuple[str, float, str]:
    """The comment's status, and the score and reason of its signal."""
    found = room.moderation(f"comments/{comment}").get_json()
    (signal,) = [one for one in found["signals"] if one["check"] == "akismet"]
    return found["status"], signal["score"], signal["reason"]


def true(room: Newsroom) -> bool:
    """Whether all counters are what the raw tables say."""
    with room.app.app_context():
        return drift(room) == [] and verify(room.site).differences == ()


def test_nothing_leaves_until_an_admin_agreed(room: Newsroom, akismet: FakeAkismet) -> None:
    assert call(room, "GET").status_code == 404
    assert room.submit().get_json()["comment"]["status"] == "approved"
    wanted = {"key": akismet.key, "url": akismet.url, "blog": BLOG}
    assert call(room, "PUT", **wanted, consent=False).get_json()["errors"][0]["field"] == "consent"
    assert call(room, "PUT", **wanted).status_code == 422
    assert (
        call(room, "PUT", **wanted | {"key": "a b\n"}, consent=True).get_json()["errors"][0]["field"] == "key"
    )
    assert call(room, "PUT", room.moderator, **wanted, consent=True).status_code == 403
    assert call(room, "PUT", open_newsroom(room.app).admin, **wanted, consent=True).status_code == 404
    bad = call(room, "PUT", **wanted | {"url": "https://10.0.0.1/1.1"}, consent=True)
    assert bad.get_json()["errors"][0]["code"] == "forbidden_address"
    work(room)
    assert akismet.calls == []


def test_what_is_fine_is_published_when_it_says_so(room: Newsroom, akismet: FakeAkismet) -> None:
    switch_on(room, akismet)
    answer = room.submit(email=CANARY, address=ADDRESS, body="A word of mine.")
    comment = answer.get_json()["comment"]["id"]
    assert answer.get_json()["comment"]["status"] == "pending"
    assert seen(room, comment) == ("pending", 0.0, in_english([WAITING]))
    work(room)
    assert seen(room, comment) == ("approved", 0.0, "Akismet finds nothing wrong.")
    assert [one["id"] for one in room.read()["comments"]] == [comment]
    kinds = [event["kind"] for event in room.moderation("events", comment=comment).get_json()["events"]]
    assert kinds == ["published", "submitted"]
    (form,) = akismet.of("comment-check")
    assert form["comment_content"] == "A word of mine."
    assert (form["blog"], form["user_ip"], form["blog_lang"]) == (BLOG, NO_ADDRESS, "en")
    assert CANARY not in json.dumps(form)
    assert ADDRESS not in json.dumps(form)
    assert true(room)


@pytest.mark.parametrize(
    ("body", "score"), [("viagra-test-123", 0.8), ("viagra-test-123 viagra-test-123", 0.95)]
)
def test_what_it_calls_spam_waits_with_its_evidence(
    room: Newsroom, akismet: FakeAkismet, body: str, score: float
) -> None:
    switch_on(room, akismet)
    comment = room.pending(body=body)
    work(room)
    status, found, reason = seen(room, comment)
    assert (status, found) == ("pending", score)
    assert reason.startswith("Akismet calls it")
    assert room.moderation(f"comments/{comment}").get_json()["score"] >= score
    assert true(room)


def test_what_would_wait_anyway_waits_whatever_it_says(
    make_app: Callable[..., Flask], akismet: FakeAkismet
) -> None:
    forget_filters()
    room = open_newsroom(make_app(outbound_allow=(ip_address("127.0.0.1"),)), policy=Policy.HOLD_ALL)
    switch_on(room, akismet)
    comment = room.pending()
    work(room)
    assert seen(room, comment)[0] == "pending"


def test_its_silence_holds_and_it_is_asked_again(
    room: Newsroom, akismet: FakeAkismet, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch_on(room, akismet)
    akismet.works = False
    comment = room.pending()
    work(room)
    assert seen(room, comment) == ("pending", 0.0, in_english([SILENT]))
    akismet.works = True
    later = clock.now() + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    work(room)
    assert seen(room, comment)[0] == "approved"
    first, second = akismet.of("comment-check")
    assert "recheck_reason" not in first
    assert second["recheck_reason"]


@pytest.mark.parametrize("fault", ["key", "gone"])
def test_a_wrong_key_or_nobody_there_holds(room: Newsroom, akismet: FakeAkismet, fault: str) -> None:
    switch_on(room, akismet, **({"key": "wrong"} if fault == "key" else {"url": "http://127.0.0.1:1/1.1"}))
    comment = room.pending()
    work(room)
    assert seen(room, comment) == ("pending", 0.0, in_english([SILENT]))


def test_who_decides_meanwhile_has_the_last_word(room: Newsroom, akismet: FakeAkismet) -> None:
    switch_on(room, akismet)
    comment = room.pending()
    room.decide(comment, "reject")
    work(room)
    assert room.moderation(f"comments/{comment}").get_json()["status"] == "rejected"
    assert true(room)


def test_an_edit_is_asked_about_again(room: Newsroom, akismet: FakeAkismet) -> None:
    switch_on(room, akismet)
    sent = room.submit().get_json()
    work(room)
    path = f"/v1/comments/{sent['comment']['id']}"
    author = {"Authorization": f"Author {sent['author_token']}"}
    edited = room.client.patch(path, json={"body": "viagra-test-123"}, headers=author)
    assert edited.get_json()["comment"]["status"] == "pending"
    work(room)
    assert seen(room, sent["comment"]["id"])[:2] == ("pending", 0.8)
    assert room.read()["comments"] == []
    edited = room.client.patch(path, json={"body": "Sorry, that was a joke."}, headers=author)
    work(room)
    assert seen(room, sent["comment"]["id"])[0] == "approved"
    assert true(room)


def test_it_is_told_where_it_was_wrong_and_not_where_it_was_right(
    room: Newsroom, akismet: FakeAkismet
) -> None:
    switch_on(room, akismet)
    missed = [room.pending(body=f"Cheap watches for everybody, number {n}.") for n in range(7)]
    wronged, right = room.pending(body="Is viagra-test-123 a drug?"), room.pending(body="viagra-test-123 now")
    work(room)
    moderate(room, "decisions", {"decision": "spam", "ids": [*missed, right]})
    moderate(room, "decisions", {"decision": "approve", "ids": [wronged]})
    work(room)
    assert len(akismet.of("submit-spam")) == 7
    (ham,) = akismet.of("submit-ham")
    assert ham["comment_content"] == "Is viagra-test-123 a drug?"
    moderate(room, "decisions", {"decision": "reject", "ids": [wronged]})
    work(room)
    assert len(akismet.of("submit-spam")) == 7


def test_a_decision_taken_back_is_told_the_other_way_round(room: Newsroom, akismet: FakeAkismet) -> None:
    switch_on(room, akismet)
    missed = [room.pending(body=f"Cheap watches for everybody, number {n}.") for n in range(6)]
    wronged, right = room.pending(body="Is viagra-test-123 a drug?"), room.pending(body="viagra-test-123 now")
    work(room)
    spam = moderate(room, "decisions", {"decision": "spam", "ids": [*missed, right]}).get_json()["undo"]
    approval = moderate(room, "decisions", {"decision": "approve", "ids": [wronged]}).get_json()["undo"]
    work(room)
    akismet.calls.clear()
    assert moderate(room, f"undo/{spam}").status_code == 200
    assert moderate(room, f"undo/{approval}").status_code == 200
    work(room)
    assert sorted(form["comment_content"][-2] for form in akismet.of("submit-ham")) == list("012345")
    assert [form["comment_content"] for form in akismet.of("submit-spam")] == ["Is viagra-test-123 a drug?"]


def test_what_it_was_not_told_it_is_not_told_to_be_undone(room: Newsroom, akismet: FakeAkismet) -> None:
    switch_on(room, akismet)
    missed = [room.pending(body=f"Cheap watches for everybody, number {n}.") for n in range(7)]
    work(room)
    spam = moderate(room, "decisions", {"decision": "spam", "ids": missed}).get_json()["undo"]
    akismet.works = False
    work(room)
    akismet.works = True
    assert moderate(room, f"undo/{spam}").status_code == 200
    akismet.calls.clear()
    work(room)
    assert akismet.calls == []


def test_of_a_decision_told_in_part_that_part_is_taken_back(room: Newsroom, akismet: FakeAkismet) -> None:
    switch_on(room, akismet)
    missed = [room.pending(body=f"Cheap watches for everybody, number {n}.") for n in range(7)]
    work(room)
    spam = moderate(room, "decisions", {"decision": "spam", "ids": missed}).get_json()["undo"]
    akismet.most = len(akismet.calls) + teaching.AT_ONCE
    work(room)
    assert len(akismet.of("submit-spam")) > teaching.AT_ONCE  # the sixth was refused
    akismet.most = None
    assert moderate(room, f"undo/{spam}").status_code == 200
    akismet.calls.clear()
    work(room)
    assert len(akismet.of("submit-ham")) == teaching.AT_ONCE
    assert akismet.of("submit-spam") == []


def test_switched_off_it_is_asked_nothing_and_the_key_is_gone(room: Newsroom, akismet: FakeAkismet) -> None:
    switch_on(room, akismet)
    comment = room.pending()
    assert call(room, "DELETE").status_code == 204
    work(room)
    assert akismet.calls == []
    assert seen(room, comment)[0] == "pending"
    assert room.submit().get_json()["comment"]["status"] == "approved"
    events = room.moderation("events").get_json()["events"]
    kinds = [event["kind"] for event in events if event["kind"].startswith("outside")]
    assert kinds == ["outside_filter_off", "outside_filter_on"]
    assert akismet.key not in json.dumps(events)
