"""The characters of a text are counted as looking at each of them would."""

from __future__ import annotations

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


def test_letters_have_a_script_and_unnamed_characters_none() -> None:
    assert [script_of(one) for one in ("a", "ж", "ہ", "\ue000")] == ["LATIN", "CYRILLIC", "ARABIC", ""]
