"""Queries about mail: ordering one, its links, and what authors shall be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, tuple_, update

from service.domain.ids import new_id
from service.domain.mail import LINK_LIFE, MailKind, NewsKind, Purpose
from service.domain.status import Status
from service.storage import jobs
from service.storage.models import Author, Comment, Mail, MailLink, MailNews
from service.storage.session import Session

__all__ = ["Mail", "MailLink", "MailNews", "Order"]

SEND = "send-mail"


@dataclass(frozen=True)
class Order:
    """A mail to be written and sent: to an author, or with `account` to somebody of the newsroom."""

    kind: MailKind
    site: str = ""
    author: str | None = None
    account: str | None = None
    comment: str | None = None


def order(session: Session, asked: Order, now: datetime, detail: Mapping[str, Any] | None = None) -> str:
    """Stores the order and the job that sends it, in the transaction of what calls for it; returns the mail's id."""
    mail = Mail(
        site=asked.site,
        id=new_id(),
        kind=asked.kind,
        author_id=asked.author,
        account_id=asked.account,
        comment_id=asked.comment,
        detail=dict(detail or {}),
        created_at=now,
    )
    session.add(mail)
    jobs.add(session, jobs.NewJob(SEND, now, {"site": asked.site, "mail": mail.id}))
    return mail.id


def get(session: Session, site: str, mail_id: str) -> Mail | None:
    """The mail, or None when it was dropped."""
    return session.get(Mail, (site, mail_id), populate_existing=True)


def sent(session: Session, mail: Mail, now: datetime) -> None:
    """Notes that a server took the mail."""
    _change(session, mail, {"sent_at": now})


def given_up(session: Session, mail: Mail, failure: str) -> None:
    """Notes that the mail will never be sent; `failure` is a word of ours."""
    _change(session, mail, {"failure": failure})


def _change(session: Session, mail: Mail, values: dict[str, Any]) -> None:
    session.execute(update(Mail).where(Mail.site == mail.site, Mail.id == mail.id).values(values))


def link(session: Session, mail: Mail, purpose: Purpose, now: datetime, comment: str | None = None) -> str:
    """The id of this mail's link for that purpose, and comment; a mail that is written again has the same links."""
    about = MailLink.comment_id.is_(None) if comment is None else MailLink.comment_id == comment
    mine = (MailLink.site == mail.site, MailLink.mail_id == mail.id, MailLink.purpose == purpose, about)
    found = session.scalar(select(MailLink.id).where(*mine))
    if found is not None:
        return found
    made = MailLink(
        site=mail.site,
        id=new_id(),
        purpose=purpose,
        mail_id=mail.id,
        author_id=mail.author_id,
        account_id=mail.account_id,
        comment_id=comment,
        expires_at=now + LINK_LIFE[purpose],
    )
    session.add(made)
    session.flush()
    return made.id


def exchange(session: Session, used: MailLink, purpose: Purpose, now: datetime) -> str:
    """A further link of the same recipient, for another purpose; returns its id."""
    made = MailLink(
        site=used.site,
        id=new_id(),
        purpose=purpose,
        author_id=used.author_id,
        expires_at=now + LINK_LIFE[purpose],
    )
    session.add(made)
    return made.id


def find_link(session: Session, link_id: str, purpose: Purpose, *, lock: bool = False) -> MailLink | None:
    """The link with this id, used or not, expired or not."""
    query = select(MailLink).where(MailLink.id == link_id, MailLink.purpose == purpose)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def use_link(session: Session, found: MailLink, now: datetime) -> None:
    """Marks a locked link as used."""
    found.used_at = now


def may_ask(session: Session, site: str, author_id: str, now: datetime, every: timedelta) -> bool:
    """Takes the author's turn for a confirmation mail; False when the last was too recent, or mail was stopped."""
    return _takes_turn(session, site, author_id, "confirmation_asked_at", now, every)


def may_link(session: Session, site: str, author_id: str, now: datetime, every: timedelta) -> bool:
    """The same for a mail with the way to one's own comments, which whoever stopped mail may still ask for."""
    return _takes_turn(session, site, author_id, "link_asked_at", now, every)


