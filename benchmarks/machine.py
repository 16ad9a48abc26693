"""The machine of a measurement: what it is, and what must be installed on it first."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.peers import wordpress
from benchmarks.record import say

LOAD_PACKAGES: Final = ("wrk", "nginx-light")
_POLICY: Final = Path("/usr/sbin/policy-rc.d")


class CannotMeasure(Exception):
    """Why nothing can be measured here; the text says what to do."""


def description() -> list[tuple[str, str]]:
    """Names and values for the report: nothing that tells whose machine it is."""
    return [
        ("processors", f"{len(os.sched_getaffinity(0))} × {_processor()}"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("system", f"{_system()}, Linux {platform.release()}"),
        ("Python", platform.python_version()),
        ("load generator", _first_line(["wrk", "-v"]).partition(" Copyright")[0]),
    ]


def install(packages: Sequence[str]) -> None:
    """Installs Debian packages that are missing, as root; without starting the services that they bring."""
    missing = [package for package in packages if not _installed(package)]
    if not missing or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    say(f"==> installing with apt-get: {' '.join(missing)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _no_services():
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            command = ["apt-get", "-q", *arguments]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                last = (done.stdout + done.stderr).strip().splitlines()[-3:]
                say(f"==> apt-get {arguments[0]} failed: {' '.join(last)}")
                return


def install_all(*, with_wordpress: bool) -> None:
    """Installs what can be. Raises CannotMeasure without the load generator."""
    install([*LOAD_PACKAGES, *(wordpress.PACKAGES if with_wordpress else [])])
    if shutil.which("wrk") is None:
        raise CannotMeasure("the load generator wrk is not installed: `apt-get install wrk`")


@contextmanager
def _no_services() -> Iterator[None]:
    """Debian starts what it installs, unless this file says no."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


def _installed(package: str) -> bool:
    command = ["dpkg-query", "-W", "-f", "${Status}", package]
    if shutil.which("dpkg-query") is None:
        return False
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout == "install ok installed"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return sys.platform


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]
