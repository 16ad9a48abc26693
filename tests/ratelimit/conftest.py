"""A real Redis for counting; tests that harm it start one of their own."""

from collections.abc import Iterator

import pytest
import redis

from tests.backing.fixtures import redis_server
from tests.backing.redis import RedisServer

__all__ = ["redis_server"]


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[redis.Redis]:
    """A client of the shared Redis, empty at the start."""
    client = redis_server.client()
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis of this test alone, on a socket, to be killed and frozen."""
    server = RedisServer().start()
    yield server
    server.thaw()
    server.remove()
