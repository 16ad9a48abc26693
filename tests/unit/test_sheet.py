"""Tables for spreadsheets: complete, and without formulas."""

from __future__ import annotations

import csv
import io

import pytest

from service.domain.sheet import harmless, line, sheet
from tests.corpora import payloads

STARTERS = "=+-@|%"


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"{before}{starter}1"
            for starter in STARTERS
            for before in ("", " ", "\t", "\r", "\n", "\xa0", "\ufeff")
        ),
        *(f"\u200b\u2060{starter}1" for starter in STARTERS),
        "\uff1d1+1",  # full-width =
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "\u22121",  # a real minus
        "\u20131",  # a dash
        ";=1",
        '"=1',
        "'=1",
    ],
)
def test_what_a_program_could_run_is_marked(text: str) -> None:
    assert harmless(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", " ", "Ayşe", "a=b", "1-2", "پل پرانا ہے", "(=1)", "\u200b", "https://x.example"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.corpora
def test_no_known_payload_can_run() -> None:
    left = [text for text in payloads("csv_injection") if harmless(text) == text]
    assert [text for text in left if not text[0].isalnum()] == []


def test_a_line_comes_back_as_it_was() -> None:
    cells = ['say "so"', "two\r\nlines", "a,b;c", "nul\0", -3, 0.25, None, True]
    (read,) = csv.reader(io.StringIO(line(cells), newline=""))
    assert read == ['say "so"', "two\r\nlines", "a,b;c", "nul", "-3", "0.25", "", "true"]


def test_a_table_begins_with_the_mark_of_utf_8() -> None:
    assert sheet(["name"], [["Ayşe"]]).encode() == b'\xef\xbb\xbf"name"\r\n"Ay\xc5\x9fe"\r\n'
