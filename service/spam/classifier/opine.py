"""From a comment and the models in force to an opinion: the sum, and each of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum
from typing import Final

from service.domain.opinion import Opinion, Part
from service.spam.classifier.features import SIGNAL_NAMES, Features, Text, features
from service.spam.classifier.model import Linear, Prior, SiteModel, probability

NOTHING: Final = Linear()


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
        parts = tuple(self._parts(features(text)))
        logit = fsum(part.prior + part.site for part in parts)
        version = self.prior.version if self.prior else ""
        return Opinion(probability(logit), logit, parts, self.version, version)

    def _parts(self, seen: Features) -> Iterator[Part]:
        prior = self.prior.linear if self.prior else NOTHING
        site = self.site.linear if self.site else NOTHING
        trust = self.site.prior_weight if self.site else 1.0
        yield Part("bias", trust * prior.bias, site.bias)
        for place, value in seen.signals:
            yield Part(
                "signal",
                trust * prior.signals[place] * value,
                site.signals[place] * value,
                SIGNAL_NAMES[place],
            )
        yield from _words(seen, prior, site, trust)


def _words(seen: Features, prior: Linear, site: Linear, trust: float) -> Iterator[Part]:
    """The parts of the words; what comes again belongs to the word where it came first."""
    words: set[int] = set()
    grams: set[int] = set()
    of_prior, of_site = prior.buckets.__getitem__, site.buckets.__getitem__
    by_word, by_gram = seen.word_value, seen.gram_value
    for piece, pairs in zip(seen.pieces, seen.pairs, strict=True):
        new_words = {*piece.chunk.words, *pairs} - words
        new_grams = {*piece.chunk.grams} - grams
        words |= new_words
        grams |= new_grams
        believed = sum(map(of_prior, new_words)) * by_word + sum(map(of_prior, new_grams)) * by_gram
        learned = 0.0
        if site is not NOTHING:
            learned = sum(map(of_site, new_words)) * by_word + sum(map(of_site, new_grams)) * by_gram
        yield Part("word", trust * believed, learned, "", piece.span)
