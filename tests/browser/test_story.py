"""The main job on a page of another origin: readers comment, a moderator approves, everybody reads."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.service import Service

pytestmark = pytest.mark.browser
TURKISH = "İğdır’dan selamlar: Işıl ışıl bir haber, teşekkürler."
URDU = "بہت عمدہ خبر ہے، مشترکہ تربیت پر مزید لکھیے۔"


def send(page: Page, button: str, **fields: str) -> None:
    fill(page, **fields)
    page.get_by_role("button", name=button).click()


def test_a_comment_in_turkish_and_one_in_urdu_go_from_writing_to_everybodys_screen(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    ayse = profile().open(f"{article}?lang=tr")
    to_comments(ayse)
    send(ayse, "Yorumu gönder", name="Ayşe Yılmaz", email="ayse@example.org", body=TURKISH)
    expect(ayse.locator(".pending")).to_contain_text("Onay bekliyor")
    expect(ayse.locator(".pending .body")).to_have_text(TURKISH)
    expect(ayse.get_by_role("status")).to_have_text("Teşekkürler. Yorumunuz onay bekliyor.")

    bilal = profile().open(f"{article}?lang=ur")
    to_comments(bilal)
    assert bilal.locator("belowline-thread section").get_attribute("dir") == "rtl"
    expect(bilal.locator("li article")).to_have_count(0)
    send(bilal, "تبصرہ بھیجیں", name="بلال احمد", email="bilal@example.org", body=URDU)
    expect(bilal.locator(".pending")).to_contain_text("منظوری کا منتظر")

    ayse.reload()
    to_comments(ayse)
    expect(ayse.locator("li article")).to_have_count(1)
    expect(ayse.locator(".pending .body")).to_have_text(TURKISH)

    assert service.approve_all(article) == 2
    reader = profile().open(article)
    to_comments(reader)
    expect(reader.locator(".body")).to_have_text([URDU, TURKISH])
    expect(reader.get_by_role("heading", name="2 comments")).to_be_visible()
    expect(reader.locator("b#count")).to_have_text("2")
    assert reader.locator(".body").first.evaluate("body => getComputedStyle(body).direction") == "rtl"

    ayse.reload()
    to_comments(ayse)
    expect(ayse.locator("li article")).to_have_count(2)
    expect(ayse.locator(".pending")).to_have_count(0)


def test_a_reply_stands_under_its_comment_and_raises_the_count(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    service.post(article, "The first word", name="Margaret")
    service.approve_all(article)
    page = profile().open(article)
    to_comments(page)
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()
    page.get_by_role("button", name="Reply to \u2068Margaret\u2069").click()
    expect(page.locator("[name=name]")).to_be_focused()
    expect(page.get_by_role("heading", name="Reply to")).to_be_visible()
    send(page, "Post comment", name="Jonas", email="jonas@example.org", body="The second word")
    expect(page.locator("li li .pending")).to_contain_text("The second word")
    expect(page.get_by_role("heading", name="Leave a reply")).to_be_visible()

    service.approve_all(article)
    page.reload()
    to_comments(page)
    expect(page.locator("li li .body")).to_have_text("The second word")
    expect(page.get_by_role("heading", name="2 comments")).to_be_visible()
    expect(page.locator("b#count")).to_have_text("2")


def test_cancelling_a_reply_brings_the_form_home_and_the_focus_back(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    service.post(article, "The first word")
    service.approve_all(article)
    page = profile().open(article)
    to_comments(page)
    page.get_by_role("button", name="Reply to").click()
    page.get_by_role("button", name="Cancel reply").click()
    expect(page.get_by_role("button", name="Reply to")).to_be_focused()
    expect(page.locator("li form")).to_have_count(0)
    expect(page.get_by_role("heading", name="Leave a reply")).to_be_visible()


def test_the_demonstration_page_tells_the_same_story(
    profile: Callable[..., Profile], service: Service
) -> None:
    others = [one["id"] for one in service.queue(f"{service.url}/demo")]  # another language is another page
    page = profile().open(f"{service.url}/demo?lang=tr")
    to_comments(page)
    send(page, "Yorumu gönder", name="Zeynep", email="zeynep@example.org", body=TURKISH)
    expect(page.locator(".pending")).to_be_visible()
    assert page.evaluate("refused") == []
    assert service.approve_all(f"{service.url}/demo?lang=tr") == 1
    assert [one["id"] for one in service.queue(f"{service.url}/demo")] == others
    page.reload()
    to_comments(page)
    expect(page.locator(".body")).to_have_text(TURKISH)
    expect(page.locator("[data-belowline-count]")).to_have_text("1")


def test_events_tell_the_page_what_happened(profile: Callable[..., Profile], article: str) -> None:
    page = profile().open(article)
    page.evaluate(
        """() => {
          window.heard = [];
          for (const name of ["loaded", "submitted", "error"])
            document.addEventListener(`belowline:${name}`, (event) => heard.push([name, event.detail]));
        }"""
    )
    to_comments(page)
    send(page, "Post comment", name="Jonas", email="jonas@example.org", body="Heard?")
    expect(page.locator(".pending")).to_be_visible()
    (loaded, submitted) = page.evaluate("heard")
    assert loaded == ["loaded", {"count": 0}]
    assert submitted[0] == "submitted"
    assert submitted[1]["status"] == "pending"


def test_who_asked_for_it_finds_name_and_email_filled_in_next_time(
    profile: Callable[..., Profile], article: str
) -> None:
    reader = profile()
    page = reader.open(article)
    to_comments(page)
    page.get_by_label("Save my name").check()
    send(page, "Post comment", name="Jonas", email="jonas@example.org", body="Remember me")
    expect(page.locator(".pending")).to_be_visible()
    other = reader.open(f"{article}/other")
    to_comments(other)
    expect(other.locator("[name=email]")).to_have_value("jonas@example.org")
    other.get_by_label("Save my name").uncheck()
    send(other, "Post comment", body="Forget me")
    expect(other.locator(".pending")).to_be_visible()
    assert "jonas@example.org" not in other.evaluate("JSON.stringify(localStorage)")
