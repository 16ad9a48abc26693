"""Where mail is sent: readers ask for it, confirm by its link, and are known when they write again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.backing.mail import LINK, MailSink, mail_sink
from tests.backing.waiting import wait_until
from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.newspaper import Newspaper, newspaper_of
from tests.browser.service import Service
from tests.browser.test_access import LANGUAGES, LIGHT_AND_DARK, without_violations
from tests.browser.test_included import PLACES, held_back, release

pytestmark = pytest.mark.browser
NOTIFY = "Email me about replies and the moderators’ decision"
# An address of the web makes the checks say whether they know the author.
BODY = "Read this as well: https://boats.example.net/plans"


@pytest.fixture(scope="module")
def sink() -> Iterator[MailSink]:
    with mail_sink() as running:
        yield running


@pytest.fixture(scope="module")
def mailing(sink: MailSink) -> Iterator[Service]:
    """A service that sends mail."""
    running = Service(BELOWLINE_SMTP_URL=sink.url, BELOWLINE_MAIL_FROM="comments@news.example")
    try:
        running.start()
        yield running
    finally:
        running.remove()


@pytest.fixture(scope="module")
def paper(mailing: Service) -> Iterator[Newspaper]:
    """A newspaper of another origin that embeds it."""
    with newspaper_of(mailing) as made:
        yield made


@pytest.fixture
def included(mailing: Service, paper: Newspaper) -> Callable[[str], str]:
    """Publishes an article with the thread in it, as a newspaper's server would; returns its address."""

    def publish(lang: str) -> str:
        address = f"{paper.origin}/included-{lang}"
        asked = urlencode({"site": "demo", "page": address, "lang": lang, "fragment": 1})
        fragment = mailing.client().get(f"/thread?{asked}").body.decode().replace('"/', f'"{mailing.url}/')
        body = (
            f'<div id="comments" data-page="{address}" data-lang="{lang}">{fragment}</div>'
            f'<script async src="{mailing.url}/embed.js" data-site="demo"></script><footer>Below</footer>'
        )
        head = f'<link rel="stylesheet" href="{mailing.url}/assets/thread.css">'
        return paper.publish(f"/included-{lang}", body, head)

    return publish


def written(page: Page, service: Service, body: str, email: str) -> set[str]:
    """What the checks found in a comment that a reader sends."""
    article = page.url.partition("?")[0]
    to_comments(page)
    fill(page, name="Deniz", email=email, body=body)
    page.locator("form .send").click()
    expect(page.locator(".pending .body").filter(has_text=body)).to_be_visible()
    (sent,) = [comment for comment in service.queue(article) if comment["body"] == body]
    return {signal["check"] for signal in service.moderated(sent["id"])["signals"]}


def confirm(browser: Profile, sink: MailSink, email: str) -> None:
    """Presses the button behind the mailed link."""
    wait_until(lambda: bool(sink.to(email)), "the mail is there")
    link = next(link for link in LINK.findall(sink.to(email)[-1].text) if "/mail/confirm/" in link)
    page = browser.open(link)
    page.get_by_role("button", name="Yes, I wrote it").click()
    expect(page.get_by_role("heading", name="Thank you, your address is confirmed")).to_be_visible()
    page.close()


def test_a_reader_who_confirmed_by_mail_is_known_when_they_come_back(
    profile: Callable[..., Profile], mailing: Service, paper: Newspaper, sink: MailSink
) -> None:
    email = "deniz@mail.example.org"
    reader = profile()
    # The form was open for as long as people take: no mail is sent about what a program seems to have filled in.
    reader.context.clock.install(time=datetime.now(tz=UTC) - timedelta(minutes=1))
    page = reader.open(f"{paper.origin}/known-first")
    written(page, mailing, "A first word.", email)
    # Two in one sitting: the mail asks about the first, which goes along with the second and proves nothing yet.
    assert "author_history" in written(page, mailing, f"{BODY} (second)", email)
    page.close()
    confirm(reader, sink, email)
    assert len(sink.to(email)) == 1
    page = reader.open(f"{paper.origin}/known-later")
    assert "author_history" not in written(page, mailing, f"{BODY} (later)", email)
    # The address alone, from another browser, proves nothing.
    stranger = profile().open(f"{paper.origin}/known-stranger")
    assert "author_history" in written(stranger, mailing, f"{BODY} (stranger)", email)


