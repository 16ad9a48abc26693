"""Workers as processes: killed and told to stop; and beside the server that starts one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from service import clock
from service.jobs.registry import Kind
from service.jobs.worker import Worker
from service.storage import jobs
from service.storage.database import reading, transaction
from service.web.context import services
from tests.backing import child
from tests.backing.service import ROOT, RunningService, comment
from tests.backing.waiting import wait_until

# A worker of a kind that says when it begins, and ends only when a file appears.
PROGRAM = """
import sys, time
from pathlib import Path
from service.app import create_app
from service.jobs import foreground
from service.jobs.registry import Kind
from service.jobs.worker import Worker
from service.settings import Settings
from service.web.context import services

folder = Path(sys.argv[1])

def run(_services, payload):
    (folder / "begun").write_text(payload["id"])
    while not (folder / "go on").exists():
        time.sleep(0.01)

app = create_app(Settings(instance_dir=folder, database_url=sys.argv[2]))
with app.app_context():
    worker = Worker(services(), [Kind("slow", run)])
    foreground.run(worker)
"""


@pytest.fixture
def worker_process(app: Flask, tmp_path: Path, database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, in the middle of a job."""
    with transaction() as session:
        jobs.add(session, jobs.NewJob("slow", clock.now(), {"id": "a"}))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), database_url],
        cwd=ROOT,
        preexec_fn=child.end_with_the_tests,
    )
    try:
        wait_until(lambda: (tmp_path / "begun").exists(), "the job is begun", 30)
        yield process
    finally:
        process.kill()
        process.wait()


def _left() -> bool:
    with reading() as session:
        return jobs.is_due(session, datetime(2100, 1, 1, tzinfo=UTC))


def test_the_job_of_a_killed_worker_is_done_by_another(
    app: Flask, worker_process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker_process.kill()
    worker_process.wait()
    done: list[str] = []
    worker = Worker(services(), [Kind("slow", lambda _services, payload: done.append(payload["id"]))])
    assert worker.run_due() == 0
    lease_over = clock.now() + timedelta(seconds=Kind.lease_seconds)
    monkeypatch.setattr(clock, "now", lambda: lease_over)
    assert worker.run_due() == 1
    assert done == ["a"]
    assert not _left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_ends_its_job_first(
    app: Flask, worker_process: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals
) -> None:
    worker_process.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        worker_process.wait(0.3)
    (tmp_path / "go on").touch()
    assert worker_process.wait(10) == 0
    assert not _left()


@pytest.fixture
def service() -> Iterator[RunningService]:
    running = RunningService()
    yield running
    running.remove()


def test_the_server_has_its_jobs_done_by_a_child_that_it_starts_again(service: RunningService) -> None:
    service.start()
    wait_until(lambda: "worker started" in service.written(), "a worker is there", 30)
    (victim,) = service.jobs_workers()
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: service.jobs_workers() not in ([], [victim]), "another worker is there", 30)
    assert service.stop() == 0
    assert service.jobs_workers() == []


def test_the_jobs_child_goes_with_a_killed_server(service: RunningService) -> None:
    service.start()
    wait_until(lambda: "worker started" in service.written(), "a worker is there", 30)
    service.signal(signal.SIGKILL)
    service.wait()
    wait_until(lambda: service.jobs_workers() == [], "the worker follows")


def test_a_server_without_jobs_starts_no_worker() -> None:
    service = RunningService({"BELOWLINE_JOBS": "off"})
    try:
        service.start()
        assert service.stop() == 0
        assert "worker" not in service.written()
    finally:
        service.remove()


@pytest.mark.postgres
def test_refusals_of_all_serving_processes_are_stored_when_they_stop(request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgres_server")
    dsn = server.dsn(server.create_database())
    service = RunningService({"DATABASE_URL": dsn, "BELOWLINE_WORKERS": "2", "BELOWLINE_JOBS": "off"})
    try:
        service.start()
        statuses = [service.client().post("/v1/comments", comment(f"Hello {n}")).status for n in range(25)]
        assert service.stop() == 0
        with psycopg.connect(dsn) as connection:
            (stored,) = connection.execute("SELECT sum(hits) FROM limit_hits").fetchone() or (0,)
        assert stored == statuses.count(429) > 0
    finally:
        service.remove()
