"""A moderator's own mail: given, confirmed, chosen and given up on the page of one's account."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.backing.mail import MailSink, mail_sink
from tests.backing.waiting import wait_until
from tests.browser.conftest import Profile
from tests.browser.service import Service
from tests.browser.test_access import LIGHT_AND_DARK, without_violations
from tests.console.conftest import PASSWORD, Desk, enter, hire

pytestmark = pytest.mark.browser
LANGUAGES = pytest.mark.parametrize("lang", ["en", "ur"])


@pytest.fixture(scope="module")
def sink() -> Iterator[MailSink]:
    with mail_sink() as running:
        yield running


@pytest.fixture(scope="module")
def mailing(sink: MailSink) -> Iterator[Service]:
    """A service that sends mail."""
    running = Service(BELOWLINE_SMTP_URL=sink.url, BELOWLINE_MAIL_FROM="comments@news.example")
    running._settings["BELOWLINE_PUBLIC_URL"] = running.base_url
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture
def person(mailing: Service, profile: Callable[..., Profile]) -> Callable[..., Desk]:
    """Somebody who is signed in there, on the page of their account."""

    def sign_in(login: str, lang: str = "en", **look: object) -> Desk:
        hire(mailing, login)
        own = profile(**look)
        page = own.open(f"{mailing.url}/console/sign-in?lang={lang}")
        enter(page, login)
        page.locator(".rail").wait_for()
        at = Desk(mailing, own, login, lang, page)
        at.open(f"/console/me?lang={lang}")
        return at

    return sign_in


def give(page: Page, address: str, password: str = PASSWORD) -> None:
    form = page.locator("#content form", has=page.locator("[name=mail-address]"))
    form.locator("[name=mail-address]").fill(address)
    form.locator("[name=mail-password]").fill(password)
    form.locator("button").click()


def test_a_moderator_gives_an_address_confirms_it_chooses_and_gives_it_up(
    person: Callable[..., Desk], sink: MailSink
) -> None:
    at = person("anna")
    page, address = at.page, "anna@news.example"
    expect(page.locator("#content")).to_contain_text("You get no mail.")
    give(page, address, "not the password")
    expect(page.get_by_role("alert")).to_have_text("This is not your present password.")
    assert sink.to(address) == []
    give(page, address)
    expect(page.locator("[data-address=unconfirmed]")).to_contain_text("press the button")
    assert address not in page.content()
    wait_until(lambda: sink.to(address), "the question is mailed")
    other = at.profile.open(f"{at.service.url}{sink.to(address)[0].link('mail/desk/')}")
    other.locator("form button").click()
    other.get_by_text("anna").first.wait_for()
    at.open("/console/me")
    expect(page.locator("[data-address=confirmed]")).to_have_text("Your address is confirmed.")
    for topic in ("holds", "alarms"):
        page.locator(f"[name=about][value={topic}]").uncheck()
    page.locator("[name=mail-language]").select_option("tr")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("Saved.").first.wait_for()
    page.reload()
    expect(page.locator("[name=about]:checked")).to_have_count(1)
    expect(page.locator("[name=about][value=campaigns]")).to_be_checked()
    expect(page.locator("[name=mail-language]")).to_have_value("tr")
    page.get_by_role("button", name="Switch off and forget").click()
    page.locator("dialog button.main, dialog form button").first.click()
    expect(page.locator("#content")).to_contain_text("You get no mail.")


def test_another_address_waits_for_its_own_confirmation(person: Callable[..., Desk], sink: MailSink) -> None:
    page = person("ben").page
    give(page, "ben@news.example")
    page.locator("[data-address=unconfirmed]").wait_for()
    page.locator("summary").click()
    give(page, "other@news.example")
    wait_until(lambda: sink.to("other@news.example"), "the new address is asked")


def test_where_no_mail_is_sent_the_page_says_so(desk: Callable[..., Desk]) -> None:
    page = desk().open("/console/me")
    expect(page.locator("#content .notice")).to_contain_text("This service sends no mail.")
    expect(page.locator("#content form")).to_have_count(0)


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_in_any_state_of_the_mail(
    person: Callable[..., Desk], lang: str, dark: bool
) -> None:
    page = person(f"axe-{lang}-{dark}".lower(), lang, dark=dark, width=375).page
    without_violations(page)
    give(page, f"{lang}{dark}@news.example")
    page.locator("[data-address=unconfirmed]").wait_for()
    page.locator("summary").click()
    without_violations(page)
