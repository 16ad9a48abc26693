"""The pages of the desk and of administration, used as people use them; numbers compared with the raw tables."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.backing.client import Answer
from tests.browser.service import Service
from tests.console.conftest import Desk

pytestmark = pytest.mark.browser


def story(service: Service, name: str, comments: int = 3) -> tuple[str, list[str]]:
    """A page of its own with pending comments; its address, and their ids."""
    page = f"https://news.example/{name}"
    ids = []
    for number in range(comments):
        answer = service.post(
            page, f"What {name} needs, number {number}.", email=f"{name}{number}@reader.example.org"
        )
        assert answer.status == 201, answer.body
        ids.append(str(answer.json()["comment"]["id"]))
    return page, ids


def sql(service: Service, question: str, *values: object) -> list[Any]:
    """What the tables say."""
    with sqlite3.connect(service.instance / "belowline.db") as connection:
        return connection.execute(question, values).fetchall()


def saved(page: Page, button: str) -> str:
    """The file that a button gives."""
    with page.expect_download() as downloading:
        page.locator("button", has_text=button).first.click()
    return Path(downloading.value.path()).read_text("utf-8-sig")


def row_of(page: Page, address: str) -> Any:
    page.locator("[name=page]").fill(address)
    page.locator("[name=page]").dispatch_event("change")
    page.locator(".pages:not([aria-busy])").wait_for()
    row = page.locator(f"tr:has(a[href='{address}'])")
    row.wait_for()
    return row


def test_a_moderator_closes_slows_and_holds_a_page(desk: Callable[..., Desk], service: Service) -> None:
    address, _ = story(service, "harbour")
    moderator = desk()
    page = moderator.open("/console/pages")
    row = row_of(page, address)
    row.get_by_role("button", name="Close").click()
    row.get_by_text("Closed", exact=True).wait_for()
    assert service.thread(address)["page"]["open"] is False
    assert service.post(address, "Too late.").status == 409
    row.get_by_role("button", name="Open").click()
    row.get_by_role("button", name="Close").wait_for()
    row.get_by_role("button", name="Hold all").click()
    row.get_by_role("button", name="Let go").wait_for()
    row.locator("select").select_option("60")
    row.get_by_text("Every 1 minute").first.wait_for()
    assert service.post(address, "Once.", email="once@reader.example.org").status == 201
    assert service.post(address, "Twice.", email="once@reader.example.org").status == 429
    done = "SELECT count(*) FROM events WHERE kind = 'page_changed' AND actor = ?"
    assert sql(service, done, f"account:{moderator.login}") == [(4,)]


def test_whoever_comes_second_at_a_page_sees_how_it_stands(
    desk: Callable[..., Desk], service: Service
) -> None:
    address, _ = story(service, "quay")
    first, second = desk(), desk()
    rows = [row_of(one.open("/console/pages"), address) for one in (first, second)]
    rows[0].get_by_role("button", name="Hold all").click()
    rows[0].get_by_role("button", name="Let go").wait_for()
    rows[1].get_by_role("button", name="Close").click()
    second.page.get_by_text(f"{first.login}").first.wait_for()
    rows[1].get_by_role("button", name="Let go").wait_for()
    assert service.thread(address)["page"]["open"] is True


def test_the_log_shows_filters_saves_and_checks(desk: Callable[..., Desk], service: Service) -> None:
    _, (first, *_) = story(service, "ferry")
    moderator = desk()
    client = service.client(service.credentials()["moderator_token"])
    answer: Answer = client.post(
        f"/v1/moderation/comments/{first}/decision",
        {"decision": "spam", "reason": "advert", "note": "=SUM(1)"},
        {"If-Match": '"1"'},
    )
    assert answer.status == 200
    page = moderator.open("/console/log")
    page.get_by_text("Intact.").wait_for()
    page.locator("[name=kind]").select_option("decided")
    page.locator("[name=comment]").fill(first)
    page.locator("[name=comment]").dispatch_event("change")
    page.get_by_text("=SUM(1)").wait_for()
    (line,) = csv.DictReader(io.StringIO(saved(page, "Save as CSV"), newline=""))
    assert (line["comment"], line["kind"], line["note"]) == (first, "decided", "'=SUM(1)")
    (event,) = map(json.loads, saved(page, "Save as JSON lines").splitlines())
    assert event["id"] == line["id"]


def test_a_log_that_somebody_changed_says_so(desk: Callable[..., Desk], service: Service) -> None:
    story(service, "bridge", 1)
    page = desk().open("/console/log")
    page.get_by_text("Intact.").wait_for()
    ((event, actor),) = sql(service, "SELECT id, actor FROM events WHERE site = 'demo' LIMIT 1")
    with sqlite3.connect(service.instance / "belowline.db") as connection:
        connection.execute("UPDATE events SET actor = 'nobody' WHERE id = ?", (event,))
    try:
        page.get_by_role("button", name="Check again").click()
        page.get_by_role("alert").wait_for()
        page.locator(".findings").get_by_text(event).wait_for()
    finally:
        with sqlite3.connect(service.instance / "belowline.db") as connection:
            connection.execute("UPDATE events SET actor = ? WHERE id = ?", (actor, event))
    page.get_by_role("button", name="Check again").click()
    page.get_by_text("Intact.").wait_for()


def fact(page: Page, part: str, label: str) -> str:
    found = page.locator(f"[aria-labelledby=part-{part}] dl div", has=page.get_by_text(label, exact=True))
    return (found.locator("dd").first.text_content() or "").replace(",", "")


def test_the_statistics_say_what_the_tables_say(desk: Callable[..., Desk], service: Service) -> None:
    _, ids = story(service, "lighthouse", 6)
    client = service.client(service.credentials()["moderator_token"])
    for number, comment in enumerate(ids[:5]):
        word = ("approve", "reject", "spam")[number % 3]
        client.post(f"/v1/moderation/comments/{comment}/decision", {"decision": word}, {"If-Match": '"1"'})
    page = desk("admin").open("/console/statistics")
    page.locator("[aria-labelledby=part-people] svg").wait_for()
    count = dict(sql(service, "SELECT status, count(*) FROM comments WHERE site = 'demo' GROUP BY status"))
    assert fact(page, "came", "Received") == str(sum(count.values()))
    shown = {"Approved": "approved", "Held": "pending", "Rejected": "rejected", "Spam": "spam"}
    for label, status in shown.items():
        assert fact(page, "came", label) == str(count.get(status, 0))
    assert fact(page, "queue", "Waiting now") == str(count["pending"])
    token = service.credentials()["moderator_token"][:10]
    made = "SELECT after, count(*) FROM events WHERE kind = 'decided' AND actor = ? GROUP BY after"
    by_token = dict(sql(service, made, f"token:{token}"))
    cells = page.locator("tr", has_text=f"token:{token}").first.locator("td").all_text_contents()
    assert cells[1:5] == [
        str(n)
        for n in (sum(by_token.values()), *(by_token.get(s, 0) for s in ("approved", "rejected", "spam")))
    ]
    (last, *_) = list(csv.DictReader(io.StringIO(saved(page, "over time"), newline="")))[::-1]
    assert last["received"] == str(sum(count.values()))
    (point,) = [
        one
        for one in csv.DictReader(io.StringIO(saved(page, "queue"), newline=""))
        if one["decision_seconds_p95"]
    ]
    slowest = max(
        (datetime.fromisoformat(at) - datetime.fromisoformat(sent)).total_seconds()
        for at, sent in sql(
            service,
            "SELECT events.created_at, comments.created_at FROM events JOIN comments ON comments.id = comment_id"
            " WHERE events.kind = 'decided' AND before = 'pending' AND comments.site = 'demo'",
        )
    )
    assert float(point["decision_seconds_p95"]) <= slowest * 1.0101
    everything = json.loads(saved(page, "Save all as JSON"))
    assert everything["spam"]["totals"]["received"] == sum(count.values())
    assert page.locator("svg[aria-label]").count() == 6
    assert page.locator("[aria-labelledby=part-queue] figure svg").count() == 2
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert page.locator("[aria-labelledby=part-came] svg").first.is_visible()


def test_a_token_is_shown_once_works_and_ends(desk: Callable[..., Desk], service: Service) -> None:
    page = desk("admin").open("/console/tokens")
    page.get_by_text("Make a token").first.click()
    page.locator("[name=label]").fill("Night robot")
    page.get_by_role("button", name="Make a token").click()
    token = page.locator(".once textarea").input_value()
    assert service.client(token).get("/v1/moderation/comments").status == 200
    assert service.client(token).get("/v1/admin/tokens").status == 403
    page.reload()
    page.locator("#content:not([aria-busy])").wait_for()
    assert token not in page.content()
    page.get_by_role("button", name="Revoke: Night robot").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    page.locator("tr", has_text="Night robot").get_by_text("Revoked", exact=True).wait_for()
    assert service.client(token).get("/v1/moderation/comments").status == 401


def test_an_admin_changes_a_site_and_copies_its_snippet(desk: Callable[..., Desk], service: Service) -> None:
    page = desk("admin").open("/console/sites")
    card = page.locator("[aria-labelledby=site-demo]")
    snippet = card.locator(".to-copy textarea").input_value()
    assert f'<script async src="{service.url}/embed.js" data-site="demo"></script>' in snippet
    card.get_by_text("Settings", exact=True).click()
    card.locator("[name=close_after_days]").fill("14")
    card.locator("[name=hold_hot_pages]").uncheck()
    card.locator("[name=auto_reject]").check()
    card.locator("[name=review_share]").fill("7")
    card.get_by_role("button", name="Save").click()
    page.locator(".bar", has_text="Saved").wait_for()
    kept = "SELECT close_after_days, hold_hot_pages, policy, auto_reject, review_share FROM sites WHERE slug = 'demo'"
    assert sql(service, kept) == [(14, 0, "hold_all", 1, 0.07)]
    card.locator("[name=close_after_days]").fill("")
    card.locator("[name=hold_hot_pages]").check()
    card.locator("[name=auto_reject]").uncheck()
    card.get_by_role("button", name="Save").click()
    page.wait_for_function("() => document.querySelector('.bar')")
    page.locator(".bar", has_text="Saved").wait_for()
    card.locator("[name=origins]").fill("not an origin")
    card.get_by_role("button", name="Save").click()
    card.get_by_role("alert").wait_for()


def test_an_admin_adds_a_site(desk: Callable[..., Desk], service: Service) -> None:
    page = desk("admin").open("/console/sites")
    page.locator("summary", has_text="Add a site").click()
    form = page.locator("details.card[open] form")
    form.locator("[name=slug]").fill("evening")
    form.locator("[name=name]").fill("The Evening")
    form.locator("[name=origins]").fill("self")
    form.get_by_role("button", name="Add a site").click()
    page.locator("[aria-labelledby=site-evening]").wait_for()
    assert sql(service, "SELECT policy FROM sites WHERE slug = 'evening'") == [("hold_all",)]


def test_a_webhook_is_added_with_its_secret_shown_once(desk: Callable[..., Desk], service: Service) -> None:
    page = desk("admin").open("/console/webhooks")
    page.get_by_text("Add a webhook", exact=True).first.click()
    page.locator("[name=label]").fill("Archive")
    page.locator("[name=url]").fill("https://hooks.example.org/in")
    page.get_by_role("button", name="Add a webhook").click()
    assert page.locator(".once textarea").input_value().startswith("whsec_")
    page.get_by_role("button", name="Switch off: Archive").click()
    page.get_by_role("button", name="Switch on: Archive").wait_for()
    assert page.locator(".once").count() == 0
    page.get_by_role("button", name="Switch on: Archive").click()
    page.get_by_role("button", name="Switch off: Archive").wait_for()
    page.get_by_role("button", name="Send a test: Archive").click()
    page.locator(".bar", has_text="on its way").wait_for()
    page.get_by_text("What was sent").first.click()
    page.locator("table").get_by_text("Test", exact=True).wait_for()
    page.get_by_role("button", name="Remove: Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_text("Nobody is told").wait_for()
    assert sql(service, "SELECT count(*) FROM webhooks") == [(0,)]


def test_the_keys_age_and_what_is_kept_are_shown(desk: Callable[..., Desk]) -> None:
    page = desk("admin").open("/console/care")
    assert page.get_by_text("0 days", exact=True).count() == 1
    assert page.locator("tr", has_text="Network address").get_by_text("30 days").is_visible()


def test_a_moderator_sees_no_administration(desk: Callable[..., Desk]) -> None:
    moderator = desk()
    assert moderator.open("/console/pages").get_by_role("link", name="Statistics").count() == 0
    for path in ("statistics", "sites", "tokens", "webhooks", "care"):
        answer = moderator.page.goto(f"{moderator.service.url}/console/{path}")
        assert answer is not None
        assert answer.status == 403
