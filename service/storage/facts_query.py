"""The one statement behind what is known when a comment comes in.

SQLite keeps no statistics, and PostgreSQL has none of a table that is new; so each part is written such that one index
alone fits it, and none looks at more the more comments there are. What a comment has no need of is left out: most
are no replies, come without proof of an earlier one, and are no edits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, String, and_, bindparam, exists, func, null, or_, select, union_all

from service.domain.ban import BanKind
from service.domain.status import Status
from service.storage import page_facts
from service.storage.compiled import Compiled
from service.storage.models import Author, Ban, Comment, Page, SharedSign, Site, StoredSignal
from service.storage.types import UtcDateTime

#: Counts go no further: in a raid the comments are thousands.
COUNTED_MAX: Final = 100
#: An author with so many approved comments is known to readers by name.
NAME_KNOWN_FROM: Final = 3
#: Checks whose findings stay with a comment when its author changes the text.
LASTING: Final = ("ban", "honeypot", "disposable_email")

_SITE = bindparam("site", type_=String)
_BESIDES = bindparam("besides", type_=String)
_LATELY = bindparam("lately", type_=String)
_PROVEN = bindparam("proven", type_=String)


class Shape(NamedTuple):
    """What is asked: under how many domains and sources a ban is looked for, and which parts are needed."""

    domains: int
    sources: int
    reply: bool
    proven: bool
    edited: bool

    def values(self, domains: Sequence[str], sources: Sequence[str]) -> dict[str, str]:
        """The parameters for these domains and sources."""
        named = {f"domain{at}": domain for at, domain in enumerate(domains)}
        return named | {f"source{at}": source for at, source in enumerate(sources)}


class Row(NamedTuple):
    """The columns of the statement; None where there is no such page, author, parent or ban, or it was not asked."""

    page_id: str | None
    is_open: bool | None
    page_created_at: datetime | None
    ignores_age: bool | None
    close_after_days: int | None
    held_by: str | None
    slow_seconds: int | None
    author_id: str | None
    avatar_seed: str | None
    author_known: bool | None
    author_confirmed: bool | None
    approved: int | None
    rejected: int | None
    spam: int | None
    same_body: int
    parent_id: str | None
    parent_page_id: str | None
    parent_holder_id: str | None
    parent_root_id: str | None
    parent_depth: int | None
    parent_status: Status | None
    ban: str | None
    name_like_author: bool
    pace_author: int
    pace_address: int
    pace_page: int
    met_ban: bool | None
    met_honeypot: bool | None
    met_disposable_email: bool | None


@cache
def query(shape: Shape) -> Compiled:
    """The statement; it finds one Row for a site that exists."""
    page, author, site = Page.__table__, Author.__table__, Site.__table__
    parent = Comment.__table__.alias("parent")
    source = site.outerjoin(page, and_(page.c.site == _SITE, page.c.key == bindparam("page_key"))).outerjoin(
        author, and_(author.c.site == _SITE, author.c.email_index == bindparam("email_index"))
    )
    if shape.reply:
        replied = and_(parent.c.site == _SITE, parent.c.id == bindparam("parent", type_=String))
        source = source.outerjoin(parent, replied)
    of_parent = (parent.c.id, parent.c.page_id, parent.c.parent_id, parent.c.root_id, parent.c.depth)
    columns = [
        page.c.id,
        *page_facts.columns(),
        author.c.id,
        author.c.avatar_seed,
        _author_known(shape.proven),
        _author_confirmed() if shape.proven else null(),
        author.c.approved,
        author.c.rejected,
        author.c.spam,
        _same_body(),
        *((*of_parent, parent.c.status) if shape.reply else [null()] * 6),
        _banned(shape),
        _name_like_author(),
        *_pace(),
        *(_met(check) if shape.edited else null() for check in LASTING),
    ]
    named = [column.label(name) for column, name in zip(columns, Row._fields, strict=True)]
    return Compiled(select(*named).select_from(source).where(site.c.slug == _SITE))


def _same_body() -> Any:
    comment = Comment.__table__.c
    return _counted(
        select(comment.id).where(
            comment.site == _SITE,
            comment.body_fingerprint == bindparam("body_fingerprint"),
            comment.created_at >= bindparam("since"),
            comment.id != _BESIDES,
        )
    )


def _author_known(proven: bool) -> Any:
    author, earlier = Author.__table__.c, Comment.__table__.alias("earlier").c
    same_address = earlier.address_fingerprint == bindparam("address")
    return exists().where(
        earlier.site == _SITE,
        earlier.author_id == author.id,
        # behind a function, so that nobody walks through all that is approved
        func.coalesce(earlier.status, "") == Status.APPROVED,
        or_(same_address, earlier.id == _PROVEN) if proven else same_address,
    )


def _author_confirmed() -> Any:
    author, earlier = Author.__table__.c, Comment.__table__.alias("confirmed").c
    return exists().where(
        earlier.site == _SITE,
        earlier.id == _PROVEN,
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
    by_author = select(comment.c.id).where(
        comment.c.site == _SITE,
        comment.c.author_id == Author.__table__.c.id,
        comment.c.id > _LATELY,
        comment.c.id != _BESIDES,
    )
    from_address = select(sign.c.comment_id).where(
        sign.c.site == _SITE,
        sign.c.sign == bindparam("source_sign", type_=BigInteger),
        sign.c.comment_id > _LATELY,
        sign.c.comment_id != _BESIDES,
    )
    on_page = page_facts.on_page(
        _SITE,
        Page.__table__.c.id,
        ["id"],
        lambda here: here.id > _LATELY,
        lambda here: here.id != _BESIDES,
    )
    return (_counted(by_author.correlate(Author.__table__)), _counted(from_address), _counted(on_page))


def _counted(rows: Any) -> Any:
    return select(func.count()).select_from(rows.limit(COUNTED_MAX).subquery()).scalar_subquery()


def _banned(shape: Shape) -> Any:
    """The oldest ban that stands of the author, the email's domains, the sender's networks."""
    ban = Ban.__table__.c

    def of(kind: BanKind, subject: Any) -> Any:
        stands = or_(ban.expires_at.is_(None), ban.expires_at > bindparam("now", type_=UtcDateTime))
        return select(ban.id).where(ban.site == _SITE, ban.kind == kind, subject, stands)

    found = [of(BanKind.AUTHOR, ban.subject == Author.__table__.c.id).correlate(Author.__table__)]
    for kind, name, number in (
        (BanKind.EMAIL_DOMAIN, "domain", shape.domains),
        (BanKind.SOURCE, "source", shape.sources),
    ):
        found += [of(kind, ban.subject == bindparam(f"{name}{at}", type_=String)) for at in range(number)]
    any_of_them = union_all(*found).subquery()
    return select(func.min(any_of_them.c.id)).scalar_subquery()


def _met(check: str) -> Any:
    signal = StoredSignal.__table__.alias(f"met_{check}").c
    return exists().where(signal.site == _SITE, signal.comment_id == _BESIDES, signal.check == check)
