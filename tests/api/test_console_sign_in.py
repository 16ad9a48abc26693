"""Signing in to the console: step by step, and nothing by the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from service import clock
from service.auth.sessions import IDLE, LONGEST, digest
from service.storage.database import reading
from service.storage.models import LoginSession
from tests.api.signed_in import OWN, PASSWORD, Person, change, cookies, hire


def test_a_moderator_signs_in_with_a_password_and_calls_the_api(moderator: Person) -> None:
    moderator.newsroom.pending()
    moderator.sign_in()
    answer = moderator.api("GET", "/v1/moderation/comments")
    assert answer.status_code == 200
    assert answer.get_json()["total"] == 1
    assert answer.headers["Cache-Control"] == "no-store"


def test_events_name_the_account(moderator: Person) -> None:
    comment = moderator.newsroom.pending()
    moderator.sign_in()
    headers = {**OWN, "X-CSRF-Token": moderator.csrf, "If-Match": '"1"'}
    path = f"/v1/moderation/comments/{comment}/decision"
    assert moderator.api("POST", path, headers, json={"decision": "approve"}).status_code == 200
    (event,) = moderator.newsroom.moderation("events", kind="decided").get_json()["events"]
    assert event["actor"] == f"account:{moderator.login}"


def test_the_cookie_of_a_deployed_console_is_bound_to_the_host(moderator: Person) -> None:
    answer = moderator.client.post(
        "/console/sign-in",
        base_url="https://comments.news.example",
        data={"login": moderator.login, "password": PASSWORD},
        headers={"Origin": "https://comments.news.example"},
    )
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    assert name == "__Host-belowline"
    assert {part.strip() for part in rest.split(";")[1:]} >= {
        "Secure",
        "HttpOnly",
        "SameSite=Strict",
        "Path=/",
    }
    assert "Domain" not in rest


def test_over_plain_http_the_cookie_is_for_this_machine_alone(moderator: Person) -> None:
    local = moderator.begin().headers["Set-Cookie"]
    assert local.startswith("belowline=")
    assert "HttpOnly" in local
    assert "SameSite=Strict" in local
    assert "Secure" not in local
    elsewhere = moderator.client.post(
        "/console/sign-in",
        base_url="http://comments.news.example",
        data={"login": moderator.login, "password": PASSWORD},
        headers={"Origin": "http://comments.news.example"},
    )
    assert elsewhere.headers["Set-Cookie"].startswith("__Host-belowline=")


def test_the_database_does_not_hold_the_cookie(moderator: Person) -> None:
    moderator.sign_in()
    token = cookies(moderator)["belowline"]
    with moderator.newsroom.app.app_context(), reading() as session:
        assert session.get(LoginSession, token) is None
        assert session.get(LoginSession, digest(token)) is not None


@pytest.mark.parametrize("csrf", [None, "", "0" * 64, "é"])
def test_without_its_csrf_token_a_session_calls_nothing(moderator: Person, csrf: str | None) -> None:
    comment = moderator.newsroom.pending()
    moderator.sign_in()
    headers = OWN if csrf is None else {**OWN, "X-CSRF-Token": csrf.encode().decode("latin-1")}
    for method, path in (("GET", "comments"), ("POST", f"comments/{comment}/decision")):
        answer = moderator.api(method, f"/v1/moderation/{path}", headers, json={"decision": "approve"})
        assert answer.status_code == 403
        assert answer.content_type == "application/problem+json"
    assert moderator.form("/console/me/language", csrf_token=csrf or "", language="tr").status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:81"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
)
def test_what_comes_from_another_page_changes_nothing(moderator: Person, said: dict[str, str]) -> None:
    comment = moderator.newsroom.pending()
    moderator.sign_in()
    headers = {**said, "X-CSRF-Token": moderator.csrf, "If-Match": '"1"'}
    path = f"/v1/moderation/comments/{comment}/decision"
    assert moderator.api("POST", path, headers, json={"decision": "approve"}).status_code == 403
    assert moderator.form("/console/sign-out", said).status_code == 403
    stranger = hire(moderator.newsroom)
    sent = {"login": stranger.login, "password": PASSWORD}
    assert stranger.client.post("/console/sign-in", data=sent, headers=said).status_code == 403


def test_a_read_from_another_page_is_refused_too(moderator: Person) -> None:
    moderator.sign_in()
    headers = {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": moderator.csrf}
    assert moderator.api("GET", "/v1/moderation/comments", headers).status_code == 403


def test_a_token_is_what_counts_when_both_are_sent(moderator: Person) -> None:
    moderator.sign_in()
    headers = {**OWN, "X-CSRF-Token": moderator.csrf, "Authorization": "Bearer blw_nothing"}
    assert moderator.api("GET", "/v1/moderation/comments", headers).status_code == 401


def test_readers_are_answered_the_same_with_a_cookie(moderator: Person) -> None:
    moderator.newsroom.approved()
    path = f"/v1/comments?site={moderator.newsroom.site}&page=https://news.example/2026/03/07/talks"
    without = moderator.client.get(path)
    moderator.sign_in()
    with_cookie = moderator.client.get(path)
    assert with_cookie.get_data() == without.get_data()
    assert with_cookie.headers["Cache-Control"] == without.headers["Cache-Control"] != "no-store"


def test_every_step_gets_a_new_cookie_and_the_old_one_ends(admin: Person) -> None:
    admin.client.set_cookie("belowline", "chosen-by-somebody-else")
    admin.begin()
    first = cookies(admin)["belowline"]
    assert first != "chosen-by-somebody-else"
    codes = admin.enrol()
    second = cookies(admin)["belowline"]
    admin.begin()
    third = cookies(admin)["belowline"]
    admin.read("/console/second-factor")
    admin.form("/console/second-factor", code=codes[0])
    assert len({first, second, third, cookies(admin)["belowline"]}) == 4
    for old in (first, third):
        thief = admin.newsroom.app.test_client()
        thief.set_cookie("belowline", old)
        assert thief.get("/console/second-factor").headers["Location"] == "/console/sign-in"
    assert admin.client.get("/console/me").status_code == 200


def test_after_half_an_hour_of_nothing_a_session_has_ended(
    moderator: Person, at: Callable[[timedelta], datetime]
) -> None:
    moderator.sign_in()
    at(IDLE - timedelta(seconds=1))
    assert moderator.client.get("/console/me").status_code == 200
    at(2 * IDLE - timedelta(seconds=2))
    assert moderator.client.get("/console/me").status_code == 200
    at(3 * IDLE)
    assert moderator.client.get("/console/me").headers["Location"] == "/console/sign-in"
    assert moderator.api("GET", "/v1/moderation/comments").status_code == 401


def test_what_a_page_asks_by_itself_keeps_nobody_awake(
    moderator: Person, at: Callable[[timedelta], datetime]
) -> None:
    moderator.sign_in()
    background = {**OWN, "X-CSRF-Token": moderator.csrf, "X-Background": "1"}
    at(IDLE - timedelta(seconds=1))
    assert moderator.api("GET", "/v1/moderation/comments", background).status_code == 200
    at(IDLE + timedelta(seconds=1))
    assert moderator.api("GET", "/v1/moderation/comments", background).status_code == 401


def test_after_twelve_hours_of_work_a_session_has_ended(
    moderator: Person, at: Callable[[timedelta], datetime]
) -> None:
    moderator.sign_in()
    worked = timedelta()
    while (worked := worked + timedelta(minutes=20)) < LONGEST:
        at(worked)
        assert moderator.client.get("/console/me").status_code == 200, worked
    at(LONGEST)
    assert moderator.client.get("/console/me").headers["Location"] == "/console/sign-in"


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(moderator: Person) -> None:
    moderator.sign_in()
    change(moderator, disabled_at=clock.now())
    assert moderator.api("GET", "/v1/moderation/comments").status_code == 401
    assert moderator.client.get("/console/me").headers["Location"] == "/console/sign-in"
    assert moderator.begin().status_code == 401


def test_signing_out_ends_this_browser_and_everywhere_ends_all(moderator: Person) -> None:
    other = Person(moderator.newsroom, moderator.login, moderator.role).sign_in()
    moderator.sign_in()
    kept = cookies(moderator)["belowline"]
    moderator.form("/console/sign-out")
    moderator.client.set_cookie("belowline", kept)
    assert moderator.client.get("/console/me").status_code == 303
    assert other.client.get("/console/me").status_code == 200
    moderator.sign_in()
    moderator.form("/console/sign-out", everywhere="yes")
    assert other.client.get("/console/me").status_code == 303


def test_a_new_password_signs_all_other_browsers_out(moderator: Person) -> None:
    other = Person(moderator.newsroom, moderator.login, moderator.role).sign_in()
    moderator.sign_in()
    path, new = "/console/me/password", "another horse battery"
    assert moderator.form(path, password="wrong wrong wrong", new=new).status_code == 422
    assert moderator.form(path, password=PASSWORD, new="short").status_code == 422
    assert moderator.form(path, password=PASSWORD, new=new).status_code == 303
    assert moderator.client.get("/console/me").status_code == 200
    assert other.client.get("/console/me").status_code == 303
    assert moderator.begin(PASSWORD).status_code == 401
    assert moderator.begin(new).status_code == 303


def test_a_link_from_elsewhere_leads_in_although_the_cookie_is_strict(moderator: Person) -> None:
    answer = moderator.client.get("/console/bans", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0"' in answer.get_data(as_text=True)
    answer = moderator.client.get("/console/bans", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["Location"] == "/console/sign-in"


def test_pages_bring_their_policy_and_are_not_stored(moderator: Person) -> None:
    for path in ("/console/sign-in", "/console", "/console/me"):
        if path == "/console":
            moderator.sign_in()
        answer = moderator.client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        text = answer.get_data(as_text=True)
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text


def test_a_moderator_does_not_see_the_admins_pages(moderator: Person) -> None:
    moderator.sign_in()
    answer = moderator.client.get("/console/accounts")
    assert answer.status_code == 403
    assert answer.mimetype == "text/html"
    assert "/console/accounts" not in moderator.read("/console")
