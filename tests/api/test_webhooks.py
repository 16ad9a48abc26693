"""Webhooks: set up by admins, told what happens, signed, again until it arrives, and without a reader's word."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from werkzeug.test import TestResponse

from service import clock
from service.domain import kept
from service.domain.announcement import News
from service.jobs import retention
from service.jobs.registry import KINDS
from service.jobs.worker import Worker
from service.notify import announcing, delivering
from service.notify.announcing import announce, forget_hooks
from service.storage.database import reading, transaction
from service.storage.models import Announcement, Delivery, Job, Webhook
from tests.api.moderated import post as moderate
from tests.api.newsroom import Newsroom, bearer, open_newsroom
from tests.backing.receiver import Receiver, Said, receiving

CANARY = "kanarya@mail.example.org"
ALL = [kind.value for kind in News]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def room(make_app: Callable[..., Flask]) -> Newsroom:
    forget_hooks()
    return open_newsroom(make_app(outbound_allow=(ip_address("127.0.0.1"),)))


def call(room: Newsroom, method: str, path: str = "", token: str = "", **options: Any) -> TestResponse:
    return room.client.open(
        f"/v1/admin/webhooks{path}", method=method, headers=bearer(token or room.admin), **options
    )


def made(room: Newsroom, url: str, **fields: Any) -> dict[str, Any]:
    body = {"site": room.site, "url": url, "events": ALL, **fields}
    answer = call(room, "POST", json=body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def work(room: Newsroom) -> None:
    """Runs the jobs of webhooks that are due, as the worker does."""
    kinds = [kind for kind in KINDS if kind.name in ("announce", announcing.DELIVER)]
    with room.app.app_context():
        with transaction() as session:
            session.execute(delete(Job).where(Job.kind != announcing.DELIVER))
        Worker(room.app.extensions["belowline"], kinds).run_once()


def log_of(room: Newsroom, hook: dict[str, Any]) -> list[dict[str, Any]]:
    answer = call(room, "GET", f"/{hook['id']}/deliveries")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["deliveries"]
    return found


def of_kind(receiver: Receiver, kind: str) -> list[dict[str, Any]]:
    said = [json.loads(sent.body) for sent in receiver.got]
    return [one["data"] for one in said if one["type"] == kind]


def test_a_hold_is_told_signed_and_without_what_the_reader_wrote(room: Newsroom, receiver: Receiver) -> None:
    hook = made(room, f"{receiver.url}/hook")
    comment = room.pending(email=CANARY, name="Kanarya Kuşu", body="The canary's very own words.")
    work(room)
    (sent,) = receiver.got
    said = Verifier(hook["secret"]).verify(sent.body, sent.headers)
    assert said["type"] == "comment.held"
    assert said["data"]["count"] == 1
    (told,) = said["data"]["comments"]
    assert (told["id"], told["status"]) == (comment, "pending")
    for private in (CANARY, "kanarya", "Kanarya", "very own words"):
        assert private not in sent.body.decode() + str(sent.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier("whsec_" + "A" * 44).verify(sent.body, sent.headers)
    (delivery,) = log_of(room, hook)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("delivered", 1, 204)
    assert sent.headers["webhook-id"] == f"msg_{delivery['id']}"
    assert delivery["message"] == said


def test_many_holds_are_one_message(room: Newsroom, receiver: Receiver) -> None:
    made(room, receiver.url)
    ids = [room.pending() for _ in range(120)]
    work(room)
    (told,) = of_kind(receiver, "comment.held")
    assert told["count"] == 120
    assert [one["id"] for one in told["comments"]] == ids[:100]


def test_decisions_undoings_and_campaigns_are_told(room: Newsroom, receiver: Receiver) -> None:
    made(room, receiver.url)
    text = "I made ${} in one week trading crypto with Mrs Vera contact her on WhatsApp and thank me later"
    ids = [room.pending(body=text.format(n)) for n in range(3)]
    done = moderate(room, "decisions", {"decision": "spam", "ids": ids}).get_json()
    moderate(room, f"undo/{done['undo']}")
    work(room)
    (campaigns,) = of_kind(receiver, "campaign.found")
    assert [one["comments"] for one in campaigns["campaigns"]] == [3]
    (decided,) = of_kind(receiver, "comment.decided")
    made_and_undone = [(one["decision"], one["comments"], one["undone"]) for one in decided["decisions"]]
    assert made_and_undone == [("spam", 3, False), ("spam", 3, True)]


class SecondThoughts(Exception):
    """Ends a transaction."""


def test_what_is_not_committed_is_not_told(room: Newsroom, receiver: Receiver) -> None:
    made(room, receiver.url)
    with room.app.app_context():
        with suppress(SecondThoughts), transaction() as session:
            announce(session, room.site, News.STORY_BOILING, {"page": "1"})
            raise SecondThoughts
        with transaction() as session:
            announce(session, room.site, News.STORY_BOILING, {"page": "2"})
    work(room)
    assert of_kind(receiver, "story.boiling")[0]["pages"] == [{"page": "2"}]


def test_only_what_is_wanted_is_kept_and_told(room: Newsroom, receiver: Receiver) -> None:
    hook = made(room, receiver.url, events=["campaign.found"])
    room.pending()
    with room.app.app_context(), reading() as session:
        assert session.scalars(select(Announcement).where(Announcement.site == room.site)).all() == []
    call(room, "PATCH", f"/{hook['id']}", json={"events": ["comment.held"]})
    room.pending()
    call(room, "PATCH", f"/{hook['id']}", json={"enabled": False})
    work(room)
    assert receiver.got == []


def test_a_receiver_that_fails_gets_it_again_under_the_same_id(
    room: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = made(room, receiver.url)
    receiver.answer = lambda _: Said(500)
    room.pending()
    work(room)
    now = clock.now()
    for minutes, status in ((2, 503), (4, 302), (8, 204)):
        receiver.answer = lambda _, status=status: Said(status)
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        work(room)
    assert len({sent.headers["webhook-id"] for sent in receiver.got}) == 1
    assert len({sent.body for sent in receiver.got}) == 1
    (delivery,) = log_of(room, hook)
    assert (len(receiver.got), delivery["attempts"], delivery["state"]) == (4, 4, "delivered")


def test_it_is_given_up_in_the_end_and_can_be_sent_again_by_hand(
    room: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = made(room, receiver.url)
    receiver.answer = lambda _: Said(500)
    room.pending()
    now = clock.now()
    for hours in range(delivering.ATTEMPTS_MAX + 3):
        monkeypatch.setattr(clock, "now", lambda hours=hours: now + timedelta(hours=2 * hours))
        work(room)
    (delivery,) = log_of(room, hook)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("failed", 12, 500)
    assert len(receiver.got) == delivering.ATTEMPTS_MAX
    receiver.answer = lambda _: Said()
    path = f"/{hook['id']}/deliveries/{delivery['id']}/resend"
    assert call(room, "POST", path).status_code == 202
    assert call(room, "POST", path).status_code == 409
    work(room)
    assert log_of(room, hook)[0]["state"] == "delivered"
    assert len({sent.headers["webhook-id"] for sent in receiver.got}) == 1


def test_what_was_on_its_way_when_it_was_switched_off_is_not_sent(room: Newsroom, receiver: Receiver) -> None:
    hook = made(room, receiver.url)
    call(room, "POST", f"/{hook['id']}/test")
    call(room, "PATCH", f"/{hook['id']}", json={"enabled": False})
    work(room)
    assert receiver.got == []
    (delivery,) = log_of(room, hook)
    assert (delivery["state"], delivery["failure"]) == ("failed", "switched_off")
    call(room, "PATCH", f"/{hook['id']}", json={"enabled": True})
    assert call(room, "POST", f"/{hook['id']}/deliveries/{delivery['id']}/resend").status_code == 202
    work(room)
    assert len(receiver.got) == 1


def test_a_message_whose_job_was_lost_can_be_sent_again(
    room: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = made(room, receiver.url)
    delivery = call(room, "POST", f"/{hook['id']}/test").get_json()["delivery"]
    with room.app.app_context(), transaction() as session:
        session.execute(delete(Job))
    path = f"/{hook['id']}/deliveries/{delivery}/resend"
    assert call(room, "POST", path).status_code == 409
    later = clock.now() + delivering.OVER_AFTER
    monkeypatch.setattr(clock, "now", lambda: later)
    assert call(room, "POST", path).status_code == 202
    work(room)
    assert len(receiver.got) == 1


def test_a_receiver_that_is_gone_is_left_alone(room: Newsroom, receiver: Receiver) -> None:
    hook = made(room, receiver.url)
    receiver.answer = lambda _: Said(410)
    room.pending()
    work(room)
    (shown,) = call(room, "GET", query_string={"site": room.site}).get_json()["webhooks"]
    assert shown["enabled"] is False
    assert log_of(room, hook)[0]["state"] == "failed"
    assert call(room, "POST", f"/{hook['id']}/test").status_code == 409


@pytest.mark.parametrize(
    ("hook_format", "path", "member"),
    [("slack", "/x", "text"), ("discord", "/x", "content"), ("telegram", "/x?chat_id=-17", "text")],
)
def test_chats_get_a_sentence(
    room: Newsroom, receiver: Receiver, hook_format: str, path: str, member: str
) -> None:
    made(room, f"{receiver.url}{path}", format=hook_format)
    room.pending(name="@everyone <!channel>", title="[x](https://evil.example)")
    work(room)
    (sent,) = receiver.got
    said = json.loads(sent.body)
    assert said[member] == "The Morning Paper: 1 comment waits for a moderator."
    assert "evil" not in sent.body.decode()
    assert "webhook-signature" not in sent.headers
    if hook_format == "telegram":
        assert said["chat_id"] == "-17"


def test_a_test_says_that_it_works(room: Newsroom, receiver: Receiver) -> None:
    hook = made(room, receiver.url, events=[])
    delivery = call(room, "POST", f"/{hook['id']}/test").get_json()["delivery"]
    work(room)
    (sent,) = receiver.got
    assert Verifier(hook["secret"]).verify(sent.body, sent.headers)["type"] == "webhook.test"
    assert log_of(room, hook)[0]["id"] == delivery


def test_address_and_secret_are_encrypted_and_shown_once(room: Newsroom, receiver: Receiver) -> None:
    word = secrets.token_hex(8)
    hook = made(room, f"{receiver.url}/services/{word}")
    assert hook["secret"].startswith("whsec_")
    assert hook["host"] == "127.0.0.1"
    listed = call(room, "GET")
    assert word not in listed.get_data(as_text=True)
    assert listed.get_json()["webhooks"] == [hook | {"secret": None}]
    with room.app.app_context(), reading() as session:
        (stored,) = session.scalars(select(Webhook).where(Webhook.site == room.site)).all()
    assert word.encode() not in stored.ciphertext
    changed = call(room, "PATCH", f"/{hook['id']}", json={"new_secret": True}).get_json()
    assert changed["secret"] not in (None, hook["secret"])
    call(room, "POST", f"/{hook['id']}/test")
    work(room)
    Verifier(changed["secret"]).verify(receiver.got[0].body, receiver.got[0].headers)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"url": "http://hooks.example/"}, "url", "invalid"),
        ({"url": "https://10.0.0.1/"}, "url", "forbidden_address"),
        ({"url": "https://hooks.example:22/"}, "url", "forbidden_address"),
        ({"url": "https://api.telegram.org/bot1/sendMessage", "format": "telegram"}, "url", "required"),
        ({"events": ["comment.eaten"]}, "events.0", "invalid"),
        ({"format": "pigeon"}, "format", "invalid"),
    ],
)
def test_what_cannot_be_a_webhook(room: Newsroom, fields: dict[str, Any], field: str, code: str) -> None:
    body = {"site": room.site, "url": "https://hooks.example/", "events": ALL, **fields}
    answer = call(room, "POST", json=body)
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.get_json()["errors"]] == [(field, code)]


def test_others_neither_see_nor_touch_it(room: Newsroom, receiver: Receiver) -> None:
    hook, other = made(room, receiver.url), open_newsroom(room.app)
    assert call(room, "GET", token=room.moderator).status_code == 403
    assert call(room, "GET", token=other.admin).get_json()["webhooks"] == []
    assert call(room, "GET", token=other.admin, query_string={"site": room.site}).status_code == 404
    body = {"site": room.site, "url": "https://hooks.example/", "events": ALL}
    assert call(room, "POST", token=other.admin, json=body).status_code == 404
    for method, path in (
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/deliveries"),
        ("POST", "/test"),
        ("POST", f"/deliveries/{'0' * 32}/resend"),
    ):
        answer = call(room, method, f"/{hook['id']}{path}", token=other.admin, json={})
        assert answer.status_code == 404, (method, path)


def test_every_change_is_an_event_and_removing_takes_the_log_along(
    room: Newsroom, receiver: Receiver
) -> None:
    hook = made(room, receiver.url)
    call(room, "PATCH", f"/{hook['id']}", json={"label": "desk"})
    room.pending()
    work(room)
    assert call(room, "DELETE", f"/{hook['id']}").status_code == 204
    assert call(room, "DELETE", f"/{hook['id']}").status_code == 404
    events = room.moderation("events", site=room.site).get_json()["events"]
    kinds = [event["kind"] for event in events if event["kind"].startswith("webhook")]
    assert kinds == ["webhook_removed", "webhook_changed", "webhook_added"]
    assert receiver.url not in json.dumps(events)
    with room.app.app_context(), reading() as session:
        assert session.scalars(select(Delivery).where(Delivery.site == room.site)).all() == []


def test_the_log_goes_on_by_cursor_and_is_forgotten_after_30_days(
    room: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = made(room, receiver.url)
    sent = [call(room, "POST", f"/{hook['id']}/test").get_json()["delivery"] for _ in range(3)]
    found, cursor = [], ""
    while cursor is not None:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = call(room, "GET", f"/{hook['id']}/deliveries", query_string=query).get_json()
        found += [one["id"] for one in page["deliveries"]]
        cursor = page["next"]
    assert found == sent[::-1]
    later = clock.now() + kept.DELIVERIES + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with room.app.app_context():
        retention.drop_deliveries(room.app.extensions["belowline"], {})
    assert log_of(room, hook) == []


def test_a_site_has_at_most_twenty(room: Newsroom) -> None:
    for _ in range(20):
        made(room, "https://hooks.example/")
    body = {"site": room.site, "url": "https://hooks.example/", "events": ALL}
    answer = call(room, "POST", json=body)
    assert answer.get_json()["errors"][0]["code"] == "too_many"
