"""A reader's complaint about a public comment."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from service import clock
from service.comments.outcome import READER, happened
from service.comments.submit import Sender
from service.comments.vote import public_comment
from service.ratelimit.policies import Action
from service.storage import events, votes
from service.storage.database import transaction
from service.storage.votes import Complaint
from service.web import limits

if TYPE_CHECKING:
    from service.web.context import Services


class Reason(StrEnum):
    """What a reader may have against a comment."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off_topic"
    ILLEGAL = "illegal"
    OTHER = "other"


def report(services: Services, site: str, comment_id: str, reason: Reason, note: str, sender: Sender) -> None:
    """Keeps the complaint; a second one of the same sender is thanked for and changes nothing.

    Raises NotFound, TooMany, Unavailable.
    """
    limits.permit(services, Action.REPORT, sender.keys)
    with transaction() as session:
        comment = public_comment(session, site, comment_id)
        complaint = Complaint(sender.address_fingerprint, reason.value, note)
        if votes.report(session, comment, complaint, clock.now()):
            event = happened("reported", READER, comment, comment.status)
            event.reason, event.version = reason.value, None
            events.add(session, event)
