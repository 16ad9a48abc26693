"""What became of a comment after it was sent, as its author may know it."""

from __future__ import annotations

from typing import Any

from service.domain.errors import NotFound
from service.domain.status import Status
from service.storage import comments, events
from service.storage.database import Session, read
from service.threads.listing import public_view


def fate(site: str, comment_id: str) -> dict[str, Any]:
    """Status, the moderator's reason and, when it is public, the comment. Raises NotFound.

    Spam says pending, as it said when it was sent: a spammer learns nothing.
    """

    def look(session: Session) -> dict[str, Any]:
        comment = comments.locate(session, comment_id, [site])
        if comment is None:
            raise NotFound("There is no such comment.")
        shown = Status.PENDING if comment.status is Status.SPAM else comment.status
        told = {"status": shown.value, "reason": "", "comment": None}
        if shown is Status.REJECTED:
            change = events.last_change(session, site, comment_id)
            return {**told, "reason": change.reason if change else ""}
        public = comments.public(session, comment_id) if shown is Status.APPROVED else None
        return {**told, "comment": public_view(*public)} if public else told

    return read(look)
