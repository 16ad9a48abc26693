"""Whatever happens in whatever order, the statistics are what the raw tables say, counted by brute force."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service import clock
from service.settings import Policy
from service.spam import review
from service.stats.verify import verify
from service.storage import limit_hits
from service.storage.database import transaction
from service.storage.limit_hits import Refusals
from tests.api import recount
from tests.api.moderated import post
from tests.api.newsroom import ORIGIN, Newsroom, bearer

STEPS = 300
START = datetime(2026, 2, 20, 22, 10, tzinfo=UTC)
BODIES = (
    "I read this twice and I do not agree.",
    "WHAT IS THIS SUPPOSED TO MEAN TO ANYBODY HERE?",
    "Look at https://shop.example/a and tell me.",
    "https://one.example https://two.example https://www.three.example/x cheap, cheap, cheap",
    "THE SAME WORDS, SHOUTED AGAIN: https://shop.example/b",
    "Сlick hеre",  # Latin and Cyrillic letters in one word
)


@dataclass
class Story:
    """A newsroom in which anything happens."""

    newsroom: Newsroom
    chance: random.Random
    now: datetime = START
    sent: dict[str, str] = field(default_factory=dict)
    domains: dict[str, set[str]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    def go_on(self) -> None:
        self.now += timedelta(seconds=self.chance.choice([0, 0, 7, 7, 61, 61, 120, 400, 4_000, 50_000]))
        act = self.chance.choices(
            [self.submit, self.decide, self.decide_many, self.undo, self.edit, self.withdraw, self.refuse],
            [8, 7, 4, 3, 5, 2, 1],
        )[0]
        act()

    def submit(self) -> None:
        for _ in range(self.chance.choice([1, 1, 4])):
            body = self.chance.choice(BODIES) + f" {self.chance.randrange(40)}"
            page = f"{ORIGIN}/{self.chance.randrange(3)}"
            answer = self.newsroom.submit(
                page=page, body=body, email=f"r{self.chance.randrange(6)}@mail.example.org"
            )
            assert answer.status_code == 201
            comment = answer.get_json()["comment"]["id"]
            self.sent[comment] = answer.get_json()["author_token"]
            self.domains[comment] = linked_in(body)

    def some(self, of_last: int = 25) -> str:
        return self.chance.choice(list(self.sent)[-of_last:])

    def somebody(self) -> str:
        return self.chance.choice([self.newsroom.moderator, self.newsroom.moderator, self.newsroom.admin])

    def word(self) -> str:
        return self.chance.choice(["approve", "approve", "reject", "spam", "delete"])

    def decide(self) -> None:
        for _ in range(3):
            comment = self.some()
            version = self.newsroom.moderation(f"comments/{comment}").get_json()["version"]
            reason = self.chance.choice(["", "off_topic", "advert"])
            self.newsroom.decide(comment, self.word(), version, token=self.somebody(), reason=reason)

    def decide_many(self) -> None:
        ids = list({self.some() for _ in range(6)})
        post(self.newsroom, "decisions", {"decision": self.word(), "ids": ids}, token=self.somebody())

    def undo(self) -> None:
        events = self.newsroom.moderation("events", kind="decided", limit=6).get_json()["events"]
        if events:
            decision = self.chance.choice(events)["decision"]
            answer = post(self.newsroom, f"undo/{decision}", token=self.somebody())
            self.done["undone"] += answer.status_code == 200 and answer.get_json()["restored"] > 0

    def edit(self) -> None:
        comment = self.some(of_last=6)
        body = self.chance.choice(BODIES) + f" edited {self.chance.randrange(40)}"
        answer = self.as_author("PATCH", comment, json={"body": body})
        if answer.status_code == 200:
            self.domains[comment] = linked_in(body)
            self.done["edited"] += 1

    def withdraw(self) -> None:
        self.done["withdrawn"] += self.as_author("DELETE", self.some(of_last=6)).status_code == 204

    def as_author(self, method: str, comment: str, **more: Any) -> Any:
        headers = {"Authorization": f"Author {self.sent[comment]}"}
        return self.newsroom.client.open(f"/v1/comments/{comment}", method=method, headers=headers, **more)

    def refuse(self) -> None:
        hour = self.now.replace(minute=0, second=0, microsecond=0)
        names = self.chance.sample(
            ["submit-address", "refused-address", "vote-address", "submit-site", "challenge-asked"], 2
        )
        with self.newsroom.app.app_context(), transaction() as session:
            limit_hits.store(session, [Refusals(self.newsroom.site, name, hour, 3) for name in names])


def linked_in(body: str) -> set[str]:
    return {
        domain for domain in ("shop.example", "one.example", "two.example", "three.example") if domain in body
    }


def statistics(newsroom: Newsroom, which: str, **query: Any) -> dict[str, Any]:
    answer = newsroom.client.get(f"/v1/stats/{which}", query_string=query, headers=bearer(newsroom.admin))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed: dict[str, Any] = answer.get_json()
    return parsed


def compare(story: Story, since: datetime, until: datetime, bucket: str) -> None:
    """Everything that the API says about these hours, against everything that the tables say."""
    room, raw = story.newsroom, recount.read(story.newsroom)
    query = {"site": room.site, "from": since.isoformat(), "to": until.isoformat(), "bucket": bucket}
    shown = statistics(room, "spam", **query)
    assert shown["totals"] == recount.counts(raw, since, until)
    points = {datetime.fromisoformat(point.pop("start")): point for point in shown["series"]}
    assert {start: point for start, point in points.items() if any(point.values())} == recount.series(
        raw, since, until, bucket
    )
    compare_quality(shown, raw, since, until)
    waiting = [c for c in raw.comments if c.status == "pending"]
    assert shown["queue"]["pending"] == len(waiting)
    oldest = min((c.created_at for c in waiting), default=None)
    assert shown["queue"]["oldest_seconds"] == (
        oldest and pytest.approx((story.now - oldest).total_seconds())
    )
    seconds = recount.waits(raw, since, until)
    for name, percent in (("p50", 50), ("p95", 95)):
        exact = recount.nearest_rank(seconds, percent)
        assert shown["queue"]["decision_seconds"][name] == (
            None if exact is None else pytest.approx(exact, rel=0.01001, abs=0.001)
        )
    compare_queue(story, shown["queue"]["series"], raw, (since, until, bucket))
    compare_domains(story, shown, raw, since, until)
    compare_work(statistics(room, "moderation", **query), raw, since, until)


def compare_queue(
    story: Story, shown: list[dict[str, Any]], raw: recount.Raw, asked: tuple[datetime, datetime, str]
) -> None:
    since, until, bucket = asked
    length = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[bucket]
    latest = min(until, story.now.replace(minute=0, second=0, microsecond=0))
    for point in shown:
        start = datetime.fromisoformat(point["start"])
        end = min(start + length, latest)
        aged = recount.ages(raw, end) if end > max(start, since) else []
        took = recount.waits(raw, max(since, start), min(until, start + length))
        for name, percent in (("p50", 50), ("p95", 95)):
            exact = recount.nearest_rank(aged, percent)
            assert point["age_seconds"][name] == (None if exact is None else pytest.approx(exact, abs=150)), (
                end
            )
            exact = recount.nearest_rank(took, percent)
            assert point["decision_seconds"][name] == (
                None if exact is None else pytest.approx(exact, rel=0.01001, abs=0.001)
            )
        story.done["aged"] += bool(aged)


def compare_quality(shown: dict[str, Any], raw: recount.Raw, since: datetime, until: datetime) -> None:
    fired = {line["check"]: line for line in shown["checks"] if line["fired"]}
    members = ("fired", "confirmed", "overturned", "precision")
    expected = recount.checks(raw, since, until)
    assert set(fired) == set(expected)
    for check, line in fired.items():
        assert [line[member] for member in members] == pytest.approx(list(expected[check]), abs=1e-6)
    quality = recount.quality(raw, since, until)
    calibration = quality.pop("calibration")
    assert {name: shown["filter"][name] for name in quality} == pytest.approx(quality, abs=1e-6)
    for line, bin_ in zip(shown["filter"]["calibration"], calibration, strict=True):
        assert [line["n"], line["mean_score"], line["share"]] == pytest.approx(list(bin_), abs=1e-6)


def compare_domains(
    story: Story, shown: dict[str, Any], raw: recount.Raw, since: datetime, until: datetime
) -> None:
    mine = [c.id for c in raw.comments if since <= c.created_at < until]
    expected = [
        {"domain": domain, "comments": count}
        for domain in ("one.example", "shop.example", "three.example", "two.example")
        if (count := sum(domain in story.domains[comment] for comment in mine))
    ]
    expected.sort(key=lambda line: -int(line["comments"]))
    assert shown["top_link_domains"] == expected


def compare_work(shown: dict[str, Any], raw: recount.Raw, since: datetime, until: datetime) -> None:
    expected = recount.work(raw, since, until)
    members = [*recount.WORDS.values(), "overturned", "revised"]
    found = {line["moderator"]: {member: line[member] for member in members} for line in shown["moderators"]}
    assert found == expected
    assert {member: shown["totals"][member] for member in members} == {
        member: sum(line[member] for line in expected.values()) for member in members
    }
    reasons = recount.reasons(raw, since, until)
    assert {(line["decision"], line["reason"]): line["count"] for line in shown["reasons"]} == reasons
    assert sum(point["decided"] for point in shown["series"]) == reasons.total()


@pytest.mark.parametrize(
    ("policy", "review_share"),
    [
        (Policy.HOLD_ALL, 0.05),
        (Policy.HOLD_SIGNALS, 0.0),
        (Policy.PUBLISH_ALL, 0.0),
        (Policy.PUBLISH_ALL, 0.6),
    ],
)
def test_any_history_is_counted_truly(
    open_site: Callable[..., Newsroom], monkeypatch: pytest.MonkeyPatch, policy: Policy, review_share: float
) -> None:
    chance = random.Random(policy.value)
    story = Story(open_site(policy=policy, review_share=review_share), chance)
    monkeypatch.setattr(review, "lot", chance.random)
    monkeypatch.setattr(clock, "now", lambda: story.now)
    story.submit()
    hour = START.replace(minute=0)
    for step in range(STEPS):
        story.go_on()
        if chance.random() < 0.06 or step == STEPS - 1:
            end = story.now.replace(minute=0, second=0) + timedelta(hours=1)
            since = hour + timedelta(hours=chance.choice([-200, 0, 1, 30]))
            bucket = "hour" if end - since < timedelta(hours=1_500) else "day"
            compare(story, hour - timedelta(days=3), end, "day")
            compare(
                story,
                min(since, end - timedelta(hours=2)),
                end - timedelta(hours=1),
                chance.choice([bucket, "week"]),
            )
    assert min(story.done[act] for act in ("undone", "edited", "withdrawn")) >= 3, story.done
    assert story.done["aged"] >= 10 or policy is Policy.PUBLISH_ALL  # or the ages were never compared
    with story.newsroom.app.app_context():
        assert verify(story.newsroom.site).differences == ()
    told = recount.quality(recount.read(story.newsroom), START, story.now)
    assert (told["unseen"] > 0) == (review_share == 0)
    assert told["decided"] >= 30 or review_share == 0  # or the figures were never compared
