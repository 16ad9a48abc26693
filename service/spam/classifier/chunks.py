"""A text cut at white space, and what is known of each piece alone: hashes of its letters, words, kind of link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

from service.domain.text import fold

BITS: Final = 18
BUCKETS: Final = 1 << BITS
_MASK: Final = BUCKETS - 1
GRAMS: Final = (2, 3, 4, 5)

CHARACTERS_MAX: Final = 2_000
HEAD: Final = 1_500  # of a longer text: its beginning and its end, where advertisements put their address
LONG: Final = (
    60  # pieces longer than this are not remembered: they do not come again, and would fill the memory
)
REMEMBERED: Final = 4_096  # about four megabytes

GROWTH: Final = (
    20  # one letter may stand for a whole phrase of eighteen; thousands of them shall not count in full
)

_PIECE = re.compile(r"\S+")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]{1,3})?")


class Chunk(NamedTuple):
    """One piece without white space: `grams` and `words` index the weights, `tokens` are its folded words."""

    folded: str
    tokens: tuple[str, ...]
    words: tuple[int, ...]
    grams: tuple[int, ...]


class Placed(NamedTuple):
    """A chunk, and where it stands in the text, in code points."""

    chunk: Chunk
    raw: str
    start: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.start + len(self.raw)


def cut(text: str) -> list[Placed]:
    """The pieces of a text; of one longer than 2,000 characters its first 1,500 and last 500."""
    return [piece for part, offset in looked_at(text) for piece in _pieces(part, offset)]


def looked_at(text: str) -> list[tuple[str, int]]:
    """The parts of a text that count, and where each begins."""
    if len(text) <= CHARACTERS_MAX:
        return [(text, 0)]
    tail = len(text) - (CHARACTERS_MAX - HEAD)
    return [(text[:HEAD], 0), (text[tail:], tail)]


def hashed(feature: str) -> int:
    """The bucket of a feature; the same on every machine and in every process, unlike `hash`."""
    return crc32(feature.encode("utf-8", "surrogatepass")) & _MASK


def _pieces(text: str, offset: int) -> Iterator[Placed]:
    for match in _PIECE.finditer(text):
        raw = match[0]
        yield Placed(known(raw) if len(raw) <= LONG else made(raw), raw, offset + match.start())


def made(raw: str) -> Chunk:
    """What is known of a piece; at most some hundred thousand instructions for the longest."""
    most = 2 * len(raw) + GROWTH
    if len(raw) > LONG and not raw.isascii():
        raw = unicodedata.normalize("NFKC", raw)[:most]  # before folding, which costs several times as much
    folded = fold(raw)[:most]
    tokens = tuple(_WORD.findall(folded))
    return Chunk(folded, tokens, tuple(hashed(f"w {token}") for token in tokens), _grams(folded))


known = lru_cache(REMEMBERED)(made)


def _grams(folded: str) -> tuple[int, ...]:
    """Buckets of all runs of two to five characters within the piece, its borders counted as blanks."""
    if folded.isascii():
        octets = f" {folded} ".encode()
        return tuple({crc32(octets[i : i + n]) & _MASK for n in GRAMS for i in range(len(octets) - n + 1)})
    padded = f" {folded} "
    return tuple({hashed(padded[i : i + n]) for n in GRAMS for i in range(len(padded) - n + 1)})