def _takes_turn(
    session: Session, site: str, author_id: str, name: str, now: datetime, every: timedelta
) -> bool:
    column = getattr(Author, name)
    free = [or_(column.is_(None), column <= now - every)]
    if name != "link_asked_at":
        free.append(Author.mail_stopped_at.is_(None))
    taken = session.execute(
        update(Author)
        .where(Author.site == site, Author.id == author_id, *free)
        .values({name: now})
        .returning(Author.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def keep_news(session: Session, news: Sequence[MailNews]) -> None:
    """Stores what authors shall be told, in the transaction of what happened."""
    session.add_all(news)


def answered(session: Session, site: str, ids: Sequence[str]) -> dict[str, Comment]:
    """Those of these comments whose authors want to hear of replies, by id."""
    rows = session.scalars(
        select(Comment).where(Comment.site == site, Comment.id.in_(ids), Comment.notify.is_(True))
    )
    return {comment.id: comment for comment in rows}


def due_authors(session: Session, before: datetime, at_most: int) -> list[tuple[str, str]]:
    """Site and id of authors with news that are old enough, who may be told and were not told since `before`."""
    rows = session.execute(
        select(MailNews.site, MailNews.author_id)
        .join(Author, (Author.site == MailNews.site) & (Author.id == MailNews.author_id))
        .join(Comment, (Comment.site == MailNews.site) & (Comment.id == MailNews.comment_id))
        .where(
            MailNews.mail_id.is_(None),
            MailNews.created_at <= before,
            Comment.confirmed_at.is_not(None),
            Author.confirmed_at.is_not(None),
            Author.mail_stopped_at.is_(None),
            or_(Author.told_at.is_(None), Author.told_at <= before),
        )
        .group_by(MailNews.site, MailNews.author_id)
        .order_by(func.min(MailNews.created_at))
        .limit(at_most)
    )
    return [(site, author_id) for site, author_id in rows]


def take_news(session: Session, of: tuple[str, str], every: timedelta, now: datetime) -> str | None:
    """Orders the mail that tells an author all news that there are; returns its id, None when another was first."""
    site, author_id = of
    if not _takes_turn(session, site, author_id, "told_at", now, every):
        return None
    confirmed = select(Comment.id).where(
        Comment.site == site, Comment.author_id == author_id, Comment.confirmed_at.is_not(None)
    )
    mail_id = order(session, Order(MailKind.NEWS, site, author_id), now)
    session.flush()
    session.execute(
        update(MailNews)
        .where(
            MailNews.site == site,
            MailNews.author_id == author_id,
            MailNews.mail_id.is_(None),
            MailNews.comment_id.in_(confirmed),
        )
        .values(mail_id=mail_id)
        .execution_options(synchronize_session=False)
    )
    return mail_id


@dataclass(frozen=True)
class Told:
    """One piece of news that is still true: the author's comment, and the reply to it if it is about one."""

    kind: NewsKind
    reason: str
    comment: Comment
    reply: Comment | None


def news_of(session: Session, mail: Mail) -> list[Told]:
    """What this mail tells: of replies those that are public, of decisions those that still stand."""
    rows = session.scalars(
        select(MailNews).where(MailNews.site == mail.site, MailNews.mail_id == mail.id).order_by(MailNews.id)
    ).all()
    ids = {row.comment_id for row in rows} | {row.reply_id for row in rows if row.reply_id}
    found = {
        comment.id: comment
        for comment in session.scalars(
            select(Comment).where(Comment.site == mail.site, Comment.id.in_(sorted(ids)))
        )
    }
    told: dict[tuple[str, str | None], Told] = {}
    for row in rows:
        comment, reply = found.get(row.comment_id), found.get(row.reply_id or "")
        if comment is not None and _still_true(row, comment, reply):
            told[row.comment_id, row.reply_id] = Told(row.kind, row.reason, comment, reply)
    return list(told.values())


def _still_true(row: MailNews, comment: Comment, reply: Comment | None) -> bool:
    if row.kind is NewsKind.REPLY:
        return reply is not None and reply.status is Status.APPROVED and comment.notify
    return comment.status.value == row.kind.value


def stop(session: Session, site: str, author_id: str, now: datetime | None) -> None:
    """No more mail for this author from now on; None: mail again."""
    session.execute(
        update(Author)
        .where(Author.site == site, Author.id == author_id)
        .values(mail_stopped_at=now)
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, author: Author) -> None:
    """Drops everything about mail to an author: orders, links, news."""
    for table in (Mail, MailLink, MailNews):
        mine: Any = (table.site == author.site, table.author_id == author.id)
        session.execute(delete(table).where(*mine))
    author.confirmation_asked_at = author.link_asked_at = author.told_at = None
    author.mail_stopped_at = None


def drop(session: Session, table: type[Mail | MailLink | MailNews], before: datetime, at_most: int) -> int:
    """Deletes mail orders and news older than `before`, and links that expired before it; returns how many."""
    when: Any = MailLink.expires_at if table is MailLink else table.created_at  # type: ignore[union-attr]
    old = select(table.site, table.id).where(when < before).order_by(when).limit(at_most)
    result: Any = session.execute(
        delete(table)
        .where(tuple_(table.site, table.id).in_(old))
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)
