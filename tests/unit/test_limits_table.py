"""The table of limits is complete, unambiguous and the one that the docs show."""

from pathlib import Path

from service.ratelimit.policies import LIMITS, MINUTE, Action, Effect, Scope


def test_every_action_is_limited_and_every_limit_has_a_name_of_its_own() -> None:
    assert {limit.action for limit in LIMITS} == set(Action)
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)


def test_submitting_has_the_limits_that_publishers_were_promised() -> None:
    promised = {
        (limit.scope, limit.period_seconds): limit.count for limit in LIMITS if limit.action is Action.SUBMIT
    }
    assert promised[Scope.ADDRESS, MINUTE] == 5
    assert promised[Scope.ADDRESS, 60 * MINUTE] == 30
    assert promised[Scope.AUTHOR, MINUTE] == 5
    assert promised[Scope.PAGE, MINUTE] == 60
    assert promised[Scope.SITE, MINUTE] == 600


def test_refused_submissions_are_counted_apart_and_more_generously() -> None:
    counts = {
        limit.action: limit.count for limit in LIMITS if limit.name in ("submit-address", "refused-address")
    }
    assert counts[Action.REFUSED_SUBMISSION] > counts[Action.SUBMIT]


def test_a_network_may_do_more_than_one_address_of_it() -> None:
    for wide in (limit for limit in LIMITS if limit.scope is Scope.ADDRESS_WIDE):
        narrow = [
            limit
            for limit in LIMITS
            if (limit.action, limit.scope, limit.period_seconds)
            == (wide.action, Scope.ADDRESS, wide.period_seconds)
        ]
        assert all(wide.count > limit.count for limit in narrow)


def test_nobody_is_refused_for_what_others_send() -> None:
    shared = [limit.effect for limit in LIMITS if limit.scope in (Scope.SITE, Scope.PAGE)]
    assert set(shared) == {Effect.HOLD, Effect.SKIP}


def test_uses_come_back_at_whole_microseconds() -> None:
    for limit in LIMITS:
        assert limit.tolerance_us == limit.period_seconds * 1_000_000


def test_the_docs_show_the_same_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "limits.md").read_text("utf-8")
    shown = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")][1:]
    assert shown == [
        [limit.name, limit.action, limit.scope, str(limit.count), str(limit.period_seconds), limit.effect]
        for limit in LIMITS
    ]
