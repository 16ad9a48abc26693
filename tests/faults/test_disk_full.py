"""No room left for the database's files: refused clearly, nothing lost, back by itself when there is room."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from tests.backing.service import RunningService
from tests.backing.waiting import wait_until
from tests.faults.writers import Writers, stored

pytestmark = pytest.mark.faults


@pytest.fixture
def running() -> Iterator[RunningService]:
    service = RunningService({"BELOWLINE_LIMITS": "off", "BELOWLINE_JOBS": "off"})
    try:
        yield service.start()
    finally:
        service.remove()


def _let_files_grow_to(service: RunningService, size_bytes: int) -> None:
    """From now on no file of the serving processes may get larger: to them the disk is full."""
    for pid in service.workers():
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, hard))


def test_a_full_disk_is_answered_with_503_and_costs_no_comment(running: RunningService) -> None:
    workers = running.workers()
    with Writers(running) as writers:
        wait_until(lambda: len(writers.acknowledged) >= 20, "comments come in", 30)
        largest = max(file.stat().st_size for file in running.instance.glob("belowline.db*"))
        _let_files_grow_to(running, largest)
        wait_until(lambda: writers.refused[503] >= 20, "comments are refused", 60)
        assert running.client().get("/v1/comments?site=demo&page=https://news.example/0").status == 200
        _let_files_grow_to(running, resource.RLIM_INFINITY)
        so_far = len(writers.acknowledged)
        wait_until(lambda: len(writers.acknowledged) > so_far + 20, "comments come in again", 30)
    assert set(writers.refused) == {503}
    assert writers.without_retry_after == 0
    assert writers.unanswered == 0
    assert writers.acknowledged <= stored(running)
    assert running.workers() == workers
