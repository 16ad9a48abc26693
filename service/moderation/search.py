"""The periodic job that has the index for searching take in what was written since."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from service.storage import search_drift, search_index
from service.storage.database import transaction

if TYPE_CHECKING:
    from service.web.context import Services

AT_ONCE: Final = 200  # on SQLite nobody else writes meanwhile
SECONDS_MAX: Final = 300


def catch_up(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Takes in all that is due, a few at a time, for some minutes at most; the next run goes on."""
    until = time.monotonic() + SECONDS_MAX
    while take_in_some() == AT_ONCE and time.monotonic() < until:
        pass


def mend(site: str) -> int:
    """Has the index hold the comments of which it held something else, or nothing; returns how many there were."""
    with transaction() as session:
        return search_drift.mend(session, site)


def take_in_some() -> int:
    """How many comments were due and are not any more. Raises Unavailable."""
    with transaction() as session:
        return search_index.catch_up(session, AT_ONCE)
