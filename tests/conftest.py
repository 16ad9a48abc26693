"""What needs nothing started; databases and servers are the fixtures of the folders that use them."""

from __future__ import annotations

import os

import pytest

# Settings of whoever runs the tests must not change what they test.
_SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEYS_FILE", "HOST", "PORT", "TRUSTED_PROXIES")


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> None:
    for name in list(os.environ):
        if name in _SETTINGS or (name.startswith("BELOWLINE_") and not name.startswith("BELOWLINE_TEST_")):
            del os.environ[name]
