"""A raid on the running service: 2,000 posts of five campaigns among 200 honest readers; then the desk answers."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from altcha import v2

from tests.api.raid import CAMPAIGNS, Post, raid
from tests.backing.client import Client
from tests.backing.fixtures import postgres_server
from tests.backing.postgres import PostgresServer
from tests.backing.service import RunningService
from tests.backing.waiting import wait_until

__all__ = ["postgres_server"]

pytestmark = pytest.mark.faults

SPAM, HONEST = 2_000, 200
SENDERS = 12


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def service(request: pytest.FixtureRequest) -> Iterator[RunningService]:
    """As operators run it, behind a proxy, with its limits and its breaker."""
    settings = {"TRUSTED_PROXIES": "127.0.0.1", "BELOWLINE_JOBS": "on"}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        settings["DATABASE_URL"] = server.dsn(server.create_database())
    running = RunningService(settings)
    running.start()
    yield running
    running.remove()


def solved(challenge: dict[str, Any]) -> str:
    """What the widget makes of a challenge."""
    read = v2.Challenge.from_dict(challenge)
    solution = v2.solve_challenge(read)
    assert solution is not None
    return base64.b64encode(json.dumps(v2.Payload(read, solution).to_dict()).encode()).decode()


def send(client: Client, post: Post, number: int) -> tuple[int, str]:
    """Status and id (empty for a form); of honest readers one in ten has the widget, one in ten no script at all."""
    headers = {"X-Forwarded-For": post.address}
    sent = {"site": "demo", **post.fields}
    if post.campaign is None and number % 10 == 0:
        sent["challenge"] = "ask"
        asked = client.post("/v1/comments", sent, headers)
        if asked.status == 201:
            return 201, str(asked.json()["comment"]["id"])
        assert asked.json()["type"] == "/problems/challenge-required", asked.body
        sent["challenge"] = solved(asked.json()["challenge"])
    if post.campaign is None and number % 10 == 1:
        return client.post_form("/v1/comments", sent, headers).status, ""
    answer = client.post("/v1/comments", sent, headers)
    return answer.status, str(answer.json()["comment"]["id"]) if answer.status == 201 else ""


def all_of(moderator: Client, **query: str) -> list[dict[str, Any]]:
    """Every comment of the queue that matches."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = urlencode({"site": "demo", "limit": "200", "cursor": cursor, **query})
        page = moderator.get(f"/v1/moderation/comments?{asked}").json()
        found += page["comments"]
        cursor = page["next"]
    return found


def test_no_reader_is_refused_and_ten_requests_clear_it(service: RunningService) -> None:
    posts = raid(SPAM, HONEST)
    began = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as pool:
        answers = list(pool.map(lambda n: send(service.client(), posts[n], n), range(len(posts))))
    seconds = time.monotonic() - began
    statuses = {honest: Counter[int]() for honest in (True, False)}
    for post, (status, _) in zip(posts, answers, strict=True):
        statuses[post.campaign is None][status] += 1
    print(f"{len(posts)} posts in {seconds:.1f} s: honest {statuses[True]}, spam {statuses[False]}")  # noqa: T201
    assert set(statuses[True]) <= {201, 303}, "an honest reader was refused"
    assert statuses[False] == {201: SPAM}

    moderator = service.client(service.credentials()["moderator_token"])
    sent_as = {comment: post.campaign for post, (_, comment) in zip(posts, answers, strict=True) if comment}
    before = {status: all_of(moderator, status=status) for status in ("pending", "approved")}
    grouped: dict[str, set[int | None]] = defaultdict(set)
    for comment in (*before["pending"], *before["approved"]):
        if comment["campaign"]:
            grouped[comment["campaign"]].add(sent_as.get(comment["id"]))
    assert len(before["pending"]) + len(before["approved"]) == SPAM + HONEST
    alone = [
        comment["id"]
        for comment in (*before["pending"], *before["approved"])
        if comment["campaign"] is None and sent_as.get(comment["id"]) is not None
    ]
    assert alone == [], "a post of a campaign is in none"
    assert all(len(campaigns) == 1 for campaigns in grouped.values()), "campaigns were mixed up"
    assert None not in {campaign for campaigns in grouped.values() for campaign in campaigns}
    assert len(grouped) == CAMPAIGNS

    breaker = moderator.get("/v1/moderation/breaker?site=demo").json()["breakers"][0]
    assert breaker["tripped"] is True

    listed = moderator.get("/v1/moderation/campaigns?site=demo").json()["campaigns"]  # the first request
    undo = []
    for group in listed:
        where = {"site": "demo", "campaign": group["id"]}
        body = {"decision": "spam", "where": where, "expect": group["comments"]}
        done = moderator.post("/v1/moderation/decisions", body)
        assert done.status == 200, done.body
        undo.append(done.json()["undo"])
    assert 1 + len(undo) <= 10
    assert len(all_of(moderator, status="spam")) == SPAM
    restored = moderator.post(f"/v1/moderation/undo/{undo[0]}", {}).json()["restored"]
    assert restored == listed[0]["comments"]

    admin = service.client(service.credentials()["admin_token"])
    totals = admin.get("/v1/stats/spam?site=demo").json()["totals"]
    assert totals["received"] == SPAM + HONEST
    assert sum(totals[status] for status in ("approved", "pending", "rejected", "spam")) == SPAM + HONEST
    assert totals["spam"] == SPAM - restored
    assert service.flask("verify")


def test_after_a_reset_readers_write_as_before(service: RunningService) -> None:
    """A moderator resets the breaker; what is honest is no longer asked for work."""
    posts = enumerate(raid(600, 0))
    moderator = service.client(service.credentials()["moderator_token"])

    def trips() -> bool:
        """With one post more: a process looks once a second, and 60 posts may take less."""
        number, post = next(posts)
        assert send(service.client(), post, number)[0] == 201
        return bool(moderator.get("/v1/moderation/breaker?site=demo").json()["breakers"][0]["tripped"])

    wait_until(trips, "the breaker trips", 30)
    moderator.post("/v1/moderation/breaker", {"site": "demo", "tripped": False})
    honest = raid(0, 1)[0]

    def as_before() -> bool:
        email = f"reader{time.monotonic_ns()}@mail.example.org"
        sent = {"site": "demo", **honest.fields, "email": email, "challenge": "ask"}
        address = f"203.0.113.{time.monotonic_ns() % 250}"
        return service.client().post("/v1/comments", sent, {"X-Forwarded-For": address}).status == 201

    wait_until(as_before, "readers are not asked for work any more", 30)
