"""The launcher as people meet it: it serves, says where, stops cleanly, starts again on what it made."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.privacy import keyring
from tests.backing.child import is_running
from tests.backing.client import Client
from tests.backing.service import ROOT, RunningService, comment
from tests.backing.waiting import wait_until


@pytest.fixture
def service() -> Iterator[RunningService]:
    running = RunningService()
    yield running
    running.remove()


def _refusal(service: RunningService, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "service.cli.serve"],
        env={**service.environment, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def _valkeys(service: RunningService) -> list[int]:
    """The embedded Valkey: a child of the launcher."""
    return [process for process in service.children() if "valkey-server" in _command(process)]


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def socket_folder(service: RunningService) -> str:
    """The folder of the embedded Valkey's socket, which it is told on its command line."""
    (valkey,) = _valkeys(service)
    found = re.search(r"(\S+)/\S+\.sock\b", _command(valkey))
    assert found is not None, _command(valkey)
    return found[1]


def test_the_first_start_makes_a_demo_that_can_be_used_at_once(service: RunningService) -> None:
    service.start()
    kept = service.credentials()
    assert set(kept) == {"moderator_token", "admin_token", "admin_login", "admin_password"}
    assert (service.instance / "demo-credentials.json").stat().st_mode & 0o777 == 0o600
    posted = service.client().post("/v1/comments", comment("Good article."))
    assert posted.status == 201
    assert posted.json()["comment"]["status"] == "pending"
    queue = service.client(kept["moderator_token"]).get("/v1/moderation/comments?site=demo")
    assert [item["id"] for item in queue.json()["comments"]] == [posted.json()["comment"]["id"]]
    assert f"{service.base_url}/demo" in service.written()


def test_a_second_start_keeps_comments_and_credentials(service: RunningService) -> None:
    service.start()
    kept = service.credentials()
    posted = service.client().post("/v1/comments", comment("Still here?")).json()["comment"]["id"]
    assert service.stop() == 0
    service.start()
    assert service.credentials() == kept
    found = service.client(kept["moderator_token"]).get(f"/v1/moderation/comments/{posted}")
    assert found.status == 200


def test_credentials_of_another_database_are_replaced(service: RunningService) -> None:
    service.start()
    old = service.credentials()
    service.stop()
    for file in service.instance.glob("belowline.db*"):
        file.unlink()
    service.start()
    fresh = service.credentials()
    assert fresh["moderator_token"] != old["moderator_token"]
    answer = service.client(fresh["moderator_token"]).get("/v1/moderation/comments?site=demo")
    assert answer.status == 200


def test_a_lost_credentials_file_is_made_again_and_the_old_tokens_stop_working(
    service: RunningService,
) -> None:
    service.start()
    old = service.credentials()
    service.stop()
    (service.instance / "demo-credentials.json").unlink()
    service.start()
    assert set(service.credentials().values()).isdisjoint({old["moderator_token"], old["admin_password"]})
    assert service.client(old["moderator_token"]).get("/v1/moderation/comments?site=demo").status == 401


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_within_seconds(service: RunningService, number: signal.Signals) -> None:
    service.start()
    workers, valkeys, folder = service.workers(), _valkeys(service), socket_folder(service)
    assert len(workers) >= 2
    assert len(valkeys) == 1
    idle = socket.create_connection(("127.0.0.1", service.port))
    began = time.monotonic()
    service.signal(number)
    assert service.wait() in (0, 130)
    assert time.monotonic() - began < 8
    wait_until(lambda: not any(map(is_running, [*workers, *valkeys])), "workers and Valkey are gone")
    assert not os.path.exists(folder)
    idle.close()


def test_nothing_outlives_a_killed_launcher(service: RunningService) -> None:
    service.start()
    children = [*service.workers(), *_valkeys(service)]
    service.signal(signal.SIGKILL)
    service.wait()
    wait_until(lambda: not any(map(is_running, children)), "workers and Valkey follow the launcher")


def test_a_killed_worker_is_replaced(service: RunningService) -> None:
    service.start()
    victim = service.workers()[0]
    os.kill(victim, signal.SIGKILL)
    wait_until(
        lambda: victim not in service.workers() and len(service.workers()) >= 2, "a new worker is there"
    )
    assert service.client().get("/healthz").status == 200


def test_a_process_that_dies_again_at_once_ends_the_service(service: RunningService) -> None:
    service.start()
    before = set(service.workers())
    os.kill(min(before), signal.SIGKILL)
    wait_until(lambda: len(set(service.workers()) - before) == 1, "it has a successor")
    (successor,) = set(service.workers()) - before
    os.kill(successor, signal.SIGKILL)
    assert service.wait() == 1


def test_a_port_in_use_is_one_sentence(service: RunningService) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", service.port))
        taken.listen()
        assert f"port {service.port} on 127.0.0.1 is in use" in _refusal(service)


def test_a_bad_setting_is_named(service: RunningService) -> None:
    assert "BELOWLINE_POLICY is 'lenient'" in _refusal(service, BELOWLINE_POLICY="lenient")


def test_production_without_keys_does_not_start(service: RunningService) -> None:
    assert "SECRET_KEYS_FILE is not set" in _refusal(service, BELOWLINE_ENV="production")


def test_an_unreachable_database_is_one_sentence_without_its_password(service: RunningService) -> None:
    refusal = _refusal(service, DATABASE_URL="postgresql://u:very-secret@127.0.0.1:1/x")
    assert "the database does not answer" in refusal
    assert "very-secret" not in refusal


def test_production_makes_no_demo(service: RunningService) -> None:
    keys = service.folder / "keys.json"
    keyring.create(keys)
    production = RunningService({"BELOWLINE_ENV": "production", "SECRET_KEYS_FILE": str(keys)})
    try:
        production.start()
        assert not (production.instance / "demo-credentials.json").exists()
        assert production.client().get("/demo").status == 404
        refused = production.client().post("/v1/comments", comment("Hello"))
        assert refused.status == 404
    finally:
        production.remove()


@pytest.mark.parametrize("left", [None, "{}"])
def test_a_database_that_was_served_before_needs_its_keys(service: RunningService, left: str | None) -> None:
    keys = service.folder / "keys.json"
    keyring.create(keys)
    production = RunningService({"BELOWLINE_ENV": "production", "SECRET_KEYS_FILE": str(keys)})
    try:
        production.start()
        production.stop()
        if left is None:
            keys.unlink()
        else:
            keys.write_text(left)
        assert f"belowline: {keys}" in _refusal(production)
    finally:
        production.remove()


def test_half_sent_requests_do_not_keep_readers_out(service: RunningService) -> None:
    service.start()
    head = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    half = head + b"Content-Length: 900\r\n\r\n{"
    senders = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(60)]
    for sender in senders:
        sender.sendall(half)
    began = time.monotonic()
    assert Client(service.base_url).get("/healthz").status == 200
    assert time.monotonic() - began < 8
    for sender in senders:
        sender.close()
