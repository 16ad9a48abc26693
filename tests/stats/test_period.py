"""Which hours are meant, and the buckets they are shown in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.domain.errors import InvalidInput, TextProblem
from service.stats.period import BUCKETS_MAX, Bucket, Period, Wanted, beginning, ending

NOW = datetime(2026, 3, 7, 9, 30, tzinfo=UTC)  # a Saturday


def period(since: str = "", until: str = "", bucket: Bucket = Bucket.DAY, now: datetime = NOW) -> Period:
    return Wanted("", beginning(since) if since else None, ending(until) if until else None, bucket).period(
        "paper", now
    )


def hours(found: Period) -> tuple[str, str]:
    return f"{found.span.since:%m-%d %H:%M}", f"{found.span.until:%m-%d %H:%M}"


def test_by_default_it_is_the_thirty_days_until_now() -> None:
    found = period()
    assert hours(found) == ("02-06 00:00", "03-07 10:00")
    assert len(list(found.starts())) == 30
    at_midnight = period(now=datetime(2026, 3, 7, tzinfo=UTC))
    assert hours(at_midnight) == ("02-05 00:00", "03-07 00:00")
    assert len(list(at_midnight.starts())) == 30


def test_a_date_is_a_whole_day_at_either_end() -> None:
    assert hours(period("2026-03-01", "2026-03-02")) == ("03-01 00:00", "03-03 00:00")
    assert hours(period("2026-03-01", "2026-03-01")) == ("03-01 00:00", "03-02 00:00")
    assert hours(period("", "2026-02-28")) == ("01-30 00:00", "03-01 00:00")


def test_times_are_widened_to_whole_hours_of_utc() -> None:
    assert hours(period("2026-03-01T10:59:59Z", "2026-03-01T11:00:00Z")) == ("03-01 10:00", "03-01 11:00")
    assert hours(period("2026-03-01T10:00:00+05:30", "2026-03-01T11:00:01Z")) == (
        "03-01 04:00",
        "03-01 12:00",
    )
    assert hours(period("2026-03-01T10:00:00Z", "2026-03-01T10:00:00.5Z")) == ("03-01 10:00", "03-01 11:00")


@pytest.mark.parametrize(
    ("bucket", "starts"),
    [
        (Bucket.HOUR, ["02-28 22:00", "02-28 23:00", "03-01 00:00"]),
        (Bucket.DAY, ["02-28 00:00", "03-01 00:00"]),
        (Bucket.WEEK, ["02-23 00:00"]),  # both are in the week from Monday on
    ],
)
def test_buckets_begin_with_their_hour_day_or_monday(bucket: Bucket, starts: list[str]) -> None:
    found = period("2026-02-28T22:15:00Z", "2026-03-01T00:30:00Z", bucket)
    assert [f"{start:%m-%d %H:%M}" for start in found.starts()] == starts
    for start in found.starts():
        assert bucket.start_of(start) == start


def test_two_thousand_buckets_are_enough() -> None:
    last = f"{datetime(2020, 1, 1, tzinfo=UTC) + BUCKETS_MAX * Bucket.DAY.length:%Y-%m-%dT00:00:00Z}"
    assert len(list(period("2020-01-01", last).starts())) == BUCKETS_MAX
    with pytest.raises(InvalidInput) as refused:
        period("2020-01-01", last.replace("T00:00:00", "T00:00:01"))
    assert [(p.field, p.code) for p in refused.value.problems] == [("bucket", "too_many")]
    with pytest.raises(InvalidInput):
        period("1970-01-01", "8999-12-30", Bucket.HOUR)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2026-03-02", "2026-03-01", "to"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", "to"),
        ("2026-03-08", "", "from"),
    ],
)
def test_an_end_before_the_beginning_is_refused(since: str, until: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        period(since, until)
    assert [(p.field, p.code) for p in refused.value.problems] == [(field, "invalid")]


@pytest.mark.parametrize(
    "raw",
    ["yesterday", "2026-3-7", "2026-02-30", "2026-03-07T09:30:00", "2026-03-07 09:30:00Z", "20260307", "2026-W10-6",
     "1969-12-31", "9000-01-01", "9999-12-31T23:59:59-14:00", "2026-03-07T24:30:00Z", "٢٠٢٦-٠٣-٠٧", ""],
)  # fmt: skip
@pytest.mark.parametrize("clean", [beginning, ending])
def test_what_is_no_time_is_refused(raw: str, clean: object) -> None:
    assert callable(clean)
    with pytest.raises(TextProblem) as refused:
        clean(raw)
    assert refused.value.code == "invalid"
