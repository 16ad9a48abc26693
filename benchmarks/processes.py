"""Starts the programs of a measurement, reads what they use from /proc, and ends all of them again."""

from __future__ import annotations

import http.client
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from service.cli.child_process import tied_to_us

LOOK_SECONDS: Final = 0.004
STOP_SECONDS: Final = 10
_TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """A program did not do what the measurement needs; the text says which, and where its log is."""


@dataclass
class Program:
    """A running program with everything it starts."""

    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: str | None = None

    def __post_init__(self) -> None:
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=tied_to_us(),
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def check(self) -> None:
        """Raises Failed when it has ended."""
        if self._child.poll() is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise Failed(f"{self.command[0]} ended with {self._child.returncode}:\n{tail}")

    def wait(self, seconds: float = 60) -> None:
        """Waits until it has ended by itself. Raises Failed when it does not, or ends badly."""
        try:
            if self._child.wait(seconds) != 0:
                self.check()
        except subprocess.TimeoutExpired:
            raise Failed(f"{' '.join(self.command[:3])} does not end; its log is {self.log}") from None

    def stop(self) -> None:
        """Ends it politely, and whatever is left of it after that by force."""
        family = tree([self.pid])
        self._child.terminate()
        until = time.monotonic() + STOP_SECONDS
        while any(map(_alive, family)) and time.monotonic() < until:
            self._child.poll()
            time.sleep(0.02)
        for pid in filter(_alive, family):
            os.kill(pid, signal.SIGKILL)
        self._child.wait()


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, text: str | None = None) -> str:
    """What the command prints. Raises Failed with the end of its output."""
    done = subprocess.run(
        list(command),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(command[:4])} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and all their descendants that are there now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = _stat(int(entry.name))
            if parent:
                children.setdefault(int(parent[1]), []).append(int(entry.name))
    found: list[int] = []
    todo = list(roots)
    while todo:
        pid = todo.pop()
        if pid not in found:
            found.append(pid)
            todo += children.get(pid, [])
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time that these processes, their descendants and the children they waited for have used so far."""
    ticks = 0
    for pid in tree(roots):
        fields = _stat(pid)
        ticks += sum(map(int, fields[11:15])) if fields else 0
    return ticks / _TICKS


def memory_mib(roots: Iterable[int]) -> float:
    """Proportional set size of the processes and their descendants: shared pages are counted once."""
    kib = 0
    for pid in tree(roots):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def wait_until_idle(roots: Sequence[int], seconds: float = 10) -> None:
    """Returns when the servers have finished what the load left behind, or after `seconds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = cpu_seconds(roots)
        time.sleep(0.25)
        if cpu_seconds(roots) - before <= 0.02:
            return


def seconds_until(condition: Callable[[], bool], programs: Sequence[Program], seconds: float = 60) -> float:
    """How long it took until `condition` held. Raises Failed when a program ended or after `seconds`."""
    began = time.perf_counter()
    while not condition():
        for program in programs:
            program.check()
        if time.perf_counter() - began > seconds:
            raise Failed(f"waited {seconds} s in vain; see {programs[0].log}")
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


def answers(port: int, path: str, headers: Mapping[str, str] | None = None) -> bool:
    """Whether the server answers 200 there now."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        answer.read()
        return answer.status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on (proc(5)): [0] state, [1] parent, [11:15] CPU times."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _alive(pid: int) -> bool:
    fields = _stat(pid)
    return fields is not None and fields[0] != "Z"
