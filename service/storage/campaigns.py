"""Which comments belong together: finding neighbours by the signs they share, and keeping who is with whom."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    String,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    union_all,
    update,
)

from service.domain.campaign import Bond, Neighbour
from service.domain.ids import new_id
from service.domain.status import Status
from service.storage import rows
from service.storage.batches import batches
from service.storage.compiled import Compiled
from service.storage.database import lock_rows
from service.storage.models import Campaign, Comment, SharedSign, Sketch
from service.storage.session import Session

__all__ = ["drop_old", "forget", "form", "join", "keep", "members", "neighbours", "one_at_a_time", "replace"]

NEWEST: Final = 5
OLDEST: Final = 5
_KEY: Final = struct.Struct("<q")


@cache
def _statement(signs: int, oldest: int) -> Compiled:
    """The newest comments of so many signs, and the oldest of the last so many of them; built once for each number."""
    newest_of = [_of_sign(f"sign{at}", NEWEST) for at in range(signs)]
    oldest_of = [_of_sign(f"sign{at}", OLDEST, oldest=True) for at in range(signs - oldest, signs)]
    found = union_all(*(select(part) for part in (*newest_of, *oldest_of))).subquery("found")
    site: BindParameter[str] = bindparam("site")
    return Compiled(
        select(
            found.c.sign,
            Comment.id,
            Comment.campaign,
            Campaign.bond,
            Comment.author_id,
            Comment.status,
            Sketch.sketch,
            Comment.created_at,
        )
        .join_from(found, Comment, and_(Comment.site == site, Comment.id == found.c.comment_id))
        .join(Sketch, and_(Sketch.site == site, Sketch.comment_id == found.c.comment_id))
        .outerjoin(Campaign, and_(Campaign.site == site, Campaign.id == Comment.campaign))
    )


def _of_sign(name: str, number: int, *, oldest: bool = False) -> Any:
    order = SharedSign.comment_id.asc() if oldest else SharedSign.comment_id.desc()
    return (
        select(SharedSign.sign, SharedSign.comment_id)
        .where(SharedSign.site == bindparam("site"), SharedSign.sign == bindparam(name, type_=BigInteger))
        .order_by(order)
        .limit(number)
        .subquery(f"{'oldest' if oldest else 'newest'}_{name}")
    )


def neighbours(
    session: Session, site: str, signs: Mapping[int, tuple[Bond, str]], besides: str = ""
) -> list[Neighbour]:
    """Comments that share a sign: the newest of each, and of a link domain the oldest too; without `besides`."""
    if not signs:
        return []
    # Links last: the statement takes the oldest comments of its last signs.
    keys = sorted(signs, key=lambda key: signs[key][0] is Bond.LINK)
    links = sum(bond is Bond.LINK for bond, _ in signs.values())
    asked: dict[str, Any] = {"site": site, **{f"sign{at}": key for at, key in enumerate(keys)}}
    rows = _statement(len(keys), links).rows(session.connection(), asked)
    return list(
        {
            (row[0], row[1]): Neighbour(row[1], *signs[row[0]], *row[2:]) for row in rows if row[1] != besides
        }.values()
    )


def members(session: Session, site: str, campaign: str, limit: int) -> dict[Status, int]:
    """How many comments of a campaign have which status, looking at no more than `limit` of them."""
    some = (
        select(Comment.status)
        .where(Comment.site == site, Comment.campaign == campaign)
        .limit(limit)
        .subquery()
    )
    rows = session.execute(select(some.c.status, func.count()).group_by(some.c.status))
    return {row[0]: row[1] for row in rows}


def keep(session: Session, comment: Comment, sketch: bytes | None, signs: Collection[int]) -> None:
    """Stores what a comment, stored already, can be found and compared by."""
    if not signs:
        return
    ordered = sorted(signs)
    signed = {"site": comment.site, "comment_id": comment.id}
    kept = {"sketch": sketch, "signs": b"".join(map(_KEY.pack, ordered)), "created_at": comment.created_at}
    rows.insert_all(session, Sketch, [{**signed, **kept}])
    if lock_rows(session):
        # an array, because the driver would ask the server for each row
        session.later(_SHARED, [{**signed, "keys": ordered}])
    else:
        rows.insert_all(session, SharedSign, [{**signed, "sign": sign} for sign in ordered])


_SHARED = Compiled(
    insert(SharedSign).from_select(
        ["site", "comment_id", "sign"],
        select(
            bindparam("site", type_=String),
            bindparam("comment_id", type_=String),
            func.unnest(bindparam("keys", type_=ARRAY(BigInteger))),
        ),
    )
)


def replace(session: Session, comment: Comment, sketch: bytes | None, signs: Collection[int]) -> None:
    """Stores the signs of an edited comment in the place of those that it had."""
    forget(session, comment.site, [comment.id])
    keep(session, comment, sketch, signs)


def one_at_a_time(session: Session, site: str) -> None:
    """Until the transaction ends, nobody else forms a campaign of this site; SQLite has one writer as it is."""
    if lock_rows(session):
        key = text("SELECT pg_advisory_xact_lock(hashtext('campaigns'), hashtext(:site))")
        session.execute(key, {"site": site})


def form(session: Session, site: str, bond: Bond, now: datetime) -> str:
    """The id of a new campaign."""
    campaign = Campaign(site=site, id=new_id(), bond=bond, created_at=now)
    session.add(campaign)
    session.flush()
    return campaign.id


def join(session: Session, site: str, campaign: str, bond: Bond, ids: Collection[str]) -> None:
    """Puts comments into a campaign, unless they are in one of the same bond or a stronger one by now.

    Who is just being decided about is passed over, and comes along with the next one: nobody waits here for another.
    """
    order = list(Bond)
    weaker = [kind for kind in order if order.index(kind) > order.index(bond)]
    loosely = select(Campaign.id).where(Campaign.site == site, Campaign.bond.in_(weaker))
    free = (
        select(Comment.id)
        .where(
            Comment.site == site,
            Comment.id.in_(sorted(ids)),
            or_(Comment.campaign.is_(None), Comment.campaign.in_(loosely)),
        )
        .with_for_update(key_share=True, skip_locked=True)
    )
    found = list(session.scalars(free))
    if found:
        session.execute(
            update(Comment)
            .where(Comment.site == site, Comment.id.in_(found))
            .values(campaign=campaign)
            .execution_options(synchronize_session=False)
        )


def forget(session: Session, site: str, ids: Sequence[str]) -> None:
    """Drops what these comments can be found and compared by; they stay in their campaigns."""
    for batch in batches(ids):
        kept = session.execute(
            select(Sketch.site, Sketch.comment_id, Sketch.signs).where(
                Sketch.site == site, Sketch.comment_id.in_(batch)
            )
        ).all()
        _drop(session, kept)


def drop_old(session: Session, before: datetime, at_most: int) -> int:
    """Drops what comments made earlier than `before` are found by; returns of how many."""
    old = session.execute(
        select(Sketch.site, Sketch.comment_id, Sketch.signs)
        .where(Sketch.created_at < before)
        .order_by(Sketch.created_at)
        .limit(at_most)
    ).all()
    _drop(session, old)
    return len(old)


def _drop(session: Session, kept: Sequence[Any]) -> None:
    signs = [
        (site, sign, comment_id) for site, comment_id, packed in kept for (sign,) in _KEY.iter_unpack(packed)
    ]
    row = tuple_(SharedSign.site, SharedSign.sign, SharedSign.comment_id)
    for batch in batches(signs):
        session.execute(delete(SharedSign).where(row.in_(batch)))
    for some in batches([(site, comment_id) for site, comment_id, _ in kept]):
        session.execute(delete(Sketch).where(tuple_(Sketch.site, Sketch.comment_id).in_(some)))
