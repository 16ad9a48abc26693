"""What is known when a comment comes in: one statement."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from service.domain.ban import BanKind, Banned
from service.domain.status import Status
from service.storage.models import Author, Ban, Comment, Page, Site, StoredSignal
from service.storage.types import UtcDateTime


@dataclass(frozen=True)
class Asked:
    """About whom and what to ask.

    `address` is the keyed hash of where the sender is, `proven` the id of a comment that the sender proved to have
    written; `besides` is a comment that does not count as a repetition (the one edited). A ban is looked for under
    the email's `domains` (empty when the email is not at hand) and under `sources`, keyed hashes of networks.
    """

    site: str
    page_key: str
    email_index: str
    parent: str | None
    body_fingerprint: str
    since: datetime
    address: str
    now: datetime
    domains: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    proven: str = ""
    besides: str = ""


@dataclass(frozen=True)
class Parent:
    """The comment that is replied to."""

    id: str
    page_id: str
    holder_id: str | None
    root_id: str | None
    depth: int
    status: Status


@dataclass(frozen=True)
class KnownAuthor:
    """An author who wrote on this site before."""

    id: str
    avatar_seed: str


@dataclass(frozen=True)
class Gathered:
    """`page_id` is None for a page without comments; `author` None, and counts zero, for an email that is new.

    `author_known`: an approved comment of the same email came from the same network, or the sender proved to have
    written one. `author_confirmed`: and that one was confirmed by mail. The email alone proves nothing: anybody may
    know it.
    """

    page_id: str | None
    page_open: bool
    author: KnownAuthor | None
    author_known: bool
    author_approved: int
    author_rejected: int
    author_spam: int
    same_body: int
    parent: Parent | None
    banned: Banned | None = None
    author_confirmed: bool = False


def _statement() -> Select[Any]:
    """Built once: building it costs several times what running it does."""
    page, author, comment = Page.__table__.c, Author.__table__.c, Comment.__table__.c
    site = bindparam("site", type_=String)
    parent = Comment.__table__.alias("parent")
    earlier = Comment.__table__.alias("earlier").c
    same_body = (
        select(func.count())
        .select_from(Comment.__table__)
        .where(
            comment.site == site,
            comment.body_fingerprint == bindparam("body_fingerprint"),
            comment.created_at >= bindparam("since"),
            comment.id != bindparam("besides"),
        )
        .scalar_subquery()
    )
    author_known = exists().where(
        earlier.site == site,
        earlier.author_id == author.id,
        earlier.status == Status.APPROVED,
        or_(earlier.address_fingerprint == bindparam("address"), earlier.id == bindparam("proven")),
    )
    author_confirmed = exists().where(
        earlier.site == site,
        earlier.id == bindparam("proven"),
        earlier.author_id == author.id,
        earlier.confirmed_at.is_not(None),
    )
    ban = Ban.__table__.c
    banned = (
        select(func.min(ban.id))
        .where(
            ban.site == site,
            or_(ban.expires_at.is_(None), ban.expires_at > bindparam("now", type_=UtcDateTime)),
            or_(
                and_(ban.kind == BanKind.AUTHOR, ban.subject == author.id),
                and_(ban.kind == BanKind.EMAIL_DOMAIN, ban.subject.in_(bindparam("domains", expanding=True))),
                and_(ban.kind == BanKind.SOURCE, ban.subject.in_(bindparam("sources", expanding=True))),
            ),
        )
        .correlate(Author.__table__)
        .scalar_subquery()
    )
    signal = StoredSignal.__table__.c
    met_a_ban = exists().where(
        signal.site == site, signal.comment_id == bindparam("besides"), signal.check == "ban"
    )
    return (
        select(
            page.id,
            func.coalesce(page.is_open, True),
            author.id,
            author.avatar_seed,
            author_known,
            func.coalesce(author.approved, 0),
            func.coalesce(author.rejected, 0),
            func.coalesce(author.spam, 0),
            same_body,
            parent.c.id,
            parent.c.page_id,
            parent.c.parent_id,
            parent.c.root_id,
            parent.c.depth,
            parent.c.status,
            banned,
            met_a_ban,
            author_confirmed,
        )
        .select_from(Site.__table__)
        .outerjoin(Page.__table__, and_(page.site == site, page.key == bindparam("page_key")))
        .outerjoin(
            Author.__table__, and_(author.site == site, author.email_index == bindparam("email_index"))
        )
        .outerjoin(parent, and_(parent.c.site == site, parent.c.id == bindparam("parent", type_=String)))
        .where(Site.__table__.c.slug == site)
    )


_GATHER = _statement()


def gather(session: Session, asked: Asked) -> Gathered:
    """The facts about a comment that was sent to an existing site."""
    row: Any = session.connection().execute(_GATHER, asdict(asked)).one()
    page_id, page_open, author_id, avatar_seed, *counted = row[:9]
    author = None if author_id is None else KnownAuthor(author_id, avatar_seed)
    parent = None if row[9] is None else Parent(*row[9:15])
    ban, met_a_ban, confirmed = row[15:]
    gathered = Gathered(*(page_id, page_open, author, *counted, parent, None, bool(confirmed)))
    if ban is not None:
        found = session.get(Ban, (asked.site, ban))
        return replace(gathered, banned=Banned(found.kind, found.reason, found.expires_at) if found else None)
    return replace(gathered, banned=Banned(None)) if met_a_ban else gathered
