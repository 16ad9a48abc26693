"""A filter outside the house, asked after a comment is stored: what its signal in the ledger says."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from service.domain.status import Status
from service.domain.verdict import Signal, Verdict

CHECK: Final = "akismet"
SCORES: Final = {"ham": 0.0, "spam": 0.8, "blatant": 0.95}
WAITING: Final = "Akismet has not been asked yet."
SILENT: Final = "Akismet does not answer; it is asked again."
REASONS: Final = {
    "ham": "Akismet finds nothing wrong.",
    "spam": "Akismet calls it spam.",
    "blatant": "Akismet calls it the most blatant kind of spam.",
}
#: What it said, and not that it said nothing.
ANSWERS: Final = frozenset(REASONS.values())


def awaited(verdict: Verdict) -> Verdict:
    """The verdict until the filter has answered: what would be published waits."""
    status = Status.PENDING if verdict.status is Status.APPROVED else verdict.status
    waiting = Signal(CHECK, 1, 0.0, WAITING)
    return replace(verdict, status=status, signals=(*verdict.signals, waiting))
