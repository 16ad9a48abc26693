"""What the classifier thinks of a comment, with everything that its number is the sum of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

WORDS_KEPT: Final = 12
DIGITS: Final = 4


class Part(NamedTuple):
    """One summand of the logit: what the prior thinks of it, as the site believes it, and what the site has learned.

    `kind` is `bias`, `signal` (then `name` says which) or `word` (then `span` says where, in code points).
    """

    kind: str
    prior: float
    site: float
    name: str = ""
    span: tuple[int, int] | None = None

    @property
    def value(self) -> float:
        return self.prior + self.site


@dataclass(frozen=True)
class Opinion:
    """The probability of spam and its log odds, which the parts add up to.

    `model` is the version of the site's model, 0 for none; `prior` that of the prior, empty for none.
    """

    probability: float
    logit: float
    parts: tuple[Part, ...]
    model: int
    prior: str

    def strongest(self, kind: str, number: int) -> list[Part]:
        """The parts of a kind that speak most for spam, strongest first."""
        speaking = [part for part in self.parts if part.kind == kind and part.value > 0]
        return sorted(speaking, key=lambda part: -part.value)[:number]

    def document(self) -> Mapping[str, Any]:
        """For keeping: twelve words, the others in one sum. Numbers have four digits, and still add up."""
        words = [
            (-abs(part.prior + part.site), at) for at, part in enumerate(self.parts) if part.kind == "word"
        ]
        kept = {at for _, at in sorted(words)[:WORDS_KEPT]}
        listed = [_listed(part) for at, part in enumerate(self.parts) if at in kept or part.kind != "word"]
        others = {
            "kind": "other_words",
            "prior": _short(sum(p.prior for p in self.parts) - sum(one["prior"] for one in listed)),
            "site": _short(sum(p.site for p in self.parts) - sum(one["site"] for one in listed)),
        }
        parts = [*listed, others]
        return {
            "probability": _short(self.probability),
            "logit": _short(sum(one["prior"] + one["site"] for one in parts)),
            "model": self.model,
            "prior": self.prior,
            "parts": parts,
        }


def _listed(part: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": part.kind, "prior": _short(part.prior), "site": _short(part.site)}
    if part.name:
        told["name"] = part.name
    if part.span:
        told["span"] = list(part.span)
    return told


def _short(number: float) -> float:
    return round(number, DIGITS) + 0.0  # no negative zero


@dataclass(frozen=True)
class Classified:
    """What came of asking the classifier: an opinion, nothing because there is no model, or a failure."""

    opinion: Opinion | None = None
    failed: bool = False
