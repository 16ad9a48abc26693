"""Who reads and writes without a pointer, with a screen reader, or on a narrow screen is as welcome."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.service import Service

pytestmark = pytest.mark.browser
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What passes need not be told: to list it takes as long as to look.
RULES = {"runOnly": STANDARDS, "resultTypes": ["violations"]}
LANGUAGES = pytest.mark.parametrize("lang", ["en", "tr", "ur"])
LIGHT_AND_DARK = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
# What has the focus, how it is called, and whether a ring around it shows that.
FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  const { outlineStyle: style, outlineWidth: width } = getComputedStyle(focused);
  const label = focused.getAttribute("aria-label") ?? focused.labels?.[0]?.textContent ?? focused.textContent;
  return { label: label.trim(), ring: style === "auto" || (style !== "none" && parseFloat(width) >= 2) };
}"""


def without_violations(page: Page, within: str = "html") -> None:
    found = Axe().run(page, context=within, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_on_the_demonstration_page_with_errors_in_its_form(
    profile: Callable[..., Profile], service: Service, lang: str, dark: bool
) -> None:
    page = profile(dark=dark).open(f"{service.url}/demo?lang={lang}")
    to_comments(page)
    page.locator("form .send").click()
    expect(page.locator("#error-name")).to_be_visible()
    without_violations(page)


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_in_a_long_thread_with_an_answer_that_awaits_review(
    profile: Callable[..., Profile], talked_about: str, lang: str, dark: bool
) -> None:
    page = profile().open(f"{talked_about}?lang={lang}&style={'dark' if dark else ''}")
    to_comments(page)
    reply = page.locator("footer button").first
    reply.click()
    fill(page, name="Jonas", email="jonas@example.org", body=f"An answer {lang} {dark}")
    page.locator("form .send").click()
    expect(page.locator(".pending")).to_be_visible()
    reply.click()
    page.locator(".down + button").last.click()
    expect(page.locator(".panel")).to_be_visible()
    # The rest of the page is the newspaper's own affair.
    without_violations(page, "#comments")


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_on_the_page_without_script(
    profile: Callable[..., Profile], service: Service, talked_about: str, lang: str, dark: bool
) -> None:
    page = profile(dark=dark).open(f"{service.url}/thread?site=demo&page={talked_about}&lang={lang}")
    expect(page.locator("article").first).to_be_visible()
    without_violations(page)


def test_a_comment_and_a_reply_need_no_pointer_and_the_focus_is_always_seen(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    service.post(article, "The first word", name="Margaret", website="https://example.org/")
    service.approve_all(article)
    page = profile().open(article)
    to_comments(page)

    def tab_to(label: str) -> None:
        for _ in range(20):
            page.keyboard.press("Tab")
            focused: dict[str, Any] = page.evaluate(FOCUSED)
            assert focused["ring"], f"no ring around {focused['label']}"
            if label in focused["label"]:
                return
        pytest.fail(f"the focus never came to {label}")

    tab_to("Comments")
    page.keyboard.press("Enter")
    tab_to("Reply to")
    page.keyboard.press("Enter")
    assert "Name" in page.evaluate(FOCUSED)["label"]
    page.keyboard.type("Jonas")
    tab_to("Email")
    page.keyboard.type("jonas@")
    tab_to("Comment")
    page.keyboard.type("The second word")
    tab_to("Post comment")
    page.keyboard.press("Enter")
    # An error takes the focus to its field, which says what is wrong.
    assert "Email" in page.evaluate(FOCUSED)["label"]
    described = page.locator("[name=email]").get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).to_contain_text("does not look like an email address")
    page.keyboard.press("End")
    page.keyboard.type("example.org")
    tab_to("Post comment")
    page.keyboard.press("Enter")
    expect(page.locator("li li .pending")).to_contain_text("The second word")
    expect(page.get_by_role("status")).to_have_text("Thank you. Your comment is awaiting review.")
    assert "The second word" in page.evaluate(FOCUSED)["label"]


def test_cancelling_a_reply_by_keyboard_leads_back_to_where_it_began(
    profile: Callable[..., Profile], talked_about: str
) -> None:
    page = profile().open(talked_about)
    to_comments(page)
    reply = page.locator("footer button").first
    reply.focus()
    page.keyboard.press("Enter")
    cancel = page.get_by_role("button", name="Cancel reply")
    cancel.focus()
    page.keyboard.press("Enter")
    expect(reply).to_be_focused()
