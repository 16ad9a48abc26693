"""Brings the rollups up to what has happened: a part of the queue at a time, or everything anew."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from service import clock
from service.domain.errors import Unavailable
from service.domain.ids import new_id
from service.log import logger
from service.stats.counting import RULES, contribution, everything
from service.storage import histories, rollups
from service.storage.database import Session, reading, transaction
from service.storage.rollups import Taken, Tally

if TYPE_CHECKING:
    from service.web.context import Services

COMMENTS_AT_ONCE: Final = 500
PARTS_MAX: Final = 100
TURN: Final = timedelta(minutes=2)
KEEP_TURN_EVERY: Final = 10_000
PAUSES_SECONDS: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
RETRY_SECONDS: Final = 5


def catch_up(site: str) -> None:
    """When this returns, what was committed before the call is in the site's rollups.

    Raises Unavailable when somebody else has been counting the site anew for longer than a request can wait, or the
    queue is longer; what was counted until then stays counted.
    """
    for pause_seconds in PAUSES_SECONDS:
        with reading() as session:
            standing = rollups.standing(session, site)
        if standing.counted_as == RULES and not standing.waiting:
            return
        if _count_queue(site) if standing.counted_as == RULES else count_anew(site):
            return
        time.sleep(pause_seconds)
    raise Unavailable("The statistics are being counted. Try again shortly.", RETRY_SECONDS)


def run(_services: Services, _payload: Mapping[str, Any]) -> None:
    """The job: counts what waits, of all sites."""
    with reading() as session:
        sites = rollups.waiting_sites(session, RULES)
    for site in sites:
        try:
            catch_up(site)
        except Unavailable as error:
            logger().info("statistics wait", site=site, why=error.detail)


def count_anew(site: str) -> bool:
    """Counts all that the site has from its raw tables, in the place of what was kept.

    Changes go on meanwhile and stay queued. Returns False when somebody else is at it.
    """
    turn = _begin_turn(site)
    if not turn:
        return False
    try:
        with rollups.one_moment() as session:
            counted = from_raw(session, site, lambda: _keep_turn(site, turn))
            queue = rollups.queue(session, site)
        with transaction() as session:
            row = rollups.lock(session, site)
            if row.turn != turn:
                return False  # it took longer than a turn: somebody else has begun since
            rollups.replace(session, site, counted)
            rollups.remove(session, site, queue)
            row.counted_as = RULES
    finally:
        _end_turn(site, turn)
    return True


def _begin_turn(site: str) -> str:
    """A name for our turn to count the site anew; empty when it is somebody else's."""
    turn, now = new_id(), clock.now()
    with transaction() as session:
        row = rollups.lock(session, site)
        if row.turn and row.turn_at is not None and now - row.turn_at < TURN:
            return ""
        row.counted_as, row.turn, row.turn_at = "", turn, now
    return turn


def _keep_turn(site: str, turn: str) -> None:
    """Says that we are still at it: a large site takes longer than a turn."""
    with transaction() as session:
        row = rollups.lock(session, site)
        if row.turn == turn:
            row.turn_at = clock.now()


def _end_turn(site: str, turn: str) -> None:
    with transaction() as session:
        row = rollups.lock(session, site)
        if row.turn == turn:
            row.turn = ""


def from_raw(session: Session, site: str, still: Callable[[], None] = lambda: None) -> Tally:
    """The site's counters as its raw tables say; `still` is called every ten thousand comments."""
    tally: Tally = Counter()
    for number, history in enumerate(histories.of_site(session, site), start=1):
        tally.update(everything(history))
        if number % KEEP_TURN_EVERY == 0:
            still()
    return tally


def _count_queue(site: str) -> bool:
    """Counts the queue part by part; returns whether its end was reached."""
    for _ in range(PARTS_MAX):
        with transaction() as session:
            if rollups.lock(session, site).counted_as != RULES:
                return False
            taken = rollups.take(session, site, COMMENTS_AT_ONCE)
            rollups.add_up(session, site, added_by(taken))
            rollups.remove(session, site, taken.rows)
        if max(len(taken.histories), len(taken.tallies)) < COMMENTS_AT_ONCE:
            return True
    return False


def added_by(taken: Taken) -> Tally:
    """What a part of the queue adds to the counters, and takes from them."""
    tally: Tally = Counter()
    for ready in taken.tallies:
        tally.update(ready)
    uncounted = taken.uncounted
    for history in taken.histories:
        tally.update(contribution(history, history.steps))
        tally.subtract(contribution(history, [step for step in history.steps if step.id not in uncounted]))
    return tally
