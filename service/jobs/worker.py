"""Runs what is due, one job after the other: leased, run at least once, tried again, given up in the end."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from service import clock
from service.domain.errors import Unavailable
from service.jobs import schedule
from service.jobs.registry import KINDS, Kind, pause_seconds
from service.log import logger
from service.storage import jobs
from service.storage.database import reading, transaction
from service.storage.jobs import Leased

if TYPE_CHECKING:
    from service.web.context import Services

LOOK_SECONDS = 1.0
OUTAGE_SECONDS = 5.0


class UnknownKind(Exception):
    """A job of a kind that this version of the service does not have; a newer worker may."""


class NeverEnded(Exception):
    """A job in whose hands one worker after the other died."""


class Worker:
    """One worker; several, on several machines, share the work. Ends after the job at hand once `stopping` is set."""

    def __init__(
        self, services: Services, kinds: Iterable[Kind] = KINDS, stopping: threading.Event | None = None
    ) -> None:
        self._services = services
        self._kinds = {kind.name: kind for kind in kinds}
        self.stopping = threading.Event() if stopping is None else stopping

    def run(self) -> None:
        """Works until `stopping` is set; waits while the database does not answer."""
        scheduled = False
        while not self.stopping.is_set():
            try:
                if not scheduled:
                    schedule.ensure(self._kinds.values(), clock.now())
                    scheduled = True
                self.run_due()
                self.stopping.wait(LOOK_SECONDS)
            except Unavailable:
                logger().warning("the database does not answer", again_in_seconds=OUTAGE_SECONDS)
                self.stopping.wait(OUTAGE_SECONDS)

    def run_once(self) -> int:
        """Runs everything that is due now, periodic jobs too; returns how many. Raises Unavailable."""
        schedule.ensure(self._kinds.values(), clock.now())
        return self.run_due()

    def run_due(self) -> int:
        """Runs job after job until none is due; returns how many. Raises Unavailable."""
        number = 0
        while not self.stopping.is_set():
            leased = self._lease()
            if leased is None:
                break
            self._run(leased)
            number += 1
        return number

    def _lease(self) -> Leased | None:
        now = clock.now()
        with reading() as session:  # a look costs nothing, a transaction costs the one writer of SQLite
            if not jobs.is_due(session, now):
                return None
        with transaction() as session:
            return jobs.lease(session, now, self._lease_length)

    def _lease_length(self, name: str) -> timedelta:
        kind = self._kinds.get(name)
        return timedelta(seconds=kind.lease_seconds if kind else Kind.lease_seconds)

    def _run(self, leased: Leased) -> None:
        kind = self._kinds.get(leased.kind)
        try:
            if kind is None:
                raise UnknownKind
            if leased.attempt > kind.attempts and kind.every_seconds is None:
                raise NeverEnded
            kind.run(self._services, leased.payload)
        except Unavailable:
            raise  # not the job's fault: its lease runs out, and it is run again
        except Exception as error:
            self._failed(leased, kind, type(error).__name__)
            return
        now = clock.now()
        with transaction() as session:
            jobs.done(session, leased, schedule.next_run(kind, now))
        logger().info("job done", job=leased.id, kind=leased.kind)

    def _failed(self, leased: Leased, kind: Kind | None, failure: str) -> None:
        """Only the error's kind is kept: its text may hold what a reader wrote."""
        now = clock.now()
        last = leased.attempt >= (kind.attempts if kind else Kind.attempts)
        again_at = now + timedelta(seconds=pause_seconds(leased.attempt))
        with transaction() as session:
            if not last:
                jobs.postpone(session, leased, failure, again_at)
            elif kind is not None and kind.every_seconds is not None:
                jobs.postpone(session, leased, failure, now + timedelta(seconds=kind.every_seconds))
            else:
                jobs.give_up(session, leased, failure, now)
        logger().error("job failed", job=leased.id, kind=leased.kind, attempt=leased.attempt, failure=failure)
