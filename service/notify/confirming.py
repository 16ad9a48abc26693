"""Asks authors by mail whether a comment is theirs: once a day at most, and not for what looks like spam."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from service.domain.mail import MailKind
from service.domain.verdict import Verdict
from service.ratelimit.policies import Action, Scope
from service.storage import mails
from service.storage.comments import Comment
from service.storage.database import Session
from service.storage.mails import Order
from service.storage.sites import SiteProfile

if TYPE_CHECKING:
    from service.web.context import Services

EVERY = timedelta(days=1)
SCORE_MAX = 0.5
# Signs of a flood: what comes in one is not worth a mail to whoever's address stands in it.
FLOODS = frozenset({"flood", "unlimited", "ban"})


def wanted(services: Services, site: SiteProfile, verdict: Verdict, keys: Mapping[Scope, str]) -> bool:
    """Whether the author of an unconfirmed comment may be asked; takes a turn in the limits if so."""
    if not services.mails_for(site) or verdict.score >= SCORE_MAX:
        return False
    if any(signal.check in FLOODS for signal in verdict.signals):
        return False
    return services.limiter.hit(Action.CONFIRMATION_MAIL, keys).allowed


def ask(session: Session, comment: Comment, now: datetime) -> None:
    """Orders the mail in the comment's transaction, unless the address had one within a day, or wants none."""
    session.flush()
    if mails.may_ask(session, comment.site, comment.author_id, now, EVERY):
        mails.order(session, Order(MailKind.CONFIRM, comment.site, comment.author_id, None, comment.id), now)
