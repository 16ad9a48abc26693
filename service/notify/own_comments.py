"""The job behind "send me the link": whether somebody wrote under an address is found out where nobody can time it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from service import clock
from service.domain.mail import MailKind
from service.storage import authors, mails
from service.storage.database import transaction
from service.storage.mails import Order

if TYPE_CHECKING:
    from service.web.context import Services

EVERY = timedelta(minutes=5)


def run(services: Services, payload: Mapping[str, Any]) -> None:
    """Orders the mail, unless nobody wrote under the address or its last link is minutes old."""
    if not services.settings.mails:
        return
    now = clock.now()
    with transaction() as session:
        author = authors.by_email_index(session, payload["site"], payload["author_index"])
        if author is not None and mails.may_link(session, author.site, author.id, now, EVERY):
            mails.order(session, Order(MailKind.MINE, author.site, author.id), now)
