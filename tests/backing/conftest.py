"""The session's servers, for the tests of the servers themselves."""

from tests.backing.fixtures import chromium_program, postgres_server, redis_server

__all__ = ["chromium_program", "postgres_server", "redis_server"]
