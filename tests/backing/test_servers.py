"""The servers that the other tests stand on do what those tests believe."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import psycopg
import pytest
import redis

from tests.backing.postgres import PostgresServer
from tests.backing.redis import RedisServer


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    server = RedisServer().start()
    yield server
    server.remove()


def _one(server: PostgresServer, database: str, query: str) -> object:
    with psycopg.connect(server.dsn(database), autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@pytest.mark.postgres
def test_postgres_syncs_its_commits(postgres_server: PostgresServer) -> None:
    assert _one(postgres_server, "postgres", "SHOW fsync") == "on"
    assert _one(postgres_server, "postgres", "SHOW synchronous_commit") == "on"
    assert _one(postgres_server, "postgres", "SELECT datctype FROM pg_database LIMIT 1") == "C.UTF-8"


@pytest.mark.postgres
def test_a_database_survives_a_kill_and_a_stop_of_postgres() -> None:
    server = PostgresServer().start()
    try:
        name = server.create_database()
        assert _one(server, name, "SELECT 7 AS n INTO kept") is None
        server.kill()
        server.start()
        assert _one(server, name, "SELECT n FROM kept") == 7
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            _one(server, name, "SELECT 1")
        server.start()
        assert _one(server, name, "SELECT n FROM kept") == 7
    finally:
        server.remove()


@pytest.mark.postgres
def test_a_copied_database_has_what_its_template_had(postgres_server: PostgresServer) -> None:
    template = postgres_server.create_database()
    with psycopg.connect(postgres_server.dsn(template), autocommit=True) as connection:
        connection.execute("CREATE TABLE things (n int)")
    copy = postgres_server.create_database(template)
    assert _one(postgres_server, copy, "SELECT count(*) FROM things") == 0
    postgres_server.drop_database(copy)
    postgres_server.drop_database(template)


def test_a_frozen_redis_does_not_answer_until_it_is_thawed(own_redis: RedisServer) -> None:
    client = own_redis.client()
    client.set("k", "v")
    own_redis.freeze()
    with pytest.raises(redis.TimeoutError):
        client.get("k")
    own_redis.thaw()
    assert own_redis.client().get("k") == "v"
    client.close()


def test_a_killed_redis_comes_back_empty_at_the_same_url(own_redis: RedisServer) -> None:
    url = own_redis.url
    with own_redis.client() as client:
        client.set("k", "v")
    own_redis.kill()
    with own_redis.client() as client, pytest.raises(redis.ConnectionError):
        client.ping()
    own_redis.start()
    with own_redis.client() as client:
        assert client.get("k") is None
    assert own_redis.url == url


@pytest.mark.browser
def test_chromium_starts(chromium_program: str) -> None:
    version = subprocess.run(
        [chromium_program, "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert "Chrom" in version
