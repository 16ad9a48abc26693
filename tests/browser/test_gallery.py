"""The gallery shows every state by real widgets, and in each of them everybody is as welcome."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.widget.gallery import STATES, THEMES
from tests.browser.conftest import Profile
from tests.browser.service import Service
from tests.browser.test_access import without_violations

pytestmark = pytest.mark.browser
# What is on the screen once the widget is in its state.
REACHED = {
    "thread": ".vote",
    "empty": ".empty",
    "loading": ".ghost",
    "failed": ".empty button",
    "closed": "p.closed",
    "errors": "#error-website:not([hidden])",
    "refused": ".alert:not([hidden])",
    "sent": ".pending .left",
    "rejected": ".pending",
    "work": ".work",
    "reply": "li form[part=form]",
    "preview": ".sheet strong",
    "report": ".panel select",
    "edit": ".panel textarea",
    "news": ".news button",
    "linked": ".linked",
}


def opened(profile: Profile, service: Service, state: str, lang: str, theme: str) -> Page:
    page = profile.open(f"{service.url}/demo/gallery/{state}/?lang={lang}&theme={theme}")
    expect(page.locator(REACHED[state]).first).to_be_visible()
    if state == "rejected":
        expect(page.locator(".pending button")).to_be_visible()
    return page


def test_every_state_is_looked_for() -> None:
    assert set(REACHED) == set(STATES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("lang", "theme"), [("en", "light"), ("ur", "dark")])
def test_axe_finds_nothing_in_any_state_and_one_live_region_is_polite(
    profile: Callable[..., Profile], service: Service, state: str, lang: str, theme: str
) -> None:
    page = opened(profile(width=600), service, state, lang, theme)
    without_violations(page)
    assert page.evaluate("refused") == []
    # One region tells what happened, and waits for its turn.
    live = page.locator("[aria-live], [role=alert], [role=log], [role=status], output")
    expect(live).to_have_count(1)
    expect(live).to_have_attribute("role", "status")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("lang", ["tr", "ur"])
def test_no_state_is_wider_than_a_small_screen_even_with_letters_twice_as_large(
    profile: Callable[..., Profile], service: Service, state: str, lang: str
) -> None:
    page = opened(profile(width=320), service, state, lang, "light")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": 640, "height": 800})
    page.evaluate("document.body.style.fontSize = '200%'")
    assert page.locator(".head h2").evaluate("title => parseFloat(getComputedStyle(title).fontSize)") > 40
    assert page.evaluate("document.documentElement.scrollWidth") == 640


def test_every_error_is_linked_to_its_field(profile: Callable[..., Profile], service: Service) -> None:
    page = opened(profile(), service, "errors", "en", "light")
    wrong = page.locator("[aria-invalid=true]")
    expect(wrong).to_have_count(4)
    expect(wrong.first).to_be_focused()
    for field in wrong.all():
        names = (field.get_attribute("aria-describedby") or "").split()
        assert any(page.locator(f"#{name}.error").inner_text().strip() for name in names)


def test_nothing_moves_for_readers_who_asked_for_less_motion(
    profile: Callable[..., Profile], service: Service
) -> None:
    for state in ("thread", "loading", "news"):
        page = opened(profile(), service, state, "en", "light")
        running = page.evaluate(
            "() => document.getAnimations().map(({ effect }) => effect.getTiming().duration).filter((ms) => ms > 10)"
        )
        assert running == []


def test_forced_colours_leave_every_sign_to_be_seen(
    profile: Callable[..., Profile], service: Service
) -> None:
    page = opened(profile(), service, "thread", "en", "light")
    page.emulate_media(forced_colors="active")
    border = page.locator(".avatar").first.evaluate("disc => getComputedStyle(disc).borderTopStyle")
    assert border == "solid"
    up = page.locator(".vote.up").first
    before = up.evaluate("button => getComputedStyle(button).color")
    up.evaluate("button => button.setAttribute('aria-pressed', 'true')")
    assert up.evaluate("button => getComputedStyle(button).color") != before
    page.locator("form .send").click()
    expect(page.locator("[aria-invalid=true]").first).to_have_css("outline-style", "solid")
    up.focus()
    page.keyboard.press("Tab")
    ring = page.locator(".vote.down").first
    expect(ring).to_have_css("outline-style", "solid")


def test_the_gallery_holds_every_state_in_every_language_and_theme(
    profile: Callable[..., Profile], service: Service
) -> None:
    page = profile().open(f"{service.url}/demo/gallery")
    expect(page.locator("iframe")).to_have_count(len(STATES) * 3 * len(THEMES))
    chosen = profile().open(f"{service.url}/demo/gallery?state=thread&lang=ur&theme=dark")
    expect(chosen.locator("iframe")).to_have_count(1)
    frame = chosen.frame_locator("iframe")
    expect(frame.locator(".body").first).to_be_visible()
    expect(frame.locator("section")).to_have_class(re.compile("dark"))
    without_violations(chosen, "body > header")


def test_urdu_names_and_comments_have_their_letters_on_pages_in_other_languages(
    profile: Callable[..., Profile], service: Service
) -> None:
    page = opened(profile(), service, "thread", "en", "light")
    urdu = page.locator(".body[lang=ur]")
    expect(urdu).to_have_count(1)
    expect(urdu).to_have_css("direction", "rtl")
    assert "Nastaliq" in urdu.evaluate("body => getComputedStyle(body).fontFamily")
    expect(page.locator("bdi[lang=ur]")).to_have_text("بلال احمد")
    # Turkish letters are never changed by our style.
    assert page.locator(".body", has_text="İğdır").inner_text().startswith("Kesinlikle")
    transforms = page.locator("section *").evaluate_all(
        "all => [...new Set(all.map((one) => getComputedStyle(one).textTransform))]"
    )
    assert transforms == ["none"]
