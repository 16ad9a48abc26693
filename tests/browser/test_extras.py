"""Votes, reports, and what authors may do to their own comments."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.service import Service

pytestmark = pytest.mark.browser
WRITTEN = {"name": "Jonas", "email": "jonas@example.org"}


def opened(profile: Profile, article: str) -> Page:
    page = profile.open(article)
    to_comments(page)
    return page


def published(service: Service, article: str, body: str, **fields: str) -> str:
    """A public comment of somebody else; its id."""
    sent = service.post(article, body, **fields).json()["comment"]["id"]
    service.approve_all(article)
    return str(sent)


def written(page: Page, body: str) -> None:
    """An own comment under review."""
    fill(page, **WRITTEN, body=body)
    page.locator("form .send").click()
    expect(page.locator(".pending .body")).to_have_text(body)


def test_a_vote_counts_is_remembered_and_can_be_taken_back(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    published(service, article, "Worth a vote")
    page = opened(profile(), article)
    up = page.locator(".vote.up")
    expect(up).to_have_accessible_name("Good comment, 0 votes")
    up.click()
    expect(up).to_have_text("1")
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("status")).to_have_text("Good comment, 1 vote")
    page.reload()
    to_comments(page)
    expect(up).to_have_text("1")
    expect(up).to_have_attribute("aria-pressed", "true")
    page.locator(".vote.down").click()
    expect(page.locator(".vote.down")).to_have_text("1")
    expect(up).to_have_text("")
    page.locator(".vote.down").click()
    expect(page.locator(".vote.down")).to_have_text("")
    assert service.thread(article)["comments"][0]["votes"] == {"up": 0, "down": 0}


def test_a_refused_vote_says_why_and_does_not_count(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    published(service, article, "Worth a vote")
    page = opened(profile(), article)
    refusal = {"type": "/problems/rate-limited", "retry_after_seconds": 30}
    headers = {"Access-Control-Allow-Origin": "*"}
    page.route("**/vote", lambda route: route.fulfill(status=429, json=refusal, headers=headers))
    page.locator(".vote.up").click()
    expect(page.get_by_role("status")).to_have_text("That was very quick. Please try again in 30 seconds.")
    expect(page.locator(".vote.up")).to_have_attribute("aria-pressed", "false")


def test_a_report_reaches_the_moderators(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    comment = published(service, article, "Buy my boats")
    page = opened(profile(), article)
    page.get_by_role("button", name="Report").click()
    expect(page.get_by_label("What is wrong with it?")).to_be_focused()
    page.get_by_label("What is wrong with it?").select_option("Spam or advertising")
    page.get_by_label("What the moderators should know").fill("The third time today")
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("li footer")).to_contain_text("Thank you. The moderators will look at it.")
    expect(page.locator(".panel")).to_have_count(0)
    assert service.moderated(comment)["reports"] == 1


def test_escape_closes_a_report_and_gives_the_focus_back(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    published(service, article, "Nothing wrong here")
    page = opened(profile(), article)
    page.get_by_role("button", name="Report").click()
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)
    expect(page.get_by_role("button", name="Report")).to_be_focused()


def test_authors_change_what_awaits_review(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = opened(profile(), article)
    written(page, "A frist draft")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Comment", exact=True).first).to_have_value("A frist draft")
    page.locator(".panel textarea").fill("A first draft")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".pending .body")).to_have_text("A first draft")
    expect(page.get_by_role("status")).to_have_text("Your changes are saved and await review.")
    expect(page.locator("li article")).to_be_focused()
    page.reload()
    to_comments(page)
    expect(page.locator(".pending .body")).to_have_text("A first draft")
    assert [comment["body"] for comment in service.queue(article)] == ["A first draft"]


def test_an_own_comment_that_is_public_can_be_changed_and_is_held_again(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = opened(profile(), article)
    written(page, "Public soon")
    service.approve_all(article)
    page.reload()
    to_comments(page)
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()
    expect(page.locator(".vote")).to_have_count(0)
    page.get_by_role("button", name="Edit").click()
    page.locator(".panel textarea").fill("Public again soon")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".pending .body")).to_have_text("Public again soon")
    expect(page.get_by_role("heading", name="Comments")).to_be_visible()
    assert len(service.queue(article)) == 1


def test_authors_take_back_what_they_wrote(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = opened(profile(), article)
    written(page, "I should not have said that")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".panel")).to_contain_text("Your comment will be deleted for good.")
    page.locator(".panel").get_by_role("button", name="Delete").click()
    expect(page.locator("li article")).to_have_count(0)
    expect(page.get_by_text("No comments yet")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Your comment is deleted.")
    assert service.queue(article) == []
    page.reload()
    to_comments(page)
    expect(page.locator("li article")).to_have_count(0)


def test_a_comment_that_was_answered_leaves_a_trace_when_it_is_taken_back(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = opened(profile(), article)
    written(page, "The word that was answered")
    own = service.queue(article)[0]["id"]
    service.approve_all(article)
    published(service, article, "The answer", parent=own)
    page.reload()
    to_comments(page)
    page.get_by_role("button", name="Delete").click()
    page.locator(".panel").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This comment was removed.")).to_be_visible()
    expect(page.locator("li li .body")).to_have_text("The answer")
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()


def test_when_the_window_closes_the_author_can_change_nothing_more(
    profile: Callable[..., Profile], article: str
) -> None:
    page = profile().open(article)
    page.clock.install()
    page.reload()
    to_comments(page)
    written(page, "Too late soon")
    expect(page.locator("li footer")).to_contain_text(re.compile(r"14:\d\d left"))
    page.clock.fast_forward("13:50")
    expect(page.locator("li footer")).to_contain_text(re.compile(r"1:\d\d left"))
    page.clock.fast_forward("01:20")
    expect(page.get_by_role("button", name="Edit")).to_have_count(0)


def test_without_its_extras_the_thread_is_read_and_written_all_the_same(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    published(service, article, "Still here")
    reader = profile()
    reader.context.route("**/assets/extras-*", lambda route: route.abort())
    page = reader.open(f"{article}?open=1")
    to_comments(page)
    expect(page.locator(".body")).to_have_text("Still here")
    fill(page, **WRITTEN, body="And answered")
    page.locator("form .send").click()
    page.wait_for_url("**#belowline-sent")
    assert [comment["body"] for comment in service.queue(article)] == ["And answered"]
