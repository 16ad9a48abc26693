"""Signals that have a name: signs of advertising that single letters and words do not show.

Each is a number from 0 to 1. Everything here is linear in the text: it works on pieces cut at white space, and
no pattern has an unbounded repetition.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Final

from service.domain.text import fold
from service.spam.classifier import phrases
from service.spam.classifier.chunks import Placed

_TLDS: Final = frozenset(
    "com net org info biz ru cn tk ml ga cf gq xyz top club online site website shop store live link click vip "
    "win bet loan work life space fun pro app dev io me tv co cc us uk de fr it es nl pl tr pk in ir eu ca au br "
    "gl ly gg to ws la so sh st im be is mobi name asia icu buzz ltd".split()
)
_SHORTENERS: Final = frozenset(
    "bit.ly goo.gl tinyurl.com t.co ow.ly is.gd adf.ly cutt.ly rebrand.ly t.ly rb.gy shorturl.at tiny.cc v.gd "
    "bc.vc buff.ly lnkd.in linktr.ee youtu.be".split()
)
_EDGES: Final = ".,;:!?()[]{}<>\"'*_~`«»“”‘’…،؛؟۔"
_DOTS: Final = ("[.]", "(.)", "[dot]", "(dot)", "{dot}", "hxxp", "d0t")
_HIDDEN: Final = frozenset("\u200b\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u00ad\u180e\u3164")
_CURRENCIES: Final = frozenset("$€£₺₹₨¥₽₿")
_PHONE_DIGITS: Final = range(9, 16)


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
    def letters(self) -> int:
        return sum(c.isalpha() for c in self.body) or 1

    @cached_property
    def hosts(self) -> list[str]:
        """The hosts of what looks like a web address, with or without a scheme."""
        return [host for piece in self.pieces if (host := host_of(piece.chunk.folded))]

    @cached_property
    def groups(self) -> frozenset[str]:
        return phrases.groups_in(self.tokens)


def host_of(piece: str) -> str:
    """The host that a folded piece names, or nothing."""
    bare = piece.strip(_EDGES)
    scheme, found, rest = bare.partition("://")
    named = found and scheme[-5:].endswith(("http", "https"))
    host = (rest if named else bare).partition("/")[0].partition("?")[0].partition(":")[0]
    label, dot, tld = host.rpartition(".")
    if not dot or not label or "@" in host or len(host) > 253:
        return ""
    if named or host.startswith("www.") or (tld in _TLDS and _is_label(label)):
        return host
    return ""


def _is_label(label: str) -> bool:
    return all(c.isalnum() or c in "-." for c in label) and not label.replace(".", "").isdigit()


def _share(part: float, whole: float, least: float, most: float) -> float:
    """Where a share lies between two values, from 0 to 1."""
    return min(1.0, max(0.0, (part / whole - least) / (most - least))) if whole else 0.0


def _url(seen: Seen) -> float:
    return float(any("://" in piece.chunk.folded for piece in seen.pieces) or bool(seen.hosts))


def _url_only(seen: Seen) -> float:
    return float(bool(seen.hosts) and len(seen.pieces) <= len(seen.hosts) + 1)


def _urls_many(seen: Seen) -> float:
    return min(1.0, max(0, len(seen.hosts) - 1) / 2)


def _bare_domain(seen: Seen) -> float:
    return float(len(seen.hosts) > sum("://" in piece.chunk.folded for piece in seen.pieces))


def _obfuscated_domain(seen: Seen) -> float:
    if any(sign in piece.chunk.folded for piece in seen.pieces for sign in _DOTS):
        return 1.0
    pairs = zip(seen.tokens, seen.tokens[1:], strict=False)
    return float(any(first in ("dot", "nokta") and second in _TLDS for first, second in pairs))


def _shortener(seen: Seen) -> float:
    return float(any(host.removeprefix("www.") in _SHORTENERS for host in seen.hosts))


def _email(seen: Seen) -> float:
    def is_address(piece: str) -> bool:
        local, at, host = piece.strip(_EDGES).partition("@")
        return bool(local and at and "." in host.strip(".") and "/" not in host)

    return float(any("@" in piece.chunk.folded and is_address(piece.chunk.folded) for piece in seen.pieces))


def _handle(seen: Seen) -> float:
    return float(
        any(piece.chunk.folded.startswith("@") and len(piece.chunk.folded) > 4 for piece in seen.pieces)
    )


def _phone(seen: Seen) -> float:
    digits = 0
    for piece in seen.pieces:
        bare = piece.chunk.folded.strip(_EDGES + "+").replace("-", "").replace("/", "").replace(".", "")
        bare = bare.replace("(", "").replace(")", "")
        digits = digits + len(bare) if bare.isdigit() else 0
        if digits in _PHONE_DIGITS:
            return 1.0
    return 0.0


def _money(seen: Seen) -> float:
    return float(
        any(_CURRENCIES.intersection(p.raw) and any(map(str.isdigit, p.raw)) for p in seen.pieces)
    )


def _digits(seen: Seen) -> float:
    return _share(sum(c.isdigit() for c in seen.body), len(seen.body), 0.02, 0.25)


def _capitals(seen: Seen) -> float:
    upper = sum(c.isupper() for c in seen.body)
    return _share(upper, seen.letters, 0.3, 0.8) if seen.letters >= 10 else 0.0


def _exclamations(seen: Seen) -> float:
    return min(1.0, seen.body.count("!") / 5)


def _letter_runs(seen: Seen) -> float:
    longest = max((sum(1 for _ in run) for letter, run in groupby(seen.body) if letter.isalpha()), default=0)
    return float(longest >= 4)


def _repeated_words(seen: Seen) -> float:
    number = len(seen.tokens)
    return _share(number - len(set(seen.tokens)), number, 0.4, 0.8) if number >= 10 else 0.0


def _symbols(seen: Seen) -> float:
    return _share(sum(unicodedata.category(c) in ("So", "Sm") for c in seen.body), len(seen.body), 0.0, 0.1)


def _mixed_scripts(seen: Seen) -> float:
    for piece in seen.pieces:
        if not piece.raw.isascii():
            names = {unicodedata.name(c, "").partition(" ")[0] for c in piece.raw if c.isalpha()}
            if len(names & {"LATIN", "CYRILLIC", "GREEK"}) > 1:
                return 1.0
    return 0.0


def _styled_letters(seen: Seen) -> float:
    """Letters that only look different: mathematical, full-width, enclosed."""
    if seen.body.isascii():
        return 0.0
    styled = sum(unicodedata.decomposition(c).startswith(("<font", "<wide", "<circle")) for c in seen.body)
    return float(styled >= 4)


def _hidden(seen: Seen) -> float:
    return float(not seen.body.isascii() and any(c in _HIDDEN for c in seen.body))


def _spaced_letters(seen: Seen) -> float:
    longest = max(
        (sum(1 for _ in run) for single, run in groupby(len(p.raw) == 1 and p.raw.isalpha() for p in seen.pieces)
         if single),
        default=0,
    )  # fmt: skip
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
    return float(len(name) >= 5 and name in " ".join(piece.chunk.folded for piece in seen.pieces))


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
