"""Proof of work: asked of what looks like spam, done by the reader's browser, checked by the real service."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Profile, fill, to_comments
from tests.browser.service import Service

pytestmark = pytest.mark.browser
WRITTEN = {"name": "Jonas", "email": "jonas@example.org", "body": "A person who fills in everything"}
SLOW = """() => {
  const derive = crypto.subtle.deriveBits.bind(crypto.subtle);
  crypto.subtle.deriveBits = async (...wanted) => (await window.held, derive(...wanted));
  window.held = new Promise((done) => { window.go = done; });
}"""
LONG_TASKS = """window.long = 0;
new PerformanceObserver((list) => { window.long += list.getEntries().length; }).observe({type: "longtask"});
"""


def suspicious(page: Page) -> None:
    """Writes what the service asks work for: the field that people do not see is filled in."""
    to_comments(page)
    fill(page, **WRITTEN)
    page.locator("[name=trap]").evaluate("field => { field.value = 'x' }")


def sent(page: Page) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []

    def note(request: object) -> None:
        if getattr(request, "method", "") == "POST" and str(getattr(request, "url", "")).endswith(
            "/v1/comments"
        ):
            found.append(request.post_data_json)  # type: ignore[attr-defined]

    page.on("request", note)
    return found


def test_on_a_page_of_another_origin_the_browser_works_and_the_page_is_not_held_up(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    reader = profile()
    reader.context.add_init_script(LONG_TASKS)
    page = reader.open(article)
    suspicious(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    bodies = sent(page)
    page.evaluate("window.long = 0")
    page.locator("form .send").click()
    expect(page.locator(".pending")).to_be_visible()
    assert [len(str(body["challenge"])) > 100 for body in bodies] == [False, True]
    assert bodies[0]["challenge"] == "ask"
    assert any("/assets/work-en" in url for url in asked)
    assert not any("/assets/worker" in url for url in asked)
    assert [comment["body"] for comment in service.queue(article)] == [WRITTEN["body"]]
    assert page.evaluate("refused") == []
    assert page.evaluate("window.long") <= 1


def test_on_the_services_own_origin_a_worker_does_it(
    profile: Callable[..., Profile], service: Service
) -> None:
    page = profile().open(f"{service.url}/demo")
    suspicious(page)
    bodies = sent(page)
    with page.expect_worker() as worker:
        page.locator("form .send").click()
    assert "/assets/worker." in worker.value.url
    expect(page.locator(".pending")).to_be_visible()
    assert len(bodies) == 2
    assert page.evaluate("refused") == []


def test_who_would_rather_wait_skips_the_work_and_a_moderator_looks(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = profile().open(article)
    suspicious(page)
    page.evaluate(SLOW)
    bodies = sent(page)
    page.locator("form .send").click()
    expect(page.get_by_role("status")).to_contain_text("your browser is doing a small sum")
    page.get_by_role("button", name="Skip this and wait for a moderator").click()
    page.evaluate("go()")
    expect(page.locator(".pending")).to_be_visible()
    expect(page.locator(".work")).to_have_count(0)
    assert "challenge" not in bodies[1]
    assert [comment["body"] for comment in service.queue(article)] == [WRITTEN["body"]]


def test_a_lost_answer_to_a_solved_challenge_does_not_double_the_comment(
    profile: Callable[..., Profile], service: Service, article: str
) -> None:
    page = profile().open(article)
    suspicious(page)
    lost: list[bool] = []

    def lose(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        if answer.status == 201 and not lost:
            lost.append(True)
            route.abort()  # type: ignore[attr-defined]
        else:
            route.fulfill(response=answer)  # type: ignore[attr-defined]

    page.route("**/v1/comments", lose)
    page.locator("form .send").click()
    expect(page.locator(".alert")).to_be_visible()
    page.locator("form .send").click()
    expect(page.locator(".pending")).to_be_visible()
    assert lost == [True]
    assert len(service.queue(article)) == 1


def test_nothing_of_it_is_loaded_for_comments_that_nothing_speaks_against(
    profile: Callable[..., Profile], article: str
) -> None:
    page = profile().open(article)
    # A person takes two minutes; a script that needs less is a sign against it.
    page.clock.install(time=time.time() - 120)
    page.reload()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    to_comments(page)
    # Nor does somebody who writes for the first time, and was not here a moment ago in another test.
    fill(page, name="Nilgün", email="nilgun@example.org", body="Nothing speaks against this")
    page.locator("form .send").click()
    expect(page.locator(".pending")).to_be_visible()
    assert not any("/assets/work" in url for url in asked)
