"""The databases that some of these tests run on."""

from tests.backing.app import database_url, postgres_server

__all__ = ["database_url", "postgres_server"]
