"""What the desk sets on pages: closed, slow, held; by hand, by age, by heat."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from service import clock
from service.domain.ids import id_floor, new_id
from service.moderation import pages
from service.settings import Policy
from service.storage.database import transaction
from service.storage.models import Comment, Page
from service.web.context import services
from service.web.site import forget_profiles
from tests.api.moderated import fill
from tests.api.newsroom import ORIGIN, PAGE, Newsroom, bearer

OTHER = f"{ORIGIN}/other"


def page_of(newsroom: Newsroom, page: str = PAGE) -> dict[str, Any]:
    """The page as the desk sees it; it is there once somebody commented."""
    answer = newsroom.moderation("pages", page=page)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (shown,) = answer.get_json()["pages"]
    return dict(shown)


def change(newsroom: Newsroom, page: dict[str, Any], token: str = "", **body: Any) -> TestResponse:
    return newsroom.client.patch(
        f"/v1/moderation/pages/{page['id']}",
        json=body,
        headers=bearer(token or newsroom.moderator) | {"If-Match": f'"{page["version"]}"'},
    )


def changed(newsroom: Newsroom, page: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = change(newsroom, page, **body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["ETag"] == f'"{answer.get_json()["version"]}"'
    return dict(answer.get_json())


def run(newsroom: Newsroom, job: Callable[..., None]) -> None:
    with newsroom.app.app_context():
        job(services(), {})


def set_site(newsroom: Newsroom, **values: Any) -> None:
    answer = newsroom.client.patch(
        f"/v1/admin/sites/{newsroom.site}", json=values, headers=bearer(newsroom.admin)
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert {name: answer.get_json()[name] for name in values} == values
    forget_profiles()


def kinds(newsroom: Newsroom) -> list[str]:
    return [event["kind"] for event in newsroom.moderation("events").get_json()["events"]]


def test_a_closed_page_says_so_and_takes_no_comments_until_it_is_opened(newsroom: Newsroom) -> None:
    newsroom.approved()
    assert newsroom.read()["page"]["open"] is True
    before = newsroom.thread().headers["ETag"]
    closed = changed(newsroom, page_of(newsroom), open=False, note="Enough.")
    assert (closed["open"], closed["closed_by"], closed["version"]) == (False, "desk", 2)
    assert newsroom.read()["page"]["open"] is False
    assert newsroom.thread(headers={"If-None-Match": before}).status_code == 200
    answer = newsroom.submit()
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/thread-closed")
    assert newsroom.submit(page=OTHER).status_code == 201
    changed(newsroom, closed, open=True)
    assert newsroom.read()["page"]["open"] is True
    assert newsroom.submit().status_code == 201
    (opened, shut) = newsroom.moderation("events", kind="page_changed").get_json()["events"]
    assert (shut["detail"]["to"], shut["note"]) == ({"open": False}, "Enough.")
    assert (opened["detail"]["from"], opened["detail"]["page"]) == ({"open": False}, closed["id"])


def test_on_a_held_page_everything_waits_whatever_the_policy(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    assert newsroom.submit().get_json()["comment"]["status"] == "approved"
    held = changed(newsroom, page_of(newsroom), held=True)
    assert (held["held"], held["held_by"]) == (True, "desk")
    sent = newsroom.submit().get_json()["comment"]
    assert sent["status"] == "pending"
    shown = newsroom.moderation(f"comments/{sent['id']}").get_json()
    assert "page_hold" in [signal["check"] for signal in shown["signals"]]
    assert newsroom.submit(page=OTHER).get_json()["comment"]["status"] == "approved"
    changed(newsroom, held, held=False)
    assert newsroom.submit().get_json()["comment"]["status"] == "approved"


def test_a_slow_page_lets_everybody_write_once_in_a_while(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.pending(email="a@mail.example.org", address="203.0.113.1")
    changed(newsroom, page_of(newsroom), slow_seconds=60)
    refused = newsroom.submit(email="a@mail.example.org", address="203.0.113.2")  # the same author
    assert (refused.status_code, refused.get_json()["type"]) == (429, "/problems/rate-limited")
    wait = int(refused.headers["Retry-After"])
    assert refused.get_json()["retry_after_seconds"] == wait
    assert 50 <= wait <= 60
    assert newsroom.submit(address="203.0.113.1").status_code == 429  # the same network
    assert newsroom.submit(email="b@mail.example.org", address="203.0.113.3").status_code == 201
    assert newsroom.submit(page=OTHER, email="a@mail.example.org").status_code == 201
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=wait - 2))
    assert newsroom.submit(email="a@mail.example.org", address="203.0.113.2").status_code == 429
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=wait + 1))
    assert newsroom.submit(email="a@mail.example.org", address="203.0.113.2").status_code == 201


def test_of_many_sent_at_once_to_a_slow_page_one_goes_through(newsroom: Newsroom) -> None:
    newsroom.pending()
    changed(newsroom, page_of(newsroom), slow_seconds=60)
    answers: list[int] = []

    def send() -> None:
        answers.append(newsroom.submit(email="c@mail.example.org", address="203.0.113.9").status_code)

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == [201] + [429] * 11


def test_slow_refusals_are_in_the_statistics(make_app: Callable[..., Flask], newsroom: Newsroom) -> None:
    newsroom.pending(email="d@mail.example.org")
    changed(newsroom, page_of(newsroom), slow_seconds=600)
    newsroom.submit(email="d@mail.example.org")
    hits = newsroom.app.extensions["belowline"].hits.drain()
    assert {of.limit: number for of, number in hits.items() if of.site == newsroom.site} == {"slow-mode": 1}


def test_whoever_comes_second_is_told_who_was_first(newsroom: Newsroom) -> None:
    newsroom.pending()
    seen = page_of(newsroom)
    changed(newsroom, seen, slow_seconds=30)
    answer = change(newsroom, seen, token=newsroom.admin, open=False)
    assert (answer.status_code, answer.get_json()["type"]) == (412, "/problems/stale-version")
    assert (answer.get_json()["current_version"], answer.get_json()["changed_by"]) == (
        2,
        f"token:{newsroom.moderator[:10]}",
    )
    assert page_of(newsroom)["open"] is True
    path = f"/v1/moderation/pages/{seen['id']}"
    without = newsroom.client.patch(path, json={"open": False}, headers=bearer(newsroom.moderator))
    assert without.status_code == 428


def test_a_change_to_what_is_already_so_is_none(newsroom: Newsroom) -> None:
    newsroom.pending()
    seen = page_of(newsroom)
    assert changed(newsroom, seen, open=True, held=False, slow_seconds=0)["version"] == seen["version"]
    assert "page_changed" not in kinds(newsroom)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"note": "Only this."},
        {"open": "maybe"},
        {"slow_seconds": -1},
        {"slow_seconds": 3601},
        {"slow_seconds": "60"},
        {"held": None},
        {"color": "red"},
    ],
)
def test_a_change_that_means_nothing_is_refused(newsroom: Newsroom, body: dict[str, Any]) -> None:
    newsroom.pending()
    assert change(newsroom, page_of(newsroom), **body).status_code == 422


def test_pages_of_another_site_are_nothing(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site()
    other.pending()
    foreign = page_of(other)
    assert change(newsroom, foreign, open=False).status_code == 404
    assert newsroom.moderation(f"pages/{foreign['id']}").status_code == 404
    assert newsroom.moderation("pages", site=other.site).status_code == 404
    assert newsroom.moderation("pages").get_json() == {"pages": [], "next": None}


def test_pages_are_listed_in_parts_by_state_and_with_what_waits(newsroom: Newsroom) -> None:
    for number in range(5):
        newsroom.pending(page=f"{ORIGIN}/{number}")
    newsroom.approved(page=f"{ORIGIN}/4")
    changed(newsroom, page_of(newsroom, f"{ORIGIN}/1"), open=False)
    changed(newsroom, page_of(newsroom, f"{ORIGIN}/2"), slow_seconds=9)
    changed(newsroom, page_of(newsroom, f"{ORIGIN}/3"), held=True)
    first = newsroom.moderation("pages", limit=3).get_json()
    second = newsroom.moderation("pages", limit=3, cursor=first["next"]).get_json()
    listed = [*first["pages"], *second["pages"]]
    assert [page["key"] for page in listed] == [f"{ORIGIN}/{number}" for number in (4, 3, 2, 1, 0)]
    assert second["next"] is None
    assert listed[0]["comments"] == {"approved": 1, "pending": 1}

    def numbers(state: str) -> list[str]:
        found = newsroom.moderation("pages", state=state).get_json()["pages"]
        return [page["key"][-1] for page in found]

    assert (numbers("closed"), numbers("slow"), numbers("held")) == (["1"], ["2"], ["3"])
    assert numbers("open") == ["4", "3", "2", "0"]


def test_pages_close_by_their_age_unless_somebody_opens_them(newsroom: Newsroom) -> None:
    newsroom.approved()
    newsroom.approved(page=OTHER)
    set_site(newsroom, close_after_days=14)
    old = clock.now() - timedelta(days=14)
    with newsroom.app.app_context(), transaction() as session:
        session.execute(
            update(Page).where(Page.site == newsroom.site, Page.key == PAGE).values(created_at=old)
        )
    assert newsroom.submit().status_code == 409  # at once, also before the job comes
    assert newsroom.read()["page"]["open"] is True
    run(newsroom, pages.close_old)
    assert newsroom.read()["page"]["open"] is False
    closed = page_of(newsroom)
    assert (closed["open"], closed["closed_by"], closed["changed_by"]) == (False, "age", "age")
    assert newsroom.submit(page=OTHER).status_code == 201
    changed(newsroom, closed, open=True)
    run(newsroom, pages.close_old)
    assert newsroom.submit().status_code == 201
    assert kinds(newsroom).count("page_closed_by_age") == 1
    set_site(newsroom, close_after_days=None)


def send_many(newsroom: Newsroom, number: int, ago: timedelta, score: float = 0.0, page: int = 0) -> None:
    """Stores comments of a page as if they had come then; `fill` makes the page."""
    ids = fill(newsroom, number)
    with newsroom.app.app_context(), transaction() as session:
        at = clock.now() - ago
        for comment in ids:
            moved = id_floor(at)[:12] + new_id()[12:]
            session.execute(
                update(Comment)
                .where(Comment.site == newsroom.site, Comment.id == comment)
                .values(id=moved, score=score, created_at=at)
            )


def hottest(newsroom: Newsroom) -> dict[str, Any]:
    run(newsroom, pages.watch_heat)
    listed = newsroom.moderation("pages", order="heat").get_json()["pages"]
    return dict(listed[0])


def test_a_story_that_boils_over_is_held_and_told_and_let_go_by_hand(newsroom: Newsroom) -> None:
    send_many(newsroom, 30, timedelta(minutes=2))
    shown = hottest(newsroom)
    assert (shown["held"], shown["held_by"], shown["changed_by"]) == (True, "heat", "heat")
    assert (shown["heat"]["received"], shown["heat"]["boils"]) == (30, True)
    (event,) = newsroom.moderation("events", kind="page_boils").get_json()["events"]
    assert event["detail"] | {"page": ""} == {
        "page": "",
        "why": "pace",
        "received": 30,
        "risky": 0,
        "usual": 0.0,
    }
    assert newsroom.submit(page=shown["key"]).get_json()["comment"]["status"] == "pending"
    changed(newsroom, shown, held=False)
    again = hottest(newsroom)
    assert (again["held"], again["heat"]["boils"]) == (False, True)  # somebody decided otherwise
    with newsroom.app.app_context(), transaction() as session:
        long_ago = clock.now() - timedelta(hours=2)
        session.execute(update(Page).where(Page.site == newsroom.site).values(left_alone_at=long_ago))
    assert hottest(newsroom)["held"] is True


@pytest.mark.parametrize(
    ("number", "score", "held"), [(29, 0.0, False), (10, 0.6, True), (9, 0.6, False), (10, 0.4, False)]
)
def test_each_threshold_of_heat(newsroom: Newsroom, number: int, score: float, held: bool) -> None:
    send_many(newsroom, number, timedelta(minutes=2), score)
    assert hottest(newsroom)["held"] is held


def test_what_is_usual_on_a_site_is_not_held(newsroom: Newsroom) -> None:
    send_many(newsroom, 60, timedelta(hours=3))
    send_many(newsroom, 40, timedelta(minutes=2))
    shown = hottest(newsroom)
    assert shown["heat"]["usual"] > 30
    assert shown["held"] is False


def test_a_site_may_go_without_holding_by_itself(newsroom: Newsroom) -> None:
    set_site(newsroom, hold_hot_pages=False)
    send_many(newsroom, 30, timedelta(minutes=2))
    shown = hottest(newsroom)
    assert (shown["held"], shown["heat"]["boils"]) == (False, True)


def test_hot_pages_come_in_parts_hottest_first_and_cool_down(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (3, 9, 6):
        send_many(newsroom, number, timedelta(minutes=2))
    send_many(newsroom, 5, timedelta(minutes=11))
    run(newsroom, pages.watch_heat)
    first = newsroom.moderation("pages", order="heat", limit=2).get_json()
    second = newsroom.moderation("pages", order="heat", limit=2, cursor=first["next"]).get_json()
    received = [page["heat"]["received"] for page in (*first["pages"], *second["pages"])]
    assert (received, second["next"]) == ([9, 6, 3], None)
    later: datetime = clock.now() + timedelta(minutes=20)
    monkeypatch.setattr(clock, "now", lambda: later)
    run(newsroom, pages.watch_heat)
    assert newsroom.moderation("pages", order="heat").get_json()["pages"] == []
    assert newsroom.moderation("pages").get_json()["pages"][0]["heat"] is None


def test_an_edit_on_a_held_page_waits_too(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    sent = newsroom.submit().get_json()
    changed(newsroom, page_of(newsroom), held=True, slow_seconds=60)
    answer = newsroom.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": "Another word."},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    assert (answer.status_code, answer.get_json()["comment"]["status"]) == (200, "pending")
