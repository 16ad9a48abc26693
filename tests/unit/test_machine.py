"""What the launcher looks at before it starts anything."""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli import machine
from service.cli.machine import CannotStart, check_folder, check_port, open_files, worker_count


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as taken:
        # as the server itself binds: a second one with the same option would be let in
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken


def test_a_port_in_use_is_named_with_a_way_out(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(CannotStart, match=rf"port {port} on 127\.0\.0\.1 is in use.*PORT={port + 1}"):
        check_port("127.0.0.1", port)


def test_a_free_port_is_fine(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    check_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.7", "no-such-host.invalid"])
def test_a_host_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotStart, match=r"HOST is .* no address of this machine"):
        check_port(host, 8000)


def test_a_missing_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "instance"
    check_folder(folder, "BELOWLINE_INSTANCE_DIR")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="set BELOWLINE_INSTANCE_DIR"):
        check_folder(tmp_path / "file" / "instance", "BELOWLINE_INSTANCE_DIR")


def test_more_files_may_be_open_than_a_shell_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        open_files(300)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard)
        open_files(200)  # never fewer than there were
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard)
        open_files(hard + 1)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("limit", "processors", "expected"),
    [
        ("max 100000", 4, 4),
        ("max 100000", 1, 2),  # one may fail while the other serves
        ("150000 100000", 8, 2),
        ("350000 100000", 8, 4),
        ("max 100000", 64, machine.MOST_WORKERS),
        ("nonsense", 3, 3),
    ],
)
def test_workers_follow_processors_and_the_containers_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, processors: int, expected: int
) -> None:
    (tmp_path / "cpu.max").write_text(limit)
    monkeypatch.setattr(machine, "_CGROUP_LIMIT", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(processors)))
    assert worker_count() == expected
