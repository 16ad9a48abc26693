"""The second factor of the console: set up, good once a code, taken away, and not by who only finds a browser open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask

from service.domain.role import Role
from tests.api.newsroom import open_newsroom
from tests.api.signed_in import OWN, PASSWORD, Person, account_of, hire


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
