"""The characters of a text, counted once for all that ask about the same comment, one after the other."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache

_STUTTER = re.compile(r"(\S)\1\1")


@lru_cache(8)
def counted(text: str) -> Mapping[str, int]:
    """How often each character comes: there are far fewer of them than places."""
    return Counter(text)


def number(text: str, of: Callable[[str], bool]) -> int:
    """How many of a text's characters are of a kind, such as `str.isupper`."""
    return sum([many for character, many in counted(text).items() if of(character)])


@lru_cache(8)
def stutters(text: str) -> bool:
    """Whether a character that is not white space stands three times in a row."""
    return _STUTTER.search(text) is not None


def script_of(letter: str) -> str:
    """The first word of its Unicode name, such as LATIN; empty where it has none."""
    # The two that would leave no room for others among what is remembered.
    if "\u4e00" <= letter <= "\u9fff":
        return "CJK"
    if "\uac00" <= letter <= "\ud7a3":
        return "HANGUL"
    return _named(letter)


@lru_cache(4096)
def _named(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
