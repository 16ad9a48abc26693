"""Where the Chromium for browser tests is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

# No call of the browser's own may leave the machine while a test counts requests.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> Path | None:
    """The browser's program: $CHROMIUM, or the first in PATH; None if there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named)
    return next((Path(found) for found in map(shutil.which, NAMES) if found), None)
