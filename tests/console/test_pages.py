"""Campaigns, authors, bans, rules and accounts, as people use their pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.backing.waiting import wait_until
from tests.browser.conftest import Profile
from tests.browser.service import Service
from tests.browser.test_access import without_violations
from tests.console.conftest import PASSWORD, Desk, enter, hire
from tests.console.site import NewSite

pytestmark = pytest.mark.browser
CAMPAIGN = 400
OFFER = (
    "Limited offer number {n}: cheap replica watches ship free this week, order at https://watches.example/shop "
    "today and save a lot of money with the code SAVE{n} at the checkout"
)


def numbers(paper: NewSite, **query: str) -> int:
    asked = "&".join(f"{name}={value}" for name, value in {"site": paper.slug, **query}.items())
    return int(paper.moderation(f"comments?{asked}&limit=1")["total"])


def test_a_campaign_of_four_hundred_is_decided_and_taken_back(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    for number in range(CAMPAIGN):
        paper.comment(OFFER.format(n=number), name=f"Deal {number}")
    innocent = paper.comment("I read this twice and still disagree.")
    page = desk(site=paper.slug).open("/console/campaigns")
    card = page.locator("[data-campaign]")
    expect(card).to_have_count(1)
    expect(card.locator("h2")).to_have_text(f"{CAMPAIGN} comments that belong together")
    expect(card).to_contain_text("watches.example")
    expect(card.locator(".quotes li")).to_have_count(3)
    without_violations(page)
    card.get_by_role("button", name="Look for exceptions").click()
    expect(card.get_by_text("These fit least")).to_be_visible()
    card.locator("[data-decision=spam]").click()
    expect(page.locator(".bar:not(.select)")).to_contain_text(f"{CAMPAIGN} marked as spam")
    assert numbers(paper, status="spam") == CAMPAIGN
    assert numbers(paper, status="pending") == 1
    expect(page.locator(".empty")).to_be_visible()
    page.locator(".bar button").click()
    wait_until(lambda: numbers(paper, status="pending") == CAMPAIGN + 1, "all of them wait again")
    assert numbers(paper, status="spam") == 0
    assert paper.status(innocent) == "pending"
    expect(card.locator("[data-decision=spam]")).to_be_enabled()


def test_a_campaign_that_has_grown_is_not_decided_unseen(desk: Callable[..., Desk], paper: NewSite) -> None:
    for number in range(6):
        paper.comment(OFFER.format(n=number))
    page = desk(site=paper.slug).open("/console/campaigns")
    expect(page.locator("[data-decision=spam]")).to_contain_text("6")
    late = paper.comment(OFFER.format(n=7))
    page.locator("[data-decision=spam]").click()
    expect(page.locator(".notice.bad")).to_contain_text("The number has changed meanwhile")
    assert paper.status(late) == "pending"
    page.locator(".notice.bad button").last.click()
    expect(page.locator("[data-decision=spam]")).to_contain_text("7")


def test_a_rule_is_simulated_saved_and_reverted(desk: Callable[..., Desk], service: Service) -> None:
    paper = NewSite(service).open("publish_all")
    bad = [paper.comment(f"A great casino evening, number {number}") for number in range(3)]
    for comment in bad[:2]:
        paper.decide(comment, "reject")
    paper.comment("Nothing of that kind here")
    page = desk(site=paper.slug).open("/console/rules")
    page.locator("[data-act=add]").click()
    page.locator(".rule [name=value]").fill("CASİNO")
    without_violations(page)
    page.locator("[data-act=simulate]").click()
    figures = page.locator("[data-simulated]")
    expect(figures).to_contain_text(
        "In the last 30 days this would have held 3 comments more; 2 of them were rejected later."
    )
    expect(page.locator(".quotes li")).to_have_count(1)
    expect(page.locator(".quotes")).to_contain_text("number 2")
    assert paper.rules_version() == 0
    page.locator("[name=note]").fill("Casino adverts")
    page.locator("[data-act=save]").click()
    expect(page.locator("[data-version='1']")).to_contain_text("In force")
    assert paper.status(paper.comment("Another casino evening")) == "pending"

    page.locator(".rule [name=value]").fill("harbour")
    page.locator("[data-act=save]").click()
    expect(page.locator("[data-version='2']")).to_contain_text("In force")
    page.locator("[data-revert='1']").click()
    expect(page.locator("[data-version='3']")).to_contain_text("In force")
    expect(page.locator("[data-version='3']")).to_contain_text("as version \u20681\u2069")
    expect(page.locator(".rule [name=value]")).to_have_value("casino")
    without_violations(page)


def test_a_rule_that_cannot_be_is_refused_in_words(desk: Callable[..., Desk], paper: NewSite) -> None:
    page = desk(site=paper.slug).open("/console/rules")
    page.locator("[data-act=add]").click()
    page.locator(".rule [name=kind]").select_option("pattern")
    page.locator(".rule [name=value]").fill("(")
    page.locator("[data-act=save]").click()
    expect(page.locator(".notice.bad")).to_contain_text("rules.0.value")
    assert paper.rules_version() == 0


def test_rules_of_somebody_else_are_not_overwritten(desk: Callable[..., Desk], paper: NewSite) -> None:
    page = desk(site=paper.slug).open("/console/rules")
    paper.rules([{"kind": "word", "value": "theirs"}])
    page.locator("[data-act=add]").click()
    page.locator(".rule [name=value]").fill("mine")
    page.locator("[data-act=save]").click()
    expect(page.locator(".notice.bad")).to_contain_text("Nothing of yours was saved")
    page.get_by_role("button", name="Show theirs").click()
    expect(page.locator(".rule [name=value]")).to_have_value("theirs")


def test_an_author_is_looked_at_banned_and_the_ban_lifted(desk: Callable[..., Desk], paper: NewSite) -> None:
    email = "known@mail.example.org"
    paper.decide(paper.comment("The first of mine", email=email, name="Known One"), "reject")
    paper.comment("The second of mine", email=email, name="Known One")
    at = desk(site=paper.slug)
    page = at.open()
    page.locator(".why a[href*='/console/authors/']").click()
    page.locator(".history-list").wait_for()
    expect(page.locator("h1")).to_have_text("Known One")
    expect(page.locator(".facts")).to_contain_text("Rejected")
    expect(page.locator(".history-list li")).to_have_count(2)
    expect(page.locator("[data-act=reveal]")).to_have_count(0)  # not for moderators
    without_violations(page)
    page.locator("[data-act=ban]").click()
    without_violations(page)
    page.locator("dialog [name=reason]").fill("Insults every week")
    page.locator("dialog button.main").click()
    page.locator("table").wait_for()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Insults every week")
    expect(page.locator("tbody")).to_contain_text(at.login)
    without_violations(page)
    page.locator("tbody button").click()
    page.locator("dialog button.main").click()
    expect(page.locator(".empty")).to_be_visible()


def test_a_domain_and_a_network_are_banned(desk: Callable[..., Desk], paper: NewSite) -> None:
    page = desk(site=paper.slug).open("/console/bans")
    page.locator("[data-act=domain]").click()
    page.locator("dialog [name=subject]").fill("not a domain")
    page.locator("dialog [name=reason]").fill("Adverts")
    page.locator("dialog button.main").click()
    expect(page.locator("dialog .notice.bad")).to_contain_text("email_domain")
    page.locator("dialog [name=subject]").fill("adverts.example")
    page.locator("dialog button.main").click()
    expect(page.locator("tbody")).to_contain_text("@adverts.example")
    page.locator("[data-act=network]").click()
    page.locator("dialog [name=subject]").fill("203.0.113.7")
    page.locator("dialog [name=reason]").fill("A flood")
    page.locator("dialog button.main").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert "203.0.113.7" not in page.locator("table").inner_text()


def test_an_admin_reveals_an_email_says_why_and_it_is_noted(
    desk: Callable[..., Desk], paper: NewSite
) -> None:
    comment = paper.comment("Who am I?", email="revealed@mail.example.org")
    author = paper.moderation(f"comments/{comment}")["author"]["id"]
    at = desk("admin")
    page = at.open(f"/console/authors/{author}")
    assert "revealed@" not in page.content()
    page.locator("[data-act=reveal]").click()
    page.locator("dialog [name=reason]").fill("A court asked")
    page.locator("dialog button.main").click()
    expect(page.locator("[data-email]")).to_have_text("revealed@mail.example.org")
    (event,) = paper.moderation(f"events?site={paper.slug}&kind=email_revealed")["events"]
    assert (event["actor"], event["note"]) == (f"account:{at.login}", "A court asked")


def test_an_admin_adds_changes_disables_and_resets_accounts(
    desk: Callable[..., Desk], profile: Callable[..., Profile], service: Service, paper: NewSite
) -> None:
    admin = desk("admin")
    page = admin.open("/console/accounts")
    login = f"new-{paper.slug}"
    page.locator("[data-act=add]").click()
    without_violations(page)
    page.locator("dialog [name=login]").fill(login)
    page.locator(f"dialog [value={paper.slug}]").check()
    page.locator("dialog button.main").click()
    password = page.locator("[data-password]").inner_text()
    theirs = profile().open(f"{service.url}/console/sign-in")
    enter(theirs, login, password)
    theirs.locator(".rail").wait_for()

    page.locator(f"[data-act=disable][data-login={login}]").click()
    page.locator("dialog button.main").click()
    expect(page.locator(f"[data-act=enable][data-login={login}]")).to_be_visible()
    theirs.wait_for_url("**/console/sign-in")
    enter(theirs, login, password)
    expect(theirs.locator(".notice.bad")).to_be_visible()

    page.locator(f"[data-act=enable][data-login={login}]").click()
    page.locator("dialog button.main").click()
    page.locator(f"[data-act=new_password][data-login={login}]").click()
    page.locator("dialog button.main").click()
    renewed = page.locator("[data-password]")
    expect(renewed).not_to_have_text(password)
    enter(theirs, login, renewed.inner_text())
    theirs.locator(".rail").wait_for()

    page.locator(f"[data-act=change][data-login={login}]").click()
    page.locator("dialog [name=role]").select_option("admin")
    page.locator("dialog button.main").click()
    expect(page.locator("tr", has_text=login)).to_contain_text("Admin")
    # and an admin needs a second factor from then on
    theirs.goto(f"{service.url}/console")
    enter(theirs, login, renewed.inner_text())
    theirs.wait_for_url("**/console/set-up-second-factor")


def test_an_own_account_offers_what_its_owner_may_change(
    profile: Callable[..., Profile], service: Service, paper: NewSite
) -> None:
    login = f"own-{paper.slug}"
    hire(service, login, "moderator", paper.slug)
    page = profile().open(f"{service.url}/console/sign-in")
    enter(page, login)
    page.goto(f"{service.url}/console/me")
    page.locator("[action$='/me/password'] [name=password]").fill(PASSWORD)
    page.locator("[action$='/me/password'] [name=new]").fill("a password of my own")
    page.locator("[action$='/me/password'] button").click()
    expect(page.locator(".notice.good")).to_contain_text("The password is changed")
    page.locator("[name=everywhere]").click()
    page.wait_for_url("**/console/sign-in")
    enter(page, login, "a password of my own")
    page.locator(".rail").wait_for()


@pytest.mark.parametrize("lang", ["en", "tr", "ur"])
def test_nothing_is_cut_off_on_a_telephone(desk: Callable[..., Desk], paper: NewSite, lang: str) -> None:
    for number in range(5):
        paper.comment(OFFER.format(n=number))
    paper.rules(
        [{"kind": "threshold", "measure": "links", "at_least": 3}, {"kind": "word", "value": "casino"}]
    )
    at = desk(site=paper.slug, lang=lang, width=375)
    for path in ("/console", "/console/campaigns", "/console/rules", "/console/bans", "/console/me"):
        if path == "/console/me":
            at.page.goto(f"{at.service.url}{path}")
        else:
            at.open(path)
        wide = at.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 375, f"{path} is {wide} wide"


@pytest.mark.parametrize("lang", ["en", "ur"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_where_there_is_work(
    desk: Callable[..., Desk], paper: NewSite, lang: str, dark: bool
) -> None:
    paper.rules([{"kind": "word", "value": "casino"}])
    parent = paper.comment("What everybody answers")
    paper.decide(parent, "approve")
    paper.comment("A casino answer with https://one.example and https://two.example", parent=parent)
    for number in range(5):
        paper.comment(OFFER.format(n=number))
    at = desk(site=paper.slug, lang=lang, dark=dark)
    page = at.open()
    page.locator(".parent p").wait_for()
    page.keyboard.press("r")
    page.locator(".reasons").wait_for()
    without_violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    without_violations(page)
    page.keyboard.press("s")
    page.locator(".bar:not(.select)").wait_for()
    without_violations(page)
    page.keyboard.press("?")
    page.locator("dialog").wait_for()
    without_violations(page)
    for path in ("/console/campaigns", "/console/rules"):
        without_violations(at.open(path))
    assert page.evaluate("window.refused") == []
