"""Whether a site's breaker is tripped, as every process knows within a second; and trips it when it is time."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from service import clock
from service.domain.breaker import HOLDS, WINDOW, Breaker
from service.domain.challenge import SUSPICIOUS_FROM
from service.domain.ids import id_floor
from service.notify.breakers import trip
from service.remembered import Remembered
from service.storage import breakers
from service.storage.database import reading, transaction

if TYPE_CHECKING:
    from service.web.context import Services

REMEMBER_SECONDS: Final = 1.0
BY_ITSELF: Final = "breaker"

_known: Remembered[str, Breaker] = Remembered(REMEMBER_SECONDS)


def is_tripped(services: Services, site: str) -> bool:
    """Whether what comes in now waits or proves work. Without rate limits there is no breaker. Raises Unavailable.

    One look a second and site, which also counts: when too many suspicious comments came in lately it trips.
    """
    if not services.settings.limits_on:
        return False
    now = clock.now()
    return _known.get(site, partial(_looked, site, now)).is_tripped(now)


def _looked(site: str, now: datetime) -> Breaker:
    with reading() as session:
        breaker, suspicious = breakers.look(session, site, id_floor(now - WINDOW), SUSPICIOUS_FROM)
    if not breaker.trips(suspicious, now):
        return breaker
    with transaction() as session:
        found = breakers.read(breakers.lock(session, site))
        if not found.trips(suspicious, now):
            return found  # another process was first, or a moderator
        return trip(session, Breaker(site, suspicious=suspicious, by=BY_ITSELF), now + HOLDS, now)
