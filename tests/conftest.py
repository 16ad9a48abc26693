"""What needs nothing started; databases and servers are the fixtures of the folders that use them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.backing.fixtures import chromium, chromium_program

__all__ = ["chromium", "chromium_program"]

# Settings of whoever runs the tests must not change what they test.
_SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEYS_FILE", "HOST", "PORT", "TRUSTED_PROXIES")

# Files that take minutes, in this order; a parallel run that began one last would end with one busy process.
_LONG = ("contract", "compose", "faults", "launcher", "browser", "console", "jobs")


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    for name in list(os.environ):
        if name in _SETTINGS or (name.startswith("BELOWLINE_") and not name.startswith("BELOWLINE_TEST_")):
            del os.environ[name]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the long files first where several processes share the work."""
    if hasattr(config, "workerinput"):
        ranks = {folder: rank for rank, folder in enumerate(_LONG)}
        here = Path(__file__).parent
        items.sort(key=lambda item: ranks.get(item.path.relative_to(here).parts[0], len(_LONG)))
