"""Signing in to the console: step by step, and nothing by the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask

from service import clock
from service.auth import passwords, sign_in
from service.auth.sessions import IDLE, LONGEST, digest
from service.domain.role import Role
from service.storage import access
from service.storage.database import reading, transaction
from service.storage.models import Account, LoginSession
from tests.api.newsroom import Newsroom, open_newsroom
from tests.api.signed_in import OWN, PASSWORD, Person, hire
from tests.backing.cost import times_the_cost


@pytest.fixture
def moderator(newsroom: Newsroom) -> Person:
    return hire(newsroom)


@pytest.fixture
def admin(newsroom: Newsroom) -> Person:
    return hire(newsroom, Role.ADMIN)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], datetime]:
    """Stops the clock, moves it on, and says what it shows then."""
    present = clock.now()
    monkeypatch.setattr(clock, "now", lambda: present)

    def move(by: timedelta) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: present + by)
        return present + by

    return move


def cookies(person: Person) -> dict[str, str]:
    return {cookie.key: cookie.value for cookie in person.client._cookies.values()}  # type: ignore[union-attr]


def account_of(person: Person) -> Account:
    with person.newsroom.app.app_context(), reading() as session:
        account = access.account_by_login(session, person.login)
        assert account is not None
        return account


def change(person: Person, **values: object) -> None:
    with person.newsroom.app.app_context(), transaction() as session:
        account = access.account_by_login(session, person.login)
        for name, value in values.items():
            setattr(account, name, value)


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


def test_an_admin_sets_a_second_factor_up_before_anything_else(admin: Person) -> None:
    assert admin.begin().headers["Location"] == "/console/set-up-second-factor"
    assert admin.client.get("/console").headers["Location"] == "/console/set-up-second-factor"
    assert admin.api("GET", "/v1/moderation/comments").status_code == 401
    assert len(admin.enrol()) == 10
    assert admin.client.get("/console").status_code == 200
    stored = account_of(admin)
    assert stored.factor is not None
    assert admin.secret.encode() not in stored.factor
    again = Person(admin.newsroom, admin.login, admin.role)
    assert again.begin().headers["Location"] == "/console/second-factor"
    assert again.client.get("/console").headers["Location"] == "/console/second-factor"


def test_a_code_is_good_once(admin: Person, at: Callable[[timedelta], datetime]) -> None:
    admin.sign_in()
    for _ in range(2):  # the code that was used for setting up, too
        admin.begin()
        admin.read("/console/second-factor")
        assert admin.form("/console/second-factor", code=admin.code()).status_code == 401
    at(timedelta(seconds=60))
    code = admin.code()
    assert admin.form("/console/second-factor", code=code).status_code == 303
    admin.begin()
    admin.read("/console/second-factor")
    assert admin.form("/console/second-factor", code=code).status_code == 401


def test_a_recovery_code_is_good_once(admin: Person) -> None:
    admin.begin()
    codes = admin.enrol()
    for code, status in (
        (codes[0].upper(), 303),
        (codes[0], 401),
        (codes[1].replace("-", " "), 303),
        ("", 401),
    ):
        admin.begin()
        admin.read("/console/second-factor")
        assert admin.form("/console/second-factor", code=code).status_code == status, code
    assert len(account_of(admin).recovery) == 8


def test_a_moderator_may_set_a_second_factor_up_and_take_it_away(moderator: Person) -> None:
    moderator.sign_in()
    assert moderator.form("/console/set-up-second-factor", code="000000").status_code == 422
    moderator.enrol(password=PASSWORD)
    moderator.read("/console/me")
    path = "/console/me/second-factor/remove"
    assert moderator.form(path, password="not this one").status_code == 422
    assert moderator.form(path, password=PASSWORD).status_code == 303
    assert account_of(moderator).factor is None


def test_an_admin_cannot_take_it_away(admin: Person) -> None:
    admin.sign_in()
    assert admin.form("/console/me/second-factor/remove", password=PASSWORD).status_code == 403
    assert account_of(admin).factor is not None


def test_an_open_browser_is_not_enough_to_exchange_the_second_factor(admin: Person) -> None:
    admin.sign_in()
    before = account_of(admin).factor
    admin.read("/console/set-up-second-factor")
    answer = admin.form("/console/set-up-second-factor", code=admin.code(), password="a guess at it")
    assert answer.status_code == 422
    assert account_of(admin).factor == before


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


def test_a_wrong_password_and_no_account_are_answered_alike(
    moderator: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    fits = passwords.fits
    monkeypatch.setattr(sign_in, "fits", lambda given, stored: compared.append(stored) or fits(given, stored))
    nobody = Person(moderator.newsroom, "nobody-of-that-name", Role.MODERATOR)
    wrong, unknown = moderator.begin("not the password"), nobody.begin("not the password")
    change(moderator, disabled_at=clock.now())
    disabled = moderator.begin(PASSWORD)
    texts = [
        answer.get_data(as_text=True).replace(moderator.login, "").replace(nobody.login, "")
        for answer in (wrong, unknown, disabled)
    ]
    assert texts[0] == texts[1] == texts[2]
    assert {answer.status_code for answer in (wrong, unknown, disabled)} == {401}
    # the same work for all three, so the same time
    assert len(compared) == 3
    assert not PasswordHasher().check_needs_rehash(sign_in.NOBODYS)
    assert PasswordHasher().check_needs_rehash(passwords.hashed("x" * 12)) is False


def test_an_unknown_login_takes_as_long_as_a_known_one(moderator: Person) -> None:
    nobody = Person(moderator.newsroom, "nobody-of-that-name", Role.MODERATOR)

    def work_of(person: Person) -> Callable[[], object]:
        return lambda: person.begin("not the password")

    assert times_the_cost(work_of(moderator), work_of(nobody)) < 3


def test_guessing_is_throttled_without_telling_which_accounts_exist(make_app: Callable[..., Flask]) -> None:
    newsroom = open_newsroom(make_app(limits_on=True))
    person = hire(newsroom)
    answers = {}
    for number, login in enumerate((person.login, f"no-{person.login}")):
        tried = Person(newsroom, login, Role.MODERATOR)
        # each try from another address: it is the account that is counted
        answers[number] = [
            tried.begin("a guess", environ_overrides={"REMOTE_ADDR": f"198.51.{number}.{n}"})
            for n in range(12)
        ]
    statuses = {number: [answer.status_code for answer in given] for number, given in answers.items()}
    assert statuses[0] == statuses[1] == [401] * 10 + [429] * 2
    assert int(answers[1][-1].headers["Retry-After"]) > 0
    # and the right password does not come through either
    assert person.begin(environ_overrides={"REMOTE_ADDR": "198.51.9.9"}).status_code == 429


def test_one_address_cannot_try_many_accounts(make_app: Callable[..., Flask]) -> None:
    newsroom = open_newsroom(make_app(limits_on=True))
    statuses = [
        Person(newsroom, f"guess-{n}", Role.MODERATOR)
        .begin("a guess", environ_overrides={"REMOTE_ADDR": "198.51.100.77"})
        .status_code
        for n in range(12)
    ]
    assert statuses == [401] * 10 + [429] * 2


def test_codes_are_throttled_too(make_app: Callable[..., Flask]) -> None:
    newsroom = open_newsroom(make_app(limits_on=True))
    admin = hire(newsroom, Role.ADMIN).sign_in()
    admin.begin()
    admin.read("/console/second-factor")
    path = "/console/second-factor"
    statuses = [
        admin.client.post(
            path,
            data={"csrf_token": admin.csrf, "code": f"{n:06}"},
            headers=OWN,
            environ_overrides={"REMOTE_ADDR": f"198.51.200.{n}"},
        ).status_code
        for n in range(12)
    ]
    assert statuses[:9] == [401] * 9  # one was used for setting up
    assert statuses[-1] == 429


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
