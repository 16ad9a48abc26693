"""Child processes that end when the process that started them ends, however it ended."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)

# Looked up before any fork: between fork and exec only calls that take no lock are safe.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """Asks the kernel for a SIGTERM when the parent is gone, even by kill -9; no effect outside Linux."""
    if _libc is None:
        return
    parent = os.getppid()
    _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:  # it went between the two calls
        os.kill(os.getpid(), signal.SIGTERM)
