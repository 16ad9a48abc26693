"""The characters of a text are counted as looking at each of them would."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from service.domain.letters import counted, number, script_of, stutters

TEXTS = st.text(st.sampled_from("aA1 \n.éЖہİ😀"), max_size=40)


@given(text=TEXTS)
def test_counting_kinds_is_counting_places(text: str) -> None:
    assert number(text, str.isupper) == sum(map(str.isupper, text))
    assert sum(counted(text).values()) == len(text)


@given(text=TEXTS)
def test_a_stutter_is_one_visible_character_three_times(text: str) -> None:
    expected = any(a == b == c and not a.isspace() for a, b, c in zip(text, text[1:], text[2:], strict=False))
    assert stutters(text) is expected


def test_what_is_not_looked_up_is_as_if_it_were() -> None:
    for code in (*range(0x4D00, 0xA100), *range(0xAB00, 0xD800)):
        assert script_of(chr(code)) == unicodedata.name(chr(code), "").partition(" ")[0]


def test_letters_have_a_script_and_unnamed_characters_none() -> None:
    assert [script_of(one) for one in ("a", "ж", "ہ", "\ue000")] == ["LATIN", "CYRILLIC", "ARABIC", ""]
