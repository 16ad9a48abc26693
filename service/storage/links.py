"""To which domains comments link."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from service.clock import hour_of
from service.storage.batches import batches
from service.storage.models import Comment, LinkedDomain


def keep(session: Session, comment: Comment, domains: Sequence[str]) -> None:
    """Stores the domains of a new comment."""
    if not domains:
        return
    session.flush()  # they refer to the comment
    hour = hour_of(comment.created_at)
    session.execute(
        insert(LinkedDomain),
        [
            {"site": comment.site, "comment_id": comment.id, "domain": domain, "hour": hour}
            for domain in domains
        ],
    )


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
