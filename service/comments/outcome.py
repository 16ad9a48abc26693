"""What follows from a verdict: the comment's state, what is kept about how it was judged, and the events."""

from __future__ import annotations

from collections.abc import Sequence

from service import clock
from service.domain.ids import new_id
from service.domain.opinion import Classified
from service.domain.status import Status
from service.notify import news
from service.spam import automatic, review
from service.spam.review import Fate
from service.storage import comments, events, sites
from service.storage.comments import Comment
from service.storage.database import Session

READER = "reader"
POLICY = "policy"
FILTER = "filter"
PUBLISHED = "published"


def keep_opinion(comment: Comment, classified: Classified) -> None:
    """Keeps what the classifier thought of this text, so that its explanation stays true when it has learned more."""
    opinion = classified.opinion
    comment.spam_probability = opinion.probability if opinion else None
    comment.reject_score = automatic.score_of(opinion)
    comment.opinion = dict(opinion.document()) if opinion else None


def follow(
    session: Session, comment: Comment, fate: Fate, changes: comments.Changes
) -> list[events.NewEvent]:
    """Moves a comment that waits to where its text's fate is; what there is to `record` of that."""
    before = comment.status
    if fate.status is before:
        return []
    comments.set_status(session, comment, fate.status, changes)
    if fate.status is Status.APPROVED:
        comment.review_due = fate.due
        return [_alone(PUBLISHED, POLICY, comment, before)]
    return [_alone("filtered", FILTER, comment, before)] if fate.status is Status.SPAM else []


def record(session: Session, comment: Comment, happened: Sequence[events.NewEvent]) -> None:
    """Adds the events of a comment that is stored, and notes what authors asked to hear of them."""
    events.add_all(session, happened)
    if any(event.kind == PUBLISHED for event in happened):
        news.note(session, comment.site, [comment], "", clock.now(), decided=False)


def publish(session: Session, comment: Comment, changes: comments.Changes) -> None:
    """Lets readers see a comment that waited only for a filter outside: a decision that nobody made, so drawn anew."""
    site = sites.profile(session, comment.site)
    assert site is not None  # a foreign key of its page holds it
    fate = review.fate(Status.APPROVED, site.review_share, review.lot())
    comment.review_probability, comment.sampled = fate.probability, fate.sampled
    record(session, comment, follow(session, comment, fate, changes))


def judged(kind: str, comment: Comment, before: Status | None, fate: Fate) -> events.NewEvent:
    """An event about a new text, with the score that the filter gave it: statistics are counted from it."""
    comment.review_probability, comment.sampled = fate.probability, fate.sampled
    event = _alone(kind, READER, comment, before)
    event.detail = {"score": comment.score, **event.detail}
    return event


def _alone(kind: str, actor: str, comment: Comment, before: Status | None) -> events.NewEvent:
    """An event of which the statistics must know with which probability people were to look at it."""
    event = happened(kind, actor, comment, before)
    event.detail = {"review_probability": comment.review_probability, "sampled": comment.sampled}
    return event


def happened(kind: str, actor: str, comment: Comment, before: Status | None) -> events.NewEvent:
    """An event about this comment as it is now."""
    return events.NewEvent(
        site=comment.site,
        id=new_id(),
        kind=kind,
        actor=actor,
        comment_id=comment.id,
        before=before,
        after=comment.status,
        version=comment.version,
        reason="",
        note="",
        detail={},
        created_at=clock.now(),
    )
