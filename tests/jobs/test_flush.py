"""Refusals of rate limits arrive in the database once, whatever happens on the way."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from service.domain.errors import Unavailable
from service.jobs import flush
from service.jobs.flush import Flusher
from service.ratelimit.hits import HitCounter
from service.storage import limit_hits
from service.storage.database import reading
from service.storage.models import LimitHits
from tests.backing.waiting import wait_until

HALF_PAST = datetime(2026, 3, 7, 9, 30, tzinfo=UTC)
NINE = datetime(2026, 3, 7, 9, tzinfo=UTC)


def _stored() -> dict[tuple[str, str, datetime], int]:
    with reading() as session:
        rows = session.execute(select(LimitHits.site, LimitHits.name, LimitHits.hour, LimitHits.hits))
        return {(site, name, hour): hits for site, name, hour, hits in rows}


def test_refusals_of_several_processes_add_up_by_hour(app: Flask) -> None:
    counters = HitCounter(), HitCounter()
    for counter, _ in itertools.product(counters, range(3)):
        counter.add("demo", "submit-address", HALF_PAST)
    counters[0].add("", "refused-address", HALF_PAST)
    counters[0].add("demo", "submit-address", HALF_PAST.replace(hour=10))
    for counter in counters:
        Flusher(counter, app.app_context).flush()
        Flusher(counter, app.app_context).flush()
    assert _stored() == {
        ("demo", "submit-address", NINE): 6,
        ("", "refused-address", NINE): 1,
        ("demo", "submit-address", NINE.replace(hour=10)): 1,
    }


@pytest.mark.parametrize("error", [Unavailable("The database does not answer."), KeyError("column")])
def test_what_cannot_be_stored_is_stored_the_next_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    counter = HitCounter()
    counter.add("demo", "submit-address", HALF_PAST)
    flusher = Flusher(counter, app.app_context)
    with monkeypatch.context() as broken:
        broken.setattr(limit_hits, "store", _raising(error))
        flusher.flush()
    assert _stored() == {}
    counter.add("demo", "submit-address", HALF_PAST)
    flusher.flush()
    assert _stored() == {("demo", "submit-address", NINE): 2}


def _raising(error: Exception) -> Callable[..., None]:
    def store(*_arguments: object) -> None:
        raise error

    return store


def test_nothing_counted_costs_no_transaction() -> None:
    def context() -> AbstractContextManager[object]:
        raise AssertionError("the database was asked")

    Flusher(HitCounter(), context).flush()


def test_a_running_flusher_stores_from_time_to_time_and_at_its_end(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flush, "EVERY_SECONDS", 0.02)
    counter = HitCounter()
    flusher = flush.start(counter, app.app_context)
    counter.add("demo", "vote-address", HALF_PAST)
    wait_until(lambda: _stored() == {("demo", "vote-address", NINE): 1}, "the refusal is stored")
    monkeypatch.setattr(flush, "EVERY_SECONDS", 3600)
    wait_until(lambda: not flusher._ending.wait(0.05), "it waits for an hour now")
    counter.add("demo", "vote-address", HALF_PAST)
    flusher.end()
    flusher.end()
    assert _stored() == {("demo", "vote-address", NINE): 2}
