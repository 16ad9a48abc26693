"""What the widget does to the page around it: nothing moves, nothing is refused, nothing is left behind."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Profile, to_comments
from tests.browser.newspaper import Newspaper
from tests.browser.service import Service

pytestmark = pytest.mark.browser


def test_the_strictest_policy_refuses_nothing_of_it(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(talked_about)
    to_comments(page)
    expect(page.locator("li article")).to_have_count(9)
    assert page.evaluate("refused") == []


@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_moves_when_the_thread_comes(
    profile: Callable[..., Profile], talked_about: str, width: int
) -> None:
    page = profile(width=width).open(talked_about)
    for _ in range(12):
        page.mouse.wheel(0, 500)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    to_comments(page)
    expect(page.locator(".vote")).not_to_have_count(0)
    page.locator("#footer").scroll_into_view_if_needed()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("shifts") == []


def test_comments_show_after_three_requests_to_the_service_and_none_elsewhere(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper, talked_about: str
) -> None:
    reader = profile()
    asked: list[str] = []
    reader.context.on("request", lambda request: asked.append(request.url))
    page = reader.open(talked_about)
    to_comments(page)
    expect(page.locator(".vote")).not_to_have_count(0)
    own = [url.removeprefix(service.url) for url in asked if url.startswith(service.url)]
    kinds = [re.sub(r"[-?.].*", "", url) for url in own if "/v1/counts" not in url]
    assert kinds == ["/embed", "/v1/comments", "/assets/widget", "/assets/extras"]
    assert [url for url in asked if not url.startswith((service.url, newspaper.origin))] == []


def test_far_from_the_thread_only_loader_and_counts_are_asked_for(
    profile: Callable[..., Profile], service: Service, talked_about: str
) -> None:
    reader = profile()
    asked: list[str] = []
    reader.context.on("request", lambda request: asked.append(request.url))
    page = reader.open(talked_about)
    expect(page.locator("b#count")).to_have_text("9")
    assert sorted(
        url.removeprefix(service.url).split("?")[0] for url in asked if url.startswith(service.url)
    ) == [
        "/embed.js",
        "/v1/counts",
    ]


def test_a_permalink_loads_the_thread_and_goes_to_its_comment(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    reader = profile()
    page = reader.open(talked_about)
    to_comments(page)
    link = page.locator("li .when").last
    address = link.get_attribute("href") or ""
    name = address.partition("#")[2]
    other = reader.open(address)
    expect(other.locator(f"#{name}")).to_be_focused()
    expect(other.locator(f"#{name}")).to_be_in_viewport()


def test_sorting_asks_the_service_and_keeps_the_place(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(talked_about)
    to_comments(page)
    expect(page.locator(".body").first).to_have_text("Comment 6")
    page.get_by_label("Sort by").select_option("oldest")
    expect(page.locator(".body").first).to_have_text("A first comment with a link")


def test_a_removed_element_stops_everything_it_began(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(talked_about)
    to_comments(page)
    page.evaluate(
        """() => {
          const thread = document.querySelector("belowline-thread");
          thread.remove();
          document.querySelector("#comments").append(thread);
        }"""
    )
    expect(page.locator("li article")).to_have_count(9)
    expect(page.locator("belowline-thread form")).to_have_count(1)


@pytest.mark.parametrize("lang", ["en", "tr", "ur"])
@pytest.mark.parametrize("path", ["demo?", "thread?site=demo&page=https://news.example/narrow&"])
def test_a_screen_320_pixels_wide_needs_no_sideways_scrolling(
    profile: Callable[..., Profile], service: Service, lang: str, path: str
) -> None:
    page = profile(width=320).open(f"{service.url}/{path}lang={lang}")
    if path.startswith("demo"):
        to_comments(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_on_a_dark_page_the_thread_is_dark_whatever_the_system_says(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(f"{talked_about}?style=dark")
    to_comments(page)
    assert "dark" in (page.locator("belowline-thread section").get_attribute("class") or "")


def test_a_page_that_resets_everything_leaves_the_thread_readable(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(f"{talked_about}?style=reset")
    to_comments(page)
    style = page.locator(".body").first.evaluate(
        "(body) => { const { fontSize: a, letterSpacing: b, textTransform: c } = getComputedStyle(body);"
        " return [a, b, c]; }"
    )
    assert style == ["16px", "normal", "none"]
