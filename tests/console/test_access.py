"""Every page of the console is as good for those who see, hear and type differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from service.console.places import PLACES
from tests.browser.conftest import Profile
from tests.browser.service import Service, running
from tests.browser.test_access import LIGHT_AND_DARK, without_violations
from tests.console.conftest import Desk, enter, hire, set_up_second_factor

pytestmark = pytest.mark.browser
LANGUAGES = pytest.mark.parametrize("lang", ["en", "ur"])
PATHS = [place.path for place in PLACES if "<" not in place.path]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Of this file alone: an admin sees what other tests leave behind on every site."""
    with running() as service:
        yield service


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_at_the_door(
    profile: Callable[..., Profile], service: Service, lang: str, dark: bool
) -> None:
    login = f"door-{lang}-{dark}".lower()
    hire(service, login, "admin")
    page = profile(dark=dark).open(f"{service.url}/console/sign-in?lang={lang}")
    without_violations(page)
    enter(page, login, "not the password at all")
    page.locator(".notice.bad").wait_for()
    without_violations(page)
    enter(page, login)
    page.locator(".qr-frame").wait_for()
    without_violations(page)
    set_up_second_factor(page)
    without_violations(page)


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_on_any_page(desk: Callable[..., Desk], lang: str, dark: bool) -> None:
    admin = desk("admin", lang=lang, dark=dark)
    for path in PATHS:
        without_violations(admin.open(path))
    admin.page.goto(f"{admin.service.url}/console/me")
    without_violations(admin.page)


def test_no_page_asks_for_anything_that_its_policy_refuses(desk: Callable[..., Desk]) -> None:
    admin = desk("admin")
    for path in PATHS:
        assert admin.open(path).evaluate("window.refused") == []


@pytest.mark.parametrize("lang", ["en", "ur"])
def test_on_a_phone_the_navigation_shows_where_one_is(desk: Callable[..., Desk], lang: str) -> None:
    page = desk("admin", lang=lang, width=375).open("/console/tokens")
    place = page.locator(".rail [aria-current=page]").bounding_box()
    assert place is not None
    assert 0 <= place["x"] <= 375 - place["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
