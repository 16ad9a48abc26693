"""A text cut at white space, and what is known of each piece alone: hashes of its letters, words, kind of link."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple
from zlib import crc32

from service.domain.text import fold, folded_word

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
_ONE: Final = crc32(b"w ")  # a word, or two
START: Final = crc32(b" ", _ONE)  # the first word makes a pair with nothing
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]{1,3})?")


class Chunk(NamedTuple):
    """One piece without white space: `tokens` are its folded words, `grams` index the weights.

    `joints` are of each word its bucket, and what the buckets of pairs are made of: its octets, and the checksum of
    what a pair begins with. `grams` keeps nothing but its keys: a dictionary takes up those of another one faster than
    anything else, and in order.
    """

    folded: str
    tokens: tuple[str, ...]
    joints: tuple[tuple[int, bytes, int], ...]
    grams: dict[int, None]


class Pieces(NamedTuple):
    """The pieces of a text, as they are written, and what is known of each."""

    raws: list[str]
    chunks: list[Chunk]


def cut(text: str) -> Pieces:
    """The pieces of a text; of one longer than 2,000 characters of its first 1,500 and last 500."""
    raws = [raw for part, _ in looked_at(text) for raw in part.split()]
    return Pieces(raws, [known(raw) if len(raw) <= LONG else made(raw) for raw in raws])


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each of these pieces stands, in code points."""
    for part, offset in looked_at(text):
        found = map(re.Match.span, _PIECE.finditer(part))
        yield from ((start + offset, end + offset) for start, end in found) if offset else found


def looked_at(text: str) -> list[tuple[str, int]]:
    """The parts of a text that count, and where each begins."""
    if len(text) <= CHARACTERS_MAX:
        return [(text, 0)]
    tail = len(text) - (CHARACTERS_MAX - HEAD)
    return [(text[:HEAD], 0), (text[tail:], tail)]


def hashed(feature: bytes, before: int) -> int:
    """The bucket of a feature; the same on every machine and in every process, unlike `hash`.

    `before` is the checksum of what comes before these octets.
    """
    return crc32(feature, before) & _MASK


def made(raw: str) -> Chunk:
    """What is known of a piece; at most some hundred thousand instructions for the longest."""
    most = 2 * len(raw) + GROWTH
    if len(raw) > LONG and not raw.isascii():
        raw = unicodedata.normalize("NFKC", raw)[:most]  # before folding, which costs several times as much
    folded = (folded_word(raw) if len(raw) <= LONG else fold(raw))[:most]
    tokens = tuple(_WORD.findall(folded))
    octets = [token.encode("utf-8", "surrogatepass") for token in tokens]
    joints = tuple([(hashed(one, _ONE), one, crc32(one + b" ", _ONE)) for one in octets])
    return Chunk(folded, tokens, joints, _grams(folded))


known = lru_cache(REMEMBERED)(made)


def _grams(folded: str) -> dict[int, None]:
    """Buckets of all runs of two to five characters within the piece, its borders counted as blanks."""
    padded = f" {folded} "
    octets = padded.encode("utf-8", "surrogatepass")
    if len(octets) == len(padded):
        end = len(octets) + 1
        return {crc32(octets[i : i + n]) & _MASK: None for n in GRAMS for i in range(end - n)}
    ends = [0, *accumulate([len(c.encode("utf-8", "surrogatepass")) for c in padded])]
    return {crc32(octets[i:j]) & _MASK: None for n in GRAMS for i, j in zip(ends, ends[n:], strict=False)}
