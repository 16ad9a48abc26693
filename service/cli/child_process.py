"""Child processes that end when the process that started them ends, however it ended."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from functools import partial

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # prctl(2)

# Looked up before any fork: between fork and exec only calls that take no lock are safe.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Asks the kernel for a SIGTERM when `parent`, who started this process, is gone, even by kill -9.

    The process ends at once when it is gone already. No effect outside Linux.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def tied_to_us() -> Callable[[], None]:
    """A `preexec_fn` that ties a child to this process: one prctl, which takes no lock."""
    return partial(die_with_parent, os.getpid())


def show_name(name: str) -> None:
    """Names this process for `ps -o comm`, which shows 15 letters. No effect outside Linux."""
    if _libc is not None:
        _libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
