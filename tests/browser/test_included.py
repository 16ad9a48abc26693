"""A thread that the publisher's server put into the page: read at once, taken over without anything moving."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Profile, to_comments
from tests.browser.newspaper import Newspaper
from tests.browser.service import Service

pytestmark = pytest.mark.browser
LONG = (
    "A comment of several lines, so that it wraps on every screen and is as high as its words are many. " * 3
)
# Where each comment, the title and what stands below them are, within a pixel.
PLACES = """() => {
  const thread = document.querySelector("belowline-thread:not([hidden])");
  const scope = thread ? thread.shadowRoot : document.querySelector("#comments");
  const places = {};
  const all = [...scope.querySelectorAll("article, h2, h3, textarea"), document.querySelector("footer")];
  for (const one of all) {
    const name = one.tagName === "ARTICLE" ? one.id : one.tagName;
    const { top, left, height } = one.getBoundingClientRect();
    // Titles share a line with buttons here and have it to themselves there.
    const size = one.tagName === "ARTICLE" || one.tagName === "TEXTAREA" ? [left, height] : [];
    places[name] = [top + scrollY, ...size].map(Math.round);
  }
  return places;
}"""


@pytest.fixture
def including(service: Service, newspaper: Newspaper, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Publishes an article with the thread in it, as a newspaper's server would; returns its address."""

    def publish(lang: str = "en", comments: int = 6) -> str:
        name = f"/included-{abs(hash(request.node.name))}-{lang}"
        address = newspaper.origin + name
        for number in range(comments):
            sent = service.post(address, LONG if number % 2 else f"Short {number}", name="Ayşe Yılmaz")
            if number == 2:
                service.approve_all(address)
                service.post(address, LONG, parent=sent.json()["comment"]["id"], name="بلال احمد")
        service.approve_all(address)
        asked = urlencode({"site": "demo", "page": address, "lang": lang, "fragment": 1})
        # The service has no public address here; a newspaper's own would have one.
        fragment = service.client().get(f"/thread?{asked}").body.decode().replace('"/', f'"{service.url}/')
        body = (
            f'<div id="comments" data-page="{address}" data-lang="{lang}">{fragment}</div>'
            f'<script async src="{service.url}/embed.js" data-site="demo"></script><footer>Below</footer>'
        )
        head = (
            '<meta name="viewport" content="width=device-width">'
            f'<link rel="stylesheet" href="{service.url}/assets/thread.css">'
        )
        return newspaper.publish(name, body, head)

    return publish


def held_back(reader: Profile) -> list[Route]:
    """Holds the thread's JSON until `release`."""
    waiting: list[Route] = []
    reader.context.route("**/v1/comments?*", lambda route: waiting.append(route))
    return waiting


def release(page: Page, waiting: list[Route]) -> None:
    while not waiting:
        page.wait_for_timeout(20)  # lets the route's handler run
    for route in waiting:
        route.continue_()
    page.locator("belowline-thread form").wait_for()


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("lang", ["en", "tr", "ur"])
def test_the_widget_takes_the_place_of_included_markup_and_nothing_moves(
    profile: Callable[..., Profile], including: Callable[..., str], width: int, lang: str
) -> None:
    reader = profile(width=width)
    waiting = held_back(reader)
    page = reader.open(including(lang))
    expect(page.locator("#comments .belowline article")).to_have_count(7)
    before = page.evaluate(PLACES)
    release(page, waiting)
    expect(page.locator(".preview.ready")).to_be_attached()
    expect(page.locator("#comments > *")).to_have_count(1)
    after = page.evaluate(PLACES)
    assert after.keys() == before.keys()
    moved = {
        name: (before[name], after[name])
        for name in before
        if any(abs(was - now) > 1 for was, now in zip(before[name], after[name], strict=True))
    }
    assert moved == {}
    assert page.evaluate("shifts") == []
    assert page.evaluate("refused") == []


def test_included_comments_are_never_off_the_screen(
    profile: Callable[..., Profile], including: Callable[..., str]
) -> None:
    reader = profile()
    address = including()
    # At each frame: how many comments somebody sees.
    reader.context.add_init_script(
        """window.seen = [];
        const look = () => {
          const thread = document.querySelector("belowline-thread:not([hidden])");
          const included = document.querySelectorAll("#comments .belowline article").length;
          seen.push(included || (thread?.shadowRoot?.querySelectorAll("article").length ?? 0));
          requestAnimationFrame(look);
        };
        addEventListener("DOMContentLoaded", () => requestAnimationFrame(look));"""
    )
    page = reader.open(address)
    page.locator("belowline-thread form").wait_for()
    expect(page.locator(".vote")).not_to_have_count(0)
    assert set(page.evaluate("seen")) == {7}


def test_what_the_reader_has_begun_to_write_goes_on_in_the_widget(
    profile: Callable[..., Profile], including: Callable[..., str]
) -> None:
    reader = profile()
    waiting = held_back(reader)
    page = reader.open(including())
    page.locator("#belowline-name").fill("Jonas")
    page.locator("#belowline-body").fill("Half a thought")
    page.locator("#belowline-body").evaluate("text => text.setSelectionRange(4, 4)")
    release(page, waiting)
    expect(page.locator("belowline-thread [name=name]")).to_have_value("Jonas")
    body = page.locator("belowline-thread [name=body]")
    expect(body).to_be_focused()
    page.keyboard.type(" of")
    expect(body).to_have_value("Half of a thought")


def test_included_comments_stay_when_the_service_does_not_answer(
    profile: Callable[..., Profile], including: Callable[..., str]
) -> None:
    reader = profile()
    reader.context.route("**/v1/comments?*", lambda route: route.abort())
    page = reader.open(including())
    expect(page.locator("belowline-thread")).to_be_attached()
    expect(page.get_by_role("status")).to_have_count(0)
    expect(page.locator("#comments .belowline article")).to_have_count(7)
    expect(page.locator("#comments .belowline article").first).to_be_visible()


def test_the_demonstration_page_is_read_before_and_after_its_script(
    profile: Callable[..., Profile], service: Service
) -> None:
    address = f"{service.url}/demo"
    service.post(address, "Read without and with script")
    service.approve_all(address)
    plain = profile(script=False).open(address)
    expect(plain.get_by_text("Read without and with script")).to_be_visible()
    page = profile().open(address)
    to_comments(page)
    expect(page.get_by_text("Read without and with script")).to_have_count(1)
    assert page.evaluate("shifts") == []
