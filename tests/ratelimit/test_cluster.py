"""Limits in a real Redis Cluster: exact over all nodes, and back by themselves when a node was lost."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.ratelimit import servers
from service.ratelimit.limiter import Limiter, build
from service.ratelimit.policies import Action, Scope
from service.settings import Settings
from tests.backing.redis_groups import Node, RedisCluster
from tests.backing.waiting import one_within, wait_until

SITES = [f"site{n}" for n in range(24)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[RedisCluster]:
    """Three primaries and a replica, which the tests of this file leave whole."""
    try:
        formed = RedisCluster()
    except RuntimeError as error:
        pytest.skip(f"no Redis here that knows clusters: {error}")
    yield formed
    formed.remove()


@pytest.fixture
def limiter(cluster: RedisCluster) -> Iterator[Limiter]:
    """A limiter that counts in a whole and empty cluster."""
    cluster.mend()
    limiter = counting(cluster)
    for node in cluster.primaries:
        node.command("FLUSHALL")
    yield limiter
    limiter.close()


def counting(cluster: RedisCluster) -> Limiter:
    """A new limiter that has found the nodes."""
    limiter = build(Settings(redis_url=cluster.url))
    wait_until(lambda: not limiter.hit(Action.EDIT, reader("any")).degraded, "the limiter found the cluster")
    return limiter


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """For exact counting on a busy machine; what an outage costs is measured with the real time-outs."""
    monkeypatch.setattr(servers, "TIMEOUT_SECONDS", 5)


def reader(site: str, address: str = "addr1") -> dict[Scope, str]:
    return {Scope.SITE: site, Scope.ADDRESS: address, Scope.AUTHOR: f"auth-{address}", Scope.PAGE: "page1"}


def calls(node: Node) -> Counter[str]:
    """What clients asked of the node since its figures were reset."""
    ours = ("evalsha", "eval", "cluster|slots", "cluster|info", "ping")
    stats = node.command("INFO", "commandstats")
    return Counter({name: stats[f"cmdstat_{name}"]["calls"] for name in ours if f"cmdstat_{name}" in stats})


def site_on(cluster: RedisCluster, node: Node) -> str:
    return next(site for site in SITES if cluster.primary_of(f"{{{site}}}") is node)


def timed(limiter: Limiter, keys: dict[Scope, str], action: Action = Action.VOTE) -> tuple[float, bool]:
    """Seconds that a vote (or what else) took, and whether it was counted without Redis."""
    began = time.perf_counter()
    outcome = limiter.hit(action, keys)
    assert outcome.allowed
    return time.perf_counter() - began, outcome.degraded


@pytest.mark.usefixtures("_patient")
def test_limits_of_many_sites_are_exact_over_all_nodes(cluster: RedisCluster, limiter: Limiter) -> None:
    def submit(number: int) -> tuple[str, bool, bool]:
        site = SITES[number % len(SITES)]
        outcome = limiter.hit(Action.SUBMIT, reader(site))
        return site, outcome.allowed, outcome.degraded

    with ThreadPoolExecutor(32) as pool:
        outcomes = list(pool.map(submit, range(20 * len(SITES))))
    assert not any(degraded for _, _, degraded in outcomes)
    assert Counter(site for site, allowed, _ in outcomes if allowed) == dict.fromkeys(SITES, 5)
    assert all(node.command("DBSIZE") > 0 for node in cluster.primaries)


@pytest.mark.usefixtures("_patient")
@pytest.mark.parametrize(
    ("action", "keys"),
    [
        (Action.SUBMIT, reader("site7")),
        (Action.LOGIN, {Scope.ADDRESS: "a1", Scope.ADDRESS_WIDE: "w1", Scope.ACCOUNT: "account1"}),
    ],
    ids=["with-a-site", "without-a-site"],
)
def test_all_limits_of_an_action_cost_one_round_trip_to_one_node(
    cluster: RedisCluster, limiter: Limiter, action: Action, keys: dict[Scope, str]
) -> None:
    limiter.hit(action, keys)  # finds the nodes and loads the script
    for node in cluster.nodes:
        node.command("CONFIG", "RESETSTAT")
    for _ in range(3):
        outcome = limiter.hit(action, keys)
        assert outcome.allowed
        assert not outcome.degraded
    owner = cluster.primary_of(f"{{{keys.get(Scope.SITE, '-')}}}")
    for node in cluster.primaries:
        assert calls(node) == ({"evalsha": 3} if node is owner else {})


@pytest.mark.usefixtures("_patient")
def test_a_slot_that_moves_concerns_its_sites_alone_and_is_followed(
    cluster: RedisCluster, limiter: Limiter
) -> None:
    giver, taker = cluster.primaries[1], cluster.primaries[2]
    site = next(f"moving{n}" for n in range(99) if cluster.primary_of(f"{{moving{n}}}") is giver)
    assert not limiter.hit(Action.SUBMIT, reader(site)).degraded
    slot = giver.command("CLUSTER", "KEYSLOT", f"{{{site}}}")
    taker.command("CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id_of(giver))
    giver.command("CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id_of(taker))
    while keys := giver.command("CLUSTER", "GETKEYSINSLOT", slot, 100):
        giver.command("MIGRATE", "127.0.0.1", taker.port, "", 0, 1000, "KEYS", *keys)
    moving = [timed(limiter, reader(site), Action.SUBMIT) for _ in range(3)]
    other = limiter.hit(Action.SUBMIT, reader(site_on(cluster, giver)))
    for node in (taker, giver, cluster.primaries[0]):
        node.command("CLUSTER", "SETSLOT", slot, "NODE", cluster.id_of(taker))
    moved = [limiter.hit(Action.SUBMIT, reader(site)) for _ in range(5)]
    for node in cluster.primaries:
        node.command("CONFIG", "RESETSTAT")
    after = limiter.hit(Action.SUBMIT, reader(site, "another"))
    asked = [calls(node) for node in cluster.primaries]
    _give_back(cluster, slot, taker, giver)
    assert [degraded for _, degraded in moving] == [True] * 3
    one_within(0.2, (seconds for seconds, _ in moving), "a post of a site that moves")
    assert not any(outcome.degraded for outcome in (other, *moved, after))
    assert [outcome.allowed for outcome in moved] == [True] * 4 + [False]
    assert asked == [{}, {}, {"evalsha": 1}]


def _give_back(cluster: RedisCluster, slot: int, by: Node, to: Node) -> None:
    by.command("FLUSHALL")
    for node in (to, by, cluster.primaries[0]):
        node.command("CLUSTER", "SETSLOT", slot, "NODE", cluster.id_of(to))


@pytest.mark.parametrize(("harm", "remedy"), [("kill", "start"), ("freeze", "thaw")])
def test_a_lost_node_refuses_nobody_and_is_used_again_when_it_is_back(
    cluster: RedisCluster, limiter: Limiter, harm: str, remedy: str
) -> None:
    lost, other = cluster.primaries[1], cluster.primaries[2]
    keys, kept = reader(site_on(cluster, lost)), reader(site_on(cluster, other), "addr2")
    others = [counting(cluster), counting(cluster)]
    getattr(lost, harm)()
    firsts = [timed(one, keys) for one in (limiter, *others)]
    assert [degraded for _, degraded in firsts] == [True] * 3
    one_within(0.25, (seconds for seconds, _ in firsts), "the first to meet the loss")
    assert [timed(limiter, kept)[1] for _ in range(20)] == [True] * 20  # no flapping between the nodes
    getattr(lost, remedy)()
    wait_until(lambda: not timed(limiter, reader("any", f"{time.monotonic_ns()}"))[1], "counted again")
    wait_until(lambda: not timed(limiter, keys)[1], "also those of the lost node")
    for one in others:
        one.close()


@pytest.mark.usefixtures("_patient")
def test_the_replica_of_a_lost_node_takes_over_with_what_was_counted(
    cluster: RedisCluster, limiter: Limiter
) -> None:
    lost = cluster.primaries[0]
    keys = reader(site_on(cluster, lost))
    assert [limiter.hit(Action.SUBMIT, keys).allowed for _ in range(6)] == [True] * 5 + [False]
    wait_until(lambda: cluster.replica.command("DBSIZE") == 5, "the replica has the counters")
    lost.kill()
    assert limiter.hit(Action.SUBMIT, keys).degraded
    wait_until(lambda: not limiter.hit(Action.VOTE, reader("x", "y")).degraded, "counted again", 30)
    outcome = limiter.hit(Action.SUBMIT, keys)
    assert not outcome.degraded
    assert not outcome.allowed
