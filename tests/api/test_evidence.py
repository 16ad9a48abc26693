"""What is gathered about a comment before it is judged: from its form, its author, its links, and what came lately."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from service.settings import Policy
from service.spam import learning
from tests.api.newsroom import Newsroom

AT_HOME = "198.51.100.23"


@pytest.fixture
def open_newsroom(open_site: Callable[..., Newsroom]) -> Newsroom:
    """One that publishes what nothing speaks against."""
    return open_site(policy=Policy.HOLD_SIGNALS, review_share=0.0)


def checks(newsroom: Newsroom, comment: str) -> set[str]:
    """Which checks found something in the comment as it is now."""
    answer = newsroom.moderation(f"comments/{comment}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {signal["check"] for signal in answer.get_json()["signals"]}


def found(newsroom: Newsroom, **fields: Any) -> set[str]:
    return checks(newsroom, newsroom.pending(**fields))


def test_a_filled_trap_is_taken_held_and_answered_like_any_other(
    open_site: Callable[..., Newsroom], newsroom: Newsroom
) -> None:
    publishing = open_site(policy=Policy.PUBLISH_ALL)
    trapped = publishing.submit(trap="https://shop.example")
    waiting = newsroom.submit()
    assert (trapped.status_code, waiting.status_code) == (201, 201)
    assert set(trapped.get_json()["comment"]) == set(waiting.get_json()["comment"])
    assert trapped.get_json()["comment"]["status"] == waiting.get_json()["comment"]["status"] == "pending"
    assert checks(publishing, trapped.get_json()["comment"]["id"]) == {"honeypot"}
    for empty in ("", "  ", None):
        assert publishing.submit(trap=empty).get_json()["comment"]["status"] == "approved"


def test_a_form_with_a_filled_trap_waits_too(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    fields = newsroom.comment(trap="x")
    answer = newsroom.client.post(
        "/v1/comments", data=urlencode(fields), content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, answer.headers["Location"][-14:]) == (303, "belowline-sent")
    assert newsroom.read()["comments"] == []


def test_an_edit_does_not_get_out_of_the_trap(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    sent = newsroom.submit(trap="x").get_json()
    answer = newsroom.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": "Quite harmless."},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    assert answer.get_json()["comment"]["status"] == "pending"
    assert "honeypot" in checks(newsroom, sent["comment"]["id"])


def test_how_long_the_form_was_open(open_newsroom: Newsroom) -> None:
    now = int(1000 * time.time())
    assert "form_age" in found(open_newsroom, opened_at=now - 500)
    for honest in (now - 60_000, now + 60_000, None, 0):
        assert "form_age" not in found(open_newsroom, opened_at=honest)
    for wrong in (-1, 2**53, 1.5, True, "soon"):
        assert open_newsroom.submit(opened_at=wrong).status_code == 422


def test_the_form_without_script_carries_the_trap_where_nobody_sees_it(newsroom: Newsroom) -> None:
    newsroom.approved()
    page = newsroom.client.get(
        "/thread", query_string={"site": newsroom.site, "page": "https://news.example/2026/03/07/talks"}
    )
    html = page.get_data(as_text=True)
    assert '<div class="belowline-trap" aria-hidden="true">' in html
    assert 'name="trap" tabindex="-1" autocomplete="off"' in html


def test_emails_that_are_thrown_away(open_newsroom: Newsroom) -> None:
    assert found(open_newsroom, email="a@mailinator.com") == {"disposable_email"}
    assert found(open_newsroom, email="a@mail.example.org") == set()


def test_speed_of_an_author_and_of_an_address(open_newsroom: Newsroom) -> None:
    for n in range(5):
        assert "velocity" not in found(
            open_newsroom, email="fast@mail.example.org", body=f"Point {n} of many."
        )
    assert "velocity" in found(open_newsroom, email="fast@mail.example.org", body="Point 6 of many.")
    for n in range(8):
        assert "velocity" not in found(open_newsroom, address=AT_HOME, body=f"Somebody else, {n}.")
    assert "velocity" in found(open_newsroom, address=AT_HOME, body="Somebody else again.")


def test_a_name_that_looks_like_an_established_authors(open_newsroom: Newsroom) -> None:
    known = {"email": "ayse@mail.example.org", "name": "Ayşe Yılmaz"}
    for n in range(3):
        assert "look_alike_name" not in found(open_newsroom, name="Аyşe Yılmaz", body=f"Me, {n}.")
        open_newsroom.pending(**known, body=f"I have read it, {n}.")
    assert "look_alike_name" in found(open_newsroom, name="Аyşe Yılmaz", email="other@mail.example.org")
    assert "look_alike_name" not in found(
        open_newsroom, name="ayse yilmaz", email="namesake@mail.example.org"
    )
    assert "look_alike_name" not in found(open_newsroom, **known)


def test_a_name_that_looks_like_the_newsrooms_own(open_newsroom: Newsroom) -> None:
    for name in ("The Morning Paper", "Тhe Morning Pаper", "ADMIN", "Мoderator", "Editör", "مدیر"):
        assert "look_alike_name" in found(open_newsroom, name=name), name
    assert "look_alike_name" not in found(open_newsroom, name="Edit Piaf")


def test_a_domain_is_new_once_and_trusted_when_people_let_it_pass_often(open_newsroom: Newsroom) -> None:
    body = "I read more about all of it at https://blog.example/post and there was more to it, number {}."
    comments = [open_newsroom.pending(body=body.format(n)) for n in range(3)]
    assert "link_domains" in checks(open_newsroom, comments[0])
    assert "link_domains" not in checks(open_newsroom, comments[1])
    assert "links" in found(open_newsroom, body=body.format(3))
    for comment in comments:
        item = open_newsroom.moderation(f"comments/{comment}").get_json()
        if item["status"] == "approved":
            open_newsroom.decide(comment, "reject", item["version"])
            item = open_newsroom.moderation(f"comments/{comment}").get_json()
        open_newsroom.decide(comment, "approve", item["version"])
    with open_newsroom.app.app_context():
        learning.rebuild(open_newsroom.site)
    assert not {"links", "link_domains", "author_history"} & found(open_newsroom, body=body.format(4))
    last = open_newsroom.moderation(f"comments/{comments[0]}").get_json()
    assert open_newsroom.decide(comments[0], "spam", last["version"]).status_code == 200
    with open_newsroom.app.app_context():
        learning.rebuild(open_newsroom.site)
    assert "links" in found(open_newsroom, body=body.format(5))


def test_nearly_the_same_text_counts_from_the_second_on(open_newsroom: Newsroom) -> None:
    text = "This wonderful offer is for everybody who reads the paper today, so do not wait any longer and call {} now."
    assert "near_repeat" not in found(open_newsroom, body=text.format("Anna"))
    assert "near_repeat" in found(open_newsroom, body=text.format("Berta"))
