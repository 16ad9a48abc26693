"""What became of this author's earlier comments."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.addresses import strange
from service.spam.wording import signal

DECIDED_MIN = 2
SHARE_MIN = 0.5
SCORE_MAX = 0.9
SCORE_FIRST = 0.2


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Scores the share of refused ones among at least two decided comments of this author.

    Somebody whom nobody knows yet (no comment let through, no email confirmed) and who comes with an address of the
    web, other than the newsroom's or one that it trusts, counts a little already.
    """
    refused = facts.author_rejected + facts.author_spam
    decided = refused + facts.author_approved
    if decided >= DECIDED_MIN and refused / decided >= SHARE_MIN:
        said = Message("signal.author_history.refused", {"refused": refused, "count": decided})
        return signal("author_history", 2, SCORE_MAX * refused / decided, said)
    if facts.author_approved or facts.author_known or facts.author_confirmed:
        return None
    if not strange(new.body, new.website, facts.links):
        return None
    return signal("author_history", 2, SCORE_FIRST, Message("signal.author_history.first"))
