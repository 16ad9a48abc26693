"""Decisions by a link in a mail: about one comment, once, by the account that the mail went to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service import clock
from service.domain.mail import Purpose
from service.domain.status import Decision
from service.domain.verdict import Signal
from service.moderation.decide import Decided, Ruling, Seen, decide_within
from service.notify import digest, links
from service.notify.desk_letters import may_decide
from service.notify.links import LinkEnded
from service.storage import account_mails, queue
from service.storage.access import Account
from service.storage.comments import Comment
from service.storage.database import Session, reading, transaction
from service.storage.mails import MailLink
from service.storage.queue import PageNamed

if TYPE_CHECKING:
    from service.web.context import Services


@dataclass(frozen=True)
class Shown:
    """The comment in question as it is now, why it waits, and who would decide, in which language."""

    comment: Comment
    page: PageNamed
    signals: Sequence[Signal]
    login: str
    language: str


@dataclass(frozen=True)
class Pressed:
    """What was pressed, about which version of the comment."""

    decision: Decision
    reason: str
    version: int


def look(services: Services, token: str) -> Shown:
    """What the link is about; nothing changes. Raises LinkEnded, Unavailable."""
    with reading() as session:
        link = links.look(services, session, Purpose.DECIDE, token, clock.now())
        return _shown(session, link)


def decide(services: Services, token: str, pressed: Pressed) -> Decided:
    """Uses the link up. Raises LinkEnded, StaleVersion, IllegalTransition (the link stays good), Unavailable."""
    now = clock.now()
    with transaction() as session:
        shown = _shown(session, links.take(services, session, Purpose.DECIDE, token, now))
        ruling = Ruling(pressed.decision, pressed.reason, "", f"account:{shown.login}", now)
        return decide_within(session, Seen(shown.comment.site, shown.comment.id, pressed.version), ruling)


def account_of(services: Services, purpose: Purpose, token: str) -> tuple[str, str]:
    """Login and language of the account that a link is for; nothing changes. Raises LinkEnded, Unavailable."""
    with reading() as session:
        return _named(session, links.look(services, session, purpose, token, clock.now()))


def confirm_address(services: Services, token: str) -> tuple[str, str]:
    """The account's mail may go to the address that this link was mailed to."""
    now = clock.now()
    with transaction() as session:
        link = links.take(services, session, Purpose.DESK_CONFIRM, token, now)
        row = account_mails.get(session, link.account_id or "")
        # A link to an address that was replaced since says nothing about the present one.
        if row is None or row.asked_by != link.mail_id:
            raise LinkEnded
        named = _account(session, link)[0]
        if row.confirmed_at is None:
            row.confirmed_at = now
            digest.record(session, named, digest.CONFIRMED, now)
        return named.login, row.language


def stop_mail(services: Services, token: str) -> tuple[str, str]:
    """The account gets no more digests."""
    with transaction() as session:
        link = links.take(services, session, Purpose.DESK_STOP, token, clock.now())
        named = _named(session, link)
        row = account_mails.get(session, link.account_id or "")
        if row is not None:
            row.about = []
        return named


def _shown(session: Session, link: MailLink) -> Shown:
    account, language = _account(session, link)
    found = queue.one(session, link.comment_id or "", account.sites)
    if found is None or not may_decide(account):
        raise LinkEnded
    return Shown(found.comment, found.page, found.signals, account.login, language)


def _named(session: Session, link: MailLink) -> tuple[str, str]:
    account, language = _account(session, link)
    return account.login, language


def _account(session: Session, link: MailLink) -> tuple[Account, str]:
    """What the account may do now, not what it might when the mail was sent."""
    account = account_mails.account(session, link.account_id or "")
    if account is None:
        raise LinkEnded
    row = account_mails.get(session, account.id)
    return account, row.language if row else "en"
