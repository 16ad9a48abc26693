"""Asks the filter outside about a stored comment, in a job; publishes what waited for its answer only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from service.comments.outcome import publish
from service.comments.outside import Awaited
from service.domain.announcement import News
from service.domain.outside import ANSWERS, CHECK, SCORES, SILENT
from service.domain.status import Status
from service.domain.verdict import Signal, combined_score
from service.notify.announcing import announce
from service.outbound.akismet import Account, Asked, NoAnswer, Opinion, ask
from service.spam.outside import account_of, asked_of
from service.storage import comments, outside_filters, queue, sites
from service.storage.database import Session, reading, transaction
from service.storage.outside_filters import Said

if TYPE_CHECKING:
    from service.web.context import Services


def check(services: Services, payload: Mapping[str, Any]) -> None:
    """The job. Raises NoAnswer, so that it is run again; until then the comment waits."""
    about = Awaited(**payload)
    with reading() as session:
        found = _question(services, session, about)
    if found is None:
        return
    account, asked, again = found
    try:
        opinion = ask(services.outbound, account, asked, again=again)
    except NoAnswer:
        with transaction() as session:
            _silent(session, about)
        raise
    with transaction() as session:
        _answered(session, about, opinion)


def _question(services: Services, session: Session, about: Awaited) -> tuple[Account, Asked, bool] | None:
    """Whom to ask, what, and whether it was asked before; None when nobody wants to know any more."""
    comment = comments.locate(session, about.comment, [about.site])
    account = account_of(services, session, about.site)
    site = sites.profile(session, about.site)
    if comment is None or account is None or site is None or comment.version != about.version:
        return None
    signals = queue.last_signals(session, [comment])[comment.id]
    again = any(signal.check == CHECK and SILENT in signal.messages for signal in signals)
    return account, asked_of(comment, outside_filters.page_of(session, comment), site.language), again


def _silent(session: Session, about: Awaited) -> None:
    found = comments.lock(session, about.site, [about.comment])
    if (
        found
        and outside_filters.answer(session, found[0], about.version, Said(0.0, SILENT))
        and about.publish
    ):
        announce(session, about.site, News.COMMENT_HELD, {"comment": about.comment})


def _answered(session: Session, about: Awaited, opinion: Opinion) -> None:
    found = comments.lock(session, about.site, [about.comment])
    if not found:
        return
    comment = found[0]
    outside_filters.answer(session, comment, about.version, Said(SCORES[opinion], ANSWERS[opinion]))
    if comment.version != about.version or comment.status is not Status.PENDING:
        return  # somebody decided meanwhile, or the text is another one
    if opinion is not Opinion.HAM:
        said = Signal(CHECK, 1, SCORES[opinion], "")
        comment.score = combined_score([Signal("before", 1, comment.score, ""), said])
        if about.publish:
            announce(session, about.site, News.COMMENT_HELD, {"comment": comment.id})
    elif about.publish:
        changes = comments.Changes(about.site, comments.above(session, about.site, [comment]))
        publish(session, comment, changes)
        changes.write(session)
