"""At home anywhere: under a path, several on a page, in applications, whatever the page looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.newspaper import Newspaper, newspaper_of
from tests.browser.prefixed import PREFIX, Prefixed
from tests.browser.service import Service

pytestmark = pytest.mark.browser
SITE = 'data-site="demo"'


def loader(service: str) -> str:
    return f'<script async src="{service}/embed.js" {SITE}></script>'


def thread_of(address: str, more: str = "") -> str:
    return f'<div data-belowline data-page="{address}" {more}></div>'


@pytest.fixture(scope="module")
def prefixed() -> Iterator[tuple[Service, Prefixed]]:
    proxy = Prefixed()
    running = Service(BELOWLINE_PUBLIC_URL=proxy.url)
    proxy.port = running.port
    proxy.start()
    try:
        running.start()
        yield running, proxy
    finally:
        running.remove()
        proxy.stop()


def test_under_a_path_prefix_the_whole_story_works(
    profile: Callable[..., Profile], prefixed: tuple[Service, Prefixed]
) -> None:
    running, proxy = prefixed
    with newspaper_of(running, proxy.url.removesuffix(PREFIX)) as paper:
        address = paper.publish("/prefixed", '<div id="comments"></div>' + loader(proxy.url))
        page = profile().open(address)
        to_comments(page)
        fill(page, name="Jonas", email="jonas@example.org", body="Sent through a prefix")
        page.locator("form .send").click()
        expect(page.locator(".pending")).to_be_visible()
        assert [comment["body"] for comment in running.queue(address)] == ["Sent through a prefix"]
        assert page.evaluate("refused") == []
        assert any(path.startswith(f"GET {PREFIX}/assets/extras-en") for path in proxy.asked)


def test_under_a_path_prefix_the_page_without_script_leads_nowhere_else(
    profile: Callable[..., Profile], prefixed: tuple[Service, Prefixed]
) -> None:
    running, proxy = prefixed
    proxy.stray.clear()
    page = profile(script=False).open(f"{proxy.url}/thread?site=demo&page=some-key&lang=en")
    fill(page, name="Jonas", email="jonas@example.org", body="Plainly")
    page.get_by_role("button", name="Post comment").click()
    page.wait_for_url(re.compile(rf"{PREFIX}/thread\?.*#belowline-sent$"))
    running.approve_all("some-key")
    page.reload()
    page.get_by_role("link", name="Reply to").click()
    expect(page.get_by_role("heading", name="Reply to")).to_be_visible()
    demo = profile().open(f"{proxy.url}/demo")
    to_comments(demo)
    assert demo.evaluate("refused") == []
    assert proxy.stray == []


def test_several_threads_of_several_languages_share_a_page(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper
) -> None:
    one, two = f"{newspaper.origin}/one", f"{newspaper.origin}/two"
    for address in (one, two):
        service.post(address, f"Below {address[-3:]}")
        service.approve_all(address)
    body = thread_of(one) + thread_of(two, 'data-lang="tr"') + loader(service.url) + loader(service.url)
    page = profile().open(newspaper.publish("/several", body))
    page.locator("[data-lang=tr]").scroll_into_view_if_needed()
    expect(page.locator(".body")).to_have_text(["Below one", "Below two"])
    expect(page.get_by_role("heading", name="1 comment")).to_have_count(1)
    expect(page.get_by_role("heading", name="1 yorum")).to_have_count(1)
    turkish = page.locator("[data-lang=tr]")
    turkish.get_by_role("button", name="Yanıtla").click()
    expect(turkish.locator("li form")).to_have_count(1)
    expect(page.locator("li form")).to_have_count(1)
    assert page.evaluate("refused") == []


def asked_for(page: Page, service: Service) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(service.url)))
    return asked


def test_an_application_swaps_the_article_and_nothing_is_left_of_the_one_before(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper
) -> None:
    one, two = f"{newspaper.origin}/swap-one", f"{newspaper.origin}/swap-two"
    for address in (one, two):
        service.post(address, f"Below {address[-3:]}")
        service.approve_all(address)
    body = f'<main>{thread_of(one)}</main><b id="n"></b>{loader(service.url)}'
    page = profile().open(newspaper.publish("/application", body))
    page.clock.install()
    page.reload()
    expect(page.locator(".body")).to_have_text("Below one")
    page.evaluate("address => document.querySelector('[data-belowline]').dataset.page = address", two)
    expect(page.locator(".body")).to_have_text("Below two")
    page.evaluate("document.querySelector('main').replaceChildren()")
    expect(page.locator("belowline-thread")).to_have_count(0)
    asked = asked_for(page, service)
    # Whatever still ran would ask for news by now.
    page.clock.fast_forward("20:00")
    assert asked == []
    page.evaluate(
        """address => {
          const place = document.createElement("div");
          place.dataset.belowline = "";
          place.dataset.page = address;
          document.querySelector("main").append(place);
          document.querySelector("#n").dataset.belowlineCount = address;
        }""",
        one,
    )
    expect(page.locator(".body")).to_have_text("Below one")
    expect(page.locator("#n")).to_have_text("1")
    page.evaluate(
        "address => document.querySelector('#n').dataset.belowlineCount = address + '/nothing'", one
    )
    expect(page.locator("#n")).to_have_text("0")
    assert page.evaluate("refused") == []


def test_a_module_puts_the_thread_where_a_script_wants_it_and_takes_it_away(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper
) -> None:
    address = f"{newspaper.origin}/by-module"
    service.post(address, "Below a module")
    service.approve_all(address)
    own = newspaper.script(
        "/own-module.js",
        f"""import {{ counts, mount }} from "{service.url}/embed.mjs";
        const options = {{ site: "demo", page: "{address}", lang: "tr" }};
        window.remove = mount(document.querySelector("#here"), options);
        counts(document, options);""",
    )
    body = f'<b data-belowline-count="{address}"></b><div id="here"></div><script type="module" src="{own}"></script>'
    page = profile().open(newspaper.publish("/module", body))
    expect(page.locator(".body")).to_have_text("Below a module")
    expect(page.get_by_role("heading", name="1 yorum")).to_be_visible()
    expect(page.locator("b")).to_have_text("1")
    assert page.evaluate("refused") == []
    page.evaluate("remove()")
    expect(page.locator("belowline-thread")).to_have_count(0)


def test_the_thread_follows_a_page_that_turns_dark_in_whatever_words(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(talked_about)
    to_comments(page)
    thread = page.locator("belowline-thread section")
    expect(thread).not_to_have_class(re.compile("dark"))
    page.evaluate("document.body.style.color = 'oklch(92% 0.02 90)'")
    expect(thread).to_have_class(re.compile("dark"))
    page.evaluate("document.body.style.color = 'color(display-p3 0.1 0.1 0.1)'")
    expect(thread).not_to_have_class(re.compile("dark"))
    # With all of the page's own ways of coming there slowly.
    page.evaluate("document.body.style.transition = 'color 300ms'; document.body.style.color = 'white'")
    expect(thread).to_have_class(re.compile("dark"))


def test_a_page_whose_rem_is_ten_pixels_has_readable_comments(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper, talked_about: str
) -> None:
    newspaper.script("/small.css", "")
    page = profile().open(
        newspaper.publish(
            "/small", f'<div id="comments" data-page="{talked_about}"></div>{loader(service.url)}'
        )
    )
    page.evaluate(
        "document.documentElement.style.fontSize = '62.5%'; document.body.style.fontSize = '1.2rem'"
    )
    to_comments(page)
    assert page.locator(".body").first.evaluate("body => getComputedStyle(body).fontSize") == "16px"


def test_parts_and_properties_of_the_page_reach_the_thread(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(talked_about)
    to_comments(page)
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync("belowline-thread::part(name) { color: rgb(1, 2, 3) }"
            + "#comments { --belowline-accent: rgb(4, 5, 6) }");
          document.adoptedStyleSheets.push(sheet);
        }"""
    )
    assert page.locator(".name").first.evaluate("name => getComputedStyle(name).color") == "rgb(1, 2, 3)"
    send = page.locator("form .send")
    assert send.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(4, 5, 6)"


def test_returning_readers_wait_for_one_request(
    profile: Callable[..., Profile], prefixed: tuple[Service, Prefixed]
) -> None:
    _, proxy = prefixed
    address = f"{proxy.url}/demo"
    reader = profile()
    first = reader.open(address)
    to_comments(first)
    expect(first.locator(".preview.ready")).to_be_visible()
    first.close()
    proxy.asked.clear()
    page = reader.open(address)
    to_comments(page)
    expect(page.locator(".preview.ready")).to_be_visible()
    files = [path for path in proxy.asked if "/assets/" in path or "/embed" in path]
    assert files == []
    threads = [path for path in proxy.asked if "/v1/comments?" in path]
    assert len(threads) == 1
