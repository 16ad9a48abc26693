"""What became of this author's earlier comments."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal

DECIDED_MIN = 2
SHARE_MIN = 0.5
SCORE_MAX = 0.9


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores the share of refused ones among at least two decided comments of this author."""
    refused = facts.author_rejected + facts.author_spam
    decided = refused + facts.author_approved
    if decided < DECIDED_MIN or refused / decided < SHARE_MIN:
        return None
    score = SCORE_MAX * refused / decided
    return Signal(
        "author_history", 1, score, f"{refused} of {decided} decided comments of this author were refused."
    )
