"""How an author's name looks, so that one that only looks like another is found."""

from __future__ import annotations

import unicodedata
from typing import Final, NamedTuple

from service.domain.disguise import seen_as_latin
from service.domain.text import fold

LOOK_MAX: Final = 120

_SAME_LOOK: Final = str.maketrans({"1": "l", "|": "l", "0": "o", "5": "s"})


class Look(NamedTuple):
    """Two names look alike when their skeletons are equal; they are the same name when what is folded is equal."""

    folded: str
    skeleton: str


def look_of(name: str) -> Look:
    """The look of a name; both parts are empty when nothing of it is a letter or digit."""
    return Look(_bare(fold(name)), _bare(_skeleton(name)))


def _skeleton(name: str) -> str:
    """Letters that look the same as one letter (after UTS 39, section 4): foreign ones, I and l and 1, 0 and o."""
    seen = seen_as_latin(unicodedata.normalize("NFKC", name))
    if any(map(str.islower, seen)):
        seen = " ".join(map(_word, seen.split()))
    seen = seen_as_latin(fold(seen)).translate(_SAME_LOOK)
    return seen.replace("rn", "m").replace("vv", "w")


def _word(word: str) -> str:
    """A word whose capital I's are l's, but for the first letter: there a capital is what one expects."""
    return word[:1] + word[1:].replace("I", "l")


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))[:LOOK_MAX]
