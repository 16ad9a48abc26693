"""Reads words as people read them: v1agra, v.i.a.g.r.a, v i a g r a, vіаgra with foreign letters, viaaagra.

A text has its plain reading, and one more for each way in which what is disguised in it can be understood. All of it
takes time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from service.domain.comment import BODY_MAX
from service.domain.text import UNSEEN_IN_WORDS, folded_word, mark_class

Span = tuple[int, int]
#: A folded word, and where it stands in the text, in code points.
Word = tuple[str, Span]

PIECE_MAX: Final = 60
SPACED_MIN: Final = 3
SHORT_MAX: Final = 2
LETTERS_MIN: Final = 2

_PIECE: Final = re.compile(r"\S+")
_EDGES: Final = ".,;:!?…\"'()[]{}<>«»“”‘’*_~`-،؛؟۔"
_BETWEEN: Final = re.compile(r"[.\-_*'’~·•|/\\+,:;^]+")
#: Nobody needs these inside of a word, so whatever they part is read as one.
_NEVER_INSIDE: Final = frozenset("*_~·•^")
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_LEET: Final = {
    "0": "o",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "€": "e",
}
_LEET_EITHER: Final = "1|!¡"
_LEET_INSIDE: Final = re.compile(r"(?=.*[^\W\d_])(?=.*[0134578@$€|!¡9])")
#: What makes it worth looking closer: in a piece, and in a text.
_ODD: Final = re.compile(
    r"[^\W\d_][0-9@$€|!¡*_~^·•][^\W_]|[0-9@$€|!¡][^\W\d_]"  # a digit or sign among letters
    r"|(?<![^\W_])[^\W\d_][^\w\s][^\W\d_][^\w\s][^\W\d_](?![^\W_])"  # letters parted by signs
)
_PARTED: Final = re.compile(r"(?<!\S)\S{1,2}\s{1,3}\S{1,2}\s{1,3}\S{1,2}(?!\S)")


@dataclass(frozen=True)
class Reading:
    """A text's words in one way of reading it; `disguised` are the places of those that are not as written."""

    text: str
    words: tuple[str, ...]
    disguised: frozenset[int] = frozenset()
    found: tuple[Span, ...] = ()

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Where each of the words stands. Hardly anybody asks, so what is as written is looked up only then."""
        return self.found or tuple(span for _, span in words(self.text))


class _Way(NamedTuple):
    """What a 1 stands for, and how many letters are left of a stretched one."""

    one: str
    left: int


def words(text: str) -> Iterator[Word]:
    """Folded words as they are written."""
    for match in _PIECE.finditer(text):
        yield from _moved(_known(match[0]).words, match.start())


@lru_cache(8)  # several checks ask about one comment, one after the other
def readings(text: str) -> Sequence[Reading]:
    """The plain reading first, then at most four more where something is disguised; as far as comments go."""
    text = text[:BODY_MAX]
    pieces = list(map(_known, text.split()))
    found = [Reading(text, tuple([word for piece in pieces for word, _ in piece.words]))]
    stretched = any(piece.stretched for piece in pieces)
    if not (stretched or any(piece.odd for piece in pieces) or _is_parted(text, pieces)):
        return found
    ones = ("i", "l") if any(sign in text for sign in _LEET_EITHER) else ("i",)
    for one in ones:
        for left in (1, 2) if stretched else (2,):
            reading = _read(text, _Way(one, left))
            if reading.disguised and reading not in found:
                found.append(reading)
    return found


@dataclass(frozen=True)
class Found:
    """A run of words that was looked for."""

    run: tuple[str, ...]
    span: Span
    disguised: bool


class Wanted:
    """Runs of folded words to look for: by their first word, and then their lengths, however many there are."""

    def __init__(self, runs: Iterable[tuple[str, ...]] = ()) -> None:
        self._runs: set[tuple[str, ...]] = set()
        self._lengths: dict[str, set[int]] = {}
        for run in runs:
            self.add(run)

    def __bool__(self) -> bool:
        return bool(self._runs)

    def add(self, run: tuple[str, ...]) -> None:
        """Looks for this run too."""
        self._runs.add(run)
        self._lengths.setdefault(run[0], set()).add(len(run))

    def found_in(self, reading: Reading) -> Iterator[Found]:
        """Where they occur, in the order of the text."""
        if self._lengths.keys().isdisjoint(reading.words):
            return
        for at, word in enumerate(reading.words):
            for length in self._lengths.get(word, ()):
                end = at + length
                run = reading.words[at:end]
                if len(run) == length and run in self._runs:
                    spans = reading.spans
                    span = (spans[at][0], spans[end - 1][1])
                    yield Found(run, span, not reading.disguised.isdisjoint(range(at, end)))


def seen_as_latin(folded: str) -> str:
    """Folded text with every letter of another kind that looks like a Latin one written as that."""
    if folded.isascii() or _look_alikes().keys().isdisjoint(map(ord, folded)):
        return folded
    return folded.translate(_look_alikes())


class _Look(NamedTuple):
    """What is between two blanks, looked at alone: its words as written, and what makes it worth looking closer."""

    words: tuple[Word, ...]
    short: bool
    stretched: bool
    odd: bool


def _look(piece: str) -> _Look:
    ascii_ = piece.isascii()
    seen = piece if ascii_ else _unseen().sub("", piece)
    strange = not (ascii_ or _strange().isdisjoint(seen))
    if piece.isalpha():  # most are: one word, with no sign in it
        found, odd = [(folded_word(piece), (0, len(piece)))], strange
    else:
        pattern = _ASCII_WORD if ascii_ else _word()
        found = [(folded_word(match[0]), match.span()) for match in pattern.finditer(piece)]
        odd = strange or _ODD.search(seen) is not None
    return _Look(
        tuple([(word, span) for word, span in found if word]),
        short=len(seen) <= SHORT_MAX,
        stretched=_STRETCHED.search(seen) is not None,
        odd=odd,
    )


_short_look = lru_cache(4096)(_look)


def _known(piece: str) -> _Look:
    return _short_look(piece) if len(piece) <= PIECE_MAX else _look(piece)


def _moved(found: Iterable[Word], by: int) -> list[Word]:
    return [(word, (start + by, end + by)) for word, (start, end) in found]


def _is_parted(text: str, pieces: Iterable[_Look]) -> bool:
    """Whether there are letters parted by blanks; the pieces tell in most texts that there are none."""
    if bytes(SPACED_MIN * (True,)) not in bytes([piece.short for piece in pieces]):
        return False
    return _PARTED.search(text if text.isascii() else _unseen().sub("", text)) is not None


def _read(text: str, way: _Way) -> Reading:
    read: list[Word] = []
    disguised: set[int] = set()
    spaced: list[Word] = []
    for match in _PIECE.finditer(text):
        piece = _piece(match[0], way)
        if piece.single:
            spaced.append((piece.single, match.span()))
            continue
        if spaced:
            _join(spaced, read, disguised)
            spaced = []
        if piece.disguised:
            disguised.add(len(read))
        read += _moved(piece.words, match.start())
    _join(spaced, read, disguised)
    return Reading(
        text, tuple(word for word, _ in read), frozenset(disguised), tuple(span for _, span in read)
    )


def _join(spaced: Sequence[Word], read: list[Word], disguised: set[int]) -> None:
    """Letters that stand alone are one word when they are several; its first may be a word of its own ("a")."""
    if len(spaced) < SPACED_MIN:
        read += spaced
        return
    for begins in (0, 1) if len(spaced) > SPACED_MIN else (0,):
        joined = "".join(letter for letter, _ in spaced[begins:])
        disguised.add(len(read))
        read.append((joined, (spaced[begins][1][0], spaced[-1][1][1])))


class _Piece(NamedTuple):
    """What is between two blanks: a letter alone, or its words, which may be one that is not as written."""

    single: str
    words: tuple[Word, ...]
    disguised: bool


class _Bare(NamedTuple):
    """A piece as people see it, before it is decided what a sign stands for and how a stretched letter is meant.

    `read` is what it is in every way, None where it depends on the way.
    """

    seen: str
    leet: bool
    read: _Piece | None


def _piece(piece: str, way: _Way) -> _Piece:
    if len(piece) > PIECE_MAX:
        return _Piece("", _look(piece).words, disguised=False)
    bare = _bare(piece)
    if bare.read is not None:
        return bare.read
    seen = bare.seen.translate(_leet(way.one)) if bare.leet else bare.seen
    return _as_seen(piece, _STRETCHED.sub(r"\1" * way.left, seen))


@lru_cache(4096)
def _bare(piece: str) -> _Bare:
    seen = seen_as_latin(folded_word(piece).strip(_EDGES))
    leet = False
    if not seen.isalpha():
        seen = _joined(seen)
        leet = _LEET_INSIDE.match(seen) is not None and sum(map(str.isalpha, seen)) >= LETTERS_MIN
    varies = leet or _STRETCHED.search(seen) is not None
    return _Bare(seen, leet, None if varies else _as_seen(piece, seen))


def _joined(seen: str) -> str:
    """What signs part is one word when they part all its letters, or when they are of those that nobody needs there."""
    parts = [part for part in _BETWEEN.split(seen) if part]
    if len(parts) > 1:
        single = len(parts) >= SPACED_MIN and all(len(part) == 1 for part in parts)
        if single or not _NEVER_INSIDE.isdisjoint(seen):
            return "".join(parts)
    return seen


def _as_seen(piece: str, seen: str) -> _Piece:
    """What a piece is when people see this in it: that word, unless it is none, or as written."""
    plain = _known(piece).words
    if not seen.isalpha():
        return _Piece("", plain, disguised=False)
    if len(seen) == 1:
        return _Piece(seen, (), disguised=False)
    if [seen] != [word for word, _ in plain]:
        return _Piece("", ((seen, (0, len(piece))),), disguised=True)
    return _Piece("", plain, disguised=False)


@cache
def _leet(one: str) -> dict[int, str]:
    return {ord(sign): letter for sign, letter in (_LEET | dict.fromkeys(_LEET_EITHER, one)).items()}


@cache
def _look_alikes() -> dict[int, str]:
    lines = Path(__file__).with_name("look_alikes.txt").read_text("utf-8").splitlines()
    return {ord(letter): line[0] for line in lines for letter in line[1:]}


@cache
def _unseen() -> re.Pattern[str]:
    return re.compile(f"[{UNSEEN_IN_WORDS}]")


@cache
def _strange() -> frozenset[str]:
    """Letters that look like others: foreign ones, and those that only look different and folding makes plain."""
    plain_when_folded = (*range(0x2100, 0x2150), *range(0x2460, 0x2500), *range(0xFF01, 0xFF5F))
    mathematical = range(0x1D400, 0x1D800)
    return frozenset(map(chr, (*_look_alikes(), *plain_when_folded, *mathematical)))


_ASCII_WORD: Final = re.compile(r"[^\W_]+")


@cache
def _word() -> re.Pattern[str]:
    # Vowel signs and what is not seen are inside of words, and Python's \w does not count them.
    return re.compile(f"(?:[^\\W_]|[{mark_class()}{UNSEEN_IN_WORDS}])+")
