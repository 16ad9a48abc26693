"""201 means durable: what was acknowledged is there after the service was killed, again and again."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from tests.backing.fixtures import postgres_server
from tests.backing.postgres import PostgresServer
from tests.backing.service import RunningService, comment
from tests.backing.waiting import wait_until

__all__ = ["postgres_server"]

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("BELOWLINE_TEST_KILLS", "20"))
WRITERS = 8
ACKNOWLEDGED_PER_ROUND = 20


class Writers:
    """Threads that post as fast as they can and remember what was acknowledged."""

    def __init__(self, service: RunningService) -> None:
        self._service = service
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        self.acknowledged: set[str] = set()
        self.refused: list[int] = []

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        client, count = self._service.client(), 0
        while not self._stopping.is_set():
            count += 1
            sent = comment(
                f"Comment {count} of writer {number}.",
                page=f"https://news.example/{number}",
                email=f"writer{number}@reader.example.org",
            )
            try:
                answer = client.post("/v1/comments", sent)
            except OSError:  # killed while it answered, or not back yet
                self._stopping.wait(0.01)
                continue
            if answer.status == 201:
                self.acknowledged.add(answer.json()["comment"]["id"])
            else:
                self.refused.append(answer.status)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def service(request: pytest.FixtureRequest) -> Iterator[RunningService]:
    settings = {"BELOWLINE_LIMITS": "off"}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        settings["DATABASE_URL"] = server.dsn(server.create_database())
    running = RunningService(settings)
    yield running
    running.remove()


def test_nothing_acknowledged_is_lost_when_the_service_is_killed(service: RunningService) -> None:
    service.start()
    with Writers(service) as writers:
        for _ in range(KILLS):
            enough = len(writers.acknowledged) + ACKNOWLEDGED_PER_ROUND
            wait_until(lambda enough=enough: len(writers.acknowledged) >= enough, "comments come in", 30)
            service.kill()
            service.start()
    assert writers.refused == []
    assert len(writers.acknowledged) >= KILLS * ACKNOWLEDGED_PER_ROUND
    moderator = service.client(service.credentials()["moderator_token"])
    missing, without_event = set(), set()
    for comment_id in writers.acknowledged:
        found = moderator.get(f"/v1/moderation/comments/{comment_id}")
        if found.status != 200:
            missing.add(comment_id)
        elif not found.json()["events"]:
            without_event.add(comment_id)
    assert missing == set()
    assert without_event == set()
