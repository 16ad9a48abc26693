"""Mail for the newsroom: who gets it, where and about what; and the job that orders it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from service import clock
from service.domain.email import EmailAddress
from service.domain.errors import MailOff, NotFound
from service.domain.ids import new_id
from service.domain.mail import DeskTopic, MailKind
from service.notify.desk_letters import ALARMS, reach
from service.privacy.vault import Vault
from service.storage import account_mails, events, mails
from service.storage.access import Account
from service.storage.account_mails import AccountMail, Window
from service.storage.database import Session, reading, transaction
from service.storage.events import NewEvent
from service.storage.mails import Order

if TYPE_CHECKING:
    from service.web.context import Services

EVERY = timedelta(minutes=5)
# A transaction that began before may still be at work: what it writes is told the next time.
SETTLED = timedelta(seconds=20)
# What the audit log says of an address.
CHANGED = "mail_address_changed"
CONFIRMED = "mail_address_confirmed"
FORGOTTEN = "mail_address_forgotten"
OPERATOR = "operator"


@dataclass(frozen=True)
class Wanted:
    """What an account wants to be told, in which language."""

    about: tuple[DeskTopic, ...]
    language: str = "en"


@dataclass(frozen=True)
class Shown:
    """What the account's owner sees: never the address."""

    about: tuple[DeskTopic, ...]
    language: str
    confirmed: bool


def show(account_id: str) -> Shown | None:
    """The account's choice, or None when it has no address."""
    with reading() as session:
        row = account_mails.get(session, account_id)
    if row is None:
        return None
    return Shown(tuple(DeskTopic(word) for word in row.about), row.language, row.confirmed_at is not None)


def set_address(
    services: Services, account_id: str, email: EmailAddress, wanted: Wanted, *, trusted: bool = False
) -> None:
    """Writes to this address from now on, once its reader has confirmed it; `trusted`: the operator says it is right.

    Raises NotFound for an account that is not there or disabled, MailOff where nobody could confirm it, Unavailable.
    """
    if not trusted and not services.settings.mails:
        raise MailOff("This service sends no mail, so an address cannot be confirmed.")
    now = clock.now()
    closed = Vault(services.keyring).close_account(email.normalized, account_id)
    with transaction() as session:
        account = account_mails.account(session, account_id)
        if account is None:
            raise NotFound("There is no such account.")
        row = AccountMail(
            account_id=account_id,
            address_ciphertext=closed,
            about=_words(wanted.about),
            language=wanted.language,
            confirmed_at=now if trusted else None,
            asked_by=None,
            seen_until=now,
            told_at=None,
        )
        if not trusted:
            row.asked_by = mails.order(session, Order(MailKind.DESK_CONFIRM, account=account_id), now)
        account_mails.put(session, row)
        record(session, account, CHANGED, now, OPERATOR if trusted else "")


def choose(account_id: str, wanted: Wanted) -> None:
    """Changes what the account is told. Raises NotFound when it has no address, Unavailable."""
    with transaction() as session:
        row = account_mails.get(session, account_id)
        if row is None:
            raise NotFound("This account has no address for mail.")
        row.about, row.language = _words(wanted.about), wanted.language
        row.seen_until = clock.now()


def forget_address(account_id: str, *, by: str = "") -> None:
    """Forgets the address, and with it everything that the account wanted to be told; `by` as in `record`."""
    with transaction() as session:
        account = account_mails.account(session, account_id)
        if account_mails.remove(session, account_id) and account is not None:
            record(session, account, FORGOTTEN, clock.now(), by)


def record(session: Session, account: Account, kind: str, at: datetime, by: str = "") -> None:
    """Writes into the log of each site that the account is told about what became of its address, never which it is.

    `by` is who did it; without it, the account's owner.
    """
    actor = by or f"account:{account.login}"
    detail = {"account": account.login}
    told = [
        NewEvent(site, new_id(), kind, actor, created_at=at, detail=detail)
        for site in reach(session, account)
    ]
    events.add_all(session, told)


def order_digests(services: Services, _payload: Mapping[str, Any]) -> None:
    """Orders a digest for each account of whom something waits: at most one in five minutes."""
    if not services.settings.mails:
        return
    now = clock.now()
    with reading() as session:
        due = account_mails.due(session, now - EVERY)
    for row, account in due:
        _order(row, account, now)


def _order(row: AccountMail, account: Account, now: datetime) -> None:
    with reading() as session:
        window = Window(reach(session, account), row.seen_until, now - SETTLED)
        anything = window.until > window.since and _happened(session, row, window)
    if anything:
        with transaction() as session:
            account_mails.order_digest(session, row, window, now, EVERY)


def _happened(session: Session, row: AccountMail, window: Window) -> bool:
    about = set(row.about)
    return (
        (DeskTopic.HOLDS.value in about and account_mails.holds(session, window, 1)[1] > 0)
        or (DeskTopic.CAMPAIGNS.value in about and account_mails.campaigns(session, window) > 0)
        or (DeskTopic.ALARMS.value in about and bool(account_mails.events(session, window, ALARMS, 1)))
    )


def _words(about: Collection[DeskTopic]) -> list[str]:
    return sorted({topic.value for topic in about})
