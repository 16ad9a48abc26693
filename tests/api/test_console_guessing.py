"""Guessing at the console's door: nothing tells which accounts exist, and nobody guesses for long."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask

from service import clock
from service.auth import passwords, sign_in
from service.domain.role import Role
from tests.api.newsroom import open_newsroom
from tests.api.signed_in import PASSWORD, Person, change, hire
from tests.backing.cost import times_the_cost


@pytest.mark.usefixtures("real_passwords")
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


@pytest.mark.usefixtures("real_passwords")
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
