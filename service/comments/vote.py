"""A reader's vote on a public comment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service import clock
from service.comments.submit import Sender
from service.domain.errors import NotFound
from service.domain.status import Status
from service.ratelimit.policies import Action
from service.storage import comments, pages, votes
from service.storage.comments import Comment
from service.storage.database import Session, transaction
from service.storage.votes import Opinion
from service.web import limits

if TYPE_CHECKING:
    from service.web.context import Services


@dataclass(frozen=True)
class Voted:
    """The sums after the vote, and the key of the page that shows them."""

    up: int
    down: int
    page_key: str


def vote(services: Services, site: str, comment_id: str, value: int, sender: Sender) -> Voted:
    """Makes `value` the vote of this sender; again changes nothing. Raises NotFound, TooMany, Unavailable."""
    limits.permit(services, Action.VOTE, sender.keys)
    with transaction() as session:
        comment = public_comment(session, site, comment_id)
        votes.cast(session, comment, Opinion(sender.address_fingerprint, value), clock.now())
        page = pages.get(session, site, comment.page_id)
        assert page is not None  # a foreign key holds it
        return Voted(comment.up, comment.down, page.key)


def public_comment(session: Session, site: str, comment_id: str) -> Comment:
    """The comment, locked. Raises NotFound unless readers may see it."""
    found = comments.lock(session, site, [comment_id])
    if not found or found[0].status is not Status.APPROVED:
        raise NotFound("There is no such comment, or it is not public.")
    return found[0]
