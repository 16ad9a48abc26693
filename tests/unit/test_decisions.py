"""The records of decisions: one number each, in the name of the file and in its title."""

import re
from collections import Counter
from pathlib import Path

RECORDS = sorted((Path(__file__).parents[2] / "docs/adr").glob("*.md"))


def test_no_two_records_have_one_number() -> None:
    assert RECORDS
    assert [number for number, times in Counter(path.name[:4] for path in RECORDS).items() if times > 1] == []


def test_each_title_begins_with_the_number_of_its_file() -> None:
    for path in RECORDS:
        title = re.match(r"# (\d+)\. ", path.read_text(encoding="utf-8"))
        assert title is not None, path.name
        assert int(title[1]) == int(path.name[:4])
