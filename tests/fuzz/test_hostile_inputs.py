"""The shared hostile inputs through the whole application: never a 5xx, never stored otherwise than documented."""

from __future__ import annotations

import base64
import json
import unicodedata
from urllib.parse import urlsplit

import pytest
from email_validator import EmailNotValidError, validate_email

from tests.api.newsroom import ORIGIN, Newsroom
from tests.corpora import payloads, records

pytestmark = pytest.mark.corpora
FORM = "application/x-www-form-urlencoded"


def raw_bodies(name: str) -> list[tuple[str, bytes, dict[str, str]]]:
    return [
        (record["id"], base64.b64decode(record["payload_b64"]), record)
        for record in records(name)
        if "payload_b64" in record
    ]


def is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_bodies_that_are_no_json_are_malformed(newsroom: Newsroom) -> None:
    for name, body, record in raw_bodies("json_malformed"):
        answer = newsroom.client.post("/v1/comments", data=body, content_type="application/json")
        assert answer.status_code < 500, name
        if record["expect"] == "n":
            assert answer.status_code in (400, 413), name
        else:
            assert answer.status_code in (400, 422), name


def test_bodies_that_are_no_utf8_are_malformed(newsroom: Newsroom) -> None:
    for name, body, record in raw_bodies("utf8_malformed"):
        kind = FORM if record["where"] == "form" else "application/json"
        answer = newsroom.client.post("/v1/comments", data=body, content_type=kind)
        assert 400 <= answer.status_code < 500, name
        assert answer.status_code == 400 or is_utf8(body), name


def test_naughty_strings_in_every_field(newsroom: Newsroom) -> None:
    taken = 0
    for text in [*payloads("naughty_strings", "markdown_pathological"), *payloads("xss")[::20]]:
        cut = {"name": text[:80], "title": text[:300], "body": text[:5000]}
        for fields in (
            cut,
            {"website": text[:500]},
            {"email": text[:254]},
            {"page": text[:2000]},
            {"parent": text[:64]},
        ):
            answer = newsroom.submit(**fields)
            assert answer.status_code in (201, 422), (answer.status_code, fields)
            taken += answer.status_code == 201
    assert taken > 200


def test_naughty_strings_in_queries(newsroom: Newsroom) -> None:
    for text in payloads("naughty_strings"):
        for query in (
            {"site": newsroom.site, "page": text},
            {"site": text, "page": f"{ORIGIN}/a"},
            {"site": newsroom.site, "page": f"{ORIGIN}/a", "cursor": text},
            {"site": newsroom.site, "page": f"{ORIGIN}/a", "sort": text, "limit": text},
        ):
            for path in ("/v1/comments", "/thread", "/v1/counts", "/feed.atom"):
                answer = newsroom.client.get(path, query_string=query)
                assert answer.status_code in (200, 400, 404, 422), (path, query)
        found = newsroom.moderation(
            "comments", q=text, status="approved", author=text, page=text, signal=text
        )
        assert found.status_code in (200, 400, 422), text


def test_emails_get_the_verdict_of_the_library(newsroom: Newsroom) -> None:
    taken = 0
    for text in payloads("email"):
        try:
            validate_email(text, check_deliverability=False, strict=True)
            valid = True
        except EmailNotValidError:
            valid = False
        status = newsroom.submit(email=text).status_code
        assert status == (201 if valid else 422), text
        if status == 201:
            taken += 1
            assert text.count("@") == 1
            assert not any(unicodedata.category(character) == "Cc" for character in text)
            assert "<" not in text
    assert taken > 10


def test_redirects_stay_on_the_site(newsroom: Newsroom) -> None:
    for text in payloads("open_redirect", "ssrf_url"):
        form = newsroom.comment(page=text[:2000], website="")
        answer = newsroom.client.post("/v1/comments", data=form)
        assert answer.status_code in (303, 422), text
        if answer.status_code == 303:
            target = urlsplit(answer.headers["Location"])
            own = target.scheme == "" and target.netloc == "" and target.path == "/thread"
            assert own or f"{target.scheme}://{target.netloc}" in (ORIGIN, "http://localhost"), text


def test_lookalike_controls_never_stand_in_a_name(newsroom: Newsroom) -> None:
    hostile = {
        "\u202a",
        "\u202b",
        "\u202d",
        "\u202e",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u200b",
        "\u2060",
        "\ufeff",
    }
    for text in payloads("unicode_spoof"):
        answer = newsroom.submit(name=text[:80])
        assert answer.status_code in (201, 422), text
        if answer.status_code == 201:
            assert not hostile & set(json.loads(answer.get_data())["comment"]["name"]), text
