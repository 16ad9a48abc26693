"""Cleans what people type: a name or title, a comment's body, and the form that searching compares.

The rules and their reasons are in docs/text.md. Every function takes time linear in its input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from service.domain.errors import TextProblem

#: Marks that may sit on one base character. Vietnamese needs 2, Urdu and Hebrew 3, Tibetan stacks 5.
MAX_MARKS: Final = 6
#: Longer ones do not come again: to remember them would only fill the memory.
WORD_MAX: Final = 60
LONG_WORD_MAX: Final = 1_000
#: A folded word is at most this many times as long, with some letters to spare.
WORD_GROWTH: Final = 4

# Cleaning makes texts shorter (CRLF becomes LF, invisible characters go); beyond this it is not tried.
_RAW_FACTOR: Final = 2

_TAGS = "\U000e0020-\U000e007f"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SYMBOLS = "\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17)
)
_SURROGATES = "\ud800-\udfff"

_FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_SURROGATES}{_NONCHARACTERS}]")

# Characters without an image that no language needs in running text: zero-width and soft-hyphen breaks,
# invisible operators, deprecated formats, annotation anchors, embeddings, overrides and isolates.
_NEVER = (
    "\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
# What Urdu, Persian, Indic scripts and emoji need in a body, and what only disguises a name.
_JOINERS = "\u061c\u200c-\u200f"
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"

#: The inside of a regular expression's class: what may stand inside of a word without being seen.
UNSEEN_IN_WORDS: Final = f"{_JOINERS}{_FILLERS}{_SELECTORS}"

_INVISIBLE_IN_LINE = re.compile(
    f"([{_HAN}][\ufe00-\ufe0f\U000e0100-\U000e01ef]|[{_SYMBOLS}][\ufe0e\ufe0f]|[\u1820-\u18aa][\u180b-\u180d\u180f])"
    f"|[{_NEVER}{_JOINERS}{_FILLERS}{_SELECTORS}]"
)
# The flags of England, Scotland and Wales are a black flag and tag characters.
_INVISIBLE_IN_BODY = re.compile(f"(\U0001f3f4[{_TAGS}]{{3,7}}(?<=\U000e007f))|[{_NEVER}]")
# Two in a row occur in emoji (a selector, then a joiner); longer runs only carry hidden messages.
_REPEATED_IN_BODY = re.compile(f"([{_JOINERS}{_SELECTORS}]{{2}})[{_JOINERS}{_SELECTORS}]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile("\r\n?|\u2028")


def clean_line(raw: str, max_length: int) -> str:
    """A name, title or note on one line, in NFC, without invisible characters; 1 to `max_length` code points.

    Raises TextProblem: required, too_long, forbidden_character.
    """
    _check_raw(raw, max_length)
    if _FORBIDDEN.search(raw):
        raise _forbidden()
    text = raw
    if not text.isascii():
        text = _normal(_INVISIBLE_IN_LINE.sub(_kept, text))
    return _sized(" ".join(text.split()), max_length)


def clean_body(raw: str, max_length: int) -> str:
    r"""A comment's source in NFC with `\n` as its only line end; 1 to `max_length` code points.

    Raises TextProblem: required, too_long, forbidden_character.
    """
    _check_raw(raw, max_length)
    text = _LINE_ENDS.sub("\n", raw.replace("\u2029", "\n\n"))
    if _FORBIDDEN.search(text):
        raise _forbidden()
    if not text.isascii():
        text = _INVISIBLE_IN_BODY.sub(_kept, text)
        text = _normal(_REPEATED_IN_BODY.sub(r"\1", text))
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return _sized(_BLANK_LINES.sub("\n\n", text), max_length)


def fold(text: str) -> str:
    """The form in which names and words are compared: without case, accents, joiners and letter variants.

    Dotted and dotless i are one letter, and so are the Arabic and Urdu forms of kaf, ye and he.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKD", _bounded(text)).casefold()
    text = unicodedata.normalize("NFKD", _bounded(text))
    if not _fold_changes().isdisjoint(text):
        text = text.translate(_fold_table())
    return " ".join(unicodedata.normalize("NFC", text).split())


def folded_word(word: str) -> str:
    """The same for a single word, of which no more is looked at than anybody searches for.

    It is remembered when it is not too long: few words are most of every text.
    """
    return _short_word(word) if len(word) <= WORD_MAX else _word(word[:LONG_WORD_MAX])


def _word(word: str) -> str:
    if not word.isascii():
        # One letter may stand for a phrase of eighteen: of thousands of them nobody needs each.
        apart = unicodedata.normalize("NFKD", _bounded(word))
        most = WORD_GROWTH * (len(word) + 10)
        word = apart[:most] if len(apart) > most else word
    return fold(word)


