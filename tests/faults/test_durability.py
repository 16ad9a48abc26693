"""201 means durable: what was acknowledged is there after a crash, again and again."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.backing.postgres import PostgresServer
from tests.backing.service import RunningService
from tests.backing.waiting import wait_until
from tests.faults.writers import Writers, stored, with_event

pytestmark = pytest.mark.faults

# `BELOWLINE_TEST_KILLS=100 make test` for a long look
KILLS = int(os.environ.get("BELOWLINE_TEST_KILLS", "5"))
ACKNOWLEDGED_PER_ROUND = 40


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    server = PostgresServer().start()
    yield server
    server.remove()


def _until_more(writers: Writers) -> None:
    enough = len(writers.acknowledged) + ACKNOWLEDGED_PER_ROUND
    wait_until(lambda: len(writers.acknowledged) >= enough, "comments come in", 60)


def test_nothing_acknowledged_is_lost_when_the_service_is_killed(service: RunningService) -> None:
    service.start()
    with Writers(service) as writers:
        for _ in range(KILLS):
            _until_more(writers)
            service.kill()
            service.start()
    assert not writers.refused
    assert writers.acknowledged - stored(service) == set()
    assert stored(service) - with_event(service) == set()


@pytest.mark.postgres
def test_nothing_acknowledged_is_lost_when_postgres_is_killed(own_postgres: PostgresServer) -> None:
    url = own_postgres.dsn(own_postgres.create_database())
    service = RunningService({"BELOWLINE_LIMITS": "off", "BELOWLINE_JOBS": "off", "DATABASE_URL": url})
    try:
        service.start()
        workers = service.workers()
        with Writers(service) as writers:
            for _ in range(KILLS):
                _until_more(writers)
                own_postgres.kill()
                own_postgres.start()
            _until_more(writers)
        assert set(writers.refused) <= {503}
        assert writers.unanswered == 0
        assert service.workers() == workers
        assert writers.acknowledged - stored(service) == set()
        assert stored(service) - with_event(service) == set()
    finally:
        service.remove()
