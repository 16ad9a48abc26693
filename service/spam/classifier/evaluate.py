"""How good a model is: the figures of a file of labelled comments, by the protocol that is asked for."""

from __future__ import annotations

import csv
import html
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from random import Random
from typing import Any, Final

from service.domain.errors import TextProblem
from service.domain.text import clean_body
from service.spam.classifier.features import Text
from service.spam.classifier.model import Prior, SiteModel, probability
from service.spam.classifier.train import SEED, Labelled, fit, labelled, learn

SPAM: Final = frozenset({"spam", "1", "true"})
HAM: Final = frozenset({"ham", "0", "false"})
WARM_UP: Final = 200
FIELD_MAX: Final = 1_000_000


class FileUnusable(Exception):
    """The file is not as the columns `content` and `label` need it; the text says where."""


@dataclass(frozen=True)
class Row:
    """One labelled comment of a file; `group` is its column `site`, where it has one."""

    text: str
    spam: bool
    group: str = ""


@dataclass(frozen=True)
class Scored:
    """What a model said before it knew."""

    probability: float
    spam: bool


@dataclass(frozen=True)
class Options:
    """`learn`: so many rows are learned as decisions first. `prequential`: each row is scored, then learned."""

    learn: int = 0
    prequential: bool = False
    phrases: bool = True


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV file in UTF-8 with the columns content and label. Raises FileUnusable."""
    csv.field_size_limit(FIELD_MAX)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_row(number, cells) for number, cells in enumerate(csv.DictReader(file), 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileUnusable(f"{path.name} cannot be read: {error}") from None


def _row(number: int, cells: dict[str, Any]) -> Row:
    content, label = cells.get("content"), str(cells.get("label") or "").strip().lower()
    if content is None:
        raise FileUnusable("there must be the columns content and label")
    if label not in SPAM | HAM:
        raise FileUnusable(f"row {number}: the label must be spam or ham")
    return Row(_as_received(content), label in SPAM, cells.get("site") or "")


def _as_received(content: str) -> str:
    """The text as the service would have it: a collection's own marks (entities, line ends as tags) tell its label."""
    text = html.unescape(content).replace("<br />", "\n")
    try:
        return clean_body(text, FIELD_MAX)
    except TextProblem:
        return text


def evaluate(rows: Sequence[Row], prior: Prior | None, options: Options) -> dict[str, Any]:
    """The figures; shares are from 0 to 1, and null where they have no meaning (such as an AUC without spam)."""
    model = SiteModel()
    learned = [_labelled(row, prior, options) for row in rows[: options.learn]]
    if learned:
        model = fit(learned)
    began = time.process_time()
    scored, learning = _score(rows[options.learn :], model, learned, prior, options)
    spent = time.process_time() - began - learning
    found = figures(scored)
    found["microseconds_per_comment"] = round(1e6 * spent / len(scored), 1) if scored else None
    if options.prequential:
        late = scored[WARM_UP:]
        found[f"after_{WARM_UP}"] = {**figures(late), **precision_and_recall(late)}
    return found


def _score(
    rows: Iterable[Row], model: SiteModel, learned: list[Labelled], prior: Prior | None, options: Options
) -> tuple[list[Scored], float]:
    """What the model says of the rows, and the seconds that learning took."""
    chance, scored, learning = Random(SEED), [], 0.0  # noqa: S311 - which earlier rows come again
    for row in rows:
        example = _labelled(row, prior, options)
        scored.append(Scored(probability(model.logit(example.features, example.of_prior)), row.spam))
        if options.prequential:
            began = time.process_time()
            learn(model, example, learned, chance)
            learned.append(example)
            learning += time.process_time() - began
    return scored, learning


def _labelled(row: Row, prior: Prior | None, options: Options) -> Labelled:
    return labelled(Text(row.text), prior, spam=row.spam, phrases=options.phrases)


def figures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Counts, accuracy, Matthews' correlation, area under the curve, and what happens to ham."""
    ham = [one.probability for one in scored if not one.spam]
    right = sum((one.probability >= 0.5) == one.spam for one in scored)
    return {
        "n": len(scored),
        "spam": len(scored) - len(ham),
        "accuracy": _share(right, len(scored)),
        "mcc": _short(matthews(scored)),
        "auc": _short(area(scored)),
        "blocked_ham_at_50": _share(sum(p >= 0.5 for p in ham), len(ham)),
        "blocked_ham_at_90": _share(sum(p >= 0.9 for p in ham), len(ham)),
        "false_positive_rate_at_recall_90": _short(false_positives_at(scored, 0.9)),
    }


def precision_and_recall(scored: Sequence[Scored]) -> dict[str, Any]:
    """At a probability of one half."""
    called = [one.spam for one in scored if one.probability >= 0.5]
    spam = sum(one.spam for one in scored)
    return {"precision": _share(sum(called), len(called)), "recall": _share(sum(called), spam)}


def matthews(scored: Iterable[Scored]) -> float | None:
    """The correlation of saying spam with being spam (Matthews 1975), or None where one of them never varies."""
    counts = {(said, true): 0 for said in (True, False) for true in (True, False)}
    for one in scored:
        counts[one.probability >= 0.5, one.spam] += 1
    tp, fp, fn, tn = counts[True, True], counts[True, False], counts[False, True], counts[False, False]
    root = sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))
    if root:
        return (tp * tn - fp * fn) / root
    return None if tp + fn == 0 or tn + fp == 0 else 0.0


def area(scored: Sequence[Scored]) -> float | None:
    """How often a spam scores above a ham, ties half (the rank-sum form of the AUC); None where one is missing."""
    spam = sum(one.spam for one in scored)
    ham = len(scored) - spam
    if not spam or not ham:
        return None
    ranks = sum(rank for rank, one in _ranked(scored) if one.spam)
    return (ranks - spam * (spam + 1) / 2) / (spam * ham)


def _ranked(scored: Sequence[Scored]) -> Iterator[tuple[float, Scored]]:
    ordered = sorted(scored, key=lambda one: one.probability)
    start = 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end].probability == ordered[start].probability:
            end += 1
        for one in ordered[start:end]:
            yield (start + 1 + end) / 2, one
        start = end


def false_positives_at(scored: Sequence[Scored], recall: float) -> float | None:
    """The share of ham that is caught by the highest threshold that catches this share of spam."""
    spam = sorted((one.probability for one in scored if one.spam), reverse=True)
    ham = [one.probability for one in scored if not one.spam]
    if not spam or not ham:
        return None
    needed = -int(-recall * len(spam) // 1)
    threshold = spam[max(needed, 1) - 1]
    return sum(p >= threshold for p in ham) / len(ham)


def _share(part: int, whole: int) -> float | None:
    return _short(part / whole) if whole else None


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
