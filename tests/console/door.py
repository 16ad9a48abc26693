"""Signing in as a browser does, form after form, without drawing the pages: tests of the door itself draw them."""

from __future__ import annotations

import re

import pyotp
from playwright.sync_api import APIResponse

from tests.browser.conftest import Profile

CSRF = re.compile('name="csrf_token" value="([0-9a-f]+)"')
SECRET = re.compile(r"data-secret>([A-Z2-7 ]+)<")


class Door:
    """The forms of a console that a browser profile fills in; its pages are signed in from then on."""

    def __init__(self, profile: Profile, url: str) -> None:
        self._browser = profile.context.request
        self._url = url

    def come_in(self, login: str, password: str) -> None:
        """Signs in; sets a second factor up where one is asked for."""
        entered = self._send("/console/sign-in", 303, login=login, password=password)
        if entered.headers["location"].endswith("set-up-second-factor"):
            asked = self._read("/console/set-up-second-factor")
            code = pyotp.TOTP(_in(asked, SECRET).replace(" ", "")).now()
            self._send("/console/set-up-second-factor", 200, code=code, csrf_token=_in(asked, CSRF))

    def choose_language(self, lang: str) -> None:
        """On the person's own page."""
        token = _in(self._read("/console/me"), CSRF)
        self._send("/console/me/language", 303, language=lang, csrf_token=token)

    def _read(self, path: str) -> str:
        answer = self._browser.get(self._url + path)
        assert answer.status == 200, answer.text()
        return answer.text()

    def _send(self, path: str, status: int, **fields: str) -> APIResponse:
        own = {"Origin": self._url, "Sec-Fetch-Site": "same-origin"}
        answer = self._browser.post(self._url + path, form=dict(fields), headers=own, max_redirects=0)
        assert answer.status == status, answer.text()
        return answer


def _in(page: str, wanted: re.Pattern[str]) -> str:
    found = wanted.search(page)
    assert found is not None, page
    return found[1]
