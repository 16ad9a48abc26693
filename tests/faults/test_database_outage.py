"""The database stopped and started again under load: 503 while it is down, nothing lost, back by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backing.client import Answer
from tests.backing.postgres import PostgresServer
from tests.backing.service import RunningService, comment
from tests.backing.waiting import wait_until
from tests.faults.writers import Writers, stored

pytestmark = [pytest.mark.faults, pytest.mark.postgres]


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    server = PostgresServer().start()
    yield server
    server.remove()


@pytest.fixture(scope="module")
def running(database: PostgresServer) -> Iterator[RunningService]:
    url = database.dsn(database.create_database())
    service = RunningService({"BELOWLINE_LIMITS": "off", "DATABASE_URL": url})
    try:
        yield service.start()
    finally:
        service.remove()


@pytest.fixture
def down(running: RunningService, database: PostgresServer) -> Iterator[RunningService]:
    """The service, with its database stopped."""
    database.stop()
    yield running
    database.start()
    wait_until(lambda: running.client().get("/readyz").status == 200, "the service is ready again")


def _says_come_back(answer: Answer) -> None:
    assert answer.status == 503, answer.body
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unavailable"
    assert "postgres" not in answer.body.decode().lower()


def test_without_the_database_every_call_that_needs_it_says_when_to_come_back(down: RunningService) -> None:
    moderator = down.client(down.credentials()["moderator_token"])
    unread = "https://news.example/never-read-before"
    for path in (f"/v1/comments?site=demo&page={unread}", f"/thread?site=demo&page={unread}", "/readyz"):
        _says_come_back(down.client().get(path))
    _says_come_back(moderator.get("/v1/moderation/comments?site=demo"))
    _says_come_back(down.client().post("/v1/comments", comment("Is anybody there?")))


def test_without_the_database_the_process_is_alive(down: RunningService) -> None:
    assert down.client().get("/healthz").status == 200
    assert down.client().get("/embed.js").status == 200


def test_a_database_stopped_and_started_under_load_costs_no_comment(
    running: RunningService, database: PostgresServer
) -> None:
    workers = running.workers()
    with Writers(running) as writers:
        wait_until(lambda: len(writers.acknowledged) >= 20, "comments come in", 30)
        database.stop()
        wait_until(lambda: writers.refused[503] >= 20, "comments are refused", 30)
        database.start()
        so_far = len(writers.acknowledged)
        wait_until(lambda: len(writers.acknowledged) > so_far, "comments come in again")
    assert set(writers.refused) == {503}
    assert writers.without_retry_after == 0
    assert writers.unanswered == 0
    assert writers.acknowledged <= stored(running)
    assert running.workers() == workers