_short_word = lru_cache(4096)(_word)


def raw_max(max_length: int) -> int:
    """How many code points are looked at where `max_length` are allowed: a longer text is refused unseen."""
    return max_length * _RAW_FACTOR + 16


def _check_raw(raw: str, max_length: int) -> None:
    if len(raw) > raw_max(max_length):
        raise _too_long(max_length)


def _sized(text: str, max_length: int) -> str:
    if not text.isascii() and not _visible().search(text):
        text = ""
    if not text:
        raise TextProblem("required", "This cannot be empty.")
    if len(text) > max_length:
        raise _too_long(max_length)
    return text


def _too_long(max_length: int) -> TextProblem:
    return TextProblem("too_long", f"This may have at most {max_length} characters.")


def _forbidden() -> TextProblem:
    return TextProblem("forbidden_character", "This contains a character that cannot be used here.")


def _kept(match: re.Match[str]) -> str:
    return match[1] or ""


def _normal(text: str) -> str:
    # Bounded before, because normalising is quadratic in a run of marks, and after, because it can add some.
    return _bounded(unicodedata.normalize("NFC", _bounded(text)))


def _bounded(text: str) -> str:
    if len(text) <= MAX_MARKS or not _crowds().search(text):
        return text
    return _mark_runs().sub(r"\1", text)


@cache
def mark_class(last: int = 0x1EFFF) -> str:
    """The inside of a regular expression's class with every combining mark (categories Mn, Mc, Me) up to a code."""
    # 0x1f000 upwards holds no marks but the ideographic variation selectors; looking there would cost 60 ms.
    ranges: list[tuple[int, int]] = []
    for code in range(0x300, last + 1):
        if unicodedata.category(chr(code))[0] != "M":
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code)
        else:
            ranges.append((code, code))
    ranges.append((0xE0100, 0xE01EF))
    return "".join(f"{chr(first)}-{chr(final)}" for first, final in ranges)


@cache
def _crowds() -> re.Pattern[str]:
    """What could be too many marks: of the planes above, whose many ranges take long to compare, all that is there."""
    return re.compile(f"[{mark_class(0xFFFF)}\U00010000-\U0010ffff]{{{MAX_MARKS + 1}}}")


@cache
def _mark_runs() -> re.Pattern[str]:
    marks = mark_class()
    return re.compile(f"([{marks}]{{{MAX_MARKS}}})[{marks}]+")


@cache
def _visible() -> re.Pattern[str]:
    return re.compile(f"[^\\s\u2800{_NEVER}{_JOINERS}{_FILLERS}{_SELECTORS}{mark_class()}]")


_LETTERS: Final = {
    "i": "ı",
    "ا": "ٱ",
    "ک": "كڪګݢ",
    "ی": "يىېۍ",
    "ہ": "هةەۀۂۃ",
}
_DIGITS: Final = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
# Accents of Latin, Greek, Cyrillic, Hebrew and Arabic. Indic vowel signs are marks too, but make the word.
_ACCENTS: Final = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x0898, 0x089F),
    (0x08CA, 0x08FF),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F),
    (0xE0100, 0xE01EF),
)
_TATWEEL: Final = 0x0640
_DROPPED: Final = f"{_NEVER}{_JOINERS}{_FILLERS}"


@cache
def _fold_changes() -> frozenset[str]:
    return frozenset(chr(code) for code, becomes in _fold_table().items() if code != becomes)


# What is not in a table costs `translate` an exception: most letters and signs stand in it for themselves.
_USUAL: Final = (*range(0x20, 0x700), *range(0x2000, 0x20D0))


@cache
def _fold_table() -> dict[int, int | str | None]:
    table: dict[int, int | str | None] = {code: code for code in _USUAL}
    table[_TATWEEL] = None
    table.update(dict.fromkeys(_codes(_DROPPED)))
    for first, last in _ACCENTS:
        marks = (code for code in range(first, last + 1) if unicodedata.category(chr(code))[0] == "M")
        table.update(dict.fromkeys(marks))
    for letter, variants in _LETTERS.items():
        table.update({ord(variant): letter for variant in variants})
    for digits in _DIGITS:
        table.update({ord(digit): str(value) for value, digit in enumerate(digits)})
    return table


def _codes(ranges: str) -> Iterator[int]:
    """The code points of the inside of a regular expression's class."""
    for first, last in re.findall("(.)(?:-(.))?", ranges):
        yield from range(ord(first), ord(last or first) + 1)