def test_what_the_author_took_back_proves_nothing_any_more(
    profile: Callable[..., Profile], mailing: Service, paper: Newspaper
) -> None:
    page = profile().open(f"{paper.origin}/taken-back")
    written(page, mailing, "Said too soon.", "ada@mail.example.org")
    kept = "Object.keys(localStorage).filter((key) => key.endsWith(':proof')).length"
    assert page.evaluate(kept) == 1
    page.get_by_role("button", name="Delete").click()
    page.locator(".panel").get_by_role("button", name="Delete").click()
    expect(page.locator("li article")).to_have_count(0)
    assert page.evaluate(kept) == 0


def test_the_box_asks_for_mail_and_its_tick_outlives_a_reload(
    profile: Callable[..., Profile], mailing: Service, paper: Newspaper
) -> None:
    page = profile().open(f"{paper.origin}/asked-for")
    to_comments(page)
    expect(page.get_by_label(NOTIFY)).not_to_be_checked()
    fill(page, body="Do write to me.")
    page.get_by_label(NOTIFY).check()
    page.reload()
    to_comments(page)
    expect(page.get_by_label(NOTIFY)).to_be_checked()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        written(page, mailing, "Do write to me.", "nur@mail.example.org")
    assert sent.value.post_data_json["notify"] is True


def test_an_author_who_asked_for_it_hears_of_a_decision_without_script_too(
    profile: Callable[..., Profile], mailing: Service, paper: Newspaper, sink: MailSink
) -> None:
    email, article = "ines@mail.example.org", f"{paper.origin}/plain"
    asked = urlencode({"site": "demo", "page": article})
    browser = profile(script=False)
    page = browser.open(f"{mailing.url}/thread?{asked}")
    page.get_by_label(NOTIFY).check()
    fill(page, name="Ines", email="not an address", body="Tell me.")
    page.locator("form").evaluate("form => form.noValidate = true")
    page.locator("form button").click()
    expect(page.locator("#belowline-error-email")).to_be_visible()
    expect(page.get_by_label(NOTIFY)).to_be_checked()
    fill(page, email=email)
    page.locator("form button").click()
    page.wait_for_url(f"{article}#belowline-sent")
    confirm(browser, sink, email)
    mailing.approve_all(article)
    page = browser.open(f"{mailing.url}/thread?{asked}")
    page.get_by_role("link", name="My comments").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your comments")


def test_where_the_site_sends_no_mail_neither_box_nor_link_is_offered(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = profile().open(article)
    to_comments(page)
    expect(page.locator("[name=notify]")).to_have_count(0)
    expect(page.get_by_role("link", name="My comments")).to_have_count(0)
    page = profile(script=False).open(f"{service.url}/thread?{urlencode({'site': 'demo', 'page': article})}")
    expect(page.locator("form")).to_be_visible()
    expect(page.locator("[name=notify]")).to_have_count(0)
    expect(page.get_by_role("link", name="My comments")).to_have_count(0)


@LANGUAGES
def test_an_included_form_is_taken_over_with_its_tick_and_nothing_moves(
    profile: Callable[..., Profile], included: Callable[[str], str], lang: str
) -> None:
    reader = profile()
    waiting = held_back(reader)
    page = reader.open(included(lang))
    page.locator("#comments [name=notify]").check()
    before = page.evaluate(PLACES)
    release(page, waiting)
    expect(page.locator(".preview.ready")).to_be_attached()
    expect(page.locator("belowline-thread [name=notify]")).to_be_checked()
    after = page.evaluate(PLACES)
    assert after.keys() == before.keys()
    for name in before:
        assert after[name] == pytest.approx(before[name], abs=1), name


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_and_the_link_leads_to_the_service(
    profile: Callable[..., Profile], mailing: Service, paper: Newspaper, lang: str, dark: bool
) -> None:
    page = profile(dark=dark, width=375).open(
        f"{paper.origin}/axe?lang={lang}{'&style=dark' if dark else ''}"
    )
    to_comments(page)
    expect(page.locator("form [name=notify]")).to_be_visible()
    without_violations(page, "#comments")
    link = page.locator("belowline-thread section > a")
    assert link.get_attribute("href") == f"{mailing.url}/mail/mine?site=demo"
    page = profile(dark=dark, width=375).open(
        f"{mailing.url}/thread?{urlencode({'site': 'demo', 'page': 'axe', 'lang': lang})}"
    )
    without_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
