"""The statistics counted by brute force: every row of the raw tables is read and looked at, one definition at a time.

Written from docs/statistics.md and sharing nothing with the code under test but the tables.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from service.storage.database import reading
from service.storage.models import Comment, Event, LimitHits, StoredSignal
from tests.api.newsroom import Newsroom

HOLD_FROM = 0.5
LIMITS_OF_SUBMISSIONS = (
    "submit-address",
    "submit-address-hour",
    "submit-author",
    "refused-address",
)
WORDS = {"approved": "approve", "rejected": "reject", "spam": "spam", "deleted": "delete"}


class Row(SimpleNamespace):
    """One row: each member is read thousands of times, which the attributes of a model are too slow for."""

    __eq__, __hash__ = object.__eq__, object.__hash__


@dataclass(frozen=True)
class Raw:
    """All rows of a site."""

    comments: list[Row]
    signals: list[Row]
    events: list[Row]
    hits: list[Row]

    @cached_property
    def by_comment(self) -> dict[str | None, list[Row]]:
        found: dict[str | None, list[Row]] = defaultdict(list)
        for event in sorted(self.events, key=lambda event: event.version or 0):
            if event.version is not None:
                found[event.comment_id].append(event)
        return found

    @cached_property
    def checks_of(self) -> dict[tuple[str, int | None], set[str]]:
        found: dict[tuple[str, int | None], set[str]] = defaultdict(set)
        for signal in self.signals:
            found[signal.comment_id, signal.comment_version].add(signal.check)
        return found

    @cached_property
    def waits(self) -> list[tuple[datetime, float]]:
        """Every decision about a comment that waited: when, and after how many seconds."""
        found = []
        for comment in self.comments:
            events = self.events_of(comment)
            for number, event in enumerate(events):
                if event.kind == "decided" and event.before == "pending":
                    edits = [e.created_at for e in events[:number] if e.kind == "edited"]
                    seconds = (event.created_at - max([comment.created_at, *edits])).total_seconds()
                    found.append((event.created_at, seconds))
        return found

    def events_of(self, comment: Row) -> list[Row]:
        return self.by_comment[comment.id]

    def since_text(self, comment: Row) -> list[Row]:
        """From the event that brought in the present text on."""
        found = self.events_of(comment)
        last = max((i for i, e in enumerate(found) if e.kind in ("submitted", "edited")), default=len(found))
        return found[last:]

    def standing(self, comment: Row) -> list[Row]:
        """Decisions about the present text that nobody undid."""
        events = self.since_text(comment)
        undone = {event.decision_id for event in events if event.kind == "undone"}
        return [e for e in events if e.kind == "decided" and e.decision_id not in undone]

    def label(self, comment: Row) -> str:
        standing = self.standing(comment)
        last = str(standing[-1].after) if standing else ""
        return {"approved": "fine", "rejected": "refused", "spam": "refused"}.get(last, "")

    def fate(self, comment: Row) -> str:
        """What became of the present text before people looked: `due` for review, decided `unseen`, or neither."""
        events = self.since_text(comment)
        if not events:
            return "neither"
        alone = len(events) > 1 and events[1].kind in ("published", "filtered")
        if events[0].after == "approved" or alone:
            told = events[int(alone)].detail
            if not told["review_probability"]:
                return "unseen"
            return "due" if told["sampled"] else "neither"
        return "due" if events[0].after == "pending" else "neither"

    def weight(self, comment: Row) -> float:
        """For how many comments one that was reviewed stands."""
        events = self.since_text(comment)
        alone = len(events) > 1 and events[1].kind in ("published", "filtered")
        probability: float = events[int(alone)].detail["review_probability"]
        return 1 / probability

    def mean(self, some: list[Row], value: Callable[[Row], float]) -> float | None:
        """Of all that these stand for."""
        weights = [self.weight(comment) for comment in some]
        total = sum(weight * value(comment) for weight, comment in zip(weights, some, strict=True))
        return total / sum(weights) if some else None

    def share(self, some: list[Row], hit: Callable[[Row], bool]) -> float | None:
        return self.mean(some, lambda comment: float(hit(comment)))

    def fired(self, comment: Row) -> set[str]:
        events = self.since_text(comment)
        return self.checks_of[comment.id, events[0].version] if events else set()


def read(newsroom: Newsroom) -> Raw:
    """The raw tables as they are now."""
    with newsroom.app.app_context(), reading() as session:
        tables = [
            [
                Row(**row)
                for row in session.execute(select(*columns).where(columns.site == newsroom.site)).mappings()
            ]
            for columns in (model.__table__.columns for model in (Comment, StoredSignal, Event, LimitHits))
        ]
    return Raw(*tables)


def bucket_start(moment: datetime, bucket: str) -> datetime:
    """The bucket's beginning, by the calendar's own fields."""
    moment = moment.astimezone(UTC)
    if bucket == "hour":
        return datetime(moment.year, moment.month, moment.day, moment.hour, tzinfo=UTC)
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if bucket == "day":
        return day
    year, week, _ = moment.isocalendar()
    return datetime.fromisocalendar(year, week, 1).replace(tzinfo=UTC)


def counts(raw: Raw, since: datetime, until: datetime) -> dict[str, int]:
    """The members of `totals`, and of one point of the series."""
    mine = [c for c in raw.comments if since <= c.created_at < until]
    by_status = Counter(str(c.status) for c in mine)
    hits = [h.hits for h in raw.hits if h.name in LIMITS_OF_SUBMISSIONS and since <= h.hour < until]
    return {
        "received": len(mine),
        **{status: by_status[status] for status in ("approved", "pending", "rejected", "spam")},
        "rate_limited": sum(hits),
        "challenged": sum(
            h.hits for h in raw.hits if h.name == "challenge-asked" and since <= h.hour < until
        ),
    }


def series(raw: Raw, since: datetime, until: datetime, bucket: str) -> dict[datetime, dict[str, int]]:
    """The points of the series that are not all zeros."""
    edges = {bucket_start(c.created_at, bucket) for c in raw.comments if since <= c.created_at < until}
    edges |= {bucket_start(h.hour, bucket) for h in raw.hits if since <= h.hour < until}
    length = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}[bucket]
    found = {start: counts(raw, max(since, start), min(until, start + length)) for start in edges}
    return {start: point for start, point in found.items() if any(point.values())}


def checks(raw: Raw, since: datetime, until: datetime) -> dict[str, tuple[int, int, int, float | None]]:
    """By check that fired: fired, confirmed, overturned, precision."""
    mine = [c for c in raw.comments if since <= c.created_at < until]
    found = {}
    for name in {check for c in mine for check in raw.fired(c)}:
        fired = [c for c in mine if name in raw.fired(c)]
        labels = Counter(raw.label(c) for c in fired)
        reviewed = [c for c in fired if raw.fate(c) == "due" and raw.label(c)]
        unseen = any(raw.fate(c) == "unseen" for c in fired)
        precision = raw.share(reviewed, lambda c: raw.label(c) == "refused") if not unseen else None
        found[name] = (
            len(fired),
            labels["refused"],
            labels["fine"],
            precision if len(reviewed) >= 30 else None,
        )
    return found


def quality(raw: Raw, since: datetime, until: datetime) -> dict[str, Any]:
    """The members of `filter` but the intervals."""
    mine = [c for c in raw.comments if since <= c.created_at < until and raw.fate(c) != "neither"]
    unseen = [c for c in mine if raw.fate(c) == "unseen"]
    reviewed = [c for c in mine if raw.fate(c) == "due" and raw.label(c)]
    held = [c for c in reviewed if c.score >= HOLD_FROM]
    refused = [c for c in reviewed if raw.label(c) == "refused"]
    fine = [c for c in reviewed if raw.label(c) == "fine"]
    enough = len(reviewed) >= 30
    held_unseen = [c for c in unseen if c.score >= HOLD_FROM]
    return {
        "decided": len(reviewed),
        "unseen": len(unseen),
        "too_few": not enough,
        "precision": raw.share(held, refused.__contains__) if enough and not held_unseen else None,
        "recall": raw.share(refused, held.__contains__) if enough and not unseen else None,
        "false_positive_rate": raw.share(fine, held.__contains__) if enough and not unseen else None,
        "brier": raw.mean(reviewed, lambda c: (c.score - (c in refused)) ** 2)
        if enough and not unseen
        else None,
        "calibration": [
            _bin(raw, [c for c in reviewed if _in_bin(c, n)], [c for c in unseen if _in_bin(c, n)], refused)
            for n in range(10)
        ],
    }


def _in_bin(comment: Row, number: int) -> bool:
    low, high = number / 10, (number + 1) / 10
    return low <= comment.score < high or (number == 9 and comment.score == 1.0)


def _bin(raw: Raw, inside: list[Row], unseen: list[Row], refused: list[Row]) -> tuple[Any, ...]:
    known = len(inside) >= 30 and not unseen
    return (
        len(inside),
        raw.mean(inside, lambda c: c.score),
        raw.share(inside, refused.__contains__) if known else None,
    )


def waits(raw: Raw, since: datetime, until: datetime) -> list[float]:
    """The seconds of every decision of this time about a comment that waited, sorted."""
    return sorted(seconds for moment, seconds in raw.waits if since <= moment < until)


def ages(raw: Raw, moment: datetime) -> list[float]:
    """The seconds since the text came in of every comment that waited at this moment, sorted."""
    found = []
    for comment in raw.comments:
        so_far = [event for event in raw.events_of(comment) if event.created_at < moment]
        if so_far and so_far[-1].after == "pending":
            edits = [event.created_at for event in so_far if event.kind == "edited"]
            found.append((moment - max([comment.created_at, *edits])).total_seconds())
    return sorted(found)


def nearest_rank(values: list[float], percent: float) -> float | None:
    return values[math.ceil(percent / 100 * len(values)) - 1] if values else None


def work(raw: Raw, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """By moderator: comments decided by decision, and how many decisions were overturned and revised."""
    found: dict[str, dict[str, int]] = {}
    for comment in raw.comments:
        events = raw.events_of(comment)
        for number, event in enumerate(events):
            if event.kind != "decided" or not since <= event.created_at < until:
                continue
            mine = found.setdefault(event.actor, dict.fromkeys([*WORDS.values(), "overturned", "revised"], 0))
            mine[WORDS[str(event.after)]] += 1
            turned_by = _turned_by(events, number)
            if turned_by:
                mine["revised" if turned_by == event.actor else "overturned"] += 1
    return found


def _turned_by(events: list[Row], number: int) -> str | None:
    """Who turned the decision at this place, if anybody did."""
    mine = events[number]
    after = events[number + 1 :]
    undone = next((e for e in after if e.kind == "undone" and e.decision_id == mine.decision_id), None)
    if undone:
        return undone.actor
    for event in after:
        if event.kind == "edited":
            return None
        if event.kind == "decided" and not any(
            e.kind == "undone" and e.decision_id == event.decision_id for e in after
        ):
            turned = (mine.after == "approved") != (event.after == "approved")
            return event.actor if turned else None
    return None


def reasons(raw: Raw, since: datetime, until: datetime) -> Counter[tuple[str, str]]:
    """How many comments were decided for which reason."""
    return Counter(
        (WORDS[str(e.after)], e.reason)
        for e in raw.events
        if e.kind == "decided" and since <= e.created_at < until
    )
