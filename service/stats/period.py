"""The hours that statistics are asked for, and the buckets that they are shown in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from service.clock import hour_of
from service.domain.errors import FieldProblem, InvalidInput, TextProblem
from service.domain.moment import day, moment
from service.storage.statistics import Span

DEFAULT_DAYS: Final = 30
BUCKETS_MAX: Final = 2_000
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class Bucket(StrEnum):
    """How long one point of a series is; days and weeks are those of UTC, weeks begin on Monday (ISO 8601)."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        return {Bucket.HOUR: HOUR, Bucket.DAY: DAY, Bucket.WEEK: 7 * DAY}[self]

    def start_of(self, hour: datetime) -> datetime:
        """When the bucket begins in which an hour lies."""
        if self is Bucket.HOUR:
            return hour
        midnight = hour.replace(hour=0)
        return midnight - timedelta(days=midnight.weekday()) if self is Bucket.WEEK else midnight


@dataclass(frozen=True)
class Period:
    """Whole hours of one site in buckets; the first and the last may lie in it only in part."""

    span: Span
    bucket: Bucket

    def starts(self) -> Iterator[datetime]:
        """When each bucket begins."""
        start = self.bucket.start_of(self.span.since)
        while start < self.span.until:
            yield start
            start += self.bucket.length


@dataclass(frozen=True)
class Wanted:
    """What was asked for; None is for the default."""

    site: str
    since: datetime | None
    until: datetime | None
    bucket: Bucket

    def period(self, site: str, now: datetime) -> Period:
        """The hours meant; without more: the 30 days until now. Raises InvalidInput, field by field."""
        until = _end_of_hour(self.until or now)
        since = hour_of(self.since or _days_before(until))
        if since >= until:
            late = "from" if self.until is None else "to"
            raise InvalidInput([FieldProblem(late, "invalid", "`from` must be before `to`.")])
        if (until - self.bucket.start_of(since)) / self.bucket.length > BUCKETS_MAX:
            raise InvalidInput(
                [FieldProblem("bucket", "too_many", f"These are more than {BUCKETS_MAX} buckets.")]
            )
        return Period(Span(site, since, until), self.bucket)


def beginning(raw: str) -> datetime:
    """A time, or the beginning of a date. Raises TextProblem: invalid."""
    return _early_enough(day(raw) or _moment(raw))


def ending(raw: str) -> datetime:
    """A time, or the end of a date. Raises TextProblem: invalid."""
    midnight = day(raw)
    return _early_enough(_moment(raw)) if midnight is None else _early_enough(midnight) + DAY


def _moment(raw: str) -> datetime:
    try:
        return moment(raw)
    except TextProblem:
        raise _invalid() from None


def _early_enough(found: datetime) -> datetime:
    if not datetime(1970, 1, 1, tzinfo=UTC) <= found < datetime(9000, 1, 1, tzinfo=UTC):
        raise _invalid()
    return found


def _invalid() -> TextProblem:
    return TextProblem("invalid", "A date such as 2026-03-07, or a time such as 2026-03-07T09:30:00Z.")


def _end_of_hour(found: datetime) -> datetime:
    begun = hour_of(found)
    return found if begun == found else begun + HOUR


def _days_before(until: datetime) -> datetime:
    """Such that the default shows 30 buckets of a day, the last of which is today."""
    return Bucket.DAY.start_of(hour_of(until - timedelta(microseconds=1))) - (DEFAULT_DAYS - 1) * DAY
