"""Charts as SVG: numbers and dates are their only text, and colours go by class, so that any page can dress them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from xml.sax.saxutils import quoteattr

WIDTH: Final = 720
HEIGHT: Final = 260
LEFT: Final = 52
RIGHT: Final = 12
TOP: Final = 12
BOTTOM: Final = 28
SQUARE: Final = 320
#: Name of a line, its colour where nobody dresses it, and its dashes: colour alone does not tell lines apart.
LINES: Final[Mapping[str, tuple[str, str]]] = {
    "received": ("#1f3a5f", ""),
    "approved": ("#2e7d4f", "7 3"),
    "pending": ("#9a6b00", "2 3"),
    "rejected": ("#a34700", "9 3 2 3"),
    "spam": ("#a3202c", "4 2"),
    "rate_limited": ("#6a4c93", "1 4"),
    "challenged": ("#4a6b6b", "12 4"),
    "decided": ("#1f3a5f", ""),
    "approve": ("#2e7d4f", "7 3"),
    "reject": ("#a34700", "9 3 2 3"),
    "delete": ("#4a6b6b", "12 4"),
    "p50": ("#1f3a5f", ""),
    "p95": ("#a34700", "7 3"),
}
#: In what a chart of times is drawn: the first unit of which its largest value has less than the number beside it.
UNITS: Final[Sequence[tuple[str, int, float]]] = (
    ("minutes", 60, 180),
    ("hours", 3_600, 72),
    ("days", 86_400, float("inf")),
)
_PLAIN: Final = "#767676"


@dataclass(frozen=True)
class Frame:
    """Where the numbers lie in a drawing."""

    columns: int
    top: int

    def x(self, index: float) -> float:
        inside = WIDTH - LEFT - RIGHT
        return LEFT + (inside / 2 if self.columns == 1 else inside * index / (self.columns - 1))

    def y(self, value: float) -> float:
        inside = HEIGHT - TOP - BOTTOM
        return TOP + inside * (1 - value / self.top)


def lines(series: Sequence[Mapping[str, Any]], names: Iterable[str]) -> str:
    """A line for each name over the points of a series, which carry `start`; a value may be None."""
    return _drawing(WIDTH, HEIGHT, _lines(series, names))


def spans(series: Sequence[Mapping[str, Any]], member: str) -> str:
    """The percentiles of seconds in this member of each point; `data-unit` says what the scale counts."""
    largest = max(
        (value for point in series for value in point[member].values() if value is not None), default=0
    )
    unit, seconds, _ = next(one for one in UNITS if largest / one[1] < one[2])
    points = [
        {
            "start": point["start"],
            **{name: None if value is None else value / seconds for name, value in point[member].items()},
        }
        for point in series
    ]
    return _drawing(WIDTH, HEIGHT, _lines(points, ("p50", "p95")), unit)


def _lines(series: Sequence[Mapping[str, Any]], names: Iterable[str]) -> list[str]:
    names = list(names)
    values = [point[name] for point in series for name in names if point[name] is not None]
    frame = Frame(len(series), nice_top(max(values, default=0)))
    parts = [*_scale(frame), *_dates(frame, series)]
    parts += [part for name in names for part in _line(frame, [point[name] for point in series], name)]
    return parts


def nice_top(largest: float) -> int:
    """Four round steps (1, 2 or 5 times a power of ten, or 25 times one) that reach the largest; 4 at least."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power // 2 if power > 1 else 2, 5 * power):
            if 4 * step >= largest:
                return 4 * step
        power *= 10


