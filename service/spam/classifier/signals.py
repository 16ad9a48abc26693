"""Signals that have a name: signs of advertising that single letters and words do not show.

Each is a number from 0 to 1. Everything here is linear in the text: it works on pieces cut at white space, and
no pattern has an unbounded repetition.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from service.domain.text import fold
from service.spam.classifier import phrases
from service.spam.classifier.chunks import Placed
from service.spam.classifier.hosts import EDGES, SHORTENERS, TLDS, host_of

_DOTS: Final = ("[.]", "(.)", "[dot]", "(dot)", "{dot}", "hxxp", "d0t")
_HIDDEN: Final = frozenset("\u200b\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u00ad\u180e\u3164")
_CURRENCIES: Final = frozenset("$€£₺₹₨¥₽₿")
_PHONE_DIGITS: Final = range(9, 16)
_RUN: Final = re.compile(r"([^\W\d_])\1{3}")


@dataclass(frozen=True)
class Seen:
    """A comment as the signals look at it."""

    body: str
    pieces: Sequence[Placed]
    name: str
    website: str

    @cached_property
    def tokens(self) -> list[str]:
        return [token for piece in self.pieces for token in piece.chunk.tokens]

    @cached_property
    def folded(self) -> str:
        return " ".join([piece.chunk.folded for piece in self.pieces])

    @cached_property
    def characters(self) -> Counter[str]:
        """How often each character comes: there are far fewer of them than places."""
        return Counter(self.body)

    @cached_property
    def letters(self) -> int:
        return sum(map(str.isalpha, self.body)) or 1

    @cached_property
    def schemes(self) -> int:
        """Pieces that name a scheme."""
        return sum("://" in piece.chunk.folded for piece in self.pieces) if "://" in self.folded else 0

    @cached_property
    def hosts(self) -> list[str]:
        """The hosts of what looks like a web address, with or without a scheme."""
        folded = [piece.chunk.folded for piece in self.pieces if "." in piece.chunk.folded]
        return [host for one in folded if (host := host_of(one))]

    @cached_property
    def groups(self) -> frozenset[str]:
        return phrases.groups_in(self.tokens)


def _share(part: float, whole: float, least: float, most: float) -> float:
    """Where a share lies between two values, from 0 to 1."""
    return min(1.0, max(0.0, (part / whole - least) / (most - least))) if whole else 0.0


def _url(seen: Seen) -> float:
    return float(bool(seen.schemes or seen.hosts))


def _url_only(seen: Seen) -> float:
    return float(bool(seen.hosts) and len(seen.pieces) <= len(seen.hosts) + 1)


def _urls_many(seen: Seen) -> float:
    return min(1.0, max(0, len(seen.hosts) - 1) / 2)


def _bare_domain(seen: Seen) -> float:
    return float(len(seen.hosts) > seen.schemes)


def _obfuscated_domain(seen: Seen) -> float:
    if any(sign in seen.folded for sign in _DOTS):
        return 1.0
    if "dot" not in seen.folded and "nokta" not in seen.folded:
        return 0.0
    pairs = zip(seen.tokens, seen.tokens[1:], strict=False)
    return float(any(first in ("dot", "nokta") and second in TLDS for first, second in pairs))


def _shortener(seen: Seen) -> float:
    return float(any(host.removeprefix("www.") in SHORTENERS for host in seen.hosts))


def _email(seen: Seen) -> float:
    def is_address(piece: str) -> bool:
        local, at, host = piece.strip(EDGES).partition("@")
        return bool(local and at and "." in host.strip(".") and "/" not in host)

    if "@" not in seen.folded:
        return 0.0
    return float(any("@" in piece.chunk.folded and is_address(piece.chunk.folded) for piece in seen.pieces))


def _handle(seen: Seen) -> float:
    if "@" not in seen.folded:
        return 0.0
    return float(
        any(piece.chunk.folded.startswith("@") and len(piece.chunk.folded) > 4 for piece in seen.pieces)
    )


def _phone(seen: Seen) -> float:
    digits = 0
    if sum(map(str.isdigit, seen.folded)) < _PHONE_DIGITS.start:
        return 0.0
    for piece in seen.pieces:
        bare = piece.chunk.folded.strip(EDGES + "+").replace("-", "").replace("/", "").replace(".", "")
        bare = bare.replace("(", "").replace(")", "")
        digits = digits + len(bare) if bare.isdigit() else 0
        if digits in _PHONE_DIGITS:
            return 1.0
    return 0.0


def _money(seen: Seen) -> float:
    if _CURRENCIES.isdisjoint(seen.body):
        return 0.0
    return float(any(_CURRENCIES.intersection(p.raw) and any(map(str.isdigit, p.raw)) for p in seen.pieces))


def _digits(seen: Seen) -> float:
    return _share(sum(map(str.isdigit, seen.body)), len(seen.body), 0.02, 0.25)


def _capitals(seen: Seen) -> float:
    upper = sum(map(str.isupper, seen.body))
    return _share(upper, seen.letters, 0.3, 0.8) if seen.letters >= 10 else 0.0


def _exclamations(seen: Seen) -> float:
    return min(1.0, seen.body.count("!") / 5)


def _letter_runs(seen: Seen) -> float:
    return float(_RUN.search(seen.body) is not None)


def _repeated_words(seen: Seen) -> float:
    number = len(seen.tokens)
    return _share(number - len(set(seen.tokens)), number, 0.4, 0.8) if number >= 10 else 0.0


def _symbols(seen: Seen) -> float:
    if seen.body.isascii():
        return _share(sum(map(seen.body.count, "+<=>|~")), len(seen.body), 0.0, 0.1)
    symbols = sum(n for c, n in seen.characters.items() if unicodedata.category(c) in ("So", "Sm"))
    return _share(symbols, len(seen.body), 0.0, 0.1)


def _mixed_scripts(seen: Seen) -> float:
    if seen.body.isascii() or len(_look_alikes("".join(seen.characters))) < 2:
        return 0.0
    for piece in seen.pieces:
        if not piece.raw.isascii() and len(_look_alikes(piece.raw)) > 1:
            return 1.0
    return 0.0


def _look_alikes(text: str) -> set[str]:
    """Which of the scripts that look alike have letters in a text."""
    names = {unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha()}
    return names & {"LATIN", "CYRILLIC", "GREEK"}


def _styled_letters(seen: Seen) -> float:
    """Letters that only look different: mathematical, full-width, enclosed."""
    if seen.body.isascii():
        return 0.0
    styled = sum(
        n
        for c, n in seen.characters.items()
        if unicodedata.decomposition(c).startswith(("<font", "<wide", "<circle"))
    )
    return float(styled >= 4)


def _hidden(seen: Seen) -> float:
    return float(not seen.body.isascii() and not _HIDDEN.isdisjoint(seen.characters))


def _spaced_letters(seen: Seen) -> float:
    longest = run = 0
    for piece in seen.pieces:
        run = run + 1 if len(piece.raw) == 1 and piece.raw.isalpha() else 0
        longest = max(longest, run)
    return float(longest >= 4)


def _short(seen: Seen) -> float:
    return float(len(seen.tokens) <= 4)


def _long(seen: Seen) -> float:
    return min(1.0, len(seen.tokens) / 100)


def _ends_with_address(seen: Seen) -> float:
    return float(bool(seen.pieces) and bool(host_of(seen.pieces[-1].chunk.folded)))


def _own_name(seen: Seen) -> float:
    """The author's name in the text: an advertiser's own brand."""
    name = fold(seen.name)
    return float(len(name) >= 5 and name in seen.folded)


def _name_is_address(seen: Seen) -> float:
    return float(any(host_of(fold(part)) for part in seen.name.split()))


def _website(seen: Seen) -> float:
    return float(bool(seen.website))


def _phrase(group: str) -> Callable[[Seen], float]:
    return lambda seen: float(group in seen.groups)


_PLAIN: Final = (
    _url,
    _url_only,
    _urls_many,
    _bare_domain,
    _obfuscated_domain,
    _shortener,
    _email,
    _handle,
    _phone,
    _money,
    _digits,
    _capitals,
    _exclamations,
    _letter_runs,
    _repeated_words,
    _symbols,
    _mixed_scripts,
    _styled_letters,
    _hidden,
    _spaced_letters,
    _short,
    _long,
    _ends_with_address,
    _own_name,
    _name_is_address,
    _website,
)

#: Name and function of each signal. The order is that of the stored weights: add at the end, never in between.
SIGNALS: Final[tuple[tuple[str, Callable[[Seen], float]], ...]] = (
    *((signal.__name__.lstrip("_"), signal) for signal in _PLAIN),
    *((f"phrase_{group}", _phrase(group)) for group in phrases.GROUPS),
)
NAMES: Final = tuple(name for name, _ in SIGNALS)
PHRASES: Final = frozenset(name for name in NAMES if name.startswith("phrase_"))
