"""Moderators say themselves where they are told what waits, and about what; nobody is shown the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.domain.role import Role
from tests.api.mailed import SENDER, Mailroom
from tests.api.newsroom import Newsroom, bearer, open_newsroom
from tests.api.signed_in import PASSWORD, Person, hire
from tests.backing.mail import MailSink

PATH = "/v1/moderation/mail"
ALL = ["alarms", "campaigns", "holds"]


def choice(**fields: Any) -> dict[str, Any]:
    return {"about": ALL, "language": "en", **fields}


def put(person: Person, **fields: Any) -> TestResponse:
    return person.api("PUT", PATH, json=choice(**fields))


def shown(person: Person) -> dict[str, Any]:
    answer = person.api("GET", PATH)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.get_json()
    return found


def app_here(make_app: Callable[..., Flask], sink: MailSink, **more: Any) -> Flask:
    """An application that sends mail, under the address at which the tests' browsers have it."""
    return make_app(smtp_url=sink.url, mail_from=SENDER, public_url="http://localhost", **more)


@pytest.fixture
def mailroom(
    make_app: Callable[..., Flask], mail_server: MailSink, monkeypatch: pytest.MonkeyPatch
) -> Mailroom:
    return Mailroom(open_newsroom(app_here(make_app, mail_server)), mail_server, monkeypatch)


@pytest.fixture
def anna(mailroom: Mailroom) -> Person:
    return hire(mailroom.newsroom).sign_in()


def address(person: Person) -> str:
    return f"{person.login}@news.example"


def told(mailroom: Mailroom, person: Person) -> int:
    """How many mails came once what happened has settled."""
    mailroom.move(seconds=25)
    return len(mailroom.mails(address(person)))


def test_a_moderator_gives_an_address_confirms_it_and_is_told(mailroom: Mailroom, anna: Person) -> None:
    assert shown(anna) == {"sent": True, "address": "none", "about": [], "language": "en"}
    answer = put(anna, email=address(anna), password=PASSWORD, language="tr")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json() == {"sent": True, "address": "unconfirmed", "about": ALL, "language": "tr"}
    mailroom.newsroom.pending()
    assert told(mailroom, anna) == 1
    (question,) = mailroom.sink.to(address(anna))
    assert question.message["Content-Language"] == "tr"
    assert mailroom.press(question.link("mail/desk/")).status_code == 200
    assert shown(anna)["address"] == "confirmed"
    mailroom.newsroom.pending()
    assert told(mailroom, anna) == 2


def test_a_choice_changes_what_is_told_and_needs_no_password(mailroom: Mailroom, anna: Person) -> None:
    put(anna, email=address(anna), password=PASSWORD)
    mailroom.press(mailroom.mails(address(anna))[0].link("mail/desk/"))
    answer = put(anna, about=["campaigns"], language="ur")
    assert answer.get_json() == {
        "sent": True,
        "address": "confirmed",
        "about": ["campaigns"],
        "language": "ur",
    }
    mailroom.newsroom.pending()
    assert told(mailroom, anna) == 1
    assert put(anna, about=[]).get_json()["about"] == []


def test_another_address_has_to_be_confirmed_again(mailroom: Mailroom, anna: Person) -> None:
    put(anna, email=address(anna), password=PASSWORD)
    first = mailroom.mails(address(anna))[0].link("mail/desk/")
    mailroom.press(first)
    assert put(anna, email="other@news.example", password=PASSWORD).get_json()["address"] == "unconfirmed"
    mailroom.newsroom.pending()
    assert told(mailroom, anna) == 1


def test_an_address_is_forgotten(mailroom: Mailroom, anna: Person) -> None:
    put(anna, email=address(anna), password=PASSWORD)
    mailroom.press(mailroom.mails(address(anna))[0].link("mail/desk/"))
    assert anna.api("DELETE", PATH).status_code == 204
    assert shown(anna)["address"] == "none"
    mailroom.newsroom.pending()
    assert told(mailroom, anna) == 1
    assert anna.api("DELETE", PATH).status_code == 204
    answer = put(anna)
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/not-found")


def test_a_browser_left_open_is_not_enough_for_a_new_address(mailroom: Mailroom, anna: Person) -> None:
    for fields, code in (({}, "required"), ({"password": "not the password"}, "invalid")):
        answer = put(anna, email="thief@evil.example", **fields)
        assert answer.status_code == 422
        (error,) = answer.get_json()["errors"]
        assert (error["field"], error["code"]) == ("password", code)
    assert shown(anna)["address"] == "none"
    assert mailroom.mails("thief@evil.example") == []


def test_without_the_csrf_token_nothing_is_changed(anna: Person) -> None:
    answer = anna.client.put(PATH, json=choice(email=address(anna), password=PASSWORD))
    assert answer.status_code == 403
    assert shown(anna)["address"] == "none"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"about": ["everything"]}, "about.0"),
        ({"about": ["holds"] * 4}, "about"),
        ({"about": "holds"}, "about"),
        ({"about": [None]}, "about.0"),
        ({"language": "de"}, "language"),
        ({"email": "no address", "password": PASSWORD}, "email"),
        ({"email": 7, "password": PASSWORD}, "email"),
        ({"email": "a@news.example", "password": "x" * 201}, "password"),
        ({"login": "somebody"}, "login"),
    ],
)
def test_what_cannot_be_meant_is_refused(anna: Person, fields: dict[str, Any], field: str) -> None:
    answer = put(anna, **fields)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_token_has_no_address(newsroom: Newsroom, method: str) -> None:
    for token in (newsroom.moderator, newsroom.admin):
        answer = newsroom.client.open(PATH, method=method, json=choice(), headers=bearer(token))
        assert answer.status_code == 404
        assert "Sign in" in answer.get_json()["detail"]


def test_where_no_mail_is_sent_it_says_so(newsroom: Newsroom) -> None:
    anna = hire(newsroom).sign_in()
    assert shown(anna) == {"sent": False, "address": "none", "about": [], "language": "en"}
    answer = put(anna, email=address(anna), password=PASSWORD)
    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/mail-off")
    assert shown(anna)["address"] == "none"


def test_each_has_their_own(mailroom: Mailroom, anna: Person) -> None:
    ben = hire(mailroom.newsroom, Role.ADMIN).sign_in()
    put(anna, email=address(anna), password=PASSWORD)
    assert shown(ben)["address"] == "none"


def test_five_addresses_a_day_are_asked(make_app: Callable[..., Flask], mail_server: MailSink) -> None:
    carl = hire(open_newsroom(app_here(make_app, mail_server, limits_on=True))).sign_in()
    answers = [put(carl, email=f"{n}.{address(carl)}", password=PASSWORD) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[5].headers["Retry-After"]
