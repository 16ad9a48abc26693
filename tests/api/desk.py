"""A moderator who is told by mail."""

from __future__ import annotations

import secrets

from service import clock
from service.auth import accounts
from service.auth.accounts import NewAccount
from service.domain.email import parse_email
from service.domain.mail import DeskTopic
from service.domain.role import Role
from service.notify import digest
from service.notify.digest import Wanted
from service.storage import access
from service.storage.database import reading, transaction
from service.web.context import services
from tests.api.mailed import Mailroom
from tests.backing.mail import Received

ALL = tuple(DeskTopic)


class Desk:
    """A moderator with an address."""

    def __init__(self, mailroom: Mailroom, *, trusted: bool = True, language: str = "en") -> None:
        self.mailroom = mailroom
        self.login = f"moderator-{secrets.token_hex(4)}"
        self.email = f"{self.login}@news.example"
        with mailroom.newsroom.app.app_context():
            new = NewAccount(self.login, "a long password", Role.MODERATOR, [mailroom.newsroom.site])
            accounts.add(new, clock.now())
            with reading() as session:
                account = access.account_by_login(session, self.login)
            assert account is not None
            self.id = account.id
            digest.set_address(
                services(), self.id, parse_email(self.email), Wanted(ALL, language), trusted=trusted
            )

    def mails(self) -> list[Received]:
        """What came, once what happened so far has settled."""
        self.mailroom.move(seconds=25)
        return self.mailroom.mails(self.email)

    def disable(self) -> None:
        with self.mailroom.newsroom.app.app_context(), transaction() as session:
            account = access.account_by_login(session, self.login)
            assert account is not None
            account.disabled_at = clock.now()
