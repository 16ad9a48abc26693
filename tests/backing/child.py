"""How the tests start the programs they need: as an unprivileged user, and never outliving the test run."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_the_tests() -> None:
    """For `preexec_fn`: the kernel kills the program when the tests are gone, however they ended."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def unprivileged_user() -> str | None:
    """The account that servers run as when the tests run as root (PostgreSQL refuses root); else None."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise RuntimeError("neither the user postgres nor nobody exists: PostgreSQL cannot be started as root")


def private_folder(prefix: str, owner: str | None = None) -> Path:
    """A new folder with a short path (sockets live in it), mode 700, given to `owner`."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    if owner is not None:
        shutil.chown(folder, owner)
    return folder


def start(command: Sequence[str], log: Path, owner: str | None = None) -> subprocess.Popen[bytes]:
    """The running program, its output in `log`; the kernel kills it when the tests are gone."""
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            start_new_session=True,
            preexec_fn=end_with_the_tests,
            user=owner,
            group=pwd.getpwnam(owner).pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )


def run(command: Sequence[str], folder: Path, owner: str | None = None) -> None:
    """Runs the program to its end. Raises RuntimeError with its output when it fails."""
    done = subprocess.run(
        list(command),
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        user=owner,
        group=pwd.getpwnam(owner).pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def is_running(pid: int | str) -> bool:
    """Whether there is such a process; one that has ended and was not waited for does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
