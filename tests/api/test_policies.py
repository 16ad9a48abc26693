"""What a site's policy lets through, and what always waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest
from flask import Flask

from service.ratelimit.policies import LIMITS, Action
from service.settings import Policy
from tests.api.newsroom import Newsroom, open_newsroom

LINKS = "Buy https://a.example and https://b.example and https://c.example now"
HOME, ELSEWHERE = "198.51.100.7", "198.51.100.8"


def status(newsroom: Newsroom, **fields: str) -> str:
    answer = newsroom.submit(**fields)
    assert answer.status_code == 201
    found: str = answer.get_json()["comment"]["status"]
    return found


def test_hold_all(newsroom: Newsroom) -> None:
    assert status(newsroom) == "pending"


def test_publish_all(open_site: Callable[..., Newsroom]) -> None:
    assert status(open_site(policy=Policy.PUBLISH_ALL), body=LINKS) == "approved"


def test_hold_signals(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    assert status(newsroom) == "approved"
    assert status(newsroom, body=LINKS) == "pending"
    item = newsroom.moderation("comments").get_json()["comments"][0]
    found = {signal["check"]: signal for signal in item["signals"]}
    assert set(found) == {"author_history", "links", "link_domains"}
    signal = found["links"]
    assert item["score"] >= signal["score"] == 0.8
    start, end = signal["span"]
    assert item["body"][start:end] == "https://a.example"


def test_hold_new_authors(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_NEW_AUTHORS)
    reader = {"email": "known@mail.example.org", "address": HOME}
    first = newsroom.submit(**reader).get_json()
    assert first["comment"]["status"] == "pending"
    assert status(newsroom, **reader) == "pending"
    newsroom.decide(first["comment"]["id"], "approve")
    assert status(newsroom, **reader) == "approved"
    assert status(newsroom, **reader, body=LINKS) == "pending"


def test_knowing_an_email_gives_no_trust(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_NEW_AUTHORS)
    first = newsroom.submit(email="known@mail.example.org", address=HOME).get_json()
    newsroom.decide(first["comment"]["id"], "approve")
    assert status(newsroom, email="known@mail.example.org", address=ELSEWHERE) == "pending"
    proof = {"Authorization": f"Author {first['author_token']}"}
    answer = newsroom.submit(email="known@mail.example.org", address=ELSEWHERE, headers=proof)
    assert answer.get_json()["comment"]["status"] == "approved"
    stranger = newsroom.submit(email="other@mail.example.org", address=ELSEWHERE, headers=proof)
    assert stranger.get_json()["comment"]["status"] == "pending"


def test_the_same_text_again_is_held(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    text = "The very same sentence, word for word, again and again."
    assert [status(newsroom, body=text) for _ in range(2)] == ["approved", "pending"]


def test_a_flooded_site_holds_and_does_not_refuse(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(limits_on=True)
    site_limit = next(limit for limit in LIMITS if limit.name == "submit-site")
    limiter = app.extensions["belowline"].limiter
    monkeypatch.setitem(limiter._limits, Action.SUBMIT, [replace(site_limit, count=3)])
    newsroom = open_newsroom(app, policy=Policy.PUBLISH_ALL)
    assert [status(newsroom) for _ in range(5)] == ["approved"] * 3 + ["pending"] * 2
    signals = newsroom.moderation("comments").get_json()["comments"][0]["signals"]
    assert [signal["check"] for signal in signals] == ["flood"]


def test_a_check_that_fails_holds_the_comment(
    open_site: Callable[..., Newsroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.spam.checks import links

    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(links, "markup", SimpleNamespace(links=broken))
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    assert status(newsroom) == "pending"
    signals = newsroom.moderation("comments").get_json()["comments"][0]["signals"]
    assert [signal["check"] for signal in signals] == ["check_failed"]
