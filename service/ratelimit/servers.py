"""The Redis behind the counters: one server, the master that Sentinels name, or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import AskError, MovedError, RedisClusterException, TryAgainError
from redis.retry import Retry
from redis.sentinel import Sentinel

from service.redis_address import Kind, RedisAddress

#: Redis answers in a fraction of a millisecond; when it needs longer than this, it is not there.
TIMEOUT_SECONDS: Final = 0.15

Unreachable = (redis.RedisError, RedisClusterException, OSError)


class OnTheMove(Exception):
    """The keys are on their way from one node of the cluster to another; all others can be asked."""


Client = redis.Redis | RedisCluster
T = TypeVar("T")


class Servers:
    """Found by `find` when they are first needed, and again each time that `answers` is asked.

    After a failover that is how the new master becomes known: by the thread that waits for an answer, never by
    a request, which would have to ask several servers that may all hang.
    """

    def __init__(self, find: Callable[[], Client]) -> None:
        self._find = find
        self._client: Client | None = None
        self._first = Lock()
        self._looked = False

    def ask(self, key: str, question: Callable[[Client], T]) -> T:
        """What `question` finds at the server that has this key. Raises OnTheMove or one of Unreachable."""
        client = self._client or self._found_first()
        if not isinstance(client, RedisCluster):
            return question(client)
        # The cluster's own client would sleep and look for nodes before it says that one is gone.
        node = client.get_redis_connection(client.get_node_from_key(key))
        try:
            return question(node)
        except MovedError:  # which it follows, and remembers
            return question(client)
        except (AskError, TryAgainError) as error:  # no node has all of them until the whole slot has moved
            raise OnTheMove from error

    def answers(self) -> bool:
        """Whether all of them are there, as far as anybody needs them; from then on they are asked."""
        self._looked = True
        try:
            found = self._find()
        except Unreachable:
            return False
        before, self._client = self._client, found
        _let_go(before)
        return True

    def disconnect(self) -> None:
        """Closes the connections that nobody is using."""
        _let_go(self._client)

    def _found_first(self) -> Client:
        with self._first:
            if not self._looked:
                self.answers()
        if self._client is None:
            raise redis.ConnectionError("no server was found yet")
        return self._client


def connect(address: RedisAddress, connections_max: int) -> Servers:
    """The servers at the address, with so many connections to each at most; nobody is asked yet."""
    if address.kind is Kind.CLUSTER:
        return Servers(lambda: _cluster(address, connections_max))
    if address.kind is Kind.SENTINEL:
        return Servers(lambda: _master(address, connections_max))
    return Servers(lambda: _one(address, connections_max))


def _one(address: RedisAddress, connections_max: int) -> redis.Redis:
    client = redis.Redis.from_url(address.url, **_at_once(), max_connections=connections_max)
    client.ping()
    return client


def _master(address: RedisAddress, connections_max: int) -> redis.Redis:
    sentinel = Sentinel(address.nodes, sentinel_kwargs={**_at_once(), "ssl": address.tls})
    try:
        host, port = sentinel.discover_master(address.master)
    finally:
        sentinel.close()
    client = redis.Redis(host, port, **_at_once(), **_credentials(address), max_connections=connections_max)
    if client.role()[0] not in (b"master", "master"):  # just demoted, and the Sentinels do not know yet
        raise redis.ConnectionError("the master is a replica now")
    return client


def _cluster(address: RedisAddress, connections_max: int) -> RedisCluster:
    cluster = RedisCluster(
        startup_nodes=[ClusterNode(host, port) for host, port in address.nodes],
        require_full_coverage=True,
        **_at_once(),
        **_credentials(address),
        max_connections=connections_max,
    )
    try:
        for node in cluster.get_primaries():
            if cluster.cluster_info(node)["cluster_state"] != "ok":
                raise redis.ConnectionError("a part of the cluster is down")
    except Unreachable:
        cluster.close()
        raise
    return cluster


def _at_once() -> dict[str, Any]:
    # redis-py's own settings retry for four to six seconds
    return {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }


def _credentials(address: RedisAddress) -> dict[str, Any]:
    return {"username": address.username, "password": address.password, "ssl": address.tls}


def _let_go(client: Client | None) -> None:
    """Closes what nobody is using; a request that still waits for its answer keeps its connection."""
    if client is None:
        return
    nodes = (
        [node.redis_connection for node in client.get_nodes()]
        if isinstance(client, RedisCluster)
        else [client]
    )
    for node in nodes:
        if node is not None:
            node.connection_pool.disconnect(inuse_connections=False)
