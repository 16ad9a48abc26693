"""Ports for the servers that tests start."""

from __future__ import annotations

import os
import random
import socket

# Below the range from which the kernel takes ports for outgoing connections (32768 and up on Linux): a port that it
# chose itself could be somebody's source port by the time the server binds it.
LOWEST, HIGHEST = 15_000, 32_000
WORKERS_MAX = 16


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on; the caller binds it soon.

    The workers of one parallel run each have a part of the range, so that no two of them choose the same.
    """
    share = (HIGHEST - LOWEST) // WORKERS_MAX
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS_MAX
    # of the system's own chance: under pytest-randomly each test starts with the same seed
    ports = random.SystemRandom().sample(range(share), share)
    return next(port for port in (LOWEST + worker * share + each for each in ports) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
