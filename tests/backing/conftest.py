"""The session's servers, for the tests of the servers themselves."""

from tests.backing.fixtures import postgres_server, redis_server

__all__ = ["postgres_server", "redis_server"]
