"""What people said of comments that they looked at by design, beside what the filter had said."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from service.storage.models import Comment, SpamLabel
from service.storage.session import Session


class Audited(NamedTuple):
    """`score`: from which probability on the filter would have rejected it, None: never. `spam`: the last verdict.

    `probability` is that with which it was to be reviewed, in (0, 1].
    """

    score: float | None
    spam: bool
    probability: float


def newest(session: Session, site: str, limit: int) -> list[Audited]:
    """The newest verdicts on comments that waited or were drawn: what somebody happened to see is no fair sample."""
    query = (
        select(Comment.reject_score, SpamLabel.spam, Comment.review_probability)
        .join(SpamLabel, (SpamLabel.site == Comment.site) & (SpamLabel.comment_id == Comment.id))
        .where(
            SpamLabel.site == site,
            SpamLabel.left_out.is_(False),
            Comment.sampled.is_(True),
            Comment.review_probability > 0,
        )
        .order_by(SpamLabel.event_id.desc())
        .limit(limit)
    )
    return [Audited(score, spam, probability or 0.0) for score, spam, probability in session.execute(query)]
