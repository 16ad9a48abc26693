"""Accounts, as admins add, change, reset and disable them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.domain.role import Role
from service.storage.access import account_by_login
from service.storage.database import reading
from tests.api.newsroom import Newsroom, bearer
from tests.api.signed_in import Person, hire

NEW = {"login": "anna", "role": "moderator"}


def admin(newsroom: Newsroom, method: str, path: str = "", **more: Any) -> Any:
    return newsroom.client.open(
        f"/v1/admin/accounts{path}", method=method, headers=bearer(newsroom.admin), **more
    )


def add(newsroom: Newsroom, **fields: Any) -> Any:
    new = {"login": f"anna-{newsroom.site}", "role": "moderator", "sites": [newsroom.site], **fields}
    return admin(newsroom, "POST", json=new)


def test_an_account_is_added_with_a_password_that_is_shown_once(newsroom: Newsroom) -> None:
    answer = add(newsroom)
    assert answer.status_code == 201
    made = answer.get_json()
    assert len(made["password"]) >= 20
    person = Person(newsroom, made["account"]["login"], Role.MODERATOR)
    assert person.begin(made["password"]).status_code == 303
    listed = admin(newsroom, "GET")
    assert made["password"] not in listed.get_data(as_text=True)
    assert [one["login"] for one in listed.get_json()["accounts"]] == [made["account"]["login"]]
    (event,) = newsroom.moderation("events", kind="account_added").get_json()["events"]
    assert event["detail"] == {"account": made["account"]["login"], "role": "moderator"}


@pytest.mark.parametrize(
    "fields",
    [
        {"login": "anna@example.org"},
        {"login": "Anna"},
        {"login": "a" * 65},
        {"login": "-anna"},
        {"password": "x" * 11},
        {"password": "x" * 201},
        {"sites": []},
        {"role": "owner"},
        {"more": 1},
    ],
)
def test_what_cannot_be_an_account_is_refused(newsroom: Newsroom, fields: dict[str, Any]) -> None:
    assert add(newsroom, **fields).status_code == 422


def test_passwords_at_both_ends_are_taken(newsroom: Newsroom) -> None:
    for number, password in enumerate(("x" * 12, "x" * 200)):
        answer = add(newsroom, login=f"ends-{number}-{newsroom.site}", password=password)
        assert (answer.status_code, answer.get_json()["password"]) == (201, None)


def test_a_login_is_given_once(newsroom: Newsroom) -> None:
    assert add(newsroom).status_code == 201
    assert add(newsroom).status_code == 422


def test_an_admin_of_some_sites_gives_no_more_than_those(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    assert add(newsroom, sites=None).status_code == 403
    assert add(newsroom, sites=[other.site]).status_code == 404
    theirs = add(other).get_json()["account"]["id"]
    assert admin(newsroom, "GET").get_json()["accounts"] == []
    assert admin(newsroom, "PATCH", f"/{theirs}", json={"disabled": True}).status_code == 404
    assert admin(newsroom, "POST", f"/{theirs}/reset", json={"password": True}).status_code == 404


def test_a_change_ends_the_sessions_and_a_new_admin_needs_a_second_factor(newsroom: Newsroom) -> None:
    person = hire(newsroom).sign_in()
    (account,) = admin(newsroom, "GET").get_json()["accounts"]
    changed = admin(newsroom, "PATCH", f"/{account['id']}", json={"role": "admin"})
    assert changed.get_json()["role"] == "admin"
    assert person.client.get("/console").headers["Location"] == "/console/sign-in"
    assert person.api("GET", "/v1/admin/accounts").status_code == 401
    assert person.begin().headers["Location"] == "/console/set-up-second-factor"


def test_a_disabled_account_is_out_until_it_is_enabled(newsroom: Newsroom) -> None:
    person = hire(newsroom).sign_in()
    (account,) = admin(newsroom, "GET").get_json()["accounts"]
    path = f"/{account['id']}"
    assert admin(newsroom, "PATCH", path, json={"disabled": True}).get_json()["disabled_at"]
    assert person.api("GET", "/v1/moderation/comments").status_code == 401
    assert person.begin().status_code == 401
    assert admin(newsroom, "PATCH", path, json={"disabled": False}).get_json()["disabled_at"] is None
    assert person.begin().status_code == 303


def test_a_lost_device_and_a_lost_password_are_reset(newsroom: Newsroom) -> None:
    person = hire(newsroom, Role.ADMIN).sign_in()
    (account,) = admin(newsroom, "GET").get_json()["accounts"]
    assert account["second_factor"] is True
    path = f"/{account['id']}/reset"
    made = admin(newsroom, "POST", path, json={"password": True, "second_factor": True}).get_json()
    assert person.client.get("/console/me").status_code == 303
    assert person.begin().status_code == 401
    assert person.begin(made["password"]).headers["Location"] == "/console/set-up-second-factor"
    assert admin(newsroom, "POST", path, json={}).get_json() == {"password": None}
    with newsroom.app.app_context(), reading() as session:
        stored = account_by_login(session, person.login)
        assert stored is not None
        assert (stored.factor, stored.recovery) == (None, [])


def test_nobody_changes_their_own_account_this_way(newsroom: Newsroom) -> None:
    person = hire(newsroom, Role.ADMIN).sign_in()
    (account,) = admin(newsroom, "GET").get_json()["accounts"]
    for method, path, body in (
        ("PATCH", "", {"disabled": True}),
        ("PATCH", "", {"role": "moderator"}),
        ("POST", "/reset", {"second_factor": True}),
    ):
        answer = person.api(method, f"/v1/admin/accounts/{account['id']}{path}", json=body)
        assert answer.status_code == 403
    assert person.client.get("/console/me").status_code == 200
