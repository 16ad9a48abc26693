"""The figures of docs/spam.md: each measured by a named protocol on the labelled files that the card lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, Final

from service.spam.classifier.evaluate import Options, Row, evaluate, read_rows
from service.spam.classifier.features import Text
from service.spam.classifier.model import Linear, Prior
from service.spam.classifier.train import fit_prior, labelled

VIDEOS: Final = "youtube4.csv"
TELEGRAM: Final = "telegram_mit.csv"
NEWS: Final = "news_ham_civil_cc0.csv"
NEWS_TRAINED: Final = 2_000  # the first rows of NEWS; the others measure
OTHER_NEWS: Final = "news_ham_ucc_val_NC_measure_only.csv"
TURKISH: Final = "sms_tr_measure_only.csv"
ENGLISH: Final = "sms_en.csv"
FIRST: Final = 0.7
ROWS: Final = 600
SHUFFLES: Final = 4
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"

Line = tuple[str, str, str, str]


def train_prior(folder: Path) -> Linear:
    """The weights of the prior. Raises FileUnusable."""
    rows = [
        *read_rows(folder / VIDEOS),
        *read_rows(folder / TELEGRAM),
        *read_rows(folder / NEWS)[:NEWS_TRAINED],
    ]
    return _prior_of(rows)


def table(folder: Path, prior: Prior | None) -> str:
    """All figures as a Markdown table. Raises FileUnusable."""
    lines = [("protocol", "data", "with phrase signals", "without"), ("---",) * 4]
    lines += _same_split(read_rows(folder / VIDEOS))
    lines += _left_out(folder)
    lines += _frozen(folder, prior)
    lines += _prequential(folder, prior)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def put(path: Path, made: str) -> None:
    """Writes the table between its marks. Raises ValueError when the file has none."""
    text = path.read_text("utf-8")
    if BEGIN not in text or END not in text:
        raise ValueError(f"{path} has no marks {BEGIN} and {END}")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{made}\n{END}{after}", "utf-8")


def first_of_each(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The first 70 % of each class in file order, and the rest (Alberto, Lochter and Almeida 2015)."""
    learned: list[Row] = []
    left: list[Row] = []
    for spam in (True, False):
        of_class = [row for row in rows if row.spam is spam]
        cut = int(FIRST * len(of_class))
        learned += of_class[:cut]
        left += of_class[cut:]
    return learned, left


def _by_group(rows: Sequence[Row]) -> dict[str, list[Row]]:
    return {group: [row for row in rows if row.group == group] for group in sorted({r.group for r in rows})}


def _prior_of(rows: Sequence[Row], *, phrases: bool = True) -> Linear:
    return fit_prior([labelled(Text(row.text), None, spam=row.spam, phrases=phrases) for row in rows])


def _both(measure: Callable[[bool], str]) -> tuple[str, str]:
    return measure(True), measure(False)


def _same_split(rows: Sequence[Row]) -> Iterator[Line]:
    groups = _by_group(rows)

    def measured(phrases: bool) -> dict[str, dict[str, Any]]:
        found = {}
        for group, mine in groups.items():
            learned, left = first_of_each(mine)
            found[group] = evaluate([*learned, *left], None, Options(learn=len(learned), phrases=phrases))
        return found

    by_phrases = {True: measured(True), False: measured(False)}
    for group in groups:
        yield ("same-split", group, *_both(lambda on, group=group: _told(by_phrases[on][group])))  # type: ignore[misc]

    def average(phrases: bool) -> str:
        of_all = by_phrases[phrases].values()
        return f"accuracy {100 * mean(f['accuracy'] for f in of_all):.1f} %, MCC {mean(f['mcc'] for f in of_all):.3f}"

    yield ("same-split", "**mean of the four videos**", *_both(average))


