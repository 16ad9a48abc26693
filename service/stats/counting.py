"""What one comment's history adds to the counters of its site. docs/statistics.md says the same in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from service.clock import hour_of
from service.domain.status import Status
from service.spam.pipeline import HOLD_FROM
from service.stats import waits
from service.storage import rollups
from service.storage.histories import History, Step
from service.storage.rollups import LEFT, STATUS, WAITS, Cell, Tally

#: Rises when the same history is to be counted otherwise; all sites are then counted anew.
RULES: Final = f"3 hold from {HOLD_FROM}"

JUDGED: Final = frozenset({"submitted", "edited"})
PUBLISHED: Final = "published"
FILTERED: Final = "filtered"
DECIDED: Final = "decided"
UNDONE: Final = "undone"

BINS: Final = 10
NANO: Final = 1_000_000_000  # scores are added up as whole billionths, so that sums are exact in any order


class Kind(StrEnum):
    """What is counted; each key is made by the function beside it."""

    STATUS = STATUS  # a status
    FILTER = "filter"  # review, label, whether the filter holds it
    BIN = "bin"  # review, label, bin of the score
    SCORE = "score"  # review, bin: sum of the scores of what was reviewed
    BRIER = "brier"  # review, power: sum of the squared errors, and of their squares
    CHECK = "check"  # review, label, check
    WAIT = "wait"  # bucket of the seconds until a decision, in the hour of the decision
    WORK = "work"  # status, reason, actor, in the hour of the decision
    OVERTURNED = "overturned"  # actor whose decision somebody else turned, in the hour of that decision
    WAITS = WAITS  # when a text came that waits: the minute, and hours until it entered the queue
    LEFT = LEFT  # minutes and full hours that a text waited, in the hour in which it left the queue
    REVISED = "revised"  # actor who turned the own decision, in the hour of that decision


class Label(StrEnum):
    """What people said about the text as it is now."""

    NONE = "none"
    FINE = "fine"  # approved
    REFUSED = "refused"  # rejected, or spam


#: A comment that was published or rejected without any chance that somebody reviews it.
UNSEEN: Final = "unseen"
#: One that was not drawn for review, or that nobody had to judge: it is estimated from those that were.
LEFT_OUT: Final = "left_out"

_LABELS = {Status.APPROVED: Label.FINE, Status.REJECTED: Label.REFUSED, Status.SPAM: Label.REFUSED}


@dataclass(frozen=True)
class _Decision:
    """A decision about the present text that stands."""

    id: str | None
    actor: str
    hour: datetime
    after: Status


@dataclass
class _Walk:
    """Where the walk along a history has come to; `review` is a probability as text, UNSEEN or LEFT_OUT."""

    status: Status
    text_at: datetime
    score: float
    version: int | None = None
    review: str = LEFT_OUT
    entered_at: datetime | None = None
    decisions: list[_Decision] = field(default_factory=list)
    tally: Tally = field(default_factory=Counter)

    def judged(self, step: Step, received_at: datetime) -> None:
        """A new text came in and the filter judged it: earlier decisions were about another one."""
        self._settle()
        self.version = step.version
        self.text_at = received_at if step.before is None else step.at
        self.score = float(step.detail.get("score", self.score))
        self._reviewed(step, held=step.after is Status.PENDING, public=step.after is Status.APPROVED)

    def leaves(self, step: Step) -> None:
        """Takes it from the queue where the step does, or brings in another text, which waits from then on."""
        if self.entered_at is None or (step.after is Status.PENDING and step.kind not in JUDGED):
            return
        if cell := rollups.left(self.text_at, self.entered_at, step.at):
            self.tally[cell] += 1
        self.entered_at = None

    def enters(self, step: Step) -> None:
        """Puts it into the queue where the step does."""
        self.status = step.after
        if self.status is Status.PENDING and self.entered_at is None:
            self.entered_at = self.text_at if step.kind in JUDGED else step.at

    def alone(self, step: Step, judgement: Step | None) -> None:
        """The filter published or rejected it by itself."""
        told = step if "review_probability" in step.detail else judgement or step
        self._reviewed(told, held=False, public=True)

    def _reviewed(self, judgement: Step, *, held: bool, public: bool) -> None:
        probability = judgement.detail.get("review_probability")
        if held or (probability and judgement.detail.get("sampled")):
            self.review = f"{1.0 if probability is None else float(probability):.6g}"
        else:
            self.review = LEFT_OUT if probability or not public else UNSEEN

    def decided(self, step: Step) -> None:
        """A moderator decided."""
        hour = hour_of(step.at)
        self.decisions.append(_Decision(step.decision, step.actor, hour, step.after))
        self.tally[Cell(Kind.WORK, hour, f"{step.after}|{step.reason}|{step.actor}")] += 1
        if step.before is Status.PENDING:
            seconds = (step.at - self.text_at).total_seconds()
            self.tally[Cell(Kind.WAIT, hour, waits.bucket(seconds))] += 1

    def undone(self, step: Step) -> None:
        """A decision was taken back: it stands no more."""
        if self.decisions and self.decisions[-1].id == step.decision:
            self._turned(self.decisions.pop(), step.actor)

    def _turned(self, decision: _Decision, by: str) -> None:
        kind = Kind.REVISED if by == decision.actor else Kind.OVERTURNED
        self.tally[Cell(kind, decision.hour, decision.actor)] += 1

    def _settle(self) -> None:
        """Notes which of the standing decisions a later one turned: public where it was not, or the other way."""
        for earlier, later in zip(self.decisions, self.decisions[1:], strict=False):
            if (earlier.after is Status.APPROVED) != (later.after is Status.APPROVED):
                self._turned(earlier, later.actor)
        self.decisions = []

    @property
    def label(self) -> Label:
        return _LABELS.get(self.decisions[-1].after, Label.NONE) if self.decisions else Label.NONE

    def end(self, history: History) -> Tally:
        """The tally with what the last state adds."""
        hour, label = hour_of(history.received_at), self.label
        self._settle()
        self.tally[Cell(Kind.STATUS, hour, self.status)] += 1
        if self.entered_at is not None:
            self.tally[rollups.waits(self.text_at, self.entered_at)] += 1
        if self.version is not None:
            fired = history.fired.get(self.version, frozenset())
            self.tally.update(_quality(hour, self.score, _Seen(self.review, label, fired)))
        return self.tally


@dataclass(frozen=True)
class _Seen:
    review: str
    label: Label
    fired: frozenset[str]


def everything(history: History) -> Tally:
    """What the comment adds as it is now, whatever its steps say: erasure leaves none."""
    tally = contribution(history, history.steps)
    if history.steps and history.steps[-1].after is not history.status:
        hour = hour_of(history.received_at)
        tally[Cell(Kind.STATUS, hour, history.steps[-1].after)] -= 1
        tally[Cell(Kind.STATUS, hour, history.status)] += 1
        return Counter({cell: count for cell, count in tally.items() if cell.kind != Kind.WAITS})
    return tally


def contribution(history: History, steps: Sequence[Step]) -> Tally:
    """What the comment adds to its site's counters when only these of its steps, from the first one on, were taken."""
    came_with = history.steps[0] if history.steps else None
    if came_with is not None and came_with.before is None and not steps:
        return Counter()  # it had not come yet
    before = came_with.before if came_with is not None and came_with.before is not None else history.status
    walk = _Walk(before, history.received_at, history.score)
    judgement: Step | None = None
    if before is Status.PENDING and (came_with is None or came_with.before is not None):
        walk.entered_at = history.received_at
    for step in steps:
        walk.leaves(step)
        if step.kind in JUDGED:
            judgement = step
            walk.judged(step, history.received_at)
        elif step.kind in (PUBLISHED, FILTERED):
            walk.alone(step, judgement)
        elif step.kind == DECIDED:
            walk.decided(step)
        elif step.kind == UNDONE:
            walk.undone(step)
        walk.enters(step)
    return walk.end(history)


def _quality(hour: datetime, score: float, seen: _Seen) -> Tally:
    """The cells of a comment that the filter judged."""
    held = "held" if score >= HOLD_FROM else "passed"
    bin_number = min(int(score * BINS), BINS - 1)
    both = f"{seen.review}|{seen.label}"
    tally: Tally = Counter({Cell(Kind.FILTER, hour, f"{both}|{held}"): 1})
    tally.update(Cell(Kind.CHECK, hour, f"{both}|{check}") for check in seen.fired)
    if seen.review == UNSEEN:
        tally[Cell(Kind.BIN, hour, f"{both}|{bin_number}")] += 1
    elif seen.review != LEFT_OUT and seen.label is not Label.NONE:
        error = (score - (seen.label is Label.REFUSED)) ** 2
        tally[Cell(Kind.BIN, hour, f"{both}|{bin_number}")] += 1
        tally[Cell(Kind.SCORE, hour, f"{seen.review}|{bin_number}")] += round(score * NANO)
        tally[Cell(Kind.BRIER, hour, f"{seen.review}|1")] += round(error * NANO)
        tally[Cell(Kind.BRIER, hour, f"{seen.review}|2")] += round(error * error * NANO)
    return tally
