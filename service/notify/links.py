"""Links in mails: making their addresses, and finding out what a link that comes back is good for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from service.domain.ids import is_id
from service.domain.mail import Purpose
from service.privacy.signing import LinkTokens
from service.storage import mails
from service.storage.database import Session
from service.storage.mails import MailLink

if TYPE_CHECKING:
    from service.web.context import Services

PATHS = {
    Purpose.CONFIRM: "mail/confirm",
    Purpose.MINE: "mail/mine",
    Purpose.STOP: "mail/stop",
    Purpose.DECIDE: "mail/decide",
    Purpose.DESK_CONFIRM: "mail/desk",
    Purpose.DESK_STOP: "mail/desk-stop",
}
# These say something that stays true however often it is said.
MANY_TIMES = frozenset({Purpose.VISIT, Purpose.STOP, Purpose.DESK_STOP})


class LinkEnded(Exception):
    """The link is not ours, has expired, or was used: one answer for all three, in the language of `site`, if known."""

    def __init__(self, site: str = "") -> None:
        super().__init__()
        self.site = site


def address(services: Services, purpose: Purpose, link_id: str) -> str:
    """The whole address of a link."""
    return f"{services.settings.link_base}/{PATHS[purpose]}/{token(services, purpose, link_id)}"


def token(services: Services, purpose: Purpose, link_id: str) -> str:
    """What of a link's address is its own."""
    return LinkTokens(services.keyring, purpose.value).issue(link_id)


def look(services: Services, session: Session, purpose: Purpose, sent: str, now: datetime) -> MailLink:
    """The link that this token is of, which stays as it is. Raises LinkEnded."""
    return _found(services, session, purpose, sent, now, lock=False)


def take(services: Services, session: Session, purpose: Purpose, sent: str, now: datetime) -> MailLink:
    """The link, locked, and used up with this transaction if its purpose allows one use. Raises LinkEnded."""
    found = _found(services, session, purpose, sent, now, lock=True)
    if purpose not in MANY_TIMES:
        mails.use_link(session, found, now)
    return found


def _found(
    services: Services, session: Session, purpose: Purpose, sent: str, now: datetime, *, lock: bool
) -> MailLink:
    link_id = LinkTokens(services.keyring, purpose.value).link_id(sent)
    found = mails.find_link(session, link_id, purpose, lock=lock) if link_id and is_id(link_id) else None
    if found is None:
        raise LinkEnded
    if found.used_at is not None or found.expires_at <= now:
        raise LinkEnded(found.site)
    return found
