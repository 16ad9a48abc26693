"""How alike two texts are, found without comparing all with all.

A text's shingles (every five letters in a row, folded) are boiled down to 64 numbers, of which two texts share about
the fraction that their shingles have in common: one permutation hashing (Li, Owen, Zhang 2012), empty bins filled by
rotation (Shrivastava, Li 2014). Three numbers in a row make a band; texts that share a band are worth comparing.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from typing import Final
from zlib import crc32

from service.domain import markup
from service.domain.linked import without_addresses
from service.domain.text import fold

SHINGLE: Final = 5
#: What comes later in a text says nothing new; folding can make one character eighteen.
TEXT_MAX: Final = 3_000
LETTERS_MAX: Final = 4_000
#: Fewer than this many different shingles ("Thank you!", "ha ha ha ha") say nothing about who wrote them.
SHINGLES_MIN: Final = 32
#: With fewer letters of its own, a comment that quotes is looked at with what it quotes.
OWN_LETTERS_MIN: Final = 20
BINS: Final = 64
BANDS: Final = 10
ROWS: Final = 3

_LETTER_BYTES: Final = 4
_BIN_SHIFT: Final = 26  # leaves six of 32 bits: 2 ** 6 == BINS
_EMPTY: Final = 1 << 32  # more than any number in a bin
_MIX: Final = 0x9E3779B1  # 2 ** 32 divided by the golden ratio (Knuth, volume 3, 6.4): CRC alone is linear
_STEP: Final = 0x5BD1  # makes a number borrowed from afar another one than from nearby
_SKETCH: Final = struct.Struct(f"<{BINS}H")


def letters(body: str) -> str:
    """The letters of a comment's text, folded, without digits, punctuation, spaces and addresses."""
    if "\n>" in body or body.startswith(">"):
        # Readers of one article quote the same lines of it.
        own = _letters("\n".join(line for line in body.split("\n") if not line.startswith(">")))
        if len(own) >= OWN_LETTERS_MIN:
            return own
    return _letters(body)


def _letters(source: str) -> str:
    folded = fold(without_addresses(markup.plain_text(source)[:TEXT_MAX]))
    return "".join(islice(filter(str.isalpha, folded), LETTERS_MAX))


def sketch(body: str) -> bytes | None:
    """The 64 numbers of a text in 128 bytes; None for a text too short to be compared."""
    units = letters(body).encode("utf-32-le")
    width = SHINGLE * _LETTER_BYTES
    shingles = {
        *map(crc32, [units[at : at + width] for at in range(0, len(units) - width + 1, _LETTER_BYTES)])
    }
    if len(shingles) < SHINGLES_MIN:
        return None
    mixed = sorted([shingle * _MIX & 0xFFFFFFFF for shingle in shingles], reverse=True)
    smallest = {number >> _BIN_SHIFT: number for number in mixed}  # the last one of each bin stays
    return _SKETCH.pack(*_filled([smallest.get(bin_, _EMPTY) for bin_ in range(BINS)]))


def _filled(smallest: Sequence[int]) -> list[int]:
    """16 bits of each bin; an empty one takes those of the next that is not, marked by the distance."""
    filled = [0] * BINS
    borrowed = _EMPTY
    for place in range(
        2 * BINS - 1, -1, -1
    ):  # twice round, backwards: the last bins may borrow from the first
        found = smallest[place % BINS]
        borrowed = borrowed + _STEP if found == _EMPTY else found
        filled[place % BINS] = borrowed & 0xFFFF
    return filled


def alike(one: bytes, other: bytes) -> float:
    """About which share of their shingles two texts have in common, in [0, 1]; the error is 0.06 (one sigma)."""
    pairs = zip(_SKETCH.unpack(one), _SKETCH.unpack(other), strict=True)
    equal = sum(1 for mine, theirs in pairs if mine == theirs)
    return equal / BINS


def band_keys(found: bytes) -> tuple[int, ...]:
    """Ten keys: texts alike by 0.6 share at least one of them in nine cases of ten, by 0.8 nearly always."""
    size = ROWS * 2
    return tuple(key_of(f"band {band}", found[band * size : (band + 1) * size]) for band in range(BANDS))


def source_key(source: str) -> int:
    """The key of a common source, given as a keyed hash."""
    return key_of("source", source.encode())


def key_of(kind: str, value: bytes) -> int:
    """A 64-bit key of a sign that comments may share; signed, as databases keep it."""
    return int.from_bytes(blake2b(value, digest_size=8, person=kind.encode()).digest(), "big", signed=True)
