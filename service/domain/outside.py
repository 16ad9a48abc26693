"""A filter outside the house, asked after a comment is stored: what its signal in the ledger says."""

from __future__ import annotations

from typing import Final

from service.domain.message import Message

CHECK: Final = "akismet"
SCORES: Final = {"ham": 0.0, "spam": 0.8, "blatant": 0.95}
WAITING: Final = Message("signal.akismet.waiting")
SILENT: Final = Message("signal.akismet.silent")
ANSWERS: Final = {
    "ham": Message("signal.akismet.ham"),
    "spam": Message("signal.akismet.spam"),
    "blatant": Message("signal.akismet.blatant"),
}
