"""To which domains comments link, and what people said of comments that did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, delete, select, union_all

from service.clock import hour_of
from service.storage import rows
from service.storage.batches import batches
from service.storage.models import Comment, LinkedDomain, SpamLabel
from service.storage.session import Session

#: So many of a domain's newest comments are looked at.
NEWEST: Final = 50
TRUSTED_FROM: Final = 3
TRUSTED_AUTHORS_MIN: Final = 2


def keep(session: Session, comment: Comment, domains: Sequence[str]) -> None:
    """Stores the domains of a comment that is stored already."""
    if not domains:
        return
    hour = hour_of(comment.created_at)
    linked = {"site": comment.site, "comment_id": comment.id, "hour": hour}
    rows.insert_all(session, LinkedDomain, [{**linked, "domain": domain} for domain in domains])


def replace(session: Session, comment: Comment, domains: Sequence[str]) -> None:
    """Stores the domains of an edited comment in the place of those that it had."""
    forget(session, comment.site, [comment.id])
    keep(session, comment, domains)


def forget(session: Session, site: str, ids: Sequence[str]) -> None:
    """Removes the domains of these comments."""
    for batch in batches(ids):
        session.execute(
            delete(LinkedDomain).where(LinkedDomain.site == site, LinkedDomain.comment_id.in_(batch))
        )


def reputation(
    session: Session, site: str, domains: Sequence[str], besides: str = ""
) -> tuple[frozenset[str], frozenset[str]]:
    """Of these domains, those that the site trusts, and those to which none of its comments linked before.

    Trusted are those of which, among the newest fifty comments that link there, moderators let three pass, of two
    authors at least, and called none spam. Like what the classifier learns, it rests on their last verdicts alone.
    """
    if not domains:
        return frozenset(), frozenset()
    asked = {"site": site, "besides": besides, **{f"domain{at}": domain for at, domain in enumerate(domains)}}
    rows = session.connection().execute(_newest(len(domains)), asked)
    by_domain = {domain: list(found) for domain, found in groupby(rows, key=lambda row: row.domain)}
    trusted = (domain for domain, found in by_domain.items() if _is_trusted(found))
    return frozenset(trusted), frozenset(domains) - by_domain.keys()


def _is_trusted(found: Iterable[Any]) -> bool:
    said = [row for row in found if row.spam is not None]
    authors = {row.author_id for row in said}
    return (
        len(said) >= TRUSTED_FROM
        and len(authors) >= TRUSTED_AUTHORS_MIN
        and not any(row.spam for row in said)
    )


@cache
def _newest(domains: int) -> Select[Any]:
    """The newest comments of so many domains with the last human verdict on each; in the order of the domains."""
    link = LinkedDomain.__table__.c
    parts = [
        select(link.domain, link.comment_id)
        .where(
            link.site == bindparam("site"),
            link.domain == bindparam(f"domain{at}"),
            link.comment_id != bindparam("besides"),
        )
        .order_by(link.comment_id.desc())
        .limit(NEWEST)
        .subquery(f"of{at}")
        for at in range(domains)
    ]
    found = union_all(*(select(part) for part in parts)).subquery("found")
    label, comment = SpamLabel.__table__.c, Comment.__table__.c
    return (
        select(found.c.domain, comment.author_id, label.spam)
        .join_from(
            found,
            Comment.__table__,
            and_(comment.site == bindparam("site"), comment.id == found.c.comment_id),
        )
        .outerjoin(
            SpamLabel.__table__,
            and_(
                label.site == bindparam("site"),
                label.comment_id == found.c.comment_id,
                label.left_out.is_(False),
            ),
        )
        .order_by(found.c.domain)
    )
