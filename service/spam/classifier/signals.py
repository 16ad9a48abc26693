"""Signals that have a name: signs of advertising that single letters and words do not show.

Each is a number from 0 to 1. Everything here is linear in the text: it works on pieces cut at white space, and
no pattern has an unbounded repetition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final

from service.domain.letters import counted, number, script_of, stutters
from service.domain.text import fold
from service.spam.classifier import phrases
from service.spam.classifier.chunks import Pieces
from service.spam.classifier.hosts import EDGES, SHORTENERS, TLDS, host_of

_DOTS: Final = ("[.]", "(.)", "[dot]", "(dot)", "{dot}", "hxxp", "d0t")
_HIDDEN: Final = frozenset("\u200b\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u00ad\u180e\u3164")
_CURRENCIES: Final = frozenset("$€£₺₹₨¥₽₿")
_PLAIN_TO: Final = "\u20ff"  # up to here no letter only looks different
_PHONE_DIGITS: Final = range(9, 16)
_RUN: Final = re.compile(r"([^\W\d_])\1{3}")


class Seen:
    """A comment as the signals look at it: its pieces as written, and folded, and what several of them ask for."""

    def __init__(self, body: str, pieces: Pieces, name: str, website: str) -> None:
        self.body = body
        self.name = name
        self.website = website
        self.raws = pieces.raws
        self.folds = [chunk.folded for chunk in pieces.chunks]
        self.folded = " ".join(self.folds)
        self.tokens = [token for chunk in pieces.chunks for token in chunk.tokens]
        self.characters = counted(body)
        self.letters = number(body, str.isalpha) or 1
        self.schemes = sum("://" in piece for piece in self.folds) if "://" in self.folded else 0
        #: The hosts of what looks like a web address, with or without a scheme.
        self.hosts = [host for piece in self.folds if "." in piece and (host := host_of(piece))]
        self.groups = phrases.groups_in(self.tokens)


def _share(part: float, whole: float, least: float, most: float) -> float:
    """Where a share lies between two values, from 0 to 1."""
    return min(1.0, max(0.0, (part / whole - least) / (most - least))) if whole else 0.0


def _url(seen: Seen) -> float:
    return float(bool(seen.schemes or seen.hosts))


def _url_only(seen: Seen) -> float:
    return float(bool(seen.hosts) and len(seen.folds) <= len(seen.hosts) + 1)


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
    return float(any("@" in piece and is_address(piece) for piece in seen.folds))


def _handle(seen: Seen) -> float:
    if "@" not in seen.folded:
        return 0.0
    return float(any(piece.startswith("@") and len(piece) > 4 for piece in seen.folds))


def _phone(seen: Seen) -> float:
    if sum(map(str.isdigit, seen.folded)) < _PHONE_DIGITS.start:
        return 0.0
    digits = 0
    for piece in seen.folds:
        bare = piece.strip(EDGES + "+").replace("-", "").replace("/", "").replace(".", "")
        bare = bare.replace("(", "").replace(")", "")
        digits = digits + len(bare) if bare.isdigit() else 0
        if digits in _PHONE_DIGITS:
            return 1.0
    return 0.0


def _money(seen: Seen) -> float:
    if _CURRENCIES.isdisjoint(seen.characters):
        return 0.0
    return float(any(_CURRENCIES.intersection(raw) and any(map(str.isdigit, raw)) for raw in seen.raws))


def _digits(seen: Seen) -> float:
    return _share(number(seen.body, str.isdigit), len(seen.body), 0.02, 0.25)


def _capitals(seen: Seen) -> float:
    return _share(number(seen.body, str.isupper), seen.letters, 0.3, 0.8) if seen.letters >= 10 else 0.0


def _exclamations(seen: Seen) -> float:
    return min(1.0, seen.body.count("!") / 5)


def _letter_runs(seen: Seen) -> float:
    return float(stutters(seen.body) and _RUN.search(seen.body) is not None)


def _repeated_words(seen: Seen) -> float:
    number = len(seen.tokens)
    return _share(number - len(set(seen.tokens)), number, 0.4, 0.8) if number >= 10 else 0.0


def _symbols(seen: Seen) -> float:
    if seen.body.isascii():
        return _share(sum(map(seen.body.count, "+<=>|~")), len(seen.body), 0.0, 0.1)
    return _share(number(seen.body, _is_symbol), len(seen.body), 0.0, 0.1)


def _mixed_scripts(seen: Seen) -> float:
    if seen.body.isascii() or len(_look_alikes(seen.characters)) < 2:
        return 0.0
    return float(any(not raw.isascii() and len(_look_alikes(raw)) > 1 for raw in seen.raws))


def _look_alikes(characters: Iterable[str]) -> set[str]:
    """Which of the scripts that look alike have letters among these."""
    return {script_of(c) for c in characters if c.isalpha()} & {"LATIN", "CYRILLIC", "GREEK"}


def _styled_letters(seen: Seen) -> float:
    """Letters that only look different: mathematical, full-width, enclosed."""
    if seen.body.isascii():
        return 0.0
    return float(number(seen.body, _is_styled) >= 4)


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sm")


def _is_styled(character: str) -> bool:
    return character > _PLAIN_TO and unicodedata.decomposition(character).startswith(
        ("<font", "<wide", "<circle")
    )


def _hidden(seen: Seen) -> float:
    return float(not seen.body.isascii() and not _HIDDEN.isdisjoint(seen.characters))


def _spaced_letters(seen: Seen) -> float:
    if list(map(len, seen.raws)).count(1) < 4:
        return 0.0
    longest = run = 0
    for raw in seen.raws:
        run = run + 1 if len(raw) == 1 and raw.isalpha() else 0
        longest = max(longest, run)
    return float(longest >= 4)


def _short(seen: Seen) -> float:
    return float(len(seen.tokens) <= 4)


def _long(seen: Seen) -> float:
    return min(1.0, len(seen.tokens) / 100)


def _ends_with_address(seen: Seen) -> float:
    return float(bool(seen.folds) and bool(host_of(seen.folds[-1])))


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