def calibration(bins: Sequence[Mapping[str, Any]]) -> str:
    """The share refused over the mean score of each bin, with its interval; on the diagonal a score is true."""
    side = SQUARE - LEFT - RIGHT

    def x(share: float) -> float:
        return LEFT + side * share

    def y(share: float) -> float:
        return TOP + side * (1 - share)

    parts = []
    for tenth in (0, 2, 4, 6, 8, 10):
        share = tenth / 10
        parts.append(_rule(LEFT, y(share), LEFT + side, y(share)))
        parts.append(_words(LEFT - 6, y(share) + 4, f"{share:.1f}", "end"))
        parts.append(_words(x(share), TOP + side + 18, f"{share:.1f}", "middle"))
    parts.append(
        f'<line class="diagonal" x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(1):.1f}" y2="{y(1):.1f}" '
        f'stroke="{_PLAIN}" stroke-dasharray="4 4"/>'
    )
    for one in bins:
        if one["share"] is None or one["mean_score"] is None:
            continue
        low, high = one["intervals"]["share"] or (one["share"], one["share"])
        at = x(one["mean_score"])
        parts.append(
            f'<line class="interval" x1="{at:.1f}" y1="{y(low):.1f}" x2="{at:.1f}" y2="{y(high):.1f}" '
            f'stroke="#1f3a5f" stroke-width="1.5"/>'
        )
        parts.append(f'<circle class="bin" cx="{at:.1f}" cy="{y(one["share"]):.1f}" r="4.5" fill="#1f3a5f"/>')
    return _drawing(SQUARE, TOP + side + BOTTOM, parts)


def _line(frame: Frame, values: Sequence[float | None], name: str) -> Iterator[str]:
    """The line, in pieces between the points of which nothing is known."""
    colour, dashes = LINES[name]
    look = f'class={quoteattr("line " + name)} fill="none" stroke="{colour}" stroke-width="2"'
    look += f' stroke-dasharray="{dashes}"' if dashes else ""
    for known, piece in groupby(enumerate(values), key=lambda one: one[1] is not None):
        points = [(frame.x(index), frame.y(value)) for index, value in piece if value is not None]
        if not known:
            continue
        if len(points) == 1:
            x, y = points[0]
            half = (WIDTH - LEFT - RIGHT) / 2 / max(len(values) - 1, 1)
            ends = max(x - half, LEFT), min(x + half, WIDTH - RIGHT)
            yield f'<path {look} d="M{ends[0]:.1f} {y:.1f}H{ends[1]:.1f}"/>'
            continue
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline {look} stroke-linejoin="round" points="{drawn}"/>'


def _scale(frame: Frame) -> list[str]:
    parts = []
    for step in range(5):
        value = frame.top * step / 4
        at = frame.y(value)
        parts.append(_rule(LEFT, at, WIDTH - RIGHT, at))
        parts.append(
            _words(LEFT - 6, at + 4, f"{value:,.0f}" if value == int(value) else f"{value:g}", "end")
        )
    return parts


def _dates(frame: Frame, series: Sequence[Mapping[str, Any]]) -> list[str]:
    """At most six dates; hours too when the whole is shorter than three days."""
    if not series:
        return []
    count = min(6, len(series))
    shown = sorted({round(index * (len(series) - 1) / max(count - 1, 1)) for index in range(count)})
    by_hour = series[0]["start"][:10] >= series[-1]["start"][:10] or (
        len(series) > 1 and (series[0]["start"][11:13] != series[1]["start"][11:13])
    )
    parts = []
    for index in shown:
        start = series[index]["start"]
        text = f"{start[5:10]} {start[11:16]}" if by_hour else start[:10]
        anchor = (
            "start" if index == 0 and len(series) > 1 else "end" if index == len(series) - 1 > 0 else "middle"
        )
        parts.append(_words(frame.x(index), HEIGHT - 8, text, anchor, "scale date"))
    return parts


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    where = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line class="rule" {where} stroke="{_PLAIN}" stroke-opacity="0.35"/>'


def _words(x: float, y: float, text: str, anchor: str, kind: str = "scale") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" '
        f'font-family="sans-serif" fill="{_PLAIN}">{text}</text>'
    )


def _drawing(width: int, height: int, parts: Iterable[str], unit: str = "") -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" direction="ltr"'
    )
    head += f' data-unit="{unit}">' if unit else ">"
    return head + "".join(parts) + "</svg>"
