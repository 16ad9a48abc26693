"""The pages behind links in mails, in a real browser without script: pressed through, and looked at by axe.

Chromium asks the application of this process, so that its clock can be moved and its mail read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from service.settings import Settings
from tests.api.desk import Desk
from tests.api.mailed import BASE, SENDER, Mailroom
from tests.api.newsroom import open_newsroom
from tests.backing.app import application
from tests.backing.mail import mail_sink
from tests.browser.conftest import Profile
from tests.browser.test_access import LANGUAGES, LIGHT_AND_DARK, without_violations

pytestmark = pytest.mark.browser
EMAIL = "deniz@mail.example.org"
TEXT = {
    "en": ("Margaret Whitcombe", "That is *exactly* why it works: every weld is argued over twice."),
    "tr": ("Ayşe Yılmaz", "Kesinlikle katılıyorum; asıl bağ *orada* kuruluyor."),
    "ur": ("بلال احمد", "یہ بات درست ہے۔ مشترکہ تربیت سے *اعتماد* پیدا ہوتا ہے۔"),
}


@pytest.fixture
def mailroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Mailroom]]:
    """Makes a newsroom that speaks a language, on an application of this process."""
    with mail_sink() as sink:
        settings = Settings(limits_on=False, smtp_url=sink.url, mail_from=SENDER, public_url=BASE)
        with application(tmp_path, f"sqlite:///{tmp_path / 'belowline.db'}", settings) as app:
            yield lambda lang: Mailroom(open_newsroom(app, language=lang), sink, monkeypatch)


def open_page(profile: Profile, room: Mailroom, path: str) -> Page:
    """A page of the application; nothing else can be reached."""

    def answer(route: Route) -> None:
        asked = route.request
        parts = urlsplit(asked.url)
        if f"{parts.scheme}://{parts.netloc}" != BASE:
            route.abort()
            return
        got = room.newsroom.client.open(
            f"{parts.path}?{parts.query}",
            method=asked.method,
            data=asked.post_data_buffer,
            content_type=asked.headers.get("content-type"),
        )
        route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.get_data())

    profile.context.route("**/*", answer)
    return profile.open(BASE + path)


def _write(room: Mailroom, lang: str, **fields: object) -> str:
    name, body = TEXT[lang]
    return room.newsroom.pending(email=EMAIL, name=name, body=body, title="Talks go on", **fields)


@LANGUAGES
def test_an_address_is_confirmed_without_script(
    profile: Callable[..., Profile], mailroom: Callable[[str], Mailroom], lang: str
) -> None:
    room = mailroom(lang)
    _write(room, lang)
    (mail,) = room.mails(EMAIL)
    page = open_page(profile(script=False, width=375), room, mail.link("mail/confirm/"))
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if lang == "ur" else "ltr")
    expect(page.locator(".belowline-quote em")).to_be_visible()
    page.locator("button").first.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    page.reload()
    expect(page.locator("button")).to_have_count(0)


def test_ones_own_comments_are_changed_and_erased_without_script(
    profile: Callable[..., Profile], mailroom: Callable[[str], Mailroom]
) -> None:
    room = mailroom("en")
    comment = _write(room, "en")
    page = open_page(profile(script=False), room, f"/mail/mine?site={room.newsroom.site}")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("a mail with a link")
    page = open_page(profile(script=False), room, room.mails(EMAIL)[-1].link("mail/mine/"))
    page.get_by_role("button").click()
    page.locator("summary").click()
    page.get_by_label("Comment").fill("Other words.")
    page.get_by_role("button", name="Save the text").click()
    expect(page.get_by_role("status")).to_contain_text("awaits review")
    expect(page.locator(f"#comment-{comment} .belowline-body")).to_have_text("Other words.")
    page.get_by_label("Yes, erase it all").check()
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is erased")


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_on_any_of_the_pages(
    profile: Callable[..., Profile], mailroom: Callable[[str], Mailroom], lang: str, dark: bool
) -> None:
    room = mailroom(lang)
    desk = Desk(room, language=lang)
    _write(room, lang)
    room.newsroom.approved(email=EMAIL, name=TEXT[lang][0], title="Talks go on")
    waiting = desk.mails()[-1]
    question = room.mails(EMAIL)[-1]
    room.press("/mail/mine", site=room.newsroom.site, email=EMAIL)
    entrance = room.mails(EMAIL)[-1].link("mail/mine/")
    browser = profile(dark=dark, width=375)
    for path in (
        question.link("mail/confirm/"),
        question.message["List-Unsubscribe"].strip("<>").removeprefix(BASE),
        f"/mail/mine?site={room.newsroom.site}",
        waiting.link("mail/decide/"),
        "/mail/confirm/nothing",
        entrance,
    ):
        page = open_page(browser, room, path)
        without_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.locator("button").click()
    page.locator(".belowline-list").wait_for()
    without_violations(page)
