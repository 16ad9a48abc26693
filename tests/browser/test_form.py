"""The form: errors at their fields, and a draft that outlives every failure without doubling."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.service import Service

pytestmark = pytest.mark.browser
COMMENTS = "**/v1/comments"
WRITTEN = {"name": "Jonas", "email": "jonas@example.org", "body": "Long thought about, hard to write again."}


def press_send(page: Page) -> None:
    page.get_by_role("button", name="Post comment").click()


def opened(profile: Callable[..., Profile], article: str) -> Page:
    page = profile().open(article)
    to_comments(page)
    return page


def test_each_missing_field_says_so_and_the_first_gets_the_focus(
    profile: Callable[..., Profile], article: str
) -> None:
    page = opened(profile, article)
    press_send(page)
    expect(page.locator("#error-name")).to_have_text("Please write your name.")
    expect(page.locator("#error-email")).to_have_text("Please write your email address.")
    expect(page.locator("#error-body")).to_have_text("Please write your comment.")
    expect(page.locator("[name=name]")).to_be_focused()
    assert page.locator("[name=name]").get_attribute("aria-invalid") == "true"
    assert page.locator("[name=website]").get_attribute("aria-invalid") is None
    expect(page.get_by_role("status")).to_have_text("3 fields need your attention.")


def test_what_the_service_refuses_stands_at_its_field_in_the_readers_language(
    profile: Callable[..., Profile], article: str
) -> None:
    page = profile().open(f"{article}?lang=tr")
    to_comments(page)
    fill(page, **(WRITTEN | {"email": "jonas@-nowhere-.example", "website": "https://user@host.example"}))
    page.get_by_role("button", name="Yorumu gönder").click()
    expect(page.locator("#error-email")).to_contain_text("Bu bir e-posta adresine benzemiyor.")
    expect(page.locator("#error-website")).to_be_visible()
    expect(page.locator("[name=email]")).to_be_focused()
    expect(page.locator("textarea")).to_have_value(WRITTEN["body"])


def test_an_error_goes_when_the_field_is_right(profile: Callable[..., Profile], article: str) -> None:
    page = opened(profile, article)
    press_send(page)
    fill(page, **WRITTEN)
    press_send(page)
    expect(page.locator(".pending")).to_be_visible()
    expect(page.locator("p.error:visible")).to_have_count(0)


def test_a_draft_survives_a_dead_network_and_a_reload(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = opened(profile, article)
    page.route(COMMENTS, lambda route: route.abort())
    fill(page, **WRITTEN)
    press_send(page)
    expect(page.locator(".alert")).to_contain_text("Your text is kept in this browser.")
    expect(page.locator("textarea")).to_have_value(WRITTEN["body"])
    page.unroute(COMMENTS)
    page.reload()
    to_comments(page)
    expect(page.locator("textarea")).to_have_value(WRITTEN["body"])
    fill(page, **WRITTEN)
    press_send(page)
    expect(page.locator(".pending")).to_be_visible()
    expect(page.locator("textarea")).to_have_value("")
    assert len(service.queue(article)) == 1


def test_a_lost_answer_does_not_double_the_comment(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = opened(profile, article)

    def lose(route: Route) -> None:
        answer = route.fetch()
        # A form that was filled in so fast is asked for work first.
        if answer.status == 422:
            route.fulfill(response=answer)
        else:
            route.abort()

    page.route(COMMENTS, lose)
    fill(page, **WRITTEN)
    press_send(page)
    expect(page.locator(".alert")).to_be_visible()
    assert len(service.queue(article)) == 1
    page.unroute(COMMENTS)
    page.reload()
    to_comments(page)
    fill(page, **WRITTEN)
    press_send(page)
    expect(page.locator(".pending")).to_have_count(1)
    assert len(service.queue(article)) == 1


def test_a_double_click_sends_once(profile: Callable[..., Profile], service: Service, article: str) -> None:
    page = opened(profile, article)
    fill(page, **WRITTEN)
    page.get_by_role("button", name="Post comment").dblclick()
    expect(page.locator(".pending")).to_have_count(1)
    assert len(service.queue(article)) == 1


@pytest.mark.parametrize(
    ("status", "problem", "shown"),
    [
        (
            429,
            {"type": "/problems/rate-limited", "retry_after_seconds": 42},
            "Please send it again in 42 seconds.",
        ),
        (503, {"type": "/problems/unavailable"}, "The comment service is taking a short break."),
        (502, None, "The comment service is taking a short break."),
        (409, {"type": "/problems/thread-closed"}, "Comments on this article are closed."),
    ],
)
def test_a_refusal_says_why_and_keeps_the_text(
    profile: Callable[..., Profile], article: str, status: int, problem: dict[str, object] | None, shown: str
) -> None:
    page = opened(profile, article)

    def refuse(route: Route) -> None:
        if problem is None:
            route.fulfill(
                status=status, body="<h1>Bad gateway</h1>", headers={"Access-Control-Allow-Origin": "*"}
            )
        else:
            route.fulfill(status=status, json=problem, headers={"Access-Control-Allow-Origin": "*"})

    page.route(COMMENTS, refuse)
    fill(page, **WRITTEN)
    press_send(page)
    expect(page.locator(".alert")).to_contain_text(shown)
    expect(page.locator("textarea")).to_have_value(WRITTEN["body"])
    expect(page.get_by_role("button", name="Post comment")).to_be_enabled()


def test_the_form_counts_characters_as_people_do(profile: Callable[..., Profile], article: str) -> None:
    page = opened(profile, article)
    fill(page, body="🙂" * 10)
    expect(page.locator("form #count")).to_have_text("4,990 characters left")
    fill(page, body="x" * 5001)
    expect(page.locator("form #count")).to_have_text("1 character too many")


def test_the_form_works_where_storage_is_blocked(profile: Callable[..., Profile], article: str) -> None:
    reader = profile()
    reader.context.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page = reader.open(article)
    to_comments(page)
    fill(page, **WRITTEN)
    press_send(page)
    expect(page.locator(".pending")).to_be_visible()


def test_a_thread_that_does_not_load_offers_another_try(
    profile: Callable[..., Profile], article: str
) -> None:
    reader = profile()
    reader.context.route("**/v1/comments?*", lambda route: route.abort())
    page = reader.open(article)
    page.locator("#comments").scroll_into_view_if_needed()
    expect(page.get_by_text("The comments could not be loaded.").first).to_be_visible()
    reader.context.unroute("**/v1/comments?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("No comments yet")).to_be_visible()
