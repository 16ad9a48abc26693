"""From a comment and the models in force to an opinion: the sum, and each of its parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from service.domain.opinion import Opinion, Part
from service.spam.classifier.features import SIGNAL_NAMES, Features, Text, features, pairs_of
from service.spam.classifier.model import Linear, Prior, SiteModel, probability


@dataclass(frozen=True)
class Scorer:
    """The models in force for one site. Without a model of its own the prior speaks alone."""

    prior: Prior | None
    site: SiteModel | None
    version: int = 0

    def logit(self, of: Features) -> float:
        """Log odds of spam."""
        of_prior = self.prior.linear.logit(of) if self.prior else 0.0
        return self.site.logit(of, of_prior) if self.site else of_prior

    def opinion(self, text: Text) -> Opinion:
        """What the models think of a comment, and why."""
        seen = features(text)
        weight = self.site.prior_weight if self.site else 1.0
        parts = tuple(
            Part(prior.kind, prior.value * weight, site.value, prior.name, prior.span)
            for prior, site in zip(
                _contributions(seen, self.prior.linear if self.prior else None),
                _contributions(seen, self.site.linear if self.site else None),
                strict=True,
            )
        )
        logit = fsum(part.value for part in parts)
        return Opinion(
            probability(logit), logit, parts, self.version, self.prior.version if self.prior else ""
        )


@dataclass(frozen=True, slots=True)
class _Contribution:
    kind: str
    value: float
    name: str = ""
    span: tuple[int, int] | None = None


def _contributions(seen: Features, of: Linear | None) -> Iterable[_Contribution]:
    """What each part adds to the logit; a feature that comes again belongs to the word where it came first."""
    yield _Contribution("bias", of.bias if of else 0.0)
    for place, value in seen.signals:
        yield _Contribution("signal", of.signals[place] * value if of else 0.0, SIGNAL_NAMES[place])
    counted_words: set[int] = set()
    counted_grams: set[int] = set()
    for piece, pairs in zip(seen.pieces, pairs_of(seen.pieces), strict=True):
        value = 0.0
        if of:
            words = {*piece.chunk.words, *pairs} - counted_words
            grams = set(piece.chunk.grams) - counted_grams
            counted_words |= words
            counted_grams |= grams
            weight = of.buckets.__getitem__
            value = sum(map(weight, words)) * seen.word_value + sum(map(weight, grams)) * seen.gram_value
        yield _Contribution("word", value, "", piece.span)
