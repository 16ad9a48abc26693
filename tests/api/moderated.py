"""Comments written straight into the tables, for tests that need many of them or values of their own choosing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, update

from service import clock
from service.auth import tokens
from service.domain.ids import new_id
from service.domain.role import Role
from service.domain.status import Status
from service.storage import tallies
from service.storage.database import reading, transaction
from service.storage.models import Author, Comment, Page, SearchDue, StoredSignal
from tests.api.newsroom import Newsroom, bearer

# Of an item of the queue.
MEMBERS = (
    "id site page parent depth name website avatar staff body body_html language status version score signals author "
    "campaign reports review_due votes created_at edited_at"
)


def fill(newsroom: Newsroom, comments: int, pages: int = 1, authors: int = 1) -> list[str]:
    """Stores so many pending comments, spread over new pages and authors; returns their ids, oldest first."""
    page_ids = [new_id() for _ in range(pages)]
    author_ids = [new_id() for _ in range(authors)]
    counts = [len(range(index, comments, authors)) for index in range(authors)]
    now = clock.now()
    ids = [new_id() for _ in range(comments)]
    with newsroom.app.app_context(), transaction() as session:
        session.execute(insert(Page), [_page(newsroom.site, page_id, now) for page_id in page_ids])
        session.execute(
            insert(Author),
            [
                _author(newsroom.site, author_id, now) | {"pending": count}
                for author_id, count in zip(author_ids, counts, strict=True)
            ],
        )
        rows = [
            _comment(newsroom.site, comment_id, now - timedelta(seconds=comments - number))
            | {"page_id": page_ids[number % pages], "author_id": author_ids[number % authors]}
            for number, comment_id in enumerate(ids)
        ]
        session.execute(insert(Comment), rows)
        session.execute(insert(SearchDue), [{"site": newsroom.site, "id": comment} for comment in ids])
        tallies.move(session, newsroom.site, {Status.PENDING: comments})
    return ids


def write(newsroom: Newsroom, comment_id: str, **values: Any) -> None:
    """Sets columns of a comment."""
    with newsroom.app.app_context(), transaction() as session:
        if "status" in values:
            before = session.scalar(
                select(Comment.status).where(Comment.site == newsroom.site, Comment.id == comment_id)
            )
            assert before is not None
            if before is not values["status"]:
                tallies.move(session, newsroom.site, {before: -1, Status(values["status"]): 1})
        session.execute(
            update(Comment).where(Comment.site == newsroom.site, Comment.id == comment_id).values(**values)
        )


def signal(newsroom: Newsroom, comment_id: str, check: str, version: int = 1, position: int = 90) -> None:
    """Adds a signal to the ledger."""
    with newsroom.app.app_context(), transaction() as session:
        session.execute(
            insert(StoredSignal).values(
                site=newsroom.site,
                comment_id=comment_id,
                comment_version=version,
                position=position,
                check=check,
                version=3,
                score=0.25,
                reason="Because.",
                span_start=2,
                span_end=6,
            )
        )


def status_of(newsroom: Newsroom, ids: Sequence[str]) -> dict[str, str]:
    """The status of each comment, as the database has it."""
    with newsroom.app.app_context(), reading() as session:
        rows = session.execute(select(Comment.id, Comment.status).where(Comment.id.in_(ids)))
        return {comment_id: status.value for comment_id, status in rows}


def drift(newsroom: Newsroom) -> list[str]:
    """Where kept counters and marks of the site differ from what its comments say; nothing, when all is well."""
    with newsroom.app.app_context(), reading() as session:
        comments = session.scalars(select(Comment).where(Comment.site == newsroom.site)).all()
        pages = session.scalars(select(Page).where(Page.site == newsroom.site)).all()
        authors = session.scalars(select(Author).where(Author.site == newsroom.site)).all()
    wrong = [
        f"page {page.id}: {page.approved}"
        for page in pages
        if page.approved != sum(c.page_id == page.id and c.status is Status.APPROVED for c in comments)
    ]
    for author in authors:
        own = [comment.status for comment in comments if comment.author_id == author.id]
        wrong += [
            f"author {author.id}: {status} {getattr(author, status.value)}"
            for status in Status
            if getattr(author, status.value) != own.count(status)
        ]
    return wrong + _wrong_marks({comment.id: comment for comment in comments})


def _wrong_marks(comments: Mapping[str, Comment]) -> list[str]:
    listed_below = dict.fromkeys(comments, 0)
    # Deepest first: whether a comment is listed depends on what is below it.
    for comment in sorted(comments.values(), key=lambda comment: -comment.depth):
        listed = comment.status is Status.APPROVED or listed_below[comment.id] > 0
        if listed and comment.parent_id:
            listed_below[comment.parent_id] += 1
    return [
        f"comment {comment.id}: listed {comment.listed}, listed replies {comment.listed_replies}"
        for comment in comments.values()
        if comment.listed_replies != listed_below[comment.id]
        or comment.listed != (comment.status is Status.APPROVED or listed_below[comment.id] > 0)
    ]


def post(
    newsroom: Newsroom, path: str, body: Any = None, token: str = "", headers: dict[str, str] | None = None
) -> Any:
    """POST JSON below /v1/moderation/, also such as has no valid UTF-8."""
    return newsroom.client.post(
        f"/v1/moderation/{path}",
        data=None if body is None else json.dumps(body),
        content_type="application/json",
        headers=bearer(token or newsroom.moderator) | (headers or {}),
    )


def listed(newsroom: Newsroom, token: str | None = None, **query: Any) -> list[str]:
    """The ids that the queue shows; its total is checked on the way."""
    answer = newsroom.moderation("comments", token, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed = answer.get_json()
    assert set(parsed) == {"comments", "next", "total", "total_is_least"}
    if parsed["next"] is None and "cursor" not in query:
        assert parsed["total"] == len(parsed["comments"])
    return [comment["id"] for comment in parsed["comments"]]


def refused(newsroom: Newsroom, http: int = 422, **query: Any) -> Any:
    """The problem document of a query that is not taken."""
    answer = newsroom.moderation("comments", **query)
    assert answer.status_code == http, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    return answer.get_json()


def token_for(app: Flask, role: Role, sites: list[str] | None) -> str:
    """A token that reaches these sites (None: all)."""
    with app.app_context():
        return tokens.issue(tokens.NewToken(role, "test", sites, days=None), clock.now())


def _page(site: str, page_id: str, now: datetime) -> dict[str, Any]:
    return {
        "site": site,
        "id": page_id,
        "key": f"article:{page_id}",
        "url": None,
        "title": "",
        "version": 0,
        "approved": 0,
        "is_open": True,
        "created_at": now,
    }


def _author(site: str, author_id: str, now: datetime) -> dict[str, Any]:
    return {
        "site": site,
        "id": author_id,
        "email_index": new_id(),
        "email_ciphertext": b"\0",
        "name": "Writer",
        "avatar_seed": author_id[-16:],
        "first_seen": now,
        **{status.value: 0 for status in Status},
    }


def _comment(site: str, comment_id: str, created_at: datetime) -> dict[str, Any]:
    return {
        "site": site,
        "id": comment_id,
        "depth": 0,
        "status": Status.PENDING,
        "version": 1,
        "listed": False,
        "listed_replies": 0,
        "name": "Writer",
        "website": "",
        "body": "Words.",
        "body_html": "<p>Words.</p>\n",
        "body_fingerprint": comment_id,
        "search_text": "writer words.",
        "score": 0.0,
        "staff": False,
        "notify": False,
        "up": 0,
        "down": 0,
        "rank": 0,
        "reports": 0,
        "created_at": created_at,
    }
