"""The same story in a browser that runs no script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Profile, fill
from tests.browser.newspaper import Newspaper
from tests.browser.service import Service

pytestmark = pytest.mark.browser
TURKISH = "Işıl ışıl bir haber, teşekkürler."


def test_a_reader_without_script_comments_on_the_demonstration_page_and_replies(
    profile: Callable[..., Profile], service: Service
) -> None:
    address = f"{service.url}/demo?lang=ur"
    page = profile(script=False).open(address)
    expect(page.locator("#belowline-sent")).to_be_hidden()
    fill(page, name="بلال احمد", email="bilal@example.org", body="بہت عمدہ خبر ہے۔")
    page.get_by_role("button", name="تبصرہ بھیجیں").click()
    page.wait_for_url(f"{address}#belowline-sent")
    expect(page.locator("#belowline-sent")).to_be_visible()

    assert service.approve_all(address) == 1
    page.goto(address)
    expect(page.locator(".belowline-body")).to_have_text("بہت عمدہ خبر ہے۔")
    page.get_by_role("link", name="جواب دیں").click()
    expect(page.locator("form h3")).to_contain_text("بلال احمد")
    fill(page, name="Ayşe", email="ayse@example.org", body=TURKISH)
    page.get_by_role("button", name="تبصرہ بھیجیں").click()
    page.wait_for_url(f"{address}#belowline-sent")

    assert service.approve_all(address) == 1
    page.goto(address)
    expect(page.locator("li li .belowline-body")).to_have_text(TURKISH)
    expect(page.locator(".belowline h2")).to_have_text("2 تبصرے")


def test_the_page_of_the_thread_leads_back_to_an_article_of_another_origin(
    profile: Callable[..., Profile], service: Service, newspaper: Newspaper, article: str
) -> None:
    page = profile(script=False).open(article)
    page.get_by_role("link", name="All comments").click()
    fill(page, name="Jonas", email="jonas@example.org", body="From the plain page")
    page.get_by_role("button", name="Post comment").click()
    page.wait_for_url(f"{article}#belowline-sent")
    assert [comment["body"] for comment in service.queue(article)] == ["From the plain page"]


def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = profile(script=False).open(f"{service.url}/thread?site=demo&page={article}&lang=tr")
    fill(
        page,
        name="Jonas",
        email="jonas@example.org",
        website="https://user@host.example",
        body="Çok uzun düşündüm",
    )
    page.get_by_role("button", name="Yorumu gönder").click()
    expect(page.locator("#belowline-error-website")).to_be_visible()
    expect(page.locator("[name=body]")).to_have_value("Çok uzun düşündüm")
    expect(page.locator("[name=name]")).to_have_value("Jonas")
    expect(page.locator("[name=email]")).to_have_value("")
    fill(page, email="jonas@example.org", website="")
    page.get_by_role("button", name="Yorumu gönder").click()
    page.wait_for_url(f"{article}#belowline-sent")
    assert len(service.queue(article)) == 1
