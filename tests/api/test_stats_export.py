"""Tables and charts of the statistics say what the API says, and the API what the raw tables say."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from werkzeug.test import TestResponse

from service import clock
from service.clock import hour_of
from service.stats import drawing
from service.stats.tables import ModerationTable, SpamTable
from service.storage import limit_hits
from service.storage.database import transaction
from service.storage.limit_hits import Refusals
from tests.api.newsroom import Newsroom, bearer

SVG = "{http://www.w3.org/2000/svg}"


def asked(newsroom: Newsroom, path: str, **query: Any) -> TestResponse:
    answer = newsroom.client.get(f"/v1/stats/{path}", query_string=query, headers=bearer(newsroom.admin))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def rows(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


def written(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture
def busy(newsroom: Newsroom) -> Newsroom:
    """A newsroom with a little of everything."""
    for number in range(6):
        comment = newsroom.pending(body=f"Look at https://shop{number}.example/a number {number}")
        newsroom.decide(comment, ("approve", "spam", "reject")[number % 3], reason="advert")
    newsroom.pending()
    now = clock.now()
    with newsroom.app.app_context(), transaction() as session:
        counted = [("submit-address", 4), ("slow-mode", 2), ("submit-site", 9), ("vote-address", 1)]
        limit_hits.store(
            session, [Refusals(newsroom.site, limit, hour_of(now), count) for limit, count in counted]
        )
    return newsroom


def test_each_limit_is_listed_with_how_often_it_was_met(busy: Newsroom) -> None:
    shown = asked(busy, "spam").get_json()
    assert {line["limit"]: line["hits"] for line in shown["limits"]} == {
        "submit-site": 9,
        "submit-address": 4,
        "slow-mode": 2,
        "vote-address": 1,
    }
    assert [line["hits"] for line in shown["limits"]] == [9, 4, 2, 1]
    assert shown["totals"]["rate_limited"] == 6  # of those, the ones for which a comment was not taken


@pytest.mark.parametrize("table", list(SpamTable))
def test_a_table_of_spam_is_what_the_answer_says(busy: Newsroom, table: SpamTable) -> None:
    view = asked(busy, "spam").get_json()
    answer = asked(busy, "spam.csv", table=str(table))
    assert answer.content_type.startswith("text/csv")
    assert re.search(
        rf'filename="{busy.site}-spam-{table}-[\d-]+\.csv"', answer.headers["Content-Disposition"]
    )
    read = rows(answer)
    if table is SpamTable.FILTER:
        assert [row["figure"] for row in read] == ["precision", "recall", "false_positive_rate", "brier"]
        return
    parts = {SpamTable.CALIBRATION: view["filter"]["calibration"], SpamTable.QUEUE: view["queue"]["series"]}
    expected = parts.get(table) or view[str(table)]
    assert len(read) == len(expected)
    for row, shown in zip(read, expected, strict=True):
        for name, value in shown.items():
            if name == "intervals":
                continue
            shown_as = (
                {f"{name}_{of}": one for of, one in value.items()}
                if isinstance(value, dict)
                else {name: value}
            )
            assert {column: row[column] for column in shown_as} == {
                column: written(one) for column, one in shown_as.items()
            }


@pytest.mark.parametrize("table", list(ModerationTable))
def test_a_table_of_moderation_is_what_the_answer_says(busy: Newsroom, table: ModerationTable) -> None:
    view = asked(busy, "moderation").get_json()
    read = rows(asked(busy, "moderation.csv", table=str(table)))
    assert len(read) == len(view[str(table)]) > 0
    name = {"moderators": "decided", "series": "decided", "reasons": "count"}[str(table)]
    assert [row[name] for row in read] == [str(line[name]) for line in view[str(table)]]


def test_an_empty_table_is_a_file_too(newsroom: Newsroom) -> None:
    assert asked(newsroom, "spam.csv", table="limits").get_data().decode("utf-8-sig") == "\r\n"


def heights(svg: str, name: str) -> list[float]:
    """The values that a line shows, read back from where its points are."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    marks = [text.text or "" for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    scale = [float(mark.replace(",", "")) for mark in marks if "-" not in mark]
    top = max(scale[:5])
    (line,) = [one for one in root.iter(f"{SVG}polyline") if one.get("class") == f"line {name}"]
    inside = drawing.HEIGHT - drawing.TOP - drawing.BOTTOM
    ys = [float(point.split(",")[1]) for point in (line.get("points") or "").split()]
    return [round(top * (1 - (y - drawing.TOP) / inside), 1) for y in ys]


