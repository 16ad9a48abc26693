"""One service and one Chromium a session, and people of the newsroom who are signed in.

`desk()` is a signed-in moderator's browser, `desk(role="admin")` an admin's; `desk(dark=True, lang="ur", width=375)`.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Profile, profile
from tests.browser.service import Service, running
from tests.console.door import Door
from tests.console.site import NewSite

__all__ = ["profile", "service"]

SITE = "demo"
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    with running() as service:
        yield service


@pytest.fixture
def paper(service: Service) -> NewSite:
    """A site that no other test uses, where everything is held."""
    return NewSite(service).open()


@dataclass
class Desk:
    """Somebody's browser at the console; `open` shows a page of it."""

    service: Service
    profile: Profile
    login: str
    lang: str
    page: Page

    def open(self, path: str = "/console") -> Page:
        """Goes to a page and waits until its script has drawn it."""
        self.page.goto(f"{self.service.url}{path}")
        self.page.locator("#content:not([aria-busy])").wait_for()
        return self.page

    def tab(self, path: str = "/console") -> Page:
        """The same in another tab."""
        page = self.profile.open(f"{self.service.url}{path}")
        page.locator("#content:not([aria-busy])").wait_for()
        return page


@pytest.fixture
def desk(service: Service, profile: Callable[..., Profile]) -> Callable[..., Desk]:
    """Makes an account and signs it in, in a browser of its own."""

    def sign_in(role: str = "moderator", lang: str = "en", site: str = SITE, **browser: Any) -> Desk:
        login = f"{role}-{next(_numbers)}-{secrets.token_hex(2)}"
        hire(service, login, role, site)
        own = profile(**browser)
        door = Door(own, service.url)
        door.come_in(login, PASSWORD)
        if lang != "en":
            door.choose_language(lang)
        return Desk(service, own, login, lang, own.open("about:blank"))

    return sign_in


def hire(service: Service, login: str, role: str = "moderator", site: str = SITE) -> str:
    """Adds an account; returns its id."""
    admin = service.client(service.credentials()["admin_token"])
    new = {"login": login, "role": role, "sites": None if role == "admin" else [site], "password": PASSWORD}
    answer = admin.post("/v1/admin/accounts", new)
    assert answer.status == 201, answer.body
    return str(answer.json()["account"]["id"])


def enter(page: Page, login: str, password: str = PASSWORD) -> None:
    """Fills in the form at the door."""
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(password)
    page.locator("button.main").click()


def set_up_second_factor(page: Page) -> str:
    """Does what the page asks for; returns the secret that the device keeps."""
    secret = (page.locator("[data-secret]").text_content() or "").replace(" ", "")
    page.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    page.locator("button.main").click()
    page.locator(".codes").wait_for()
    return secret


def choose_language(page: Page, service: Service, lang: str) -> None:
    """On the person's own page."""
    page.goto(f"{service.url}/console/me")
    page.locator("[name=language]").select_option(lang)
    page.locator("[action='/console/me/language'] button").click()
    page.locator(f"html[lang={lang}]").wait_for()
