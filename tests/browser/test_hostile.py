"""Hostile text, posted as readers can and looked at in a real browser, runs nothing and asks nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests import corpora
from tests.browser.conftest import Profile, to_comments
from tests.browser.newspaper import Newspaper
from tests.browser.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.corpora]
EVERY_NTH = 29
ALLOWED = {"A", "BLOCKQUOTE", "BR", "CODE", "EM", "LI", "OL", "P", "PRE", "STRONG", "UL"}
# Many payloads wait for a pointer, a focus or a load: give them all of it.
PROVOKE = """(selector) => {
  const thread = document.querySelector("belowline-thread");
  const scope = thread ? thread.shadowRoot : document;
  const found = [...scope.querySelectorAll(selector)];
  for (const element of found)
    for (const name of ["mouseover", "mousemove", "mouseenter", "pointerover", "focus", "focusin", "toggle",
                        "error", "animationstart", "transitionend", "beforecopy", "copy", "keydown", "wheel"])
      element.dispatchEvent(new Event(name, { bubbles: true }));
  for (const element of found)
    for (const { name } of [...element.attributes])
      if (name.startsWith("on")) element.dispatchEvent(new Event(name.slice(2)));
  return [...new Set(found.map((element) => element.tagName))];
}"""

# Each payload as markup in a frame of its own; how many of them called what they want to call.
CARELESS = """async (payloads) => {
  let ran = 0;
  for (const html of payloads) {
    const frame = document.body.appendChild(document.createElement("iframe"));
    const { contentWindow: inner } = frame;
    let called = 0;
    for (const name of ["alert", "confirm", "prompt", "print"]) inner[name] = () => { called = 1; };
    inner.document.body.innerHTML = html;
    for (const element of inner.document.body.querySelectorAll("*"))
      for (const { name } of [...element.attributes])
        if (name.startsWith("on")) element.dispatchEvent(new Event(name.slice(2)));
    await new Promise((done) => setTimeout(done, 5));
    ran += called;
    frame.remove();
  }
  return ran;
}"""


@pytest.fixture(scope="module")
def payloads() -> list[str]:
    return corpora.payloads("xss")[::EVERY_NTH] + corpora.payloads("xss_markdown")


@pytest.fixture(scope="module")
def hostile(service: Service, newspaper: Newspaper, payloads: list[str]) -> str:
    """An article under which every payload that the service takes is public, as comment, name and website."""
    address = f"{newspaper.origin}/hostile"
    taken = 0
    for payload in payloads:
        taken += service.post(address, payload).status == 201
        taken += service.post(address, "Named so", name=payload[:80]).status == 201
        service.post(address, "Linked so", website=payload[:500])
    assert service.approve_at_once(address) >= taken > len(payloads)
    return address


def all_shown(page: Page) -> Page:
    to_comments(page)
    more = page.locator(".below .more")
    while more.count():
        before = page.locator("li article").count()
        more.click()
        page.wait_for_function(
            "(n) => document.querySelector('belowline-thread')"
            ".shadowRoot.querySelectorAll('article').length > n",
            arg=before,
        )
    return page


def nothing_ran(page: Page) -> None:
    assert set(page.evaluate(PROVOKE, ".body *")) <= ALLOWED
    assert page.evaluate("called") == []
    links = page.locator(".body a, .name a").evaluate_all("(links) => links.map((link) => link.href)")
    assert [link for link in links if link and not link.startswith(("http://", "https://"))] == []


def test_the_widget_runs_none_of_it_on_a_page_without_any_policy(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper, hostile: str
) -> None:
    reader = profile()
    asked: list[str] = []
    reader.context.on("request", lambda request: asked.append(request.url))
    nothing_ran(all_shown(reader.open(f"{hostile}?open=1")))
    assert [url for url in asked if not url.startswith((service.url, newspaper.origin))] == []


def test_the_widget_would_stop_it_even_if_the_service_did_not(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper, payloads: list[str]
) -> None:
    thread = service.thread(f"{newspaper.origin}/raw")
    thread["comments"] = [
        {
            "id": f"c{number}",
            "parent": None,
            "depth": 0,
            "name": payload,
            "website": payload,
            "avatar": payload,
            "staff": False,
            "body_html": payload,
            "created_at": "2026-03-07T10:00:00Z",
            "edited_at": None,
            "votes": {"up": 0, "down": 0},
            "replies": [],
            "more_replies": None,
            "tombstone": False,
        }
        for number, payload in enumerate(payloads)
    ]
    reader = profile()
    allowed = {"Access-Control-Allow-Origin": "*"}
    reader.context.route("**/v1/comments?*", lambda route: route.fulfill(json=thread, headers=allowed))
    asked: list[str] = []
    reader.context.on("request", lambda request: asked.append(request.url))
    page = reader.open(f"{newspaper.origin}/raw?open=1")
    to_comments(page)
    assert page.locator("li article").count() == len(payloads)
    nothing_ran(page)
    assert [url for url in asked if not url.startswith((service.url, newspaper.origin))] == []


def test_the_page_without_script_runs_none_of_it(
    profile: Callable[..., Profile], service: Service, hostile: str
) -> None:
    reader = profile()
    asked: list[str] = []
    reader.context.on("request", lambda request: asked.append(request.url))
    page = reader.open(f"{service.url}/thread?site=demo&page={hostile}&limit=200")
    while True:
        assert set(page.evaluate(PROVOKE, ".belowline-body *")) <= ALLOWED
        assert page.locator("script, style, iframe, object, embed, img, svg, math").count() == 0
        assert page.evaluate("called") == []
        following = page.locator("a[rel=next]")
        if not following.count():
            break
        following.click()
    assert [url for url in asked if not url.startswith(service.url)] == []


def test_a_page_without_our_care_runs_many_of_them(chromium: Browser, payloads: list[str]) -> None:
    context = chromium.new_context()
    context.route(
        "**/*", lambda route: route.abort() if route.request.url.startswith("http") else route.continue_()
    )
    page = context.new_page()
    page.goto("about:blank")
    ran = page.evaluate(CARELESS, payloads)
    context.close()
    assert ran >= 50
