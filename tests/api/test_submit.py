"""POST /v1/comments as JSON: what is taken, what is refused, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.domain.comment import BODY_MAX, DEPTH_MAX, NAME_MAX, TITLE_MAX
from service.settings import Policy
from tests.api.newsroom import ORIGIN, PAGE, Newsroom


def problems(newsroom: Newsroom, **fields: Any) -> dict[str, str]:
    """The code of each field that the service refuses in this submission."""
    answer = newsroom.submit(**fields)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    return {error["field"]: error["code"] for error in answer.get_json()["errors"]}


def test_a_comment_waits_and_its_author_sees_it(newsroom: Newsroom) -> None:
    answer = newsroom.submit(
        name="  Zeynep\u00a0 Kaya ", website="HTTPS://Kaya.Example", body="Bir **söz**.\r\n"
    )
    assert answer.status_code == 201
    shown = answer.get_json()["comment"]
    assert shown["status"] == "pending"
    assert shown["name"] == "Zeynep Kaya"
    assert shown["website"] == "https://kaya.example"
    assert shown["body_html"].strip() == "<p>Bir <strong>söz</strong>.</p>"
    assert (shown["parent"], shown["depth"], shown["replies"], shown["edited_at"]) == (None, 0, [], None)
    assert shown["created_at"].endswith("Z")
    assert answer.headers["Location"] == f"/v1/comments/{shown['id']}"
    assert newsroom.read()["comments"] == []
    assert newsroom.client.get(answer.headers["Location"]).status_code == 404


def test_the_answer_holds_nothing_but_what_the_contract_names(newsroom: Newsroom) -> None:
    parsed = newsroom.submit().get_json()
    assert set(parsed) == {"comment", "author_token"}
    named = (
        "id parent depth name website avatar staff body_html created_at edited_at votes replies more_replies"
    )
    assert set(parsed["comment"]) == {*named.split(), "status", "tombstone"}


@pytest.mark.parametrize("field", ["site", "page", "name", "email", "body"])
@pytest.mark.parametrize("value", [..., None, ""])
def test_required_fields(newsroom: Newsroom, field: str, value: object) -> None:
    assert problems(newsroom, **{field: value})[field] in ("required", "invalid")


@pytest.mark.parametrize("value", [5, 1.5, True, [], {}, ["a"]])
@pytest.mark.parametrize("field", ["page", "name", "email", "body", "website", "title", "parent"])
def test_wrong_types(newsroom: Newsroom, field: str, value: object) -> None:
    assert problems(newsroom, **{field: value}) == {field: "wrong_type"}


def test_blank_looking_texts_are_missing(newsroom: Newsroom) -> None:
    found = problems(newsroom, name="\u200b \u2060", body=" \n\u200b\n ")
    assert found == {"name": "required", "body": "required"}


@pytest.mark.parametrize(
    "extra", ["status", "id", "score", "staff", "created_at", "author", "Name", "email2"]
)
def test_unknown_fields_are_refused(newsroom: Newsroom, extra: str) -> None:
    assert problems(newsroom, **{extra: "approved"}) == {extra: "unknown_field"}


def test_every_bad_field_is_named_at_once(newsroom: Newsroom) -> None:
    found = problems(
        newsroom, name="", email="nobody", website="javascript:alert(1)", body="", parent="1", x=1
    )
    assert found == {
        "name": "required",
        "email": "invalid",
        "website": "invalid",
        "body": "required",
        "parent": "invalid",
        "x": "unknown_field",
    }


@pytest.mark.parametrize(("field", "longest"), [("name", NAME_MAX), ("body", BODY_MAX), ("title", TITLE_MAX)])
def test_lengths_are_counted_in_code_points(newsroom: Newsroom, field: str, longest: int) -> None:
    assert newsroom.submit(**{field: "ş" * longest}).status_code == 201
    assert problems(newsroom, **{field: "ş" * (longest + 1)}) == {field: "too_long"}


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\ud800", "\u202e", "\u2066", "\ufffe"])
@pytest.mark.parametrize("field", ["name", "title"])
def test_hostile_characters_never_reach_a_line(newsroom: Newsroom, field: str, character: str) -> None:
    answer = newsroom.submit(**{field: f"Aylin{character}Demir"})
    if answer.status_code == 422:
        assert [error["code"] for error in answer.get_json()["errors"]] == ["forbidden_character"]
    else:
        assert character not in answer.get_data(as_text=True)


@pytest.mark.parametrize("character", ["\0", "\ud800", "\u202e"])
def test_hostile_characters_never_reach_a_body(newsroom: Newsroom, character: str) -> None:
    answer = newsroom.submit(body=f"one{character}two")
    if answer.status_code == 422:
        assert [error["code"] for error in answer.get_json()["errors"]] == ["forbidden_character"]
    else:
        assert character not in answer.get_json()["comment"]["body_html"]


@pytest.mark.parametrize(
    "email",
    [
        "a@b",
        "Ayşe <ayse@mail.example.org>",
        "ayse@mail.example.org, b@mail.example.org",
        "ayse@mail.example.org\nBcc: b@mail.example.org",
        '"ayse kaya"@mail.example.org',
        "ayse@[127.0.0.1]",
        "ayse@localhost",
        "ayse@mail..example.org",
        f"{'a' * 65}@mail.example.org",
    ],
)
def test_addresses_that_are_none(newsroom: Newsroom, email: str) -> None:
    assert set(problems(newsroom, email=email)) == {"email"}


@pytest.mark.parametrize(
    "email",
    ["ayse+haber@mail.example.org", "عائشہ@مثال.پاک", "ayşe@örnek.com.tr", "o'brien@mail.example.org"],
)
def test_addresses_of_every_script(newsroom: Newsroom, email: str) -> None:
    assert newsroom.submit(email=email).status_code == 201


@pytest.mark.parametrize(
    "website",
    [
        "example.org",
        "//example.org",
        "ftp://example.org",
        "data:text/html,x",
        "https://u:p@example.org",
        "https://",
    ],
)
def test_websites_that_are_none(newsroom: Newsroom, website: str) -> None:
    assert problems(newsroom, website=website) == {"website": "invalid"}


@pytest.mark.parametrize(
    "spelling",
    [
        f"{PAGE}/",
        f"{PAGE}#comments",
        f"{PAGE}?utm_source=mail&fbclid=1",
        PAGE.replace("news.example", "NEWS.example:443"),
        PAGE.replace("https", "HTTPS"),
    ],
)
def test_spellings_of_a_page_share_one_thread(open_site: Callable[..., Newsroom], spelling: str) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    newsroom.submit(page=spelling)
    assert newsroom.read(PAGE)["page"] == {"key": PAGE, "count": 1, "open": True, "mail": False}
    assert newsroom.read(spelling)["page"]["count"] == 1


def test_a_publishers_own_key_is_a_page(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    assert newsroom.submit(page="article-4711").status_code == 201
    assert newsroom.read("article-4711")["page"]["count"] == 1


def test_pages_of_other_hosts(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(page_hosts=("news.example", "*.news.example"))
    assert newsroom.submit(page="https://sport.news.example/1").status_code == 201
    assert problems(newsroom, page="https://evil.example/1") == {"page": "wrong_host"}


def test_an_unknown_site(newsroom: Newsroom) -> None:
    answer = newsroom.submit(site="nowhere")
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/not-found")


def test_replies_hang_below_their_parents_up_to_the_depth_cap(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    parent, depths = None, []
    for _ in range(DEPTH_MAX + 3):
        shown = newsroom.submit(parent=parent).get_json()["comment"]
        assert shown["parent"] == parent
        parent = shown["id"]
        depths.append(shown["depth"])
    assert depths == [*range(DEPTH_MAX + 1), DEPTH_MAX, DEPTH_MAX]
    assert newsroom.read()["page"]["count"] == DEPTH_MAX + 3


def test_a_parent_must_be_public_and_on_the_page(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    elsewhere = newsroom.submit(page=f"{ORIGIN}/other").get_json()["comment"]["id"]
    assert problems(newsroom, parent=elsewhere) == {"parent": "other_page"}
    assert problems(newsroom, parent="0" * 32) == {"parent": "not_public"}
    other_site = open_site(policy=Policy.PUBLISH_ALL).submit().get_json()["comment"]["id"]
    assert problems(newsroom, parent=other_site) == {"parent": "not_public"}


def test_a_pending_parent_is_not_public(newsroom: Newsroom) -> None:
    assert problems(newsroom, parent=newsroom.pending()) == {"parent": "not_public"}


def test_a_forbidden_origin(newsroom: Newsroom) -> None:
    answer = newsroom.submit(headers={"Origin": "https://evil.example"})
    assert (answer.status_code, answer.get_json()["type"]) == (403, "/problems/forbidden")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost"])
def test_an_allowed_origin_may_read_the_answer(newsroom: Newsroom, origin: str) -> None:
    for answer in (
        newsroom.submit(headers={"Origin": origin}),
        newsroom.submit(headers={"Origin": origin}, email="wrong"),
        newsroom.thread(headers={"Origin": origin}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_preflights(newsroom: Newsroom) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    allowed = newsroom.client.options("/v1/comments", headers=asked)
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Idempotency-Key" in allowed.headers["Access-Control-Allow-Headers"]
    refused = newsroom.client.options("/v1/comments", headers=asked | {"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b'{"site":"demo","site":"demo"}', "application/json", 400),
        (b'{"body":NaN}', "application/json", 400),
        (b'{"body":1e999}', "application/json", 400),
        (b'{"body":"\xff"}', "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "multipart/form-data; boundary=x", 415),
        (b'{"body":"' + b"x" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_bodies_that_cannot_be_read(newsroom: Newsroom, body: bytes, kind: str, status: int) -> None:
    answer = newsroom.client.post("/v1/comments", data=body, content_type=kind)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == status


def test_compressed_bodies_are_not_taken(newsroom: Newsroom) -> None:
    assert newsroom.submit(headers={"Content-Encoding": "gzip"}).status_code == 415


def test_a_closed_thread_takes_nothing(newsroom: Newsroom) -> None:
    from sqlalchemy import update

    from service.storage.database import transaction
    from service.storage.models import Page

    newsroom.pending()
    with newsroom.app.app_context(), transaction() as session:
        session.execute(update(Page).where(Page.site == newsroom.site).values(is_open=False))
    answer = newsroom.submit()
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/thread-closed")
