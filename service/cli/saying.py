"""What the launcher tells whoever started it."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """A line of its own on standard error, at once."""
    sys.stderr.write(f"==> {text}\n")
    sys.stderr.flush()
