"""Names and bodies are kept as readers mean them, without what disguises, breaks or floods a page."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import TextProblem
from service.domain.text import MAX_MARKS, clean_body, clean_line, fold
from tests.corpora import payloads

DISGUISES = (
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
Cleaner = Callable[[str, int], str]
ANYTHING = st.text(st.characters(codec=None), max_size=200)


def code_of(problem: pytest.ExceptionInfo[TextProblem]) -> str:
    return problem.value.code


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ayşe \t Yılmaz\n", "Ayşe Yılmaz"),
        ("Jose\u0301", "José"),
        ("محمد\u00a0علی", "محمد علی"),
        ("葛\U000e0100城", "葛\U000e0100城"),  # a name written with the variant its bearer uses
        ("I ❤\ufe0f news", "I ❤\ufe0f news"),
        ("adm\ufe0fin", "admin"),
        ("a\u3164b", "ab"),
        ("\U000e0041\U000e0042Eve", "Eve"),
    ],
)
def test_a_line_keeps_its_words_and_loses_what_is_not_seen(typed: str, kept: str) -> None:
    assert clean_line(typed, 80) == kept


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_line_never_holds_direction_or_zero_width_characters(disguise: str) -> None:
    assert clean_line(f"ad{disguise}min{disguise}", 80) == "admin"


@pytest.mark.parametrize("clean", [clean_line, clean_body])
@pytest.mark.parametrize(
    "char",
    ["\0", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe", "\ufdd0", "\U0010ffff"],
)
def test_controls_surrogates_and_noncharacters_are_refused(clean: Cleaner, char: str) -> None:
    with pytest.raises(TextProblem) as problem:
        clean(f"a{char}b", 80)
    assert code_of(problem) == "forbidden_character"


@pytest.mark.parametrize("clean", [clean_line, clean_body])
@pytest.mark.parametrize(
    "nothing",
    ["", "  \n\t ", "\u200b\u200d", "\u0301\u0302", "\u3164 \u2800", "\u200e\u200f", "\ufe0f", "\u00a0"],
)
def test_what_nobody_can_see_counts_as_empty(clean: Cleaner, nothing: str) -> None:
    with pytest.raises(TextProblem) as problem:
        clean(nothing, 80)
    assert code_of(problem) == "required"


@pytest.mark.parametrize("clean", [clean_line, clean_body])
def test_length_counts_code_points_after_cleaning(clean: Cleaner) -> None:
    assert clean(" " + "ş" * 80 + " ", 80) == "ş" * 80
    with pytest.raises(TextProblem) as problem:
        clean("😀" * 81, 80)
    assert code_of(problem) == "too_long"


@pytest.mark.parametrize("clean", [clean_line, clean_body])
def test_a_flood_is_refused_before_it_is_cleaned(clean: Cleaner) -> None:
    with pytest.raises(TextProblem) as problem:
        clean(" " * 200, 80)
    assert code_of(problem) == "too_long"


def test_a_body_of_crlf_lines_may_be_as_long_as_one_of_lf_lines() -> None:
    assert clean_body("a\r\n" * 39 + "ab", 80) == "a\n" * 39 + "ab"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\rthree\u2028four\u2029five", "one\ntwo\nthree\nfour\n\nfive"),
        ("\n\n  words  \n \n\t\n\n more\n", "words\n\n more"),
        ("a\tb", "a\tb"),
        ("نہیں\u200cہے \u200f(ok)", "نہیں\u200cہے \u200f(ok)"),
        ("👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥"),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ),
        ("a\U000e0068\U000e0069b", "ab"),
        ("\ufeffa\u200bb\u202ec\u2066d\u00ade", "abcde"),
        ("a" + "\u200c\u200d" * 40 + "b", "a\u200c\u200db"),
    ],
)
def test_a_body_keeps_what_languages_and_emoji_need(typed: str, kept: str) -> None:
    assert clean_body(typed, 5_000) == kept


@pytest.mark.parametrize("clean", [clean_line, clean_body])
def test_stacked_marks_are_cut_to_what_scripts_use(clean: Cleaner) -> None:
    tower = clean("Z" + "\u0335\u0317\u030d" * 20 + "algo", 80)
    assert sum(unicodedata.combining(char) > 0 for char in tower) == MAX_MARKS
    assert clean("བསྒྲུབས་", 80) == "བསྒྲུབས་"
    letter_that_comes_apart = "\u0958" + "\u0301" * 20
    assert clean(letter_that_comes_apart, 80) == "\u0915\u093c" + "\u0301" * (MAX_MARKS - 1)
    assert clean("مُحَمَّدٌ", 80) == unicodedata.normalize("NFC", "مُحَمَّدٌ")


@pytest.mark.parametrize(
    "spellings",
    [
        ("İSTANBUL", "istanbul", "ıstanbul", "Istanbul"),
        ("كتاب", "کتاب", "کِتـاب"),
        ("علي", "علی", "على"),
        ("مدرسة", "مدرسہ", "مدرسه"),
        ("CAFÉ", "cafe\u0301", "ｃａｆｅ"),
        ("Straße", "STRASSE"),
        ("می\u200cروم", "میروم"),
        ("۱۲۳", "١٢٣", "123"),
        ("a  b", " A\tb "),
    ],
)
def test_spellings_of_one_word_fold_to_one_form(spellings: tuple[str, ...]) -> None:
    assert len({fold(spelling) for spelling in spellings}) == 1


def test_folding_keeps_words_apart_that_differ_in_letters() -> None:
    assert len({fold(word) for word in ("کھا", "کہا", "पानी", "पनी", "ear", "bear")}) == 6


@pytest.mark.parametrize("clean", [clean_line, clean_body])
@given(raw=ANYTHING)
def test_cleaning_twice_changes_nothing(clean: Cleaner, raw: str) -> None:
    try:
        once = clean(raw, 300)
    except TextProblem:
        return
    assert clean(once, 300) == once
    assert unicodedata.is_normalized("NFC", once)


@given(raw=st.text(max_size=200))
def test_folding_twice_changes_nothing(raw: str) -> None:
    assert fold(fold(raw)) == fold(raw)


@pytest.mark.corpora
def test_every_hostile_text_is_cleaned_or_refused() -> None:
    for payload in payloads("naughty_strings", "unicode_spoof", "xss", "xss_markdown"):
        for clean in (clean_line, clean_body):
            try:
                kept = clean(payload, 5_000)
            except TextProblem:
                continue
            assert clean(kept, 5_000) == kept
            fold(kept)
            assert clean is clean_body or not set(kept) & set(DISGUISES)
