"""The queue as moderators use it: by keyboard, at the same time, with a way back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.backing.waiting import one_within, wait_until
from tests.browser.service import Service
from tests.console.conftest import Desk
from tests.console.site import NewSite

pytestmark = pytest.mark.browser


def current(page: Page) -> Any:
    return page.locator(".item[aria-current=true]")


def current_id(page: Page) -> str:
    return str(current(page).get_attribute("data-id"))


def wait_for_status(paper: NewSite, statuses: dict[str, str]) -> None:
    wait_until(
        lambda: {one: paper.status(one) for one in statuses} == statuses, f"the database has {statuses}"
    )


def test_fifty_comments_are_cleared_by_keyboard_alone(desk: Callable[..., Desk], paper: NewSite) -> None:
    ids = [paper.comment(f"The comment number {number} of many") for number in range(50)]
    at = desk(site=paper.slug)
    page = at.open("/console")
    page.locator(".queue .item").nth(49).wait_for()
    ways = [("a", "approved"), ("s", "spam"), ("d", "deleted"), ("r1", "rejected"), ("a", "approved")]
    wanted = {}
    for number, comment in enumerate(ids):
        keys, status = ways[number % len(ways)]
        assert current_id(page) == comment
        for key in keys:
            page.keyboard.press(key)
        wanted[comment] = status
    expect(page.locator(".empty h2")).to_have_text("The queue is clear")
    wait_for_status(paper, wanted)
    rejected = paper.moderation(f"comments/{ids[3]}")
    assert rejected["events"][-1]["reason"] == "off_topic"


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "The text carries 3 links."),
        ("tr", "Metinde 3 bağlantı var."),
        ("ur", "متن میں 3 لنکس ہیں۔"),
    ],
)
def test_why_a_comment_waits_is_said_in_the_moderators_language(
    desk: Callable[..., Desk], paper: NewSite, lang: str, sentence: str
) -> None:
    paper.comment("Look here, it is worth it: https://a.example https://b.example https://c.example")
    paper.rules([{"kind": "word", "value": "pear"}, {"kind": "phrase", "value": "two pears"}])
    paper.comment("I have got two pears, and nobody takes them")
    page = desk(lang=lang, site=paper.slug).open()
    shown = page.locator(".item[aria-current=true] li bdi")
    expect(shown.filter(has_text=sentence)).to_have_count(1)
    expect(page.locator(".item[aria-current=true] li bdi[lang]")).to_have_count(0)
    page.keyboard.press("j")
    expect(shown.filter(has_text="two pears")).to_have_count(1)
    assert "\u2068two pears\u2069" in (shown.first.text_content() or "")
    expect(page.locator(".item[aria-current=true] mark")).to_have_attribute("title", re.compile("two pears"))


def test_the_next_comment_is_there_before_the_service_has_answered(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    first, second = paper.comment("The first"), paper.comment("The second")
    page = desk(site=paper.slug).open()
    held: list[Route] = []
    page.route("**/decision", lambda route: held.append(route))
    with page.expect_request("**/decision"):
        page.keyboard.press("a")
    wait_until(lambda: current_id(page) == second and bool(held), "the next one is there")
    assert paper.status(first) == "pending"
    held[0].continue_()
    wait_for_status(paper, {first: "approved"})


def test_a_decision_that_fails_comes_back_with_its_message(desk: Callable[..., Desk], paper: NewSite) -> None:
    first, second = paper.comment("The first"), paper.comment("The second")
    page = desk(site=paper.slug).open()
    page.route("**/decision", lambda route: route.abort())
    page.keyboard.press("s")
    card = page.locator(f"[data-id='{first}']")
    expect(card.locator(".notice.bad")).to_have_text("No answer from the service. Check your connection.")
    assert current_id(page) == second
    page.unroute("**/decision")
    page.keyboard.press("k")
    assert current_id(page) == first
    page.keyboard.press("s")
    wait_for_status(paper, {first: "spam"})


def test_what_was_decided_is_taken_back(desk: Callable[..., Desk], paper: NewSite) -> None:
    first, second, third = (paper.comment(f"Number {number}") for number in range(3))
    page = desk(site=paper.slug).open()
    page.keyboard.press("a")
    page.keyboard.press("d")
    assert current_id(page) == third
    page.keyboard.press("z")
    expect(page.locator(f"[data-id='{second}']")).to_be_visible()
    wait_for_status(paper, {first: "approved", second: "pending"})
    page.locator(".bar:not(.select)").get_by_text("Taken back").wait_for()
    page.keyboard.press("z")
    expect(page.locator(f"[data-id='{first}']")).to_be_visible()
    wait_for_status(paper, {first: "pending", second: "pending"})
    assert current_id(page) == first


def test_two_moderators_collide_and_nothing_is_overwritten(desk: Callable[..., Desk], paper: NewSite) -> None:
    comment, other = paper.comment("Both are looking at this"), paper.comment("And at this later")
    anna, ben = desk(site=paper.slug), desk(site=paper.slug)
    hers, his = anna.open(), ben.open()
    expect(his.locator(f"[data-id='{comment}'] .tag")).to_have_text(f"Looked at by \u2068{anna.login}\u2069")
    # his page hears nothing of what she does
    his.route("**/v1/moderation/live*", lambda route: route.abort())
    hers.keyboard.press("a")
    wait_for_status(paper, {comment: "approved"})
    his.keyboard.press("s")
    notice = his.locator(f"[data-id='{comment}'] .notice.bad")
    expect(notice).to_contain_text(f"\u2068{anna.login}\u2069 was first: \u2068Approved\u2069")
    expect(notice).to_contain_text("was not carried out")
    assert paper.status(comment) == "approved"
    assert current_id(his) == other


def test_what_others_decide_leaves_the_queue_within_two_seconds(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    kept, *others = (paper.comment(f"Comment {number}") for number in range(4))
    page = desk(site=paper.slug).open()
    expect(page.locator("[data-pending]")).to_have_text("4")

    def leaves(gone: str) -> float:
        expect(page.locator(f"[data-id='{gone}']")).to_be_visible()
        began = time.monotonic()
        paper.decide(gone, "spam")
        expect(page.locator(f"[data-id='{gone}']")).to_have_count(0)
        return time.monotonic() - began

    one_within(2, [leaves(gone) for gone in others], "what others decided leaves")
    assert current_id(page) == kept
    expect(page.locator("[data-pending]")).to_have_text("1")


def test_the_comment_that_is_read_leaves_with_a_word_about_who_decided(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    read, following = paper.comment("Reading this"), paper.comment("Then this")
    page = desk(site=paper.slug).open()
    assert current_id(page) == read
    paper.decide(read, "approve")
    expect(page.locator(".bar:not(.select)")).to_contain_text("decided about")
    expect(current(page)).to_have_attribute("data-id", following)


def test_new_comments_come_by_themselves_into_a_clear_queue(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    page = desk(site=paper.slug).open()
    expect(page.locator(".empty")).to_be_visible()
    comment = paper.comment("Fresh from a reader")
    expect(page.locator(f"[data-id='{comment}']")).to_be_visible()
    paper.comment("And one more")
    page.get_by_role("button", name=re.compile("Show .*1.* new")).click()
    expect(page.locator(".item")).to_have_count(2)


def test_many_are_selected_and_decided_at_once_and_taken_back(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    same = {"email": "one@mail.example.org", "name": "One Writer"}
    mine = [paper.comment(f"Of one writer, number {number}", **same) for number in range(4)]
    other = paper.comment("Of another one")
    page = desk(site=paper.slug).open()
    page.keyboard.press("l")
    expect(page.locator(".item.selected")).to_have_count(4)
    page.keyboard.press("s")
    expect(page.locator(".item")).to_have_count(1)
    wait_for_status(paper, dict.fromkeys(mine, "spam") | {other: "pending"})
    page.keyboard.press("z")
    expect(page.locator(".item")).to_have_count(5)
    wait_for_status(paper, dict.fromkeys(mine, "pending"))


def test_a_selection_overwrites_nothing_that_somebody_changed_meanwhile(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    same = {"email": "two@mail.example.org"}
    first, second = (paper.comment(f"Same hand {number}", **same) for number in range(2))
    page = desk(site=paper.slug).open()
    page.route("**/v1/moderation/live*", lambda route: route.abort())
    page.keyboard.press("l")
    paper.decide(first, "approve")
    page.keyboard.press("s")
    expect(page.locator(".bar:not(.select)")).to_contain_text("1 was left as it is")
    wait_for_status(paper, {first: "approved", second: "spam"})


def test_keys_rest_while_somebody_types_and_can_be_switched_off(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    comment = paper.comment("Nobody touches this by accident")
    page = desk(site=paper.slug).open()
    page.locator("[name=q]").click()
    page.keyboard.type("sad")
    expect(page.locator(".empty")).to_be_visible()
    page.locator("[name=q]").fill("accident")
    expect(page.locator(".item")).to_have_count(1)
    page.locator("h1").click()
    page.keyboard.press("?")
    page.locator("dialog input").uncheck()
    page.keyboard.press("s")  # in the dialog, too, keys rest
    page.locator("dialog button.main").click()
    expect(page.locator(".item kbd").first).to_be_hidden()
    for key in "asd":
        page.keyboard.press(key)
    page.reload()
    page.locator(".item").wait_for()
    for key in "asd":
        page.keyboard.press(key)
    expect(page.locator(f"[data-id='{comment}']")).to_be_visible()
    assert paper.status(comment) == "pending"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keyboard").click()
    page.locator("dialog input").check()
    page.locator("dialog button.main").click()
    page.keyboard.press("s")
    wait_for_status(paper, {comment: "spam"})


def test_keys_of_another_keyboard_count_by_their_place(desk: Callable[..., Desk], paper: NewSite) -> None:
    comment = paper.comment("On an Urdu keyboard")
    page = desk(site=paper.slug).open()
    page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ش', code: 'KeyA', bubbles: true}))"
    )
    wait_for_status(paper, {comment: "approved"})


def test_a_comment_shows_why_it_is_here_with_the_words_marked(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    paper.rules([{"kind": "word", "value": "casino"}])
    body = "🎰 Ünlü bir casino burada, gel <b>hemen</b> ve oyna"
    comment = paper.comment(body, name="Ayşe & <i>co</i>")
    page = desk(site=paper.slug).open()
    card = page.locator(f"[data-id='{comment}']")
    expect(card.locator("mark").first).to_have_text("casino")
    assert card.locator(".said").text_content() == body
    expect(card.locator(".why")).to_contain_text("House rule")
    expect(card.locator(".why")).to_contain_text("Written in \u2068Turkish\u2069")
    expect(card.locator(".who b")).to_have_text("Ayşe & <i>co</i>")


def test_an_answer_stands_under_what_it_answers(desk: Callable[..., Desk], paper: NewSite) -> None:
    parent = paper.comment("What everybody answers")
    paper.decide(parent, "approve")
    paper.comment("An answer", parent=parent)
    page = desk(site=paper.slug).open()
    expect(current(page).locator(".parent")).to_contain_text("What everybody answers")


def test_filters_and_search_find_across_variants_of_letters(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    istanbul = paper.comment("İSTANBUL'da her şey var ve bu çok güzel")
    urdu = paper.comment("كراچی کا ایک ساحل")  # with the Arabic letter kaf
    paper.comment("Something else that was written by the sea")
    page = desk(site=paper.slug).open()
    for words, found in (("istanbul", istanbul), ("کراچی", urdu)):
        page.locator("[name=q]").fill(words)
        expect(page.locator(".item")).to_have_count(1)
        expect(page.locator(f"[data-id='{found}']")).to_be_visible()
        assert "istanbul" not in page.url
    page.locator("[name=q]").fill("")
    expect(page.locator(".item")).to_have_count(3)
    page.locator("[name=language]").select_option("tr")
    expect(page.locator(".item")).to_have_count(1)
    expect(page.locator("[data-count]")).to_have_text("1 comment")
    assert "language=tr" in page.url
    page.reload()
    expect(page.locator(f"[data-id='{istanbul}']")).to_be_visible()
    page.locator("[name=language]").select_option("")
    page.locator("[name=order]").select_option("newest")
    expect(page.locator(".item").last).to_have_attribute("data-id", istanbul)
    page.locator("[name=status]").select_option("spam")
    expect(page.locator(".empty h2")).to_have_text("Nothing matches")


def test_counts_are_true_and_the_list_goes_on(
    desk: Callable[..., Desk], paper: NewSite, service: Service
) -> None:
    seed = ["--site", paper.slug, "--page", paper.page, "--comments", "130", "--status", "pending"]
    service.flask("seed", *seed)
    page = desk(site=paper.slug).open()
    expect(page.locator("[data-count]")).to_have_text("130 comments")
    expect(page.locator(".item")).to_have_count(50)
    for _ in range(40):
        page.keyboard.press("j")
    expect(page.locator(".item")).to_have_count(100)
    page.keyboard.press("a")
    expect(page.locator("[data-count]")).to_have_text("129 comments")


def test_a_session_that_has_ended_leads_to_the_door(desk: Callable[..., Desk], paper: NewSite) -> None:
    paper.comment("Too late")
    at = desk(site=paper.slug)
    page = at.open()
    paper.disable(at.login)
    page.wait_for_url("**/console/sign-in")
