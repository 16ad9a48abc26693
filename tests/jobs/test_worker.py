"""Jobs: run once when all goes well, at least once when not, kept as failed in the end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service import clock
from service.domain.errors import Unavailable
from service.jobs.registry import KINDS, Kind, pause_seconds
from service.jobs.worker import Worker
from service.storage import jobs
from service.storage.database import reading, transaction
from service.storage.models import Job
from service.web.context import Services, services
from tests.jobs.conftest import Hands


class Diary:
    """A kind's `run` that writes down what it is given, and fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[Any] = []
        self.failures = failures

    def __call__(self, _services: Services, payload: Mapping[str, Any]) -> None:
        self.seen.append(payload.get("id"))
        if len(self.seen) <= self.failures:
            raise LookupError("ayse@reader.example.org is in this text")


def _add(*ids: str, kind: str = "note", once: str | None = None) -> None:
    with transaction() as session:
        for name in ids:
            jobs.add(session, jobs.NewJob(kind, clock.now(), {"id": name}, once))


def _worker(run: Diary, **options: Any) -> Worker:
    return Worker(services(), [Kind("note", run, **options)])


def _rows() -> list[Job]:
    with reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def test_a_job_is_run_with_its_payload_and_gone(app: Flask, hands: Hands) -> None:
    diary = Diary()
    _add("a", "b")
    assert _worker(diary).run_due() == 2
    assert diary.seen == ["a", "b"]
    assert _rows() == []


def test_a_job_waits_for_its_time(app: Flask, hands: Hands) -> None:
    diary = Diary()
    with transaction() as session:
        jobs.add(session, jobs.NewJob("note", hands.now + timedelta(minutes=30), {"id": "later"}))
    worker = _worker(diary)
    assert worker.run_due() == 0
    hands.move(1800)
    assert worker.run_due() == 1


def test_a_job_of_a_transaction_that_failed_does_not_exist(app: Flask, hands: Hands) -> None:
    def add_and_fail() -> None:
        with transaction() as session:
            jobs.add(session, jobs.NewJob("note", hands.now, {}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        add_and_fail()
    assert _rows() == []


def test_of_jobs_with_one_name_there_is_one(app: Flask, hands: Hands) -> None:
    _add("first", "second", once="digest:1")
    assert [row.payload for row in _rows()] == [{"id": "first"}]


def test_a_failed_job_is_tried_again_later_and_later(app: Flask, hands: Hands) -> None:
    diary = Diary(failures=3)
    worker = _worker(diary)
    _add("a")
    for pause in (5, 10, 20):
        assert worker.run_due() == 1
        hands.move(pause - 1)
        assert worker.run_due() == 0
        hands.move(1)
    assert worker.run_due() == 1
    assert diary.seen == ["a"] * 4
    assert _rows() == []


def test_a_job_that_fails_every_time_is_kept_with_the_kind_of_its_error_alone(
    app: Flask, hands: Hands
) -> None:
    diary = Diary(failures=99)
    worker = _worker(diary, attempts=3)
    _add("a", once="name")
    for _ in range(10):
        worker.run_due()
        hands.move(3600)
    assert len(diary.seen) == 3
    (row,) = _rows()
    assert (row.failure, row.failed_at is None, row.once) == ("LookupError", False, None)


def test_pauses_grow_to_an_hour() -> None:
    assert [pause_seconds(attempt) for attempt in (1, 2, 3, 10, 11, 500)] == [5, 10, 20, 2560, 3600, 3600]


def test_a_kind_that_this_version_does_not_know_is_left_for_a_newer_worker(app: Flask, hands: Hands) -> None:
    _add("a", kind="from-the-future")
    assert _worker(Diary()).run_due() == 1
    (row,) = _rows()
    assert (row.failure, row.failed_at) == ("UnknownKind", None)
    diary = Diary()
    hands.move(5)
    Worker(services(), [Kind("from-the-future", diary)]).run_due()
    assert diary.seen == ["a"]


def test_a_job_that_its_worker_left_is_run_again_after_the_lease(app: Flask, hands: Hands) -> None:
    diary = Diary()
    _add("a")
    with transaction() as session:  # a worker that died
        assert jobs.lease(session, hands.now, _worker(diary)._lease_length) is not None
    worker = _worker(diary)
    hands.move(119)
    assert worker.run_due() == 0
    hands.move(1)
    assert worker.run_due() == 1
    assert diary.seen == ["a"]


def test_a_worker_that_comes_back_late_does_not_end_the_job_of_another(app: Flask, hands: Hands) -> None:
    worker = _worker(Diary())
    _add("a")
    with transaction() as session:
        late = jobs.lease(session, hands.now, worker._lease_length)
    hands.move(120)
    with transaction() as session:
        current = jobs.lease(session, hands.now, worker._lease_length)
    assert late is not None
    assert current is not None
    with transaction() as session:
        jobs.done(session, late)
        jobs.postpone(session, late, "Late", hands.now)
        jobs.give_up(session, late, "Late", hands.now)
    (row,) = _rows()
    assert (row.failure, row.failed_at, row.attempts) == ("", None, 2)
    with transaction() as session:
        jobs.done(session, current)
    assert _rows() == []


def test_a_job_that_kills_its_workers_is_given_up(app: Flask, hands: Hands) -> None:
    diary = Diary()
    worker = _worker(diary, attempts=3)
    _add("a")
    for _ in range(3):
        with transaction() as session:
            jobs.lease(session, hands.now, worker._lease_length)
        hands.move(120)
    assert worker.run_due() == 1
    assert diary.seen == []
    assert [(row.failure, row.failed_at is None) for row in _rows()] == [("NeverEnded", False)]


def test_an_outage_during_a_job_is_not_the_jobs_failure(app: Flask, hands: Hands) -> None:
    def run(_services: Services, _payload: Mapping[str, Any]) -> None:
        raise Unavailable("The database does not answer.")

    _add("a")
    with pytest.raises(Unavailable):
        Worker(services(), [Kind("note", run)]).run_due()
    assert [(row.failure, row.failed_at) for row in _rows()] == [("", None)]


def test_a_periodic_job_is_due_again_and_again(app: Flask, hands: Hands) -> None:
    diary = Diary()
    worker = _worker(diary, every_seconds=600)
    assert worker.run_once() == 1
    assert worker.run_once() == 0
    hands.move(600)
    assert worker.run_once() == 1
    assert len(_rows()) == 1


def test_a_periodic_job_that_fails_every_time_is_never_given_up(app: Flask, hands: Hands) -> None:
    diary = Diary(failures=5)
    worker = _worker(diary, every_seconds=600, attempts=2)
    for _ in range(8):
        worker.run_once()
        hands.move(600)
    assert len(diary.seen) == 8
    (row,) = _rows()
    assert (row.failure, row.attempts, row.failed_at) == ("", 0, None)
    assert row.run_at == hands.now


def test_workers_beside_each_other_share_the_jobs(app: Flask) -> None:
    diary = Diary()
    ids = [f"job {number}" for number in range(60)]
    _add(*ids)
    failed: list[Exception] = []
    together = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            worker = _worker(diary)
            together.wait()
            try:
                worker.run_due()
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert Counter(diary.seen) == Counter(ids)


def test_every_kind_has_one_row_and_a_name_that_fits() -> None:
    names = [kind.name for kind in KINDS]
    assert len(names) == len(set(names))
    assert all(len(name) <= 40 for name in names)
