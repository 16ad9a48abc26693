"""One service, one newspaper of another origin and one Chromium a session; a fresh profile for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.newspaper import Newspaper, newspaper_of
from tests.browser.service import Service, running

# Runs before every page: counts what the page's policy refuses, what moves, and what hostile text calls.
WATCH = """
window.refused = []; window.shifts = []; window.called = [];
addEventListener("securitypolicyviolation",
  (event) => refused.push(`${event.violatedDirective} ${event.blockedURI}`));
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) shifts.push(shift.value);
}).observe({type: "layout-shift", buffered: true});
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => { called.push(name); };
"""
WAIT_MILLISECONDS = 30_000
expect.set_options(timeout=WAIT_MILLISECONDS)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    with running() as service:
        yield service


@pytest.fixture(scope="session")
def newspaper(service: Service) -> Iterator[Newspaper]:
    with newspaper_of(service) as paper:
        yield paper


@dataclass
class Profile:
    """A fresh browser profile; what goes wrong in its pages is kept in `errors`."""

    context: BrowserContext
    errors: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._said)
        page.goto(address)
        return page

    def _said(self, message: ConsoleMessage) -> None:
        # Refused and broken requests are part of some tests; each looks for them itself.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.errors.append(message.text)


@pytest.fixture
def profile(chromium: Browser) -> Iterator[Callable[..., Profile]]:
    """Makes profiles (`width=`, `dark=`, `script=`); fails when a page of theirs threw or logged an error."""
    made: list[Profile] = []

    def make(width: int = 1280, dark: bool = False, script: bool = True) -> Profile:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        context.add_init_script(WATCH)
        made.append(Profile(context))
        return made[-1]

    yield make
    errors = [error for one in made for error in one.errors]
    for one in made:
        one.context.close()
    assert errors == []


@pytest.fixture
def article(request: pytest.FixtureRequest, newspaper: Newspaper) -> str:
    """The address of an article that no other test writes under."""
    return f"{newspaper.origin}/{request.node.name.replace('[', '-').replace(']', '')}"


@pytest.fixture(scope="session")
def talked_about(service: Service, newspaper: Newspaper) -> str:
    """An article with a thread."""
    address = f"{newspaper.origin}/talked-about"
    first = service.post(
        address, "A *first* comment with a [link](https://example.org/)", name="Ayşe Yılmaz"
    ).json()
    for number in range(7):
        service.post(address, f"Comment {number}", name="بلال احمد", website="https://example.org/")
    service.approve_all(address)
    service.post(address, "A reply", parent=first["comment"]["id"])
    service.approve_all(address)
    return address


def to_comments(page: Page) -> None:
    """Scrolls to the thread and waits until it is drawn with its form."""
    page.locator("#comments").scroll_into_view_if_needed()
    page.locator("belowline-thread form").wait_for()


def fill(page: Page, **fields: str) -> None:
    """Writes into the form (with script or without)."""
    for name, text in fields.items():
        page.locator(f"form [name={name}]").fill(text)
