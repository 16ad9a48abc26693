"""How good the filter and its checks are, as far as people have looked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.shares import REVIEWED_MIN, Interval, Reviewed, Share, mean, share
from service.spam.pipeline import CHECKS
from service.stats.counting import BINS, LEFT_OUT, NANO, UNSEEN, Kind, Label

DIGITS = 6


@dataclass(frozen=True)
class _Counted:
    """So many comments of one review, one label and one `key`: held or passed, a bin, or a check."""

    review: str
    label: str
    key: str
    count: int


@dataclass(frozen=True)
class _Group:
    """Some of the counted comments."""

    counted: tuple[_Counted, ...]

    @classmethod
    def read(cls, counts: Mapping[str, int]) -> _Group:
        parts = ((key.split("|", 2), count) for key, count in counts.items())
        return cls(tuple(_Counted(review, label, key, count) for (review, label, key), count in parts))

    def of(self, key: str) -> _Group:
        return _Group(tuple(one for one in self.counted if one.key == key))

    def reviewed(self, *labels: Label) -> Reviewed:
        """Those that were to be reviewed, and then got one of the labels."""
        due = [one for one in self.counted if one.review not in (UNSEEN, LEFT_OUT)]
        counts: Counter[float] = Counter()
        for one in due:
            counts[float(one.review)] += one.count if one.label in labels else 0
        return Reviewed(counts, least=min(counts, default=1.0))

    def number(self, chosen: Callable[[_Counted], bool] = lambda _: True) -> int:
        return sum(one.count for one in self.counted if chosen(one))

    @property
    def unseen(self) -> int:
        """How many nobody could have reviewed: with any of them, nothing can be said of all."""
        return self.number(lambda one: one.review == UNSEEN)


KINDS = (Kind.FILTER, Kind.BIN, Kind.SCORE, Kind.BRIER, Kind.CHECK)


def filter_view(sums: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """The filter's quality; `sums` holds the kinds of KINDS."""
    everything = _Group.read(sums[Kind.FILTER])
    held, passed = everything.of("held"), everything.of("passed")
    decided = everything.reviewed(Label.FINE, Label.REFUSED).number
    unseen = everything.unseen
    right, slipped = held.reviewed(Label.REFUSED), passed.reviewed(Label.REFUSED)
    wrong, let_through = held.reviewed(Label.FINE), passed.reviewed(Label.FINE)
    shares = {
        "precision": share(right, wrong, knowable=not held.unseen, rests_on=decided),
        "recall": share(right, slipped, knowable=not unseen, rests_on=decided),
        "false_positive_rate": share(wrong, let_through, knowable=not unseen, rests_on=decided),
    }
    brier = mean(_errors(sums)) if decided >= REVIEWED_MIN and not unseen else None
    return {
        **{name: rounded(found.value) for name, found in shares.items()},
        "brier": rounded(brier[0] if brier else None),
        "decided": decided,
        "unseen": unseen,
        "too_few": decided < REVIEWED_MIN,
        "intervals": {
            **{name: _ends(found.interval) for name, found in shares.items()},
            "brier": _ends(brier[1] if brier else None),
        },
        "calibration": _calibration(sums),
    }


def checks_view(sums: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Each check, those that fired most first; also those that never fired."""
    everything = _Group.read(sums[Kind.CHECK])
    names = {check.__module__.rpartition(".")[2] for check in CHECKS} | {
        one.key for one in everything.counted
    }
    lines = [_check(name, everything.of(name)) for name in sorted(names)]
    return sorted(lines, key=lambda line: -line["fired"])


def _check(name: str, fired: _Group) -> dict[str, Any]:
    precision = share(fired.reviewed(Label.REFUSED), fired.reviewed(Label.FINE), knowable=not fired.unseen)
    return {
        "check": name,
        "fired": fired.number(),
        "confirmed": fired.number(lambda one: one.label == Label.REFUSED),
        "overturned": fired.number(lambda one: one.label == Label.FINE),
        **shown_share("precision", precision),
    }


def _calibration(sums: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Reliability: the share refused in each tenth of the score, beside the mean score there."""
    everything = _Group.read(sums[Kind.BIN])
    return [_bin(number, everything.of(str(number)), sums[Kind.SCORE]) for number in range(BINS)]


def _bin(number: int, group: _Group, scores: Mapping[str, int]) -> dict[str, Any]:
    both = group.reviewed(Label.REFUSED, Label.FINE)
    total = sum(
        scores.get(f"{probability:.6g}|{number}", 0) / NANO / probability for probability in both.counts
    )
    refused = share(group.reviewed(Label.REFUSED), group.reviewed(Label.FINE), knowable=not group.unseen)
    return {
        "from": number / BINS,
        "to": (number + 1) / BINS,
        "n": both.number,
        "mean_score": rounded(total / both.estimate if both.number else None),
        **shown_share("share", refused),
    }


def _errors(sums: Mapping[str, Mapping[str, int]]) -> Iterable[tuple[float, int, float, float]]:
    both = _Group.read(sums[Kind.FILTER]).reviewed(Label.REFUSED, Label.FINE)
    for probability, number in both.counts.items():
        first, second = (sums[Kind.BRIER].get(f"{probability:.6g}|{power}", 0) / NANO for power in (1, 2))
        yield probability, number, first, second


def shown_share(name: str, found: Share) -> dict[str, Any]:
    """A share under its name, with its interval and whether too little stands behind it."""
    return {
        name: rounded(found.value),
        "too_few": found.too_few,
        "intervals": {name: _ends(found.interval)},
    }


def rounded(value: float | None) -> float | None:
    """The figure as it is shown."""
    return None if value is None else round(value, DIGITS)


def _ends(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(end, DIGITS) for end in interval]
