"""What the machine offers and refuses, looked at before anything is started."""

from __future__ import annotations

import errno
import math
import os
import resource
import socket
from pathlib import Path

MOST_WORKERS = 8
_CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


class CannotStart(Exception):
    """Why the service cannot start here; the text says what to do."""


def worker_count() -> int:
    """One serving process per usable processor, from 2 (one may fail) to MOST_WORKERS."""
    return max(2, min(_processors(), MOST_WORKERS))


def _processors() -> int:
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CGROUP_LIMIT.read_text().split()
        return min(affinity, max(1, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no such file, or `max`: no limit
        return affinity


def open_files(number: int) -> None:
    """Lets this process and its children open `number` files and connections, or as many as the system allows.

    Many systems give 1024 unless asked, which as many slow readers would use up.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def check_folder(folder: Path, variable: str) -> None:
    """Makes the folder, only for its owner, if it is missing. Raises CannotStart when it is not writable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotStart(
            f"the folder {folder} cannot be made ({problem.strerror}): set {variable} to one that can"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(
            f"the folder {folder} is not writable: make it so, or set {variable} to another one"
        )


def check_port(host: str, port: int) -> None:
    """Raises CannotStart when nobody could listen there now.

    The server itself binds with SO_REUSEPORT, so that a second one would silently share the port: it is tried
    here without.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise CannotStart(f"HOST is {host!r}, which is no address of this machine") from None
    except OSError as problem:
        raise CannotStart(_why_not(problem, host, port)) from None


def _why_not(problem: OSError, host: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        other = f"PORT={port + 1}"
        return f"port {port} on {host} is in use: stop what listens there, or choose another, such as {other}"
    if problem.errno == errno.EACCES:
        return f"port {port} may only be opened by root: choose one above 1023 with PORT"
    if problem.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {host!r}, which is no address of this machine"
    return f"port {port} on {host} cannot be opened: {problem.strerror}"
