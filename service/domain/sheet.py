"""Rows as CSV (RFC 4180) that no spreadsheet takes for a formula (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

#: With one of these first, a cell is a formula or a command to some program.
STARTERS: Final = frozenset("=+-@|%")
#: What stands around cells, in one program or another.
PASSED_OVER: Final = frozenset("\"';,")
#: Put before such a cell: spreadsheets then show it as text.
MARK: Final = "'"
BOM: Final = "\ufeff"

Cell = str | int | float | bool | None


def line(cells: Sequence[Cell]) -> str:
    """One line, ended with CR LF; every text is quoted and harmless."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerow(map(_written, cells))
    return out.getvalue()


def sheet(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A whole table, beginning with the mark by which spreadsheets know UTF-8."""
    return BOM + line(head) + "".join(map(line, rows))


def harmless(text: str) -> str:
    """The text, with an apostrophe before it if a program could run it."""
    return MARK + text if _first_visible(text) in STARTERS else text


def _written(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return harmless(cell.replace("\0", "")) if isinstance(cell, str) else cell


def _first_visible(text: str) -> str:
    """The first character that a program could act on, in its plain form: full-width letters and dashes too.

    Quotes and separators are looked through: a program that splits cells there would begin anew after them.
    """
    for character in text:
        plain = unicodedata.normalize("NFKC", character).strip()
        if plain and plain[0] not in PASSED_OVER and unicodedata.category(plain[0])[0] not in "CZM":
            return "-" if plain[0] == "\u2212" or unicodedata.category(plain[0]) == "Pd" else plain[0]
    return ""
