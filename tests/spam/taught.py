"""A newsroom that teaches its filter, and what the filter makes of it."""

from __future__ import annotations

from sqlalchemy import select

from service.storage import spam_models
from service.storage.database import reading
from service.storage.models import Comment, SpamLabel
from tests.api.newsroom import Newsroom, bearer

SPAM = "Bonus veren siteler kazan {0} hemen katıl kupon {0}"
HAM = "Meclis dün gece {0} maddeyi görüştü, karar {0} gün sonra"


def teach(newsroom: Newsroom, number: int = 12) -> list[str]:
    """Decides so many of each kind; returns the spam."""
    spam = [newsroom.pending(body=SPAM.format(n)) for n in range(number)]
    ham = [newsroom.pending(body=HAM.format(n)) for n in range(number)]
    decide(newsroom, spam, "spam")
    approved = [comment for comment in ham if comment_of(comment).status.value == "pending"]
    decide(newsroom, approved, "approve")
    for comment in set(ham) - set(
        approved
    ):  # published by the policy: the filter's own act, which teaches nothing
        newsroom.decide(comment, "reject", version=2)
        newsroom.decide(comment, "approve", version=3)
    return spam


def decide(newsroom: Newsroom, ids: list[str], decision: str) -> str:
    answer = newsroom.client.post(
        "/v1/moderation/decisions",
        json={"decision": decision, "reason": "", "ids": ids},
        headers=bearer(newsroom.moderator),
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    undo: str = answer.get_json()["undo"] or ""
    return undo


def comment_of(comment_id: str) -> Comment:
    with reading() as session:
        return session.scalars(select(Comment).where(Comment.id == comment_id)).one()


def thinks(newsroom: Newsroom, body: str) -> float:
    """The probability that the service stores with a new comment."""
    newsroom.app.extensions["belowline"].shelf.forget()
    probability = comment_of(newsroom.pending(body=body)).spam_probability
    assert probability is not None
    return probability


def labels(newsroom: Newsroom) -> dict[str, bool]:
    with reading() as session:
        rows = session.scalars(select(SpamLabel).where(SpamLabel.site == newsroom.site))
        return {row.comment_id: row.spam for row in rows}


def version(newsroom: Newsroom) -> int:
    with reading() as session:
        return spam_models.current_version(session, newsroom.site)


def weights(newsroom: Newsroom) -> bytes:
    with reading() as session:
        row = spam_models.get(session, newsroom.site, spam_models.current_version(session, newsroom.site))
    assert row is not None
    return row.weights
