"""From a comment to the numbers that a model weighs: words and runs of letters by hash, and signals by name."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from service.spam.classifier.chunks import START, cut, hashed, looked_at
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

    The groups are in the order of the text: `word_ends[i]` of `words` and `gram_ends[i]` of `grams` come first in
    one of the pieces up to the i-th. A feature of the group `words` has the value `word_value`, one of `grams` has
    `gram_value`.
    """

    words: tuple[int, ...]
    grams: tuple[int, ...]
    word_ends: tuple[int, ...]
    gram_ends: tuple[int, ...]
    signals: tuple[tuple[int, float], ...]

    @property
    def word_value(self) -> float:
        return 1 / sqrt(len(self.words)) if self.words else 0.0

    @property
    def gram_value(self) -> float:
        return 1 / sqrt(len(self.grams)) if self.grams else 0.0


def features(text: Text, *, phrases: bool = True) -> Features:
    """The features of a comment; `phrases` leaves the phrase signals out when false, to measure what they add."""
    pieces = cut(text.body)
    words: dict[int, None] = {}
    grams: dict[int, None] = {}
    word_ends, gram_ends = [], []
    before = START
    for chunk in pieces.chunks:
        for word, octets, lead in chunk.joints:
            words[word] = words[hashed(octets, before)] = None
            before = lead
        grams.update(chunk.grams)
        word_ends.append(len(words))
        gram_ends.append(len(grams))
    seen = Seen("".join(part for part, _ in looked_at(text.body)), pieces, text.name, text.website)
    fired = [
        (place, value)
        for place, (name, signal) in enumerate(SIGNALS)
        if (phrases or name not in PHRASES) and (value := signal(seen))
    ]
    return Features(tuple(words), tuple(grams), tuple(word_ends), tuple(gram_ends), tuple(fired))
