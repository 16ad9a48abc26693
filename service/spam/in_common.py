"""The words that several texts have in common, for people to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from service.domain import markup
from service.domain.text import fold

WORDS_MAX: Final = 200
LONGEST: Final = 6
SHARE_MIN: Final = 0.6
SHOWN: Final = 5
_LETTERS_MIN: Final = 6

Words = tuple[str, ...]


def shared_phrases(bodies: Sequence[str]) -> list[str]:
    """Up to five runs of two to six folded words that at least 60 % of the texts have, the longest first.

    Two runs that overlap say the same: of these the one in more texts is kept. Empty for fewer than two texts.
    """
    if len(bodies) < 2:
        return []
    texts = [_words(body) for body in bodies]
    in_texts = Counter(run for words in texts for run in set(_runs(words)))
    needed = SHARE_MIN * len(texts)
    common = [(run, number) for run, number in in_texts.items() if number >= needed and _says_something(run)]
    common.sort(key=lambda found: (-len(found[0]), -found[1], found[0]))
    kept: list[Words] = []
    for run, _ in common:
        if len(kept) == SHOWN:
            break
        if not any(_overlap(run, other) for other in kept):
            kept.append(run)
    return [" ".join(run) for run in kept]


def _words(body: str) -> Words:
    folded = fold(markup.plain_text(body)[: WORDS_MAX * 20])
    stripped = (word.strip(".,;:!?…\"'()[]«»“”‘’،؛؟۔*_") for word in folded.split(" ")[:WORDS_MAX])
    return tuple(word for word in stripped if word)


def _runs(words: Words) -> Iterator[Words]:
    for length in range(2, LONGEST + 1):
        for at in range(len(words) - length + 1):
            yield words[at : at + length]


def _says_something(run: Words) -> bool:
    return sum(len(word) for word in run) >= _LETTERS_MIN


def _overlap(run: Words, other: Words) -> bool:
    """Whether more than half of the shorter one's words are the other's."""
    return 2 * len(set(run) & set(other)) > min(len(run), len(other))
