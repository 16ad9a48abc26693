"""The statistics as tables for spreadsheets: the answers of the API, a part at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from service.domain.sheet import Cell, sheet


class SpamTable(StrEnum):
    SERIES = "series"
    CHECKS = "checks"
    CALIBRATION = "calibration"
    FILTER = "filter"
    QUEUE = "queue"
    DOMAINS = "top_link_domains"
    CAMPAIGNS = "campaigns"
    LIMITS = "limits"


class ModerationTable(StrEnum):
    MODERATORS = "moderators"
    SERIES = "series"
    REASONS = "reasons"


_FIGURES: Final = ("precision", "recall", "false_positive_rate", "brier")


def spam_table(view: Mapping[str, Any], wanted: SpamTable) -> str:
    """One part of the answer of `GET /v1/stats/spam` as CSV."""
    if wanted is SpamTable.FILTER:
        return _figures(view["filter"])
    if wanted is SpamTable.QUEUE:
        return _table(view["queue"]["series"])
    rows = view["filter"]["calibration"] if wanted is SpamTable.CALIBRATION else view[str(wanted)]
    return _table(rows)


def moderation_table(view: Mapping[str, Any], wanted: ModerationTable) -> str:
    """One part of the answer of `GET /v1/stats/moderation` as CSV."""
    return _table(view[str(wanted)])


def _figures(found: Mapping[str, Any]) -> str:
    rows = [[name, found[name], *(found["intervals"][name] or (None, None))] for name in _FIGURES]
    return sheet(["figure", "value", "low", "high"], rows)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    flat = [_flat(row) for row in rows]
    head = list(flat[0]) if flat else []
    return sheet(head, [list(row.values()) for row in flat])


def _flat(row: Mapping[str, Any]) -> dict[str, Cell]:
    """The members of a row; an interval becomes two, and so do percentiles."""
    found: dict[str, Cell] = {}
    for name, value in row.items():
        if name == "intervals":
            for of, ends in value.items():
                found[f"{of}_low"], found[f"{of}_high"] = ends or (None, None)
        elif isinstance(value, Mapping):
            found.update({f"{name}_{of}": one for of, one in value.items()})
        else:
            found[name] = value
    return found
