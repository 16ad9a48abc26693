"""Threads of any length: page by page, links to any comment, a thousand comments that scroll and are searched well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile, to_comments
from tests.browser.newspaper import Newspaper
from tests.browser.service import Service

pytestmark = pytest.mark.browser
COMMENTS = 1_000
# The longest time between two frames while the reader scrolls through everything, in milliseconds.
SCROLL = """async () => {
  let longest = 0, last = performance.now();
  for (let top = 0; top < document.body.scrollHeight; top += 900) {
    scrollTo({ top, behavior: "instant" });
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}"""


def comments_of(service: Service, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.thread(address)["comments"]
    return found


@pytest.fixture(scope="module")
def long(service: Service, newspaper: Newspaper) -> str:
    """An article with a thousand comments."""
    address = f"{newspaper.origin}/long"
    service.flask(
        "seed", "--site", "demo", "--page", address, "--comments", str(COMMENTS), "--status", "approved"
    )
    return address


@pytest.fixture(scope="module")
def all_of_it(service: Service, long: str) -> list[dict[str, Any]]:
    """Its comments, newest first, each followed by what is below it."""
    found: list[dict[str, Any]] = []

    def take(comments: list[dict[str, Any]]) -> None:
        for comment in comments:
            found.append(comment)
            take(comment["replies"])

    cursor = ""
    while True:
        answer = service.client().get(f"/v1/comments?site=demo&page={long}&limit=200&cursor={cursor}").json()
        take(answer["comments"])
        cursor = answer["next"]
        if not cursor:
            return found


def show_all(page: Page) -> None:
    more = page.locator(".below .more")
    while more.count():
        shown = page.locator("li article").count()
        more.click()
        expect(page.locator("li article")).not_to_have_count(shown)


def test_page_by_page_every_comment_comes_once_and_the_first_new_one_has_the_focus(
    profile: Callable[..., Profile], long: str, all_of_it: list[dict[str, Any]]
) -> None:
    page = profile().open(long)
    to_comments(page)
    shown = page.locator("li article").count()
    page.locator(".below .more").click()
    expect(page.locator("li article")).not_to_have_count(shown)
    expect(page.locator("li article").nth(shown)).to_be_focused()
    show_all(page)
    ids = page.locator("li article").evaluate_all("all => all.map(one => one.id)")
    assert ids == [f"comment-{comment['id']}" for comment in all_of_it]


def test_a_link_leads_to_a_comment_however_far_down_and_marks_it(
    profile: Callable[..., Profile], long: str, all_of_it: list[dict[str, Any]]
) -> None:
    deepest = max(all_of_it[len(all_of_it) // 2 :], key=lambda comment: comment["depth"])
    page = profile().open(f"{long}#comment-{deepest['id']}")
    target = page.locator(f"#comment-{deepest['id']}")
    expect(target).to_be_focused()
    expect(target).to_be_in_viewport()
    expect(target).to_have_class("linked")
    show_all(page)
    ids = page.locator("li article").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids)) == len(all_of_it)


def test_a_link_within_the_page_to_a_comment_that_is_not_loaded_brings_it(
    profile: Callable[..., Profile], long: str, all_of_it: list[dict[str, Any]]
) -> None:
    page = profile().open(long)
    to_comments(page)
    for comment in (all_of_it[-1], all_of_it[0]):
        page.evaluate("id => { location.hash = `comment-${id}` }", comment["id"])
        target = page.locator(f"#comment-{comment['id']}")
        expect(target).to_be_in_viewport()
        expect(target).to_have_class("linked")
    expect(page.locator(".linked")).to_have_count(1)


def test_a_thousand_comments_are_found_by_a_search_in_the_page_and_scroll_smoothly(
    profile: Callable[..., Profile], long: str, all_of_it: list[dict[str, Any]]
) -> None:
    page = profile().open(long)
    to_comments(page)
    show_all(page)
    expect(page.locator("li article")).to_have_count(len(all_of_it))
    # Those far off the screen are not laid out, and found all the same.
    last = page.locator(".list > li").last
    assert last.evaluate("li => getComputedStyle(li).contentVisibility") == "auto"
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    words = (last.locator(".body").first.text_content() or "").strip()[:30]
    assert page.evaluate("words => window.find(words, true, false, true)", words)
    assert page.evaluate(SCROLL) < 500


def test_a_permalink_without_script_shows_its_comment(
    profile: Callable[..., Profile], service: Service, long: str, all_of_it: list[dict[str, Any]]
) -> None:
    far = all_of_it[-1]
    address = f"{service.url}/thread?site=demo&page={long}&comment={far['id']}#comment-{far['id']}"
    page = profile(script=False).open(address)
    expect(page.locator(f"#comment-{far['id']}")).to_be_in_viewport()
    seen = 0
    while True:
        seen += page.locator("article").count()
        following = page.locator("a[rel=next]")
        if not following.count():
            break
        following.click()
    assert seen >= len(all_of_it) / 2
