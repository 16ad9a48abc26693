"""What the filter published and the lot drew has a place beside the queue, and is checked by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.backing.waiting import wait_until
from tests.browser.test_access import LIGHT_AND_DARK, without_violations
from tests.console.conftest import Desk
from tests.console.site import NewSite

pytestmark = pytest.mark.browser
LANGUAGES = pytest.mark.parametrize("lang", ["en", "ur"])


def due(paper: NewSite) -> list[str]:
    """The ids of what is to be checked, as the service has them."""
    asked = f"comments?site={paper.slug}&review=true"
    return [str(one["id"]) for one in paper.moderation(asked)["comments"]]


def wait_for_due(paper: NewSite, ids: list[str]) -> None:
    wait_until(lambda: due(paper) == ids, f"to be checked: {ids}")


def current_id(page: Page) -> str | None:
    return page.locator(".item[aria-current=true]").get_attribute("data-id")


def test_what_was_drawn_is_checked_by_keyboard_and_taken_back(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    waiting = paper.comment("This one waits for a decision")
    paper.check_all()
    first, second, third = (paper.comment(f"Published by itself, number {n}") for n in range(3))
    page = desk(site=paper.slug).open()
    expect(page.locator("[data-due]")).to_have_text("3")
    assert current_id(page) == waiting
    page.keyboard.press("c")
    expect(page.locator(".item")).to_have_count(3)
    expect(page.locator("[data-count]")).to_have_text("3 comments")
    expect(page.locator("[data-pending]")).to_have_text("1")
    expect(page.locator("#content > .notice")).to_contain_text("drawn by lot")
    expect(page.locator(".why").first).to_contain_text("drawn by lot to be checked")
    expect(page.locator(".item[aria-current=true] button.main")).to_contain_text("Confirm")
    assert "review=true" in page.url
    assert current_id(page) == first
    page.keyboard.press("a")
    expect(page.locator(".bar:not(.select)")).to_contain_text("Confirmed")
    assert current_id(page) == second
    wait_for_due(paper, [second, third])
    assert paper.status(first) == "approved"
    page.keyboard.press("s")
    expect(page.locator("[data-due]")).to_have_text("1")
    wait_for_due(paper, [third])
    assert paper.status(second) == "spam"
    page.keyboard.press("z")
    expect(page.locator(f"[data-id='{second}']")).to_be_visible()
    wait_for_due(paper, [second, third])
    page.locator(".bar:not(.select)").get_by_text("Taken back").wait_for()
    page.keyboard.press("z")
    expect(page.locator(f"[data-id='{first}']")).to_be_visible()
    wait_for_due(paper, [first, second, third])
    expect(page.locator("[data-due]")).to_have_text("3")


def test_the_last_one_leaves_a_word_and_the_way_back_to_the_queue(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    waiting = paper.comment("This one waits for a decision")
    paper.check_all()
    only = paper.comment("The only one that was drawn")
    page = desk(site=paper.slug).open("/console?review=true")
    assert current_id(page) == only
    expect(page.locator("[name=status]")).to_be_hidden()
    page.locator(".item[aria-current=true] button.main").click()
    expect(page.locator(".empty h2")).to_have_text("Nothing to check")
    wait_for_due(paper, [])
    page.get_by_role("button", name="Queue", exact=True).click()
    expect(page.locator(f"[data-id='{waiting}']")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("To check"))).to_be_hidden()


def test_many_are_confirmed_at_once(desk: Callable[..., Desk], paper: NewSite) -> None:
    paper.check_all()
    same = {"email": "one@mail.example.org"}
    mine = [paper.comment(f"Of one writer, number {number}", **same) for number in range(3)]
    page = desk(site=paper.slug).open("/console?review=true")
    expect(page.locator(".item")).to_have_count(3)
    page.keyboard.press("l")
    expect(page.locator(".item.selected")).to_have_count(3)
    page.keyboard.press("a")
    wait_for_due(paper, [])
    assert {paper.status(one) for one in mine} == {"approved"}


def test_what_a_colleague_checked_leaves(desk: Callable[..., Desk], paper: NewSite) -> None:
    paper.check_all()
    first, second = paper.comment("First of the drawn"), paper.comment("Second of the drawn")
    page = desk(site=paper.slug).open("/console?review=true")
    assert current_id(page) == first
    paper.decide(first, "approve")
    expect(page.locator(f"[data-id='{first}']")).to_have_count(0)
    expect(page.locator(".item[aria-current=true]")).to_have_attribute("data-id", second)


def test_where_nothing_is_drawn_there_is_no_such_place(desk: Callable[..., Desk], paper: NewSite) -> None:
    paper.comment("This one waits")
    page = desk(site=paper.slug).open()
    page.locator(".item").wait_for()
    expect(page.locator(".views")).to_be_hidden()


@LANGUAGES
@LIGHT_AND_DARK
def test_axe_finds_nothing_where_comments_are_checked(
    desk: Callable[..., Desk], paper: NewSite, lang: str, dark: bool
) -> None:
    paper.check_all().comment("To be checked")
    page = desk(site=paper.slug, lang=lang, dark=dark).open("/console?review=true")
    page.locator(".item").wait_for()
    without_violations(page)
