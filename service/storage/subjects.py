"""All that is held about one author, and its erasure."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from service.clock import rfc3339
from service.domain.status import Status
from service.storage import campaigns, comments, links, mails, rollups, search_index
from service.storage.batches import batches
from service.storage.models import Author, Comment, IdempotencyRecord, Page, StoredSignal
from service.storage.session import Session

__all__ = ["comments_of", "document", "erase"]


def comments_of(session: Session, author: Author) -> Sequence[tuple[Comment, str]]:
    """All comments of an author, oldest first, each with the key of its page."""
    rows = session.execute(
        select(Comment, Page.key)
        .join(Page, (Page.site == Comment.site) & (Page.id == Comment.page_id))
        .where(Comment.site == author.site, Comment.author_id == author.id)
        .order_by(Comment.id)
    )
    return [(comment, key) for comment, key in rows]


def document(author: Author, held: Sequence[tuple[Comment, str]]) -> dict[str, Any]:
    """All that is kept about an author, JSON-shaped; the email is with whoever asks for this."""
    return {
        "site": author.site,
        "author": {
            "id": author.id,
            "name": author.name,
            "first_seen": rfc3339(author.first_seen),
            "confirmed_at": rfc3339(author.confirmed_at) if author.confirmed_at else None,
            "mail_stopped_at": rfc3339(author.mail_stopped_at) if author.mail_stopped_at else None,
        },
        "comments": [_view(comment, page_key) for comment, page_key in held],
    }


def _view(comment: Comment, page_key: str) -> dict[str, Any]:
    return {
        "id": comment.id,
        "page": page_key,
        "name": comment.name,
        "website": comment.website or None,
        "body": comment.body,
        "status": comment.status.value,
        "notify": comment.notify,
        "confirmed": comment.confirmed_at is not None,
        "created_at": rfc3339(comment.created_at),
        "edited_at": rfc3339(comment.edited_at) if comment.edited_at else None,
    }


def erase(session: Session, author: Author) -> list[Comment]:
    """Empties the author and every comment of theirs for good; returns the comments, locked and emptied.

    The rows stay, so that replies keep their place and numbers stay true; nothing that the author wrote or was
    known by is left in them. The same email is a stranger from then on.
    """
    ids = list(
        session.scalars(select(Comment.id).where(Comment.site == author.site, Comment.author_id == author.id))
    )
    emptied = comments.lock(session, author.site, ids)
    changes = comments.Changes(author.site, comments.above(session, author.site, emptied))
    for comment in emptied:
        if comment.status is not Status.DELETED:
            comments.set_status(session, comment, Status.DELETED, changes)
        else:
            comment.version += 1
        comment.name = comment.website = comment.body = comment.body_html = comment.search_text = (
            comment.language
        ) = ""
        comment.body_fingerprint = secrets.token_hex(16)
        comment.address_fingerprint = None
        comment.opinion = comment.spam_probability = comment.reject_score = None
        comment.notify = False
        comment.confirmed_at = None
    changes.write(session)
    for batch in batches(ids):
        session.execute(
            delete(StoredSignal).where(StoredSignal.site == author.site, StoredSignal.comment_id.in_(batch))
        )
    campaigns.forget(session, author.site, ids)
    search_index.forget(session, author.site, ids)
    links.forget(session, author.site, ids)
    rollups.outdate(session, author.site)
    _forget_answers(session, author.site, set(ids))
    mails.forget(session, author)
    author.name = author.name_folded = author.name_skeleton = ""
    author.confirmed_at = None
    author.email_ciphertext = b""
    author.email_index = secrets.token_hex(16)
    author.avatar_seed = secrets.token_hex(8)
    return emptied


def _forget_answers(session: Session, site: str, ids: set[str]) -> None:
    """Drops kept answers to Idempotency-Keys that show one of the comments; they live a day at most."""
    records = session.execute(
        select(IdempotencyRecord.key, IdempotencyRecord.answer).where(
            IdempotencyRecord.site == site, IdempotencyRecord.answer.is_not(None)
        )
    )
    mine = [key for key, answer in records if _shows(answer, ids)]
    for batch in batches(mine):
        session.execute(
            delete(IdempotencyRecord).where(IdempotencyRecord.site == site, IdempotencyRecord.key.in_(batch))
        )


def _shows(answer: dict[str, Any] | None, ids: set[str]) -> bool:
    return answer is not None and answer.get("id") in ids
