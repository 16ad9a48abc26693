"""What happens while a reader reads: new comments are announced, and authors hear what became of theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.service import Service

pytestmark = pytest.mark.browser
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def reading(profile: Callable[..., Profile], service: Service, article: str) -> Page:
    """A reader of an article with one comment, whose clock is in our hands."""
    service.post(article, "The first word")
    service.approve_all(article)
    page = profile().open(article)
    page.clock.install()
    page.reload()
    to_comments(page)
    expect(page.locator(".preview.ready")).to_be_visible()
    return page


def looks(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/counts" in request.url else None)
    return asked


def test_new_comments_are_announced_and_come_when_the_reader_wants_them(
    reading: Page, service: Service, article: str
) -> None:
    first = service.thread(article)["comments"][0]["id"]
    service.post(article, "The second word")
    service.post(article, "An answer", parent=first)
    service.post(article, "The third word")
    service.approve_all(article)
    before = reading.locator("li article").first.bounding_box()
    reading.clock.fast_forward("00:35")
    button = reading.get_by_role("button", name="3 new comments")
    expect(button).to_be_visible()
    expect(reading.get_by_role("status")).to_have_text("3 new comments")
    assert reading.locator("li article").first.bounding_box() == before
    expect(reading.locator("li article")).to_have_count(1)
    button.click()
    expect(reading.locator(".body")).to_have_text(
        ["The third word", "The second word", "The first word", "An answer"]
    )
    expect(reading.locator("li li .body")).to_have_text("An answer")
    expect(reading.get_by_role("status")).to_have_text("3 new comments are shown.")
    expect(reading.get_by_role("heading", name="4 comments")).to_be_visible()
    expect(button).to_be_hidden()
    assert reading.evaluate("shifts") == []


def test_looking_costs_no_body_and_gets_rarer_while_nothing_happens(reading: Page) -> None:
    statuses: list[int] = []
    validated: list[bool] = []
    session = reading.context.new_cdp_session(reading)
    session.send("Network.enable")
    session.on("Network.responseReceivedExtraInfo", lambda event: statuses.append(event["statusCode"]))
    session.on(
        "Network.requestWillBeSentExtraInfo",
        lambda event: validated.append("If-None-Match" in event["headers"]),
    )
    asked = looks(reading)
    for _ in range(2):
        with reading.expect_response("**/v1/counts*"):
            reading.clock.fast_forward("01:00")
    reading.wait_for_function("() => true")
    assert len(asked) == 2
    assert statuses == [304, 304] or statuses == [200, 304]
    assert validated[-1]
    # By now the pause is longer than half a minute.
    reading.clock.fast_forward("00:35")
    assert len(asked) == 2


def test_nobody_asks_in_a_tab_that_is_not_seen_and_it_asks_when_it_is_seen_again(reading: Page) -> None:
    asked = looks(reading)
    reading.evaluate(HIDE, True)
    reading.clock.fast_forward("30:00")
    assert asked == []
    with reading.expect_response("**/v1/counts*"):
        reading.evaluate(HIDE, False)
    assert len(asked) == 1


def test_an_author_sees_a_comment_become_public(reading: Page, service: Service, article: str) -> None:
    fill(reading, name="Jonas", email="jonas@example.org", body="Soon public")
    reading.locator("form .send").click()
    expect(reading.locator(".pending")).to_contain_text("Awaiting review")
    service.approve_all(article)
    reading.clock.fast_forward("00:35")
    expect(reading.locator(".pending")).to_have_count(0)
    expect(reading.locator(".body").first).to_have_text("Soon public")
    expect(reading.get_by_role("status")).to_have_text("Your comment is published.")
    expect(reading.get_by_role("heading", name="2 comments")).to_be_visible()
    expect(reading.locator(".news")).to_be_hidden()


def test_an_author_is_told_that_a_comment_was_not_published(
    reading: Page, service: Service, article: str
) -> None:
    fill(reading, name="Jonas", email="jonas@example.org", body="Not to be published")
    reading.locator("form .send").click()
    expect(reading.locator(".pending")).to_be_visible()
    service.reject_all(article)
    reading.clock.fast_forward("00:35")
    expect(reading.locator(".pending")).to_contain_text("Not published")
    expect(reading.locator(".pending")).to_contain_text("The moderators decided not to publish this comment.")
    reading.reload()
    to_comments(reading)
    expect(reading.locator(".pending")).to_contain_text("Not published")
    reading.get_by_role("button", name="Remove this note").click()
    expect(reading.locator(".pending")).to_have_count(0)
    reading.reload()
    to_comments(reading)
    expect(reading.locator("li article")).to_have_count(1)


def test_what_is_taken_for_spam_looks_as_if_it_waited(reading: Page, service: Service, article: str) -> None:
    fill(reading, name="Jonas", email="jonas@example.org", body="Cheap boats")
    reading.locator("form .send").click()
    expect(reading.locator(".pending")).to_be_visible()
    service.decide_all(article, "spam")
    with reading.expect_response("**/status"):
        reading.clock.fast_forward("00:35")
    expect(reading.locator(".pending")).to_contain_text("Awaiting review")


def test_ages_grow_while_one_reads(reading: Page) -> None:
    expect(reading.locator(".when").first).to_have_text("just now")
    reading.clock.fast_forward("05:10")
    expect(reading.locator(".when").first).to_have_text("5 minutes ago")