def test_a_chart_shows_the_numbers_of_the_series(busy: Newsroom) -> None:
    series = asked(busy, "spam").get_json()["series"]
    answer = asked(busy, "spam.svg", chart="received")
    assert answer.content_type.startswith("image/svg+xml")
    for name in ("received", "approved", "pending", "rejected", "spam"):
        drawn = heights(answer.get_data(as_text=True), name)
        assert drawn == pytest.approx([point[name] for point in series], abs=0.1)
    refused = asked(busy, "spam.svg", chart="refused").get_data(as_text=True)
    assert max(heights(refused, "rate_limited")) == pytest.approx(6, abs=0.1)
    decided = asked(busy, "moderation.svg").get_data(as_text=True)
    assert max(heights(decided, "decided")) == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize(
    ("seconds", "unit", "drawn"), [(600, "minutes", 10), (4 * 3600, "hours", 4), (6 * 86_400, "days", 6)]
)
def test_a_chart_of_times_is_drawn_in_what_people_count_them_in(
    seconds: int, unit: str, drawn: float
) -> None:
    series = [
        {"start": f"2026-03-0{day}T00:00:00Z", "age_seconds": {"p50": seconds / 2, "p95": seconds}}
        for day in (1, 2, 3)
    ]
    svg = drawing.spans(series, "age_seconds")
    assert f'data-unit="{unit}"' in svg
    assert heights(svg, "p95") == pytest.approx([drawn] * 3, abs=0.1)
    assert heights(svg, "p50") == pytest.approx([drawn / 2] * 3, abs=0.1)


def test_a_line_is_broken_where_nothing_is_known() -> None:
    values = [None, 60, 120, None, 180, None]
    series = [
        {"start": f"2026-03-0{day}T00:00:00Z", "age_seconds": {"p50": value, "p95": value}}
        for day, value in enumerate(values, start=1)
    ]
    root = ElementTree.fromstring(drawing.spans(series, "age_seconds"))  # noqa: S314 - our own
    (pair,) = [one for one in root.iter(f"{SVG}polyline") if one.get("class") == "line p50"]
    assert len((pair.get("points") or "").split()) == 2
    (alone,) = [one for one in root.iter(f"{SVG}path") if one.get("class") == "line p50"]
    assert re.fullmatch(r"M[\d.]+ [\d.]+H[\d.]+", alone.get("d") or "")


def test_the_queue_is_drawn_as_the_answer_says(busy: Newsroom) -> None:
    series = asked(busy, "spam").get_json()["queue"]["series"]
    took = [point["decision_seconds"]["p95"] for point in series]
    svg = asked(busy, "spam.svg", chart="decision_time").get_data(as_text=True)
    assert 'data-unit="minutes"' in svg
    assert svg.count('class="line p95"') == sum(one is not None for one in took) == 1
    assert asked(busy, "spam.svg", chart="queue_age").content_type.startswith("image/svg+xml")


def test_a_chart_of_one_bucket_and_of_hours_can_be_drawn(busy: Newsroom) -> None:
    now = clock.now().date().isoformat()
    one = asked(busy, "spam.svg", **{"from": now, "to": now, "bucket": "week"}).get_data(as_text=True)
    root = ElementTree.fromstring(one)  # noqa: S314 - our own
    assert root.findall(f"{SVG}path")
    hours = asked(busy, "spam.svg", **{"from": now, "to": now, "bucket": "hour"}).get_data(as_text=True)
    assert re.search(r">\d\d-\d\d \d\d:00<", hours)


def test_the_calibration_is_drawn_where_its_numbers_are() -> None:
    bins = [
        {"share": 0.25, "mean_score": 0.5, "intervals": {"share": [0.1, 0.4]}},
        {"share": None, "mean_score": None, "intervals": {"share": None}},
    ]
    root = ElementTree.fromstring(drawing.calibration(bins))  # noqa: S314 - our own
    side = drawing.SQUARE - drawing.LEFT - drawing.RIGHT
    (dot,) = root.findall(f"{SVG}circle")
    assert float(dot.get("cx", "0")) == pytest.approx(drawing.LEFT + side * 0.5)
    assert float(dot.get("cy", "0")) == pytest.approx(drawing.TOP + side * 0.75)
    (whisker,) = [one for one in root.findall(f"{SVG}line") if one.get("class") == "interval"]
    assert float(whisker.get("y1", "0")) == pytest.approx(drawing.TOP + side * 0.9, abs=0.1)


@pytest.mark.parametrize(
    ("largest", "top"), [(0, 4), (4, 4), (5, 8), (9, 20), (41, 80), (81, 100), (101, 200), (2001, 4000)]
)
def test_the_scale_ends_at_a_round_number(largest: int, top: int) -> None:
    assert drawing.nice_top(largest) == top


@pytest.mark.parametrize(
    "path", ["spam.csv?table=x", "spam.svg?chart=x", "moderation.csv?from=x", "spam.svg?color=red"]
)
def test_a_part_that_there_is_not_is_refused(newsroom: Newsroom, path: str) -> None:
    answer = newsroom.client.get(f"/v1/stats/{path}", headers=bearer(newsroom.admin))
    assert answer.status_code == 422
    assert newsroom.client.get("/v1/stats/spam.csv", headers=bearer(newsroom.moderator)).status_code == 403
