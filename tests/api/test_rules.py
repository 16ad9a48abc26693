"""A newsroom's own rules: what they meet, how they are versioned, and what a draft would have done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from service import clock
from service.clock import rfc3339
from service.domain.rules import Effect, Measure, Rule, RuleBook, RuleKind, clean_value
from service.settings import Policy
from service.spam.rulebooks import forget_rules
from tests.api.moderated import post
from tests.api.newsroom import Newsroom, bearer
from tests.backing.cost import PLAIN, times_the_cost

TIMES_PLAIN_MAX = 50


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def paper(open_site: Callable[..., Newsroom]) -> Newsroom:
    """A newsroom that publishes everything."""
    return open_site(policy=Policy.PUBLISH_ALL)


def put(newsroom: Newsroom, rules: list[dict[str, Any]], seen: int | None = 0, **more: Any) -> Any:
    headers = bearer(newsroom.moderator) | ({} if seen is None else {"If-Match": f'"{seen}"'})
    return newsroom.client.put("/v1/moderation/rules", json={"rules": rules, **more}, headers=headers)


def save(newsroom: Newsroom, *rules: dict[str, Any], seen: int = 0) -> dict[str, Any]:
    answer = put(newsroom, list(rules), seen)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["ETag"] == f'"{seen + 1}"'
    saved: dict[str, Any] = answer.get_json()
    return saved


def judged(newsroom: Newsroom, **fields: Any) -> tuple[str, dict[str, Any]]:
    """The status of a new comment, and its signals by check."""
    sent = newsroom.submit(**fields).get_json()["comment"]
    found = newsroom.moderation(f"comments/{sent['id']}").get_json()
    return sent["status"], {one["check"]: one for one in found["signals"]}


@pytest.mark.parametrize(
    ("rule", "fields", "met"),
    [
        ({"kind": "word", "value": "Casino"}, {"body": "A CASİNO, here"}, True),
        ({"kind": "word", "value": "casino"}, {"body": "casinos are here"}, False),
        ({"kind": "word", "value": "casino*"}, {"body": "casinos are here"}, True),
        ({"kind": "word", "value": "ısı"}, {"body": "ISI ve ışık"}, True),
        ({"kind": "word", "value": "كتاب"}, {"body": "یہ کتاب ہے"}, True),
        ({"kind": "word", "value": "casino"}, {"body": "ca\u00adsino"}, True),
        ({"kind": "phrase", "value": "thank me later"}, {"body": "and THANK,\nme... later!"}, True),
        ({"kind": "phrase", "value": "thank me later"}, {"body": "thank me much later"}, False),
        ({"kind": "link", "value": "www.Pills.example"}, {"body": "https://a.pills.example/x"}, True),
        ({"kind": "link", "value": "pills.example"}, {"website": "https://pills.example"}, True),
        ({"kind": "link", "value": "pills.example"}, {"body": "https://notpills.example"}, False),
        ({"kind": "author", "value": "the editor"}, {"name": "Thé Editor of all"}, True),
        ({"kind": "author", "value": "the editor"}, {"body": "the editor"}, False),
        ({"kind": "pattern", "value": r"\bv[i1]agra\b"}, {"body": "some V1AGRA now"}, True),
        ({"kind": "pattern", "value": r"^\d{4}$"}, {"body": "12345"}, False),
        (
            {"kind": "threshold", "measure": "links", "at_least": 2},
            {"body": "https://a.example https://b.example"},
            True,
        ),
        ({"kind": "threshold", "measure": "links", "at_least": 2}, {"body": "https://a.example"}, False),
        ({"kind": "threshold", "measure": "characters", "at_least": 10}, {"body": "a" * 10}, True),
        ({"kind": "threshold", "measure": "characters", "at_least": 10}, {"body": "a" * 9}, False),
        ({"kind": "threshold", "measure": "capitals", "at_least": 50}, {"body": "ABcd"}, True),
        ({"kind": "threshold", "measure": "capitals", "at_least": 51}, {"body": "ABcd"}, False),
    ],
)
def test_what_a_rule_meets_waits_under_every_policy(
    paper: Newsroom, rule: dict[str, Any], fields: dict[str, str], met: bool
) -> None:
    save(paper, rule)
    status, signals = judged(paper, **fields)
    assert (status, "rules" in signals) == (("pending", True) if met else ("approved", False))


def test_the_span_is_the_place_in_the_body(paper: Newsroom) -> None:
    save(paper, {"kind": "phrase", "value": "ısmarlama çanta"})
    body = "🙂 Bu ISMARLAMA,  ÇANTA!"
    _, signals = judged(paper, body=body)
    start, end = signals["rules"]["span"]
    assert body[start:end] == "ISMARLAMA,  ÇANTA"
    assert "phrase" in signals["rules"]["reason"]


def test_what_is_watched_is_evidence_only(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    save(
        newsroom,
        {"kind": "word", "value": "alpha", "effect": "watch", "score": 0.4},
        {"kind": "word", "value": "omega", "effect": "watch", "score": 0.5},
    )
    status, signals = judged(newsroom, body="alpha")
    assert (status, signals["watched"]["score"]) == ("approved", 0.4)
    status, signals = judged(newsroom, body="omega alpha")
    assert (status, signals["watched"]["score"]) == ("pending", 0.5)


def test_a_threshold_on_the_score_moves_the_sites_own(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    watch = {"kind": "word", "value": "alpha", "effect": "watch", "score": 0.4}
    for at, (percent, expected) in enumerate(((40, "pending"), (41, "approved"))):
        save(newsroom, watch, {"kind": "threshold", "measure": "score", "at_least": percent}, seen=at)
        assert judged(newsroom, body="alpha")[0] == expected


def test_an_edit_meets_the_rules_too(paper: Newsroom) -> None:
    save(paper, {"kind": "word", "value": "casino"})
    sent = paper.submit(body="Harmless.").get_json()
    assert sent["comment"]["status"] == "approved"
    answer = paper.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": "casino"},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    assert answer.get_json()["comment"]["status"] == "pending"


def test_rules_that_cannot_be_read_hold_everything(paper: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    from service.spam import rulebooks

    def broken(_: object) -> None:
        raise ValueError("out of order")

    save(paper, {"kind": "word", "value": "casino"})
    monkeypatch.setattr(rulebooks, "rule_of", broken)
    assert judged(paper)[0] == "pending"


def test_every_save_is_a_version_and_reverting_is_one_too(paper: Newsroom) -> None:
    empty = paper.moderation("rules")
    assert (empty.get_json()["version"], empty.headers["ETag"]) == (0, '"0"')
    save(paper, {"kind": "word", "value": "one"})
    save(paper, {"kind": "word", "value": "two"}, seen=1)
    back = post(paper, "rules/revert", {"version": 1, "note": "Too many"}, headers={"If-Match": '"2"'})
    assert (back.get_json()["version"], back.get_json()["reverts_to"]) == (3, 1)
    assert [rule["value"] for rule in paper.moderation("rules").get_json()["rules"]] == ["one"]
    assert (judged(paper, body="one")[0], judged(paper, body="two")[0]) == ("pending", "approved")
    listed = paper.moderation("rules/versions", limit=2).get_json()
    assert ([one["version"] for one in listed["versions"]], listed["next"]) == ([3, 2], 2)
    rest = paper.moderation("rules/versions", limit=2, below=listed["next"]).get_json()
    assert ([one["version"] for one in rest["versions"]], rest["next"]) == ([1], None)
    missing = post(paper, "rules/revert", {"version": 9}, headers={"If-Match": '"3"'})
    assert missing.status_code == 404
    kinds = [event["kind"] for event in paper.moderation("events", kind="rules_saved").get_json()["events"]]
    assert kinds == ["rules_saved"] * 3


def test_who_did_not_see_the_last_version_is_told(paper: Newsroom) -> None:
    save(paper, {"kind": "word", "value": "one"})
    stale = put(paper, [], 0)
    assert (stale.status_code, stale.get_json()["current_version"]) == (412, 1)
    assert put(paper, [], 7).status_code == 412  # a version that there is not yet
    assert put(paper, [], None).status_code == 428
    assert paper.moderation("rules").get_json()["version"] == 1


def test_of_many_who_save_at_once_one_is_first(paper: Newsroom) -> None:
    def attempt(number: int) -> int:
        found: int = put(paper, [{"kind": "word", "value": f"word{number}"}], 0).status_code
        return found

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == [200, 412, 412, 412, 412, 412]
    assert paper.moderation("rules").get_json()["version"] == 1


def simulate(newsroom: Newsroom, **draft: Any) -> dict[str, Any]:
    now = clock.now()
    span = {"from": rfc3339(now - timedelta(hours=1)), "to": rfc3339(now + timedelta(hours=1))}
    answer = post(newsroom, "rules/simulate", span | draft)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_draft_is_tried_on_what_was_sent_and_changes_nothing(paper: Newsroom) -> None:
    save(paper, {"kind": "word", "value": "casino"})
    held = paper.pending(body="A casino.")
    public = paper.pending(body="A bank.")
    paper.pending(body="A park.")
    found = simulate(paper, rules=[{"kind": "word", "value": "bank"}])
    changed = [(one["comment"], one["before"], one["after"]) for one in found["changed"]]
    assert changed == [(public, "approved", "pending"), (held, "pending", "approved")]
    assert (found["looked_at"], found["next"]) == (3, None)
    assert "bank" in found["changed"][0]["reason"]
    assert simulate(paper)["changed"] == []
    assert paper.moderation("rules").get_json()["version"] == 1
    assert paper.moderation(f"comments/{public}").get_json()["status"] == "approved"


def test_another_policy_is_tried_the_same_way(paper: Newsroom) -> None:
    first = paper.pending(email="me@mail.example.org")
    second = paper.pending(email="me@mail.example.org")
    held = [one["comment"] for one in simulate(paper, policy="hold_new_authors")["changed"]]
    assert held == [first]
    assert [one["comment"] for one in simulate(paper, policy="hold_all")["changed"]] == [second, first]


def test_a_simulation_goes_on_where_it_stopped_and_stays_in_its_range(paper: Newsroom) -> None:
    ids = [paper.pending(body=f"casino {n}") for n in range(5)]
    draft = {"rules": [{"kind": "word", "value": "casino"}], "limit": 2}
    found: list[str] = []
    before = ""
    for _ in range(3):
        part = simulate(paper, **draft, **({"before": before} if before else {}))
        found += [one["comment"] for one in part["changed"]]
        before = part["next"]
    assert (found, before) == (ids[::-1], None)
    past = rfc3339(clock.now() - timedelta(minutes=30))
    assert simulate(paper, **draft, to=past)["looked_at"] == 0


def test_other_sites_are_out_of_reach(paper: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site(policy=Policy.PUBLISH_ALL)
    save(other, {"kind": "word", "value": "casino"})
    assert judged(paper, body="casino")[0] == "approved"
    assert paper.moderation("rules", site=other.site).status_code == 404
    assert put(paper, [], 1, site=other.site).status_code == 404
    now = rfc3339(clock.now())
    for path, body in (
        ("rules/revert", {"version": 1}),
        ("rules/simulate", {"from": "2026-01-01T00:00:00Z", "to": now}),
    ):
        answer = post(paper, path, body | {"site": other.site}, headers={"If-Match": '"1"'})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("rule", "field", "code"),
    [
        ({"kind": "word"}, "value", "required"),
        ({"kind": "word", "value": "two words"}, "value", "invalid"),
        ({"kind": "word", "value": "ab*"}, "value", "invalid"),
        ({"kind": "word", "value": "!!!"}, "value", "invalid"),
        ({"kind": "word", "value": "x" * 201}, "value", "too_long"),
        ({"kind": "link", "value": "a b"}, "value", "invalid"),
        ({"kind": "pattern", "value": "(a"}, "value", "invalid"),
        ({"kind": "pattern", "value": r"(a)\1"}, "value", "invalid"),
        ({"kind": "pattern", "value": "((a{100}){100}){100}"}, "value", "invalid"),
        ({"kind": "threshold", "at_least": 2}, "measure", "required"),
        ({"kind": "threshold", "measure": "links"}, "at_least", "required"),
        ({"kind": "threshold", "measure": "score", "at_least": 101}, "at_least", "invalid"),
        ({"kind": "threshold", "measure": "links", "at_least": 2, "value": "x"}, "value", "conflict"),
        ({"kind": "word", "value": "a", "measure": "links"}, "measure", "conflict"),
        ({"kind": "word", "value": "a", "score": 2}, "score", "invalid"),
        ({"kind": "word", "value": "a", "effect": "refuse"}, "effect", "invalid"),
        ({"kind": "feeling", "value": "a"}, "kind", "invalid"),
    ],
)
def test_what_is_not_a_rule_saves_nothing(
    paper: Newsroom, rule: dict[str, Any], field: str, code: str
) -> None:
    answer = put(paper, [{"kind": "word", "value": "fine"}, rule])
    assert answer.status_code == 422, answer.get_data(as_text=True)
    found = [(one["field"], one["code"]) for one in answer.get_json()["errors"]]
    assert found == [(f"rules.1.{field}", code)]
    assert paper.moderation("rules").get_json()["version"] == 0


def test_there_are_bounds(paper: Newsroom) -> None:
    for rules in (
        [{"kind": "word", "value": f"word{n}"} for n in range(501)],
        [{"kind": "pattern", "value": f"pattern{n}"} for n in range(51)],
    ):
        assert put(paper, rules).get_json()["errors"][0]["code"] == "too_many"


@pytest.mark.parametrize(
    "body", ["a" * 5_000, "ab " * 1_666, "ﷺ" * 5_000, "x" + "\u0301" * 4_999, "a1" * 2_500]
)
def test_five_hundred_rules_meet_hostile_texts_in_time(body: str) -> None:
    rules = [Rule(RuleKind.WORD, clean_value(RuleKind.WORD, f"ab{n:03}*")) for n in range(200)]
    rules += [Rule(RuleKind.PHRASE, f"ab ab ab ab ab ab ab ab ab {n}") for n in range(250)]
    rules += [Rule(RuleKind.PATTERN, f"(a*)*(a|b)*{n}$") for n in range(50)]
    book = RuleBook.of(rules)
    book.matches("Reader", "warm", "")
    cost = times_the_cost(lambda: book.matches("Reader", body, ""), lambda: book.matches("Reader", PLAIN, ""))
    assert cost < TIMES_PLAIN_MAX


def test_rules_outlive_being_stored() -> None:
    from service.domain.rules import rule_of

    rules = (
        Rule(RuleKind.WORD, "casino", Effect.WATCH, 0.25),
        Rule(RuleKind.THRESHOLD, measure=Measure.LINKS, at_least=3),
    )
    assert tuple(rule_of(rule.document()) for rule in rules) == rules
