"""A comment as it is stored, with all that belongs to it, and as its author sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.comments import kinship
from service.comments.outcome import follow, judged, record
from service.domain import markup
from service.domain.comment import DEPTH_MAX, NewComment
from service.domain.ids import new_id
from service.domain.language import language_of
from service.domain.linked import linked_domains
from service.domain.status import Status
from service.domain.text import fold
from service.domain.thread import held_by
from service.domain.verdict import Verdict
from service.privacy.keyring import Purpose
from service.spam import review
from service.storage import authors, comments, links, pages
from service.storage.comments import Comment
from service.storage.database import Session
from service.storage.facts import Gathered, KnownAuthor
from service.threads.listing import public_view

if TYPE_CHECKING:
    from service.web.context import Services


@dataclass(frozen=True)
class Ruled:
    """What the pipeline concluded, and the share of what the filter decides alone that goes to review."""

    verdict: Verdict
    review_share: float


def drafted(new: NewComment, gathered: Gathered, now: datetime) -> Comment:
    """The comment before it is judged and stored; it waits."""
    comment = Comment(
        site=new.site,
        id=new_id(),
        page_id=gathered.page_id,
        parent_id=None,
        reply_to_id=new.parent,
        root_id=None,
        depth=0,
        status=Status.PENDING,
        version=1,
        listed=False,
        listed_replies=0,
        name=new.name,
        website=new.website,
        body=new.body,
        body_html=markup.render_html(new.body),
        search_text=searchable(new.name, new.body),
        language=language_of(new.body),
        score=0.0,
        staff=False,
        notify=new.notify,
        up=0,
        down=0,
        rank=0,
        reports=0,
        created_at=now,
    )
    parent = gathered.parent
    if parent is not None:
        comment.parent_id, comment.depth = held_by(parent.id, parent.depth, parent.holder_id, DEPTH_MAX)
        comment.root_id = parent.root_id or parent.id
    return comment


def store(
    session: Session,
    comment: Comment,
    new: NewComment,
    author: authors.NewAuthor | KnownAuthor,
    ruled: Ruled,
    kin: kinship.Kinship,
) -> str:
    """Adds the comment with all that belongs to it; returns its author's avatar seed."""
    verdict = ruled.verdict
    fate = review.fate(verdict.status, ruled.review_share, review.lot())
    comment.score = verdict.score
    if not comment.page_id:
        comment.page_id = pages.obtain(session, comment.site, new.page, new.title, comment.created_at)
    changes = comments.Changes(comment.site)
    known = _known(session, author, comment.created_at, fate.status, changes)
    comment.author_id = known.id
    if fate.status is Status.APPROVED and comment.parent_id is not None:
        pages.lock(session, comment.site, [comment.page_id])  # before the comments above it
    comments.count_in(comment, changes)
    happened = [judged("submitted", comment, None, fate), *follow(session, comment, fate, changes)]
    kinship.join(session, comment, kin)
    comments.add(session, comment)  # all that belongs to it refers to it
    comments.keep_signals(session, comment, verdict.signals)
    links.keep(session, comment, linked_domains(comment.body, comment.website))
    record(session, comment, happened)
    changes.write(session)
    return known.avatar_seed


def _known(
    session: Session,
    author: authors.NewAuthor | KnownAuthor,
    now: datetime,
    status: Status,
    changes: comments.Changes,
) -> KnownAuthor:
    """The author; one who is new is stored with this comment counted already."""
    if isinstance(author, KnownAuthor):
        return author
    changes.newcomers.add(author.id)
    return authors.add(session, author, now, status)


def body_hash(services: Services, site: str, body: str) -> str:
    """Equal for bodies that read the same."""
    return services.fingerprints.of(Purpose.BODY, site, fold(markup.plain_text(body)))


def searchable(name: str, body: str) -> str:
    """What a moderator's search looks at."""
    return fold(f"{name} {body}")


def for_author(comment: Comment, avatar_seed: str) -> dict[str, Any]:
    """The comment as its author sees it.

    What is not public looks pending, whatever it is: a spammer learns nothing. Until it is public its avatar is one
    of its own, so that nobody finds the comments of an email by sending another one under it.
    """
    if comment.status is Status.APPROVED:
        return {**public_view(comment, avatar_seed), "status": Status.APPROVED.value}
    return {**public_view(comment, comment.id[-16:]), "status": Status.PENDING.value}
