"""People in a browser, as the tests of the API play them: a cookie, a CSRF token, and what a browser says of itself."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service import clock
from service.auth import accounts
from service.auth.accounts import NewAccount
from service.domain.role import Role
from service.storage import access
from service.storage.database import reading, transaction
from service.storage.models import Account
from tests.api.newsroom import Newsroom

PASSWORD = "correct horse battery"
OWN = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
CSRF = re.compile('name="csrf_token" value="([0-9a-f]+)"')
SECRET = re.compile(r"data-secret>([A-Z2-7 ]+)<")


@dataclass
class Person:
    """Somebody with an account and a browser of their own."""

    newsroom: Newsroom
    login: str
    role: Role
    client: FlaskClient = field(init=False)
    csrf: str = ""
    secret: str = ""

    def __post_init__(self) -> None:
        self.client = self.newsroom.app.test_client()

    def form(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> TestResponse:
        """POSTs a form as a page of the console does."""
        sent = {"csrf_token": self.csrf, **fields} if self.csrf else fields
        return self.client.post(path, data=sent, headers=OWN if headers is None else headers)

    def begin(self, password: str = PASSWORD, **more: Any) -> TestResponse:
        """The first step."""
        self.csrf = ""
        return self.client.post(
            "/console/sign-in", data={"login": self.login, "password": password}, headers=OWN, **more
        )

    def read(self, path: str) -> str:
        """A page, whose CSRF token is kept."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
        text = answer.get_data(as_text=True)
        found = CSRF.search(text)
        self.csrf = found[1] if found else ""
        return text

    def sign_in(self) -> Person:
        """All steps that the role asks for."""
        answer = self.begin()
        assert answer.status_code == 303, answer.get_data(as_text=True)
        if answer.headers["Location"] == "/console/set-up-second-factor":
            self.enrol()
        elif answer.headers["Location"] == "/console/second-factor":
            self.read("/console/second-factor")
            answer = self.form("/console/second-factor", code=self.code())
            assert answer.status_code == 303, answer.get_data(as_text=True)
        self.read("/console/me")
        return self

    def enrol(self, **more: str) -> list[str]:
        """Sets a second factor up; returns the recovery codes."""
        found = SECRET.search(self.read("/console/set-up-second-factor"))
        assert found is not None
        self.secret = found[1].replace(" ", "")
        answer = self.form("/console/set-up-second-factor", code=self.code(), **more)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, text
        return re.findall("<code>([a-z0-9-]{19})</code>", text)

    def code(self) -> str:
        """What the device shows."""
        return pyotp.TOTP(self.secret).at(clock.now())

    def api(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """A call of a page's script."""
        sent = {**OWN, "X-CSRF-Token": self.csrf} if headers is None else headers
        return self.client.open(path, method=method, headers=sent, **more)


def hire(newsroom: Newsroom, role: Role = Role.MODERATOR) -> Person:
    """A new account on the newsroom's site."""
    login = f"{role.value}-{secrets.token_hex(4)}"
    with newsroom.app.app_context():
        accounts.add(NewAccount(login, PASSWORD, role, [newsroom.site]), clock.now())
    return Person(newsroom, login, role)


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
