"""What one history adds to the counters; each definition of docs/statistics.md on a history of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.status import Status
from service.spam.pipeline import HOLD_FROM
from service.stats.counting import Kind, contribution, everything
from service.storage.histories import History, Step

SENT = datetime(2026, 3, 7, 9, 59, 30, tzinfo=UTC)
PENDING, APPROVED, REJECTED, SPAM, DELETED = Status


def history(*steps: str, score: float = 0.0, fired: str = "", review: float | None = None) -> History:
    """From words such as `sent`, `published`, `ann:approved`, `undone:ann`, `edited:pending`, `withdrawn`.

    A decision's id is its actor and status; each step is half an hour after the one before. Only the first text fires.
    """
    status: Status | None = None
    made: list[Step] = []
    for number, word in enumerate(steps):
        first, _, rest = word.partition(":")
        kind, actor, decision, after = "decided", first, word, Status(rest) if rest in list(Status) else None
        detail = {}
        if first in ("sent", "edited"):
            kind, actor, decision = (
                ("submitted", "reader", None) if first == "sent" else ("edited", "reader", None)
            )
            after = Status(rest or "pending")
            detail = {"score": score} | ({} if review is None else {"review_probability": review})
        elif first == "published":
            kind, actor, decision, after = "published", "policy", None, APPROVED
        elif first == "withdrawn":
            kind, actor, decision, after = "withdrawn", "reader", None, DELETED
        elif first == "undone":
            undone = next(s for s in reversed(made) if s.kind == "decided")
            kind, actor, decision, after = "undone", rest, undone.decision, undone.before
        assert after is not None
        at = SENT + timedelta(minutes=30 * number)
        made.append(Step(f"{number:032}", kind, actor, status, after, number + 1, decision, "", detail, at))
        status = after
    return History(
        "c", SENT, status or PENDING, score, tuple(made), {1: frozenset(fired.split())} if fired else {}
    )


def counted(told: History, kind: Kind) -> dict[str, int]:
    tally = contribution(told, told.steps)
    return {cell.key: count for cell, count in tally.items() if cell.kind == kind and count}


@pytest.mark.parametrize(
    ("steps", "label"),
    [
        (("sent",), "none"),
        (("sent", "ann:approved"), "fine"),
        (("sent", "ann:rejected"), "refused"),
        (("sent", "ann:spam"), "refused"),
        (("sent", "ann:deleted"), "none"),  # says nothing about what the filter should have done
        (("sent", "ann:approved", "bob:spam"), "refused"),  # the last one counts
        (("sent", "ann:approved", "bob:deleted"), "none"),
        (("sent", "ann:spam", "undone:ann"), "none"),
        (("sent", "ann:approved", "bob:spam", "undone:bob"), "fine"),  # and then the one before it
        (("sent", "ann:approved", "edited:approved"), "none"),  # that was about another text
        (("sent", "ann:spam", "withdrawn"), "refused"),  # the author cannot take the verdict back
    ],
)  # fmt: skip
def test_the_label_is_the_last_decision_about_the_present_text(steps: tuple[str, ...], label: str) -> None:
    (key,) = counted(history(*steps), Kind.FILTER)
    assert key.split("|")[1] == label


@pytest.mark.parametrize(
    ("steps", "given", "review"),
    [
        (("sent",), None, "1"),
        (("sent", "published"), None, "unseen"),
        (("sent", "published", "ann:spam"), None, "unseen"),  # seen in the end, but by no plan
        (("sent", "published"), 0.05, "left_out"),
        (("sent",), 0.05, "0.05"),
        (("sent", "ann:approved", "edited:approved"), None, "unseen"),
        (("sent", "published", "edited:pending"), None, "1"),
        (("sent", "ann:spam", "edited:spam"), None, "left_out"),  # refused it stays, whatever it says now
    ],
)
def test_whether_somebody_was_to_look(steps: tuple[str, ...], given: float | None, review: str) -> None:
    (key,) = counted(history(*steps, review=given), Kind.FILTER)
    assert key.split("|")[0] == review


@pytest.mark.parametrize(
    ("score", "verdict"), [(HOLD_FROM - 0.001, "passed"), (HOLD_FROM, "held"), (1.0, "held")]
)
def test_the_filter_holds_from_its_threshold_on(score: float, verdict: str) -> None:
    assert list(counted(history("sent", score=score), Kind.FILTER)) == [f"1|none|{verdict}"]


@pytest.mark.parametrize(("score", "tenth"), [(0.0, 0), (0.0999, 0), (0.1, 1), (0.3, 3), (0.95, 9), (1.0, 9)])
def test_scores_are_sorted_into_tenths(score: float, tenth: int) -> None:
    told = history("sent", "ann:spam", score=score)
    assert counted(told, Kind.BIN) == {f"1|refused|{tenth}": 1}
    assert counted(told, Kind.SCORE) == ({f"1|{tenth}": round(score * 1e9)} if score else {})
    assert counted(told, Kind.BRIER).get("1|1", 0) == round((1 - score) ** 2 * 1e9)


def test_checks_count_for_the_text_that_they_judged() -> None:
    assert counted(history("sent", "ann:approved", fired="links capitals"), Kind.CHECK) == {
        "1|fine|links": 1,
        "1|fine|capitals": 1,
    }
    assert counted(history("sent", "edited:pending", fired="links"), Kind.CHECK) == {}


@pytest.mark.parametrize(
    ("steps", "overturned", "revised"),
    [
        (("sent", "ann:approved"), {}, {}),
        (("sent", "ann:approved", "bob:spam"), {"ann": 1}, {}),
        (("sent", "ann:spam", "bob:approved"), {"ann": 1}, {}),
        (("sent", "ann:approved", "ann:spam"), {}, {"ann": 1}),
        (("sent", "ann:rejected", "bob:spam"), {}, {}),  # both refused it
        (("sent", "ann:rejected", "bob:deleted"), {}, {}),
        (("sent", "ann:spam", "undone:bob"), {"ann": 1}, {}),
        (("sent", "ann:spam", "undone:ann"), {}, {"ann": 1}),
        (("sent", "ann:approved", "bob:spam", "undone:ann"), {"bob": 1}, {}),  # then ann's stands again
        (("sent", "ann:approved", "edited:pending", "bob:spam"), {}, {}),  # another text
        (("sent", "ann:approved", "bob:spam", "ann:approved"), {"ann": 1, "bob": 1}, {}),
        (("sent", "published", "bob:spam"), {}, {}),  # that turned nobody's decision
    ],
)  # fmt: skip
def test_who_was_overturned(
    steps: tuple[str, ...], overturned: dict[str, int], revised: dict[str, int]
) -> None:
    told = history(*steps)
    assert (counted(told, Kind.OVERTURNED), counted(told, Kind.REVISED)) == (overturned, revised)


def test_what_became_of_a_decision_counts_in_the_hour_of_the_decision() -> None:
    told = history("sent", "ann:approved", "edited:pending", "bob:approved", "ann:spam")
    cells = {cell.kind: cell.hour.hour for cell in contribution(told, told.steps) if "bob" in cell.key}
    assert cells == {Kind.WORK: 11, Kind.OVERTURNED: 11}
    assert {cell.hour.hour for cell in contribution(told, told.steps) if cell.kind == Kind.STATUS} == {9}


def test_a_wait_lasts_from_the_present_text_to_a_decision_in_the_queue() -> None:
    waits = sum(counted(history("sent", "ann:approved", "bob:spam"), Kind.WAIT).values())
    assert waits == 1  # the second decision took nothing from the queue
    assert counted(history("sent", "withdrawn"), Kind.WAIT) == {}
    edited = history("sent", "edited:pending", "ann:approved")
    at_once = history("sent", "ann:approved")
    assert counted(edited, Kind.WAIT) == counted(at_once, Kind.WAIT)


@pytest.mark.parametrize(
    ("steps", "waits", "left"),
    [
        (("sent",), {"55|0": 1}, {}),  # its text came at 9:59:30
        (("sent", "ann:approved"), {}, {"5|1": 1}),  # gone at 10:29:30, waited at 10:00
        (("sent:approved",), {}, {}),
        (("sent:approved", "edited:pending"), {"25|0": 1}, {}),
        (("sent:approved", "ann:spam", "undone:ann"), {}, {}),
        (("sent", "ann:approved", "undone:ann"), {"55|1": 1}, {"5|1": 1}),
        (("sent", "edited:pending"), {"25|0": 1}, {"5|1": 1}),
    ],
)
def test_what_waited_at_a_full_hour_is_known(
    steps: tuple[str, ...], waits: dict[str, int], left: dict[str, int]
) -> None:
    told = history(*steps)
    assert counted(told, Kind.WAITS) == waits
    assert counted(told, Kind.LEFT) == left


def test_what_was_erased_waits_no_more() -> None:
    assert counted(history("sent"), Kind.WAITS)
    erased = replace(history("sent"), status=DELETED)
    assert not [cell for cell in everything(erased) if cell.kind == Kind.WAITS]


def test_each_further_step_adds_up_to_the_whole() -> None:
    told = history(
        "sent", "ann:approved", "bob:spam", "undone:ann", "edited:pending", "ann:deleted", fired="links"
    )
    total: Counter[object] = Counter()
    for number in range(1, len(told.steps) + 1):
        total.update(contribution(told, told.steps[:number]))
        total.subtract(contribution(told, told.steps[: number - 1]))
    assert +total == +contribution(told, told.steps)
    assert contribution(told, ()) == Counter()


def test_what_nobody_sent_counts_by_status_alone() -> None:
    seeded = replace(history(), status=APPROVED, score=0.9)
    assert {(c.kind, c.key): n for c, n in contribution(seeded, ()).items()} == {(Kind.STATUS, "approved"): 1}


def test_what_nobody_sent_moves_on_when_it_is_decided() -> None:
    whole = history("sent", "ann:spam")
    seeded = replace(whole, steps=whole.steps[1:], status=SPAM)
    assert counted(replace(seeded, steps=(), status=PENDING), Kind.WAITS) == {"55|0": 1}
    more = contribution(seeded, seeded.steps)
    more.subtract(contribution(seeded, ()))
    assert {c.key: n for c, n in more.items() if c.kind == Kind.STATUS} == {"pending": -1, "spam": 1}
    assert not [c for c in more if c.kind == Kind.FILTER]
