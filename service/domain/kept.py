"""How long what is known of readers is kept; docs/privacy.md says it in words, jobs see to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

ADDRESSES: Final = timedelta(days=30)
SIGNS: Final = timedelta(days=30)
DELIVERIES: Final = timedelta(days=30)
NETWORK_BANS: Final = timedelta(days=30)
IDEMPOTENCY_KEYS: Final = timedelta(hours=24)
SESSIONS: Final = timedelta(hours=12)


@dataclass(frozen=True)
class Kept:
    """What is kept, for how long (None: until its author is erased), and the job that forgets it."""

    what: str
    longest: timedelta | None
    job: str | None


KEPT: Final = (
    Kept("email", None, None),
    Kept("comment", None, None),
    Kept("address_hash", ADDRESSES, "forget-addresses"),
    Kept("network_ban", NETWORK_BANS, "drop-bans"),
    Kept("text_signs", SIGNS, "drop-signs"),
    Kept("idempotency_key", IDEMPOTENCY_KEYS, "drop-idempotency-keys"),
    Kept("webhook_delivery", DELIVERIES, "drop-deliveries"),
    Kept("audit_log", None, None),
)
