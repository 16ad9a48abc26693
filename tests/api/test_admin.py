"""Sites and tokens through the API, and what the law asks for about one email."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from service import clock
from service.auth import tokens
from service.domain.role import Role
from service.settings import Policy
from service.storage.database import reading
from service.storage.models import Author, Comment, IdempotencyRecord, StoredSignal
from tests.api.newsroom import ORIGIN, Newsroom, bearer

EMAIL = "to-be-forgotten@mail.example.org"
REASON = {"reason": "The reader asked for it."}


def call(newsroom: Newsroom, method: str, path: str, body: Any = None, token: str = "") -> TestResponse:
    return newsroom.client.open(
        f"/v1/admin/{path}", method=method, json=body, headers=bearer(token or newsroom.admin)
    )


@pytest.fixture
def everywhere(app: Flask) -> str:
    """The token of an admin of all sites."""
    with app.app_context():
        return tokens.issue(tokens.NewToken(Role.ADMIN, "test", None, None), clock.now())


def test_a_site_is_added_and_used(newsroom: Newsroom, everywhere: str) -> None:
    slug = newsroom.site.replace("paper", "other")
    sent = {"slug": slug, "origins": ["https://other.example"], "policy": "publish_all", "language": "ur"}
    answer = call(newsroom, "POST", "sites", sent, everywhere)
    assert answer.status_code == 201
    assert answer.get_json()["page_hosts"] == []
    assert newsroom.submit(site=slug).get_json()["comment"]["status"] == "approved"
    again = call(newsroom, "POST", "sites", sent, everywhere)
    assert [error["code"] for error in again.get_json()["errors"]] == ["taken"]
    slugs = [site["slug"] for site in call(newsroom, "GET", "sites", token=everywhere).get_json()["sites"]]
    assert {slug, newsroom.site} <= set(slugs)


def test_an_admin_of_some_sites_reaches_no_other(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    listed = call(newsroom, "GET", "sites").get_json()["sites"]
    assert [site["slug"] for site in listed] == [newsroom.site]
    assert call(newsroom, "PATCH", f"sites/{other.site}", {"name": "x"}).status_code == 404
    assert call(newsroom, "POST", "sites", {"slug": "new-one", "origins": [ORIGIN]}).status_code == 403
    wide = {"role": "moderator", "sites": None, "days": 1}
    assert call(newsroom, "POST", "tokens", wide).status_code == 403
    assert call(newsroom, "POST", "tokens", wide | {"sites": [other.site]}).status_code == 404
    asked = {"site": other.site, "email": EMAIL, **REASON}
    assert call(newsroom, "POST", "privacy/export", asked).status_code == 404
    assert call(newsroom, "POST", "privacy/erase", asked).status_code == 404


def test_a_changed_policy_holds_from_now_on(newsroom: Newsroom) -> None:
    assert newsroom.submit().get_json()["comment"]["status"] == "pending"
    changed = call(newsroom, "PATCH", f"sites/{newsroom.site}", {"policy": "publish_all", "name": "Evening"})
    assert (changed.get_json()["policy"], changed.get_json()["name"]) == ("publish_all", "Evening")
    assert newsroom.submit().get_json()["comment"]["status"] == "approved"
    kinds = [
        event["kind"] for event in newsroom.moderation("events", kind="site_changed").get_json()["events"]
    ]
    assert kinds == ["site_changed"]


def test_changed_origins_hold_for_prepared_answers_too(newsroom: Newsroom) -> None:
    assert newsroom.thread(headers={"Origin": ORIGIN}).status_code == 200
    call(newsroom, "PATCH", f"sites/{newsroom.site}", {"origins": ["https://moved.example"]})
    assert newsroom.thread(headers={"Origin": ORIGIN}).status_code == 403
    assert newsroom.thread(headers={"Origin": "https://moved.example"}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"slug": "-x", "origins": [ORIGIN]}, "slug"),
        ({"slug": "x"}, "origins"),
        ({"slug": "x", "origins": [f"{ORIGIN}/path"]}, "origins.0"),
        ({"slug": "x", "origins": "self"}, "origins"),
        ({"slug": "x", "origins": [ORIGIN], "policy": "hope"}, "policy"),
        ({"slug": "x", "origins": [ORIGIN], "language": "xx"}, "language"),
        ({"slug": "x", "origins": [ORIGIN], "page_hosts": ["a b"]}, "page_hosts.0"),
        ({"slug": "x", "origins": [ORIGIN], "edit_window_seconds": -1}, "edit_window_seconds"),
        ({"slug": "x", "origins": [ORIGIN], "owner": 1}, "owner"),
    ],
)
def test_sites_that_are_none(newsroom: Newsroom, everywhere: str, sent: dict[str, Any], field: str) -> None:
    answer = call(newsroom, "POST", "sites", sent, everywhere)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_a_token_is_given_shown_once_and_taken_away(newsroom: Newsroom) -> None:
    wanted = {"role": "moderator", "sites": [newsroom.site], "days": 30, "label": "Night desk"}
    token = call(newsroom, "POST", "tokens", wanted).get_json()["token"]
    assert newsroom.moderation("comments", token=token).status_code == 200
    listed = call(newsroom, "GET", "tokens")
    assert token not in listed.get_data(as_text=True)
    [mine] = [one for one in listed.get_json()["tokens"] if one["label"] == "Night desk"]
    assert token.startswith(mine["prefix"])
    assert mine["expires_at"] > mine["created_at"]
    assert call(newsroom, "DELETE", f"tokens/{mine['id']}").status_code == 204
    assert newsroom.moderation("comments", token=token).status_code == 401
    kinds = [event["kind"] for event in newsroom.moderation("events").get_json()["events"]]
    assert kinds == ["token_revoked", "token_added"]


def test_tokens_of_others_are_nothing(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site()
    [theirs, *_] = call(other, "GET", "tokens").get_json()["tokens"]
    assert call(newsroom, "DELETE", f"tokens/{theirs['id']}").status_code == 404
    assert call(other, "GET", "sites").status_code == 200
    ids = [one["id"] for one in call(newsroom, "GET", "tokens").get_json()["tokens"]]
    assert theirs["id"] not in ids


def test_an_export_holds_what_is_held(newsroom: Newsroom) -> None:
    one = newsroom.approved(email=EMAIL, name="Filiz", body="First *words*.", website="https://filiz.example")
    two = newsroom.pending(email=EMAIL.upper(), name="Filiz", body="Second words.")
    newsroom.pending(body="Somebody else.")
    answer = call(newsroom, "POST", "privacy/export", {"site": newsroom.site, "email": EMAIL, **REASON})
    held = answer.get_json()
    assert [comment["id"] for comment in held["comments"]] == [one, two]
    assert [comment["body"] for comment in held["comments"]] == ["First *words*.", "Second words."]
    assert [comment["status"] for comment in held["comments"]] == ["approved", "pending"]
    assert EMAIL not in answer.get_data(as_text=True)


def test_an_erasure_leaves_nothing_but_the_place(newsroom: Newsroom) -> None:
    one = newsroom.approved(email=EMAIL, name="Filiz", body="Filiz has https://filiz.example words")
    reply = newsroom.approved(parent=one, body="An answer.")
    waiting = newsroom.submit(
        email=EMAIL, name="Filiz", body="Filiz again", headers={"Idempotency-Key": "filiz"}
    ).get_json()["comment"]["id"]
    answer = call(newsroom, "POST", "privacy/erase", {"site": newsroom.site, "email": EMAIL, **REASON})
    assert answer.get_json() == {"erased": 2}
    thread = newsroom.thread().get_data(as_text=True)
    assert "Filiz" not in thread
    [tombstone] = newsroom.read()["comments"]
    assert (tombstone["id"], tombstone["tombstone"]) == (one, True)
    assert [below["id"] for below in tombstone["replies"]] == [reply]
    with newsroom.app.app_context(), reading() as session:
        rows = session.scalars(select(Comment).where(Comment.id.in_([one, waiting]))).all()
        author = session.scalars(select(Author).where(Author.id == rows[0].author_id)).one()
        signals = session.scalars(
            select(StoredSignal).where(StoredSignal.comment_id.in_([one, waiting]))
        ).all()
        answers = session.scalars(
            select(IdempotencyRecord).where(IdempotencyRecord.site == newsroom.site)
        ).all()
    assert all(not (row.name + row.body + row.body_html + row.search_text + row.website) for row in rows)
    assert [row.address_fingerprint for row in rows] == [None, None]
    assert (author.name, author.email_ciphertext) == ("", b"")
    assert (list(signals), list(answers)) == ([], [])
    again = call(newsroom, "POST", "privacy/erase", {"site": newsroom.site, "email": EMAIL, **REASON})
    assert again.status_code == 404
    events = newsroom.moderation("events", kind="author_erased").get_json()["events"]
    assert [event["detail"]["comments"] for event in events] == [2]


def test_an_erased_email_is_a_stranger(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_NEW_AUTHORS)
    newsroom.approved(email=EMAIL, address="198.51.100.3")
    call(newsroom, "POST", "privacy/erase", {"site": newsroom.site, "email": EMAIL, **REASON})
    answer = newsroom.submit(email=EMAIL, address="198.51.100.3")
    assert answer.get_json()["comment"]["status"] == "pending"


def test_the_email_of_an_erased_author_cannot_be_revealed(newsroom: Newsroom) -> None:
    comment = newsroom.pending(email=EMAIL)
    author = newsroom.moderation(f"comments/{comment}").get_json()["author"]["id"]
    call(newsroom, "POST", "privacy/erase", {"site": newsroom.site, "email": EMAIL, **REASON})
    answer = newsroom.client.post(
        f"/v1/moderation/authors/{author}/reveal-email",
        json={"reason": "A court asks."},
        headers=bearer(newsroom.admin),
    )
    assert (answer.status_code, answer.get_json()["detail"]) == (
        404,
        "This author was erased: no email is kept.",
    )
    assert newsroom.moderation("events", kind="email_revealed").get_json()["events"] == []


def test_a_reason_is_needed(newsroom: Newsroom) -> None:
    for path in ("privacy/export", "privacy/erase"):
        answer = call(newsroom, "POST", path, {"site": newsroom.site, "email": EMAIL})
        assert [error["field"] for error in answer.get_json()["errors"]] == ["reason"]


def test_moderators_do_not_administer(newsroom: Newsroom) -> None:
    for method, path in (("GET", "sites"), ("GET", "tokens"), ("POST", "privacy/erase")):
        assert call(newsroom, method, path, {}, newsroom.moderator).status_code == 403
