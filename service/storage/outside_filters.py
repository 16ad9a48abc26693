"""The sites' accounts with filters outside, and the signal that says what one of those thinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, bindparam, select, update

from service.domain.message import Message
from service.domain.outside import CHECK
from service.domain.status import Status
from service.i18n.messages import in_english
from service.storage.compiled import Compiled
from service.storage.models import Comment, Event, OutsideFilter, Page, StoredSignal
from service.storage.session import Session

__all__ = [
    "Moved",
    "OutsideFilter",
    "Said",
    "Taught",
    "answer",
    "every",
    "get",
    "is_on",
    "page_of",
    "remove",
    "save",
    "taught",
]


def get(session: Session, site: str) -> OutsideFilter | None:
    """The site's account, if it has one."""
    return session.get(OutsideFilter, site)


def every(session: Session) -> Sequence[OutsideFilter]:
    """The accounts of all sites, locked."""
    return session.scalars(select(OutsideFilter).order_by(OutsideFilter.site).with_for_update()).all()


_IS_ON = Compiled(select(OutsideFilter.site).where(OutsideFilter.site == bindparam("site", type_=String)))


def is_on(session: Session, site: str) -> bool:
    """Whether the site has one."""
    return bool(_IS_ON.rows(session.connection(), {"site": site}))


def save(session: Session, account: OutsideFilter) -> None:
    """Gives the site this account in place of the one it had."""
    session.merge(account)


def remove(session: Session, account: OutsideFilter) -> None:
    """Takes it away, with its key."""
    session.delete(account)


def page_of(session: Session, comment: Comment) -> str:
    """The address, or the publisher's key, of the comment's page."""
    page = session.get(Page, (comment.site, comment.page_id))
    assert page is not None  # a foreign key holds it
    return page.url or page.key


@dataclass(frozen=True)
class Said:
    """What the filter said, and the evidence of spam in [0, 1] that this is."""

    score: float
    message: Message

    @property
    def reason(self) -> str:
        return in_english([self.message])


def answer(session: Session, comment: Comment, version: int, said: Said) -> bool:
    """Writes what the filter said of this version into the ledger; returns whether that was not there before."""
    changed = session.execute(
        update(StoredSignal)
        .where(
            StoredSignal.site == comment.site,
            StoredSignal.comment_id == comment.id,
            StoredSignal.comment_version == version,
            StoredSignal.check == CHECK,
            StoredSignal.reason != said.reason,
        )
        .values(score=said.score, reason=said.reason, messages=[said.message.document()])
        .execution_options(synchronize_session=False)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Taught:
    """A decided comment, as what it was decided, and what the filter had said of it: its score."""

    comment: Comment
    page: str
    score: float
    decided: Status | None


@dataclass(frozen=True)
class Moved:
    """What moved comments: a decision, or that it was undone."""

    site: str
    decision: str
    undone: bool = False


def taught(session: Session, by: Moved, after: str, at_most: int) -> list[Taught]:
    """Comments that this moved, nobody since, and the filter was asked about, by id from `after` on."""
    rows = session.execute(
        select(Comment, StoredSignal.score, Event.before if by.undone else Event.after)
        .join(Event, (Event.site == Comment.site) & (Event.comment_id == Comment.id))
        .join(
            StoredSignal,
            (StoredSignal.site == Comment.site)
            & (StoredSignal.comment_id == Comment.id)
            & (StoredSignal.check == CHECK),
        )
        .where(
            Event.site == by.site,
            Event.decision_id == by.decision,
            Event.kind == ("undone" if by.undone else "decided"),
            Comment.id > after,
            Event.after == Comment.status,
        )
        .order_by(Comment.id, StoredSignal.comment_version.desc())
        .limit(at_most)
    ).all()
    last: dict[str, Taught] = {}
    for comment, score, decided in rows:
        last.setdefault(comment.id, Taught(comment, page_of(session, comment), score, decided))
    return list(last.values())
