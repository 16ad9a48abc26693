"""From a comment to the numbers that a model weighs: words and runs of letters by hash, and signals by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Final

from service.spam.classifier.chunks import Placed, cut, hashed, looked_at
from service.spam.classifier.signals import PHRASES, SIGNALS, Seen

SIGNAL_NAMES: Final = tuple(name for name, _ in SIGNALS)


@dataclass(frozen=True)
class Text:
    """What is looked at of a comment: its source, and the name and website of its author where they are known."""

    body: str
    name: str = ""
    website: str = ""


@dataclass(frozen=True)
class Features:
    """Indexes of the hashed features, each once, in two groups of length 1; (place, value) of the signals that fire.

    `pairs` are for each piece the buckets of the pairs of words that end in it; they are among `words`.
    A feature of the group `words` has the value `word_value`, one of `grams` has `gram_value`.
    """

    pieces: tuple[Placed, ...]
    pairs: tuple[tuple[int, ...], ...]
    words: tuple[int, ...]
    grams: tuple[int, ...]
    signals: tuple[tuple[int, float], ...]

    @cached_property
    def word_value(self) -> float:
        return 1 / sqrt(len(self.words)) if self.words else 0.0

    @cached_property
    def gram_value(self) -> float:
        return 1 / sqrt(len(self.grams)) if self.grams else 0.0


def features(text: Text, *, phrases: bool = True) -> Features:
    """The features of a comment; `phrases` leaves the phrase signals out when false, to measure what they add."""
    pieces = tuple(cut(text.body))
    seen = Seen("".join(part for part, _ in looked_at(text.body)), pieces, text.name, text.website)
    fired = []
    for place, (name, signal) in enumerate(SIGNALS):
        if (phrases or name not in PHRASES) and (value := signal(seen)):
            fired.append((place, value))
    words: set[int] = set()
    grams: set[int] = set()
    pairs = tuple(_pairs(pieces))
    for piece, ending in zip(pieces, pairs, strict=True):
        words.update(piece.chunk.words)
        words.update(ending)
        grams.update(piece.chunk.grams)
    return Features(pieces, pairs, tuple(words), tuple(grams), tuple(fired))


def _pairs(pieces: tuple[Placed, ...]) -> Iterator[tuple[int, ...]]:
    before = ""
    for piece in pieces:
        found = []
        for token in piece.chunk.tokens:
            found.append(hashed(f"w {before} {token}"))
            before = token
        yield tuple(found)
