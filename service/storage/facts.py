"""What is known when a comment comes in: one statement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Select, String, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from service.domain.ban import BanKind, Banned
from service.domain.controls import PageControls
from service.domain.facts import Pace
from service.domain.status import Status
from service.storage import page_facts
from service.storage.models import Author, Ban, Comment, Page, SharedSign, Site, StoredSignal
from service.storage.types import UtcDateTime

PACE_MAX: Final = 100
#: An author with so many approved comments is known to readers by name.
NAME_KNOWN_FROM: Final = 3
#: Checks whose findings stay with a comment when its author changes the text.
LASTING: Final = ("ban", "honeypot", "disposable_email")


@dataclass(frozen=True)
class Asked:
    """About whom and what to ask.

    `address` is the keyed hash of where the sender is, `proven` the id of a comment that the sender proved to have
    written; `besides` is a comment that does not count as a repetition (the one edited). A ban is looked for under
    the email's `domains` (empty when the email is not at hand) and under `sources`, keyed hashes of networks.
    `look_…` is how the sender's name looks. `lately` is the floor of the ids of the last minutes, and `source_sign`
    the key of the sign that comments from the sender's address share, 0 where the address says nothing. `source` is
    `address` again, or empty where many share it: for what one sender may do on a slow page.
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
    look_folded: str = ""
    look_skeleton: str = ""
    lately: str = ""
    source_sign: int = 0
    source: str = ""


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

    `pace` is how much came lately; `name_like_author`: the name looks like that of an author who is known for longer,
    and is written otherwise; `met_before` names checks that found something in an earlier text of this comment.
    """

    page_id: str | None
    page: PageControls
    author: KnownAuthor | None
    author_known: bool
    author_approved: int
    author_rejected: int
    author_spam: int
    same_body: int
    parent: Parent | None
    banned: Banned | None = None
    author_confirmed: bool = False
    pace: Pace = Pace()
    name_like_author: bool = False
    met_before: frozenset[str] = frozenset()


_SITE = bindparam("site", type_=String)
_BESIDES = bindparam("besides", type_=String)
_LATELY = bindparam("lately", type_=String)


def _statement() -> Select[Any]:
    """Built once: building it costs several times what running it does."""
    page, author = Page.__table__.c, Author.__table__.c
    parent = Comment.__table__.alias("parent")
    return (
        select(
            page.id,
            *page_facts.columns(),
            author.id,
            author.avatar_seed,
            _author_known(),
            func.coalesce(author.approved, 0),
            func.coalesce(author.rejected, 0),
            func.coalesce(author.spam, 0),
            _same_body(),
            parent.c.id,
            parent.c.page_id,
            parent.c.parent_id,
            parent.c.root_id,
            parent.c.depth,
            parent.c.status,
            _banned(),
            _author_confirmed(),
            _name_like_author(),
            *_pace(),
            *(_met(check) for check in LASTING),
        )
        .select_from(Site.__table__)
        .outerjoin(Page.__table__, and_(page.site == _SITE, page.key == bindparam("page_key")))
        .outerjoin(
            Author.__table__, and_(author.site == _SITE, author.email_index == bindparam("email_index"))
        )
        .outerjoin(parent, and_(parent.c.site == _SITE, parent.c.id == bindparam("parent", type_=String)))
        .where(Site.__table__.c.slug == _SITE)
    )


def _same_body() -> Any:
    comment = Comment.__table__.c
    return (
        select(func.count())
        .select_from(Comment.__table__)
        .where(
            comment.site == _SITE,
            comment.body_fingerprint == bindparam("body_fingerprint"),
            comment.created_at >= bindparam("since"),
            comment.id != _BESIDES,
        )
        .scalar_subquery()
    )


def _author_known() -> Any:
    author, earlier = Author.__table__.c, Comment.__table__.alias("earlier").c
    return exists().where(
        earlier.site == _SITE,
        earlier.author_id == author.id,
        earlier.status == Status.APPROVED,
        or_(earlier.address_fingerprint == bindparam("address"), earlier.id == bindparam("proven")),
    )


def _author_confirmed() -> Any:
    author, earlier = Author.__table__.c, Comment.__table__.alias("earlier").c
    return exists().where(
        earlier.site == _SITE,
        earlier.id == bindparam("proven"),
        earlier.author_id == author.id,
        earlier.confirmed_at.is_not(None),
    )


def _name_like_author() -> Any:
    """Whether an author who came earlier, and whom readers know, has a name that looks the same and is another."""
    author, other = Author.__table__.c, Author.__table__.alias("other").c
    skeleton = bindparam("look_skeleton", type_=String)
    return exists().where(
        other.site == _SITE,
        other.name_skeleton == skeleton,
        skeleton != "",
        other.name_folded != bindparam("look_folded", type_=String),
        other.approved >= NAME_KNOWN_FROM,
        or_(author.id.is_(None), other.id < author.id),
    )


def _pace() -> tuple[Any, Any, Any]:
    """How many comments came lately by the author, from the address, on the page; in the order of Pace."""
    comment, sign = Comment.__table__.alias("lately"), SharedSign.__table__
    by_author = and_(comment.c.site == _SITE, comment.c.author_id == Author.__table__.c.id)
    # Every status is named, so that the index of a page's comments by status is enough.
    on_page = and_(
        comment.c.site == _SITE,
        comment.c.page_id == Page.__table__.c.id,
        comment.c.status.in_(list(Status)),
    )
    from_address = and_(
        sign.c.site == _SITE,
        sign.c.sign == bindparam("source_sign", type_=BigInteger),
        sign.c.comment_id > _LATELY,
        sign.c.comment_id != _BESIDES,
    )
    newer = and_(comment.c.id > _LATELY, comment.c.id != _BESIDES)
    return (
        _counted(select(comment.c.id).where(by_author, newer).correlate(Author.__table__)),
        _counted(select(sign.c.comment_id).where(from_address)),
        _counted(select(comment.c.id).where(on_page, newer).correlate(Page.__table__)),
    )


def _counted(rows: Any) -> Any:
    """How many rows there are, to a hundred: in a raid they are thousands."""
    some = rows.limit(PACE_MAX).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _banned() -> Any:
    author, ban = Author.__table__.c, Ban.__table__.c
    return (
        select(func.min(ban.id))
        .where(
            ban.site == _SITE,
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


def _met(check: str) -> Any:
    signal = StoredSignal.__table__.alias(f"met_{check}").c
    return exists().where(signal.site == _SITE, signal.comment_id == _BESIDES, signal.check == check)


_GATHER = _statement()


def gather(session: Session, asked: Asked) -> Gathered:
    """The facts about a comment that was sent to an existing site."""
    values = {**vars(asked), "recent": page_facts.recent(asked.now)}
    row: Any = session.connection().execute(_GATHER, values).one()
    page_id, page, row = row[0], row[1 : 1 + page_facts.COLUMNS], (row[0], *row[page_facts.COLUMNS :])
    _, _, author_id, avatar_seed, known, approved, rejected, spam, same_body = row[:9]
    ban, confirmed, name_like_author, *pace = row[15:21]
    met = frozenset(check for check, found in zip(LASTING, row[21:], strict=True) if found)
    gathered = Gathered(
        page_id,
        page_facts.controls(page, asked.now),
        None if author_id is None else KnownAuthor(author_id, avatar_seed),
        author_known=bool(known),
        author_approved=approved,
        author_rejected=rejected,
        author_spam=spam,
        same_body=same_body,
        parent=None if row[9] is None else Parent(*row[9:15]),
        author_confirmed=bool(confirmed),
        pace=Pace(*pace),
        name_like_author=bool(name_like_author),
        met_before=met,
    )
    if ban is not None:
        found = session.get(Ban, (asked.site, ban))
        return replace(gathered, banned=Banned(found.kind, found.reason, found.expires_at) if found else None)
    return replace(gathered, banned=Banned(None)) if "ban" in met else gathered
