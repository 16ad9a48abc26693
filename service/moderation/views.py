"""What moderators see, in the shapes of `answers`. No email is in any of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.clock import rfc3339
from service.domain.verdict import Signal
from service.storage.authors import Author
from service.storage.events import Event
from service.storage.queue import AuthorSeen, PageNamed, Queued, Written


def queued_view(queued: Queued) -> dict[str, Any]:
    """A comment of the queue."""
    comment = queued.comment
    return {
        "id": comment.id,
        "site": comment.site,
        "page": _page(queued.page),
        "parent": comment.reply_to_id or comment.parent_id,
        "depth": comment.depth,
        "name": comment.name,
        "website": comment.website or None,
        "avatar": queued.author.avatar_seed,
        "staff": comment.staff,
        "body": comment.body,
        "body_html": comment.body_html,
        "language": comment.language or None,
        "status": comment.status.value,
        "version": comment.version,
        "score": comment.score,
        "signals": [_signal(signal) for signal in queued.signals],
        "author": _author(queued.author),
        "campaign": comment.campaign,
        "reports": comment.reports,
        "review_due": comment.review_due,
        "votes": {"up": comment.up, "down": comment.down},
        "created_at": rfc3339(comment.created_at),
        "edited_at": rfc3339(comment.edited_at) if comment.edited_at else None,
    }


def event_view(event: Event) -> dict[str, Any]:
    """A row of the audit log."""
    return {
        "id": event.id,
        "site": event.site,
        "kind": event.kind,
        "actor": event.actor,
        "comment": event.comment_id,
        "decision": event.decision_id,
        "before": event.before.value if event.before else None,
        "after": event.after.value if event.after else None,
        "version": event.version,
        "reason": event.reason,
        "note": event.note,
        "detail": event.detail,
        "created_at": rfc3339(event.created_at),
    }


def author_view(author: Author, latest: Sequence[Written]) -> dict[str, Any]:
    """An author with the latest comments."""
    return {
        **_author(author),
        "site": author.site,
        "avatar": author.avatar_seed,
        "deleted": author.deleted,
        "comments": [written_view(written) for written in latest],
    }


def written_view(written: Written) -> dict[str, Any]:
    """One line of an author's history."""
    return {
        "id": written.id,
        "status": written.status.value,
        "body": written.body,
        "page": _page(written.page),
        "created_at": rfc3339(written.created_at),
    }


def _page(page: PageNamed) -> dict[str, Any]:
    return {"key": page.key, "url": page.url, "title": page.title}


def _author(author: AuthorSeen | Author) -> dict[str, Any]:
    return {
        "id": author.id,
        "name": author.name,
        "first_seen": rfc3339(author.first_seen),
        "pending": author.pending,
        "approved": author.approved,
        "rejected": author.rejected,
        "spam": author.spam,
    }


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "check": signal.check,
        "version": signal.version,
        "score": signal.score,
        "reason": signal.reason,
        "messages": [message.document() for message in signal.messages],
        "span": list(signal.span) if signal.span else None,
    }
