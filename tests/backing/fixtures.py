"""Session fixtures over the servers of this folder; a test folder's conftest imports the ones it uses.

from tests.backing.fixtures import postgres_server, redis_server  # noqa: F401
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.backing.chromium import ARGUMENTS, chromium_path
from tests.backing.postgres import PostgresServer
from tests.backing.redis import RedisServer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL without databases of ours; one per session (and per xdist worker)."""
    server = PostgresServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A running Redis that all tests of the session share; those that harm it start their own."""
    server = RedisServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def chromium_program() -> str:
    """The path of Chromium; without one the test is skipped and says what to install."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: run `apt-get install chromium`, or set CHROMIUM to its path")
    return str(path)


@pytest.fixture(scope="session")
def chromium(chromium_program: str) -> Iterator[Browser]:
    """A running Chromium: one a session for all folders, since Playwright runs once in a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program, args=list(ARGUMENTS))
        yield browser
        browser.close()