def _left_out(folder: Path) -> Iterator[Line]:
    rows = read_rows(folder / VIDEOS)
    others = [*read_rows(folder / TELEGRAM), *read_rows(folder / NEWS)[:NEWS_TRAINED]]

    def average(phrases: bool) -> str:
        found = []
        for group, mine in _by_group(rows).items():
            linear = _prior_of([*(r for r in rows if r.group != group), *others], phrases=phrases)
            found.append(evaluate(mine, Prior("", linear), Options(phrases=phrases)))
        return ", ".join(
            (
                f"accuracy {100 * mean(f['accuracy'] for f in found):.1f} %",
                f"MCC {mean(f['mcc'] for f in found):.3f}",
                f"blocked ham {100 * mean(f['blocked_ham_at_50'] for f in found):.1f} %",
                f"AUC {mean(f['auc'] for f in found):.3f}",
            )
        )

    yield ("left-out video, with Telegram and news ham", "mean of the four videos", *_both(average))


def _frozen(folder: Path, prior: Prior | None) -> Iterator[Line]:
    sets = (
        (f"Civil Comments, rows {NEWS_TRAINED + 1} on", read_rows(folder / NEWS)[NEWS_TRAINED:]),
        ("Unhealthy Comments", read_rows(folder / OTHER_NEWS)),
    )
    for name, rows in sets:
        found = evaluate(rows, prior, Options())
        said = f"blocked {_percent(found['blocked_ham_at_50'])} at 0.5, {_percent(found['blocked_ham_at_90'])} at 0.9"
        yield ("frozen prior", f"{name} ({len(rows)} ham)", said, "")
    for name, file in (("English text messages", ENGLISH), ("Turkish text messages", TURKISH)):
        yield ("frozen prior", name, _told(evaluate(read_rows(folder / file), prior, Options())), "")


def _prequential(folder: Path, prior: Prior | None) -> Iterator[Line]:
    turkish = read_rows(folder / TURKISH)[:ROWS]
    mixed = _mixed(folder)
    for name, rows in (
        (f"Turkish text messages, first {ROWS}", turkish),
        (f"news ham with 10 % spam, {len(mixed)}", mixed),
    ):
        for said, of in (("cold", None), ("on the prior", prior)):
            yield (
                f"prequential, {said}",
                name,
                _order_by_order(rows, of, phrases=True),
                "" if of else _order_by_order(rows, of, phrases=False),
            )


def _mixed(folder: Path) -> list[Row]:
    """News ham that the prior never saw, and one spam in ten: advertising by text message, as new to it."""
    chance = Random(1)  # noqa: S311 - an order
    spam = [row for row in read_rows(folder / ENGLISH) if row.spam]
    chance.shuffle(spam)
    mixed = [*spam[:100], *read_rows(folder / NEWS)[NEWS_TRAINED : NEWS_TRAINED + 900]]
    chance.shuffle(mixed)
    return mixed


def _order_by_order(rows: Sequence[Row], prior: Prior | None, *, phrases: bool) -> str:
    """In file order, and the mean of four shuffles."""
    found = []
    for seed in range(SHUFFLES + 1):
        order = list(rows)
        if seed:
            Random(seed).shuffle(order)  # noqa: S311 - an order
        found.append(evaluate(order, prior, Options(prequential=True, phrases=phrases)))
    return "; ".join((f"file order: {_sequel(found[:1])}", f"shuffled: {_sequel(found[1:])}"))


def _sequel(found: Sequence[dict[str, Any]]) -> str:
    late = [one["after_200"] for one in found]
    return (
        f"accuracy {100 * mean(f['accuracy'] for f in found):.1f} %, MCC {mean(f['mcc'] for f in found):.3f}, "
        f"after 200 precision {mean(f['precision'] for f in late):.2f}, recall {mean(f['recall'] for f in late):.2f}"
    )


def _told(found: dict[str, Any]) -> str:
    return (
        f"accuracy {_percent(found['accuracy'])}, MCC {found['mcc']:.3f}, AUC {found['auc']:.3f}, "
        f"blocked ham {_percent(found['blocked_ham_at_50'])} at 0.5, {_percent(found['blocked_ham_at_90'])} at 0.9"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.01 else f"{100 * share:.2f} %"
