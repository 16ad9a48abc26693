"""Jobs that forget: each removes what is too old, in small transactions, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from service import clock
from service.domain import kept
from service.log import logger
from service.storage import bans, campaigns, challenges, mails, retention, sessions, webhooks
from service.storage.database import Session, transaction

if TYPE_CHECKING:
    from service.web.context import Services

MAIL_KEPT = timedelta(days=30)
NEWS_KEPT = timedelta(days=7)
ROWS_AT_ONCE = 500


def forget_addresses(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Comments older than 30 days lose the keyed hash of the address they came from.

    Votes and complaints keep theirs: without it a reader could vote twice.
    """
    before = clock.now() - kept.ADDRESSES
    _until_none(
        "addresses forgotten", lambda session: retention.forget_addresses(session, before, ROWS_AT_ONCE)
    )


def drop_idempotency_keys(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Idempotency keys go when they have expired, with the answers kept under them."""
    now = clock.now()
    _until_none("keys dropped", lambda session: retention.drop_idempotency_keys(session, now, ROWS_AT_ONCE))


def drop_deliveries(_services: Services, _payload: Mapping[str, Any]) -> None:
    """What was sent to webhooks is forgotten after 30 days."""
    before = clock.now() - kept.DELIVERIES
    _until_none("deliveries dropped", lambda session: webhooks.drop_old(session, before, ROWS_AT_ONCE))


def drop_used_challenges(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Challenges that were used are forgotten when they have expired: nobody can use them then anyway."""
    now = clock.now()
    _until_none("challenges dropped", lambda session: challenges.drop_expired(session, now, ROWS_AT_ONCE))


def drop_signs(_services: Services, _payload: Mapping[str, Any]) -> None:
    """What comments are compared by goes after 30 days; the campaigns that were found by it stay."""
    before = clock.now() - kept.SIGNS
    _until_none("signs dropped", lambda session: campaigns.drop_old(session, before, ROWS_AT_ONCE))


def drop_bans(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Bans that have run out go, and with them the keyed hashes of networks."""
    now = clock.now()
    _until_none("bans dropped", lambda session: bans.drop_expired(session, now, ROWS_AT_ONCE))


def drop_mail(services: Services, _payload: Mapping[str, Any]) -> None:
    """Orders of mail go after 30 days and news after 7, told or not; links when they have expired.

    Where no mail is sent, news go at once: nobody shall be told old ones when it is switched on.
    """
    now = clock.now()
    news_before = now - NEWS_KEPT if services.settings.mails else now
    for table, before in (
        (mails.Mail, now - MAIL_KEPT),
        (mails.MailNews, news_before),
        (mails.MailLink, now),
    ):
        _until_none("mail dropped", partial(_drop_mail, table, before))


def _drop_mail(
    table: type[mails.Mail | mails.MailNews | mails.MailLink], before: datetime, session: Session
) -> int:
    return mails.drop(session, table, before, ROWS_AT_ONCE)


def drop_sessions(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Sessions of the console go when they are too old to be good for anything."""
    begun_before = clock.now() - kept.SESSIONS
    _until_none("sessions dropped", lambda session: sessions.drop_ended(session, begun_before, ROWS_AT_ONCE))


def _until_none(event: str, some: Callable[[Session], int]) -> None:
    total, last = 0, ROWS_AT_ONCE
    while last == ROWS_AT_ONCE:
        with transaction() as session:
            last = some(session)
        total += last
    if total:
        logger().info(event, rows=total)
