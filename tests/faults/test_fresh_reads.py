"""Several processes, many readers, decisions all the while: nothing stale after the bound, nothing unapproved."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.backing.service import RunningService, comment

pytestmark = pytest.mark.faults

PAGE = "https://news.example/hot"
THREAD = f"/v1/comments?site=demo&page={PAGE}&limit=200"
BOUND_SECONDS = 1.0
DECISIONS = 120
READERS = 4


@dataclass
class Life:
    """When a comment may be seen, and when it must: times around the calls that changed it."""

    may_from: float = float("inf")
    must_from: float = float("inf")
    must_until: float = float("inf")
    may_until: float = float("inf")


@dataclass
class Story:
    """What the moderator did and what the readers saw: (asked at, answered at, ids, promptly)."""

    lives: dict[str, Life] = field(default_factory=dict)
    seen: list[tuple[float, float, set[str], bool]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def stale(self) -> list[str]:
        """What a reader saw too late or too long, or should never have seen."""
        wrong = []
        for asked, answered, ids, promptly in self.seen:
            bound = 0.0 if promptly else BOUND_SECONDS
            for one, life in self.lives.items():
                if one in ids and not life.may_from <= answered:
                    wrong.append(f"{one} was shown before it was approved")
                if one in ids and life.may_until + bound < asked:
                    wrong.append(f"{one} was shown {asked - life.may_until:.2f} s after its rejection")
                if one not in ids and life.must_from + bound < asked and answered < life.must_until:
                    wrong.append(f"{one} was missing {asked - life.must_from:.2f} s after its approval")
            wrong += [f"{one} was never approved" for one in ids - set(self.lives)]
        return wrong


@pytest.fixture
def service() -> Iterator[RunningService]:
    running = RunningService({"BELOWLINE_LIMITS": "off", "BELOWLINE_WORKERS": "3"})
    try:
        yield running.start()
    finally:
        running.remove()


def ids_of(comments: list[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in comments} | {two for one in comments for two in ids_of(one["replies"])}


def read(service: RunningService, story: Story, promptly: bool) -> None:
    client = service.client()
    headers = {"Cache-Control": "no-cache"} if promptly else {}
    while not story.over.is_set():
        asked = time.monotonic()
        answer = client.get(THREAD, headers)
        assert answer.status == 200
        story.seen.append((asked, time.monotonic(), ids_of(answer.json()["comments"]), promptly))


def decide(service: RunningService, story: Story) -> None:
    reader, moderator = service.client(), service.client(service.credentials()["moderator_token"])

    def ruling(one: str, decision: str, version: int) -> None:
        path = f"/v1/moderation/comments/{one}/decision"
        answer = moderator.post(path, {"decision": decision}, {"If-Match": f'"{version}"'})
        assert answer.status == 200, answer.body

    public: list[str] = []
    for number in range(DECISIONS):
        one = reader.post("/v1/comments", comment(f"Number {number}.", page=PAGE)).json()["comment"]["id"]
        life = story.lives[one] = Life()
        life.may_from = time.monotonic()
        ruling(one, "approve", 1)
        life.must_from = time.monotonic()
        public.append(one)
        if number % 3 == 2:
            gone = story.lives[public.pop(0)]
            gone.must_until = time.monotonic()
            ruling(next(key for key, kept in story.lives.items() if kept is gone), "reject", 2)
            gone.may_until = time.monotonic()


def test_a_decision_shows_everywhere_within_the_bound(service: RunningService) -> None:
    story = Story()
    readers = [
        threading.Thread(target=read, args=(service, story, number == 0), daemon=True)
        for number in range(READERS)
    ]
    for reader in readers:
        reader.start()
    try:
        decide(service, story)
        story.over.wait(BOUND_SECONDS * 1.5)  # so that the last decisions are looked at too
    finally:
        story.over.set()
        for reader in readers:
            reader.join(10)
    assert sum(promptly for *_, promptly in story.seen) > 20
    assert len(story.seen) > 200
    assert story.stale() == []
