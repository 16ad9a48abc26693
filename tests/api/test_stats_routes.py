"""GET /v1/stats/…: who may ask, what is understood, what is answered."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from service import clock
from service.auth import tokens
from service.domain.ids import new_id
from service.domain.role import Role
from service.jobs.flush import Flusher
from tests.api.moderated import post, write
from tests.api.newsroom import Newsroom, bearer, open_newsroom
from tests.backing.redis import RedisServer

COUNTS = {"received", "approved", "pending", "rejected", "spam", "rate_limited", "challenged"}
LINK = "Cheap at https://shop.example/1 and https://shop.example/2 and http://WWW.Other.example"


def ask(newsroom: Newsroom, which: str = "spam", token: str = "", **query: str) -> Any:
    return newsroom.client.get(
        f"/v1/stats/{which}", query_string=query, headers=bearer(token or newsroom.admin)
    )


def told(newsroom: Newsroom, which: str = "spam", **query: str) -> dict[str, Any]:
    answer = ask(newsroom, which, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed: dict[str, Any] = answer.get_json()
    return parsed


def test_the_members_are_those_of_the_contract(newsroom: Newsroom) -> None:
    newsroom.pending(body=LINK)
    found = told(newsroom, site=newsroom.site)
    members = ["totals", "series", "checks", "filter", "queue", "top_link_domains", "campaigns", "limits"]
    assert list(found) == members
    assert set(found["totals"]) == COUNTS
    assert {frozenset(point) for point in found["series"]} == {frozenset({"start", *COUNTS})}
    assert set(found["checks"][0]) >= {"check", "fired", "confirmed", "overturned", "precision"}
    assert set(found["filter"]) >= {"precision", "recall", "false_positive_rate", "decided", "calibration"}
    assert set(found["filter"]) >= {"mode", "not_yet", "review_share", "rejection"}
    assert (found["filter"]["mode"], found["filter"]["not_yet"][0]) == ("shadow", "switched_off")
    assert set(found["queue"]) == {"pending", "review_due", "oldest_seconds", "decision_seconds", "series"}
    assert set(found["queue"]["decision_seconds"]) == {"p50", "p95"}
    assert found["top_link_domains"] == [
        {"domain": "other.example", "comments": 1},
        {"domain": "shop.example", "comments": 1},
    ]


def test_a_site_where_nothing_happened_has_zeros(newsroom: Newsroom) -> None:
    found = told(newsroom)
    assert found["totals"] == dict.fromkeys(COUNTS, 0)
    assert len(found["series"]) == 30
    nothing = {"age_seconds": {"p50": None, "p95": None}, "decision_seconds": {"p50": None, "p95": None}}
    assert found["queue"].pop("series") == [{"start": point["start"], **nothing} for point in found["series"]]
    assert found["queue"] == {
        "pending": 0,
        "review_due": 0,
        "oldest_seconds": None,
        "decision_seconds": {"p50": None, "p95": None},
    }
    assert {line["fired"] for line in found["checks"]} == {0}
    assert found["campaigns"] == found["top_link_domains"] == []
    desk = told(newsroom, "moderation")
    assert desk["totals"]["decided"] == 0
    assert desk["moderators"] == desk["reasons"] == []


def test_what_was_just_done_is_counted(newsroom: Newsroom) -> None:
    one, two, three = (newsroom.pending() for _ in range(3))
    assert told(newsroom)["totals"]["pending"] == 3
    newsroom.decide(one, "approve")
    undo = newsroom.decide(two, "spam", reason="advert").get_json()["undo"]
    newsroom.decide(three, "delete")
    totals = told(newsroom)["totals"]
    assert (totals["received"], totals["approved"], totals["spam"], totals["pending"]) == (3, 1, 1, 0)
    today = told(newsroom)["series"][-1]
    assert {name: today[name] for name in COUNTS} == totals
    post(newsroom, f"undo/{undo}")
    assert told(newsroom)["totals"]["pending"] == 1
    desk = told(newsroom, "moderation")
    actor = f"token:{newsroom.moderator[:10]}"
    (line,) = desk["moderators"]
    assert (line["moderator"], line["decided"], line["revised"], line["overturned"]) == (actor, 3, 1, 0)
    assert {"decision": "spam", "reason": "advert", "count": 1} in desk["reasons"]
    assert desk["series"][-1]["decided"] == 3


def test_figures_come_with_thirty_reviewed_comments_and_carry_intervals(newsroom: Newsroom) -> None:
    loud = [newsroom.pending(body="WHAT IS THIS ALL ABOUT, I ASK YOU ALL " + "?" * n) for n in range(12)]
    calm = [newsroom.pending() for _ in range(18)]
    post(newsroom, "decisions", {"decision": "spam", "ids": [*loud[:9], *calm[:2]]})
    post(newsroom, "decisions", {"decision": "approve", "ids": [*loud[9:], *calm[2:-1]]})
    few = told(newsroom)["filter"]
    assert (few["decided"], few["too_few"], few["precision"], few["intervals"]["precision"]) == (
        29,
        True,
        None,
        None,
    )
    newsroom.decide(calm[-1], "approve")
    found = told(newsroom)
    quality = found["filter"]
    assert (quality["decided"], quality["too_few"], quality["unseen"]) == (30, False, 0)
    assert quality["precision"] == pytest.approx(9 / 12)
    assert quality["recall"] == pytest.approx(9 / 11, abs=1e-6)
    assert quality["false_positive_rate"] == pytest.approx(3 / 19, abs=1e-6)
    for name, interval in quality["intervals"].items():
        assert interval[0] < quality[name] < interval[1]
    assert sum(line["n"] for line in quality["calibration"]) == 30
    (capitals,) = (line for line in found["checks"] if line["check"] == "capitals")
    assert (capitals["fired"], capitals["confirmed"], capitals["overturned"]) == (12, 9, 3)
    assert (capitals["precision"], capitals["too_few"]) == (None, True)


def test_agreement_is_the_share_that_nobody_else_turned(newsroom: Newsroom) -> None:
    ids = [newsroom.pending() for _ in range(30)]
    post(newsroom, "decisions", {"decision": "approve", "ids": ids[:29]})
    post(newsroom, "decisions", {"decision": "spam", "ids": ids[:3]}, token=newsroom.admin)
    first = f"token:{newsroom.moderator[:10]}"
    few = {line["moderator"]: line for line in told(newsroom, "moderation")["moderators"]}[first]
    assert (few["decided"], few["overturned"], few["agreement"], few["too_few"]) == (29, 3, None, True)
    newsroom.decide(ids[29], "reject")
    desk = told(newsroom, "moderation")
    line = {line["moderator"]: line for line in desk["moderators"]}[first]
    assert (line["approve"], line["reject"], line["agreement"], line["too_few"]) == (29, 1, 0.9, False)
    assert line["intervals"]["agreement"] == pytest.approx([0.7438, 0.9654], abs=5e-5)  # 27 of 30
    assert desk["moderators"][0]["moderator"] == first  # who did most comes first
    assert desk["totals"]["agreement"] == pytest.approx(30 / 33, abs=1e-6)


def test_campaigns_are_the_largest_first(newsroom: Newsroom) -> None:
    small, large = new_id(), new_id()
    ids = [newsroom.pending() for _ in range(5)]
    for number, comment in enumerate(ids):
        write(newsroom, comment, campaign=large if number < 3 else small)
    newsroom.decide(ids[0], "spam")
    assert told(newsroom)["campaigns"] == [
        {"campaign": large, "comments": 3, "approved": 0, "pending": 2, "rejected": 0, "spam": 1},
        {"campaign": small, "comments": 2, "approved": 0, "pending": 2, "rejected": 0, "spam": 0},
    ]


def test_only_what_came_in_the_range_counts(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 3, 7, 23, 59, 59, 999_999, tzinfo=UTC)
    for moment in (start, start + timedelta(microseconds=1), start + timedelta(days=1, microseconds=1)):
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        newsroom.pending(body=LINK)
    for query, number in (
        ({"from": "2026-03-07", "to": "2026-03-07"}, 1),
        ({"from": "2026-03-08", "to": "2026-03-08"}, 1),
        ({"from": "2026-03-07", "to": "2026-03-09"}, 3),
        ({"from": "2026-03-08T00:00:00Z", "to": "2026-03-09T00:00:00Z"}, 1),
        ({"from": "2026-03-08T01:00:00+01:00", "to": "2026-03-09T01:00:01+01:00"}, 2),
        ({"from": "2026-03-06", "to": "2026-03-06"}, 0),
    ):
        found = told(newsroom, **query)
        assert found["totals"]["received"] == number, query
        assert sum(point["received"] for point in found["series"]) == number
        assert sum(line["comments"] for line in found["top_link_domains"]) == 2 * number
    weeks = told(newsroom, **{"from": "2026-03-07", "to": "2026-03-09", "bucket": "week"})["series"]
    assert [(point["start"], point["received"]) for point in weeks] == [
        ("2026-03-02T00:00:00.000000Z", 2),
        ("2026-03-09T00:00:00.000000Z", 1),
    ]


def test_refusals_by_rate_limits_are_counted(
    make_app: Callable[..., Flask], redis_server: RedisServer
) -> None:
    limited = open_newsroom(make_app(limits_on=True, redis_url=redis_server.url))
    answers = [limited.submit(address="203.0.113.77").status_code for _ in range(9)]
    refused = answers.count(429)
    assert refused >= 3
    for _ in range(2):  # a vote is no comment
        limited.client.put(f"/v1/comments/{new_id()}/vote", json={"value": 1})
    Flusher(limited.app.extensions["belowline"].hits, limited.app.app_context).flush()
    totals = told(limited)["totals"]
    assert (totals["rate_limited"], totals["received"]) == (refused, answers.count(201))


@pytest.mark.parametrize("which", ["spam", "moderation"])
def test_statistics_are_for_admins_of_the_site(
    newsroom: Newsroom, open_site: Callable[..., Newsroom], which: str
) -> None:
    assert ask(newsroom, which, token=newsroom.moderator).status_code == 403
    assert newsroom.client.get(f"/v1/stats/{which}").status_code == 401
    assert ask(newsroom, which, site=open_site().site).status_code == 404
    assert ask(newsroom, which, site="nowhere").status_code == 404
    assert ask(newsroom, which, site=newsroom.site).status_code == 200


def test_another_sites_comments_are_not_counted(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    other.approved(body=LINK)
    newsroom.pending()
    found = told(newsroom)
    assert (found["totals"]["received"], found["totals"]["approved"]) == (1, 0)
    assert found["top_link_domains"] == []
    assert told(newsroom, "moderation")["totals"]["decided"] == 0


def test_a_credential_for_several_sites_names_one(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    with newsroom.app.app_context():
        both, every = (
            tokens.issue(tokens.NewToken(Role.ADMIN, "test", sites, days=None), clock.now())
            for sites in ([newsroom.site, other.site], None)
        )
    for token in (both, every):
        refused = ask(newsroom, token=token)
        assert refused.status_code == 422
        assert [(e["field"], e["code"]) for e in refused.get_json()["errors"]] == [("site", "required")]
        assert ask(newsroom, token=token, site=other.site).status_code == 200


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"from": "yesterday"}, "from", "invalid"),
        ({"to": "2026-02-30"}, "to", "invalid"),
        ({"to": "2026-02-03T10:00:00"}, "to", "invalid"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to", "invalid"),
        ({"bucket": "month"}, "bucket", "invalid"),
        ({"from": "2020-01-01", "bucket": "hour"}, "bucket", "too_many"),
        ({"form": "2026-03-02"}, "form", "unknown_field"),
        ({"site": "x" * 64}, "site", "invalid"),
        ({"site": "\0"}, "site", "invalid"),
    ],
)
@pytest.mark.parametrize("which", ["spam", "moderation"])
def test_what_is_not_understood_is_named(
    newsroom: Newsroom, which: str, query: dict[str, str], field: str, code: str
) -> None:
    refused = ask(newsroom, which, **query)
    assert refused.status_code == 422, refused.get_data(as_text=True)
    assert [(e["field"], e["code"]) for e in refused.get_json()["errors"]] == [(field, code)]


def test_no_email_and_no_text_is_in_the_answers(newsroom: Newsroom) -> None:
    newsroom.approved(email="planted@mail.example.org", body="Planted words.", name="Planted Name")
    chance = random.Random(1)
    for which in ("spam", "moderation"):
        answer = ask(newsroom, which, bucket=chance.choice(["day", "week"]))
        assert b"lanted" not in answer.data
