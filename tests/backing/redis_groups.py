"""Several real Redis servers that know each other: a cluster, and a master with its replica under Sentinels."""

from __future__ import annotations

import shutil
import signal
import subprocess
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.retry import Retry

from tests.backing import child
from tests.backing.ports import free_port
from tests.backing.redis import RedisServer, program
from tests.backing.waiting import wait_until

SLOTS = 16_384
PRIMARIES = 3
NODE_TIMEOUT_MILLISECONDS = 1_000
DOWN_AFTER_MILLISECONDS = 500
SENTINELS = 3
PORTS_TRIED = 5  # somebody else may take a port between its choice and its use
MASTER = "limits"


class RedisCluster:
    """Three primaries with a third of the slots each; `replica` is that of the first. Raises RuntimeError."""

    def __init__(self) -> None:
        bus = [free_port() for _ in range(PRIMARIES + 1)]
        self.nodes = [_cluster_node(port) for port in bus]
        self.primaries, self.replica = self.nodes[:PRIMARIES], self.nodes[PRIMARIES]
        try:
            self._form(bus)
        except Exception:
            self.remove()
            raise

    def _form(self, bus: list[int]) -> None:
        for node in self.nodes:
            node.start()
        for number, node in enumerate(self.primaries):
            first, last = SLOTS * number // PRIMARIES, SLOTS * (number + 1) // PRIMARIES - 1
            node.command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            node.command("CLUSTER", "ADDSLOTSRANGE", first, last)
        for node, port in zip(self.nodes[1:], bus[1:], strict=True):
            self.nodes[0].command("CLUSTER", "MEET", "127.0.0.1", node.port, port)
        self._wait_until_whole()
        self.replica.command("CLUSTER", "REPLICATE", self.id_of(self.primaries[0]))
        wait_until(self._replicates, "the replica follows its primary", 30)

    @property
    def url(self) -> str:
        """A REDIS_URL for the service, naming two of the nodes."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[1:3]) + "/"

    def id_of(self, node: Node) -> str:
        """The node's name in the cluster."""
        return str(node.command("CLUSTER", "MYID"))

    def primary_of(self, key: str) -> Node:
        """The primary whose third of the slots has this key's."""
        slot = key_slot(key.encode())
        return next(node for n, node in enumerate(self.primaries) if slot < SLOTS * (n + 1) // PRIMARIES)

    def mend(self) -> None:
        """Brings back every node that was killed or frozen; who took over from the first primary stays that."""
        for node in self.nodes:
            node.thaw()
            if not node.running:
                node.start()
        self._wait_until_whole()
        if self.replica.command("INFO", "replication")["role"] == "master":
            self.primaries[0], self.replica = self.replica, self.primaries[0]
        wait_until(self._replicates, "the replica follows its primary", 30)

    def _wait_until_whole(self) -> None:
        wait_until(lambda: all(map(self._whole, self.nodes)), "the cluster is whole", 30)

    def remove(self) -> None:
        """Ends all servers and removes their folders."""
        for node in self.nodes:
            node.thaw()
            node.remove()

    def _whole(self, node: Node) -> bool:
        facts = node.command("CLUSTER INFO")
        return bool(facts["cluster_state"] == "ok" and int(facts["cluster_known_nodes"]) == len(self.nodes))

    def _replicates(self) -> bool:
        facts = self.replica.command("INFO", "replication")
        return bool(facts["role"] == "slave" and facts["master_link_status"] == "up")


class Node(RedisServer):
    """One server that takes commands of tests."""

    def command(self, *words: str | int) -> Any:
        """The answer to one command, on a connection of its own."""
        client = self.client()
        try:
            return client.execute_command(*words)
        finally:
            client.close()


def _cluster_node(bus: int) -> Node:
    # The port of the bus is chosen too: by itself it is 10,000 higher, which may be no port at all.
    ports = ("--cluster-port", str(bus), "--cluster-node-timeout", str(NODE_TIMEOUT_MILLISECONDS))
    return Node(tcp=True, options=("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", *ports))


class SentinelGroup:
    """A master, its replica, and three Sentinels of which two must agree before the replica is promoted."""

    def __init__(self) -> None:
        self.master = Node(tcp=True)
        self.replica = Node(tcp=True, options=("--replicaof", "127.0.0.1", str(self.master.port)))
        self.sentinels: list[SentinelServer] = []
        try:
            self._form()
        except BaseException:
            self.remove()
            raise

    def _form(self) -> None:
        self.master.start()
        self.replica.start()
        for _ in range(SENTINELS):
            self.sentinels.append(SentinelServer(self.master.port))
        wait_until(lambda: all(one.knows_all() for one in self.sentinels), "the Sentinels agree", 60)

    @property
    def url(self) -> str:
        """A REDIS_URL for the service."""
        places = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{places}/{MASTER}"

    def remove(self) -> None:
        """Ends all servers and removes their folders."""
        for sentinel in self.sentinels:
            sentinel.remove()
        for server in (self.master, self.replica):
            server.thaw()
            server.remove()


class SentinelServer:
    """One Sentinel."""

    def __init__(self, master_port: int) -> None:
        found = program()
        assert found is not None
        self._folder = child.private_folder("blse-")
        for _ in range(PORTS_TRIED):
            self.port = free_port()
            self._server = self._started(found[0], master_port)
            wait_until(lambda: self._answers() or self._server.poll() is not None, "a Sentinel answers", 30)
            if self._server.poll() is None:
                return
        raise RuntimeError(f"no Sentinel stays up: see {self._folder}")

    def _started(self, binary: Any, master_port: int) -> subprocess.Popen[bytes]:
        settings = self._folder / "sentinel.conf"
        settings.write_text(
            f"port {self.port}\nbind 127.0.0.1\ndir {self._folder}\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {master_port} {SENTINELS - 1}\n"
            f"sentinel down-after-milliseconds {MASTER} {DOWN_AFTER_MILLISECONDS}\n"
            f"sentinel failover-timeout {MASTER} 3000\n"
        )
        return child.start([str(binary), str(settings), "--sentinel"], self._folder / "sentinel.log")

    def _answers(self) -> bool:
        try:
            return bool(self.command("PING"))
        except redis.RedisError:
            return False

    def command(self, *words: str) -> Any:
        """The answer to one command, on a connection of its own."""
        client = redis.Redis(
            port=self.port, socket_timeout=1, retry=Retry(NoBackoff(), 0), decode_responses=True
        )
        try:
            return client.execute_command(*words)
        finally:
            client.close()

    def knows_all(self) -> bool:
        """Whether it knows the other Sentinels and the replica."""
        try:
            facts = self.command("SENTINEL MASTER", MASTER)
        except redis.RedisError:
            return False
        return int(facts["num-other-sentinels"]) == SENTINELS - 1 and int(facts["num-slaves"]) == 1

    def kill(self) -> None:
        """Ends it at once (kill -9)."""
        self._server.send_signal(signal.SIGKILL)
        self._server.wait(5)

    def remove(self) -> None:
        """Ends it and removes its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
