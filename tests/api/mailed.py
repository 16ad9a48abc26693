"""A newsroom whose mail goes to a server on loopback, and the worker that sends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service import clock
from service.jobs.registry import KINDS
from service.jobs.worker import Worker
from service.notify import digest, news
from service.web.context import services
from tests.api.newsroom import Newsroom, open_newsroom
from tests.backing.mail import MailSink, Received

BASE = "https://comments.news.example"
SENDER = "comments@news.example"
# Periodic kinds are run by hand: their rows would stay in the database that the tests share.
SENDING = [kind for kind in KINDS if kind.name in ("send-mail", "mail-own-comments")]


@dataclass
class Mailroom:
    """The newsroom, its mail server, and hands that move the clock."""

    newsroom: Newsroom
    sink: MailSink
    monkeypatch: pytest.MonkeyPatch
    ahead: timedelta = timedelta()

    def move(self, **time: float) -> None:
        """Moves the service's clock on."""
        self.ahead += timedelta(**time)
        real, ahead = datetime.now, self.ahead
        self.monkeypatch.setattr(clock, "now", lambda: real(tz=clock.UTC) + ahead)

    def work(self) -> None:
        """Does what the worker does: orders digests, sends what is ordered."""
        with self.newsroom.app.app_context():
            news.order_digests(services(), {})
            digest.order_digests(services(), {})
            Worker(services(), SENDING).run_due()

    def mails(self, to: str) -> list[Received]:
        """What an address got, once the worker is done."""
        self.work()
        return self.sink.to(to)

    def confirmed(self, email: str, **fields: Any) -> tuple[str, str]:
        """A comment whose author pressed the button in the mail: its id and author token."""
        answer = self.newsroom.submit(email=email, **fields)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        mail = self.mails(email)[-1]
        assert self.press(mail.link("mail/confirm/"), answer="yes").status_code == 200
        sent = answer.get_json()
        return sent["comment"]["id"], sent["author_token"]

    def press(self, path: str, **fields: str) -> TestResponse:
        """Posts a form as a browser without script does."""
        return self.newsroom.client.post(
            path, data=urlencode(fields), content_type="application/x-www-form-urlencoded"
        )


def open_mailroom(
    make_app: Callable[..., Flask], sink: MailSink, monkeypatch: pytest.MonkeyPatch, **profile: Any
) -> Mailroom:
    """A mailroom on the tests' database."""
    app = make_app(smtp_url=sink.url, mail_from=SENDER, public_url=BASE)
    return Mailroom(open_newsroom(app, **profile), sink, monkeypatch)
