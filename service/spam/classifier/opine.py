"""From a comment and the models in force to an opinion: the sum, and each of its parts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from math import fsum
from operator import sub
from typing import Final

from service.domain.opinion import Opinion, Part
from service.spam.classifier.chunks import spans
from service.spam.classifier.features import SIGNAL_NAMES, Features, Text, features
from service.spam.classifier.model import Linear, Prior, SiteModel, probability

NOTHING: Final = Linear(buckets=array("f"))  # without a weight for any bucket: nobody may look one up


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
        parts = tuple(self._parts(features(text), text.body))
        logit = fsum([part.prior + part.site for part in parts])
        version = self.prior.version if self.prior else ""
        return Opinion(probability(logit), logit, parts, self.version, version)

    def _parts(self, seen: Features, body: str) -> Iterator[Part]:
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
        believed = _by_piece(seen, prior, trust)
        learned = _by_piece(seen, site)
        yield from map(Part, repeat("word"), believed, learned, repeat(""), spans(body))


def _by_piece(seen: Features, by: Linear, trust: float = 1.0) -> Iterable[float]:
    """What each piece adds to the logit; what comes again belongs to the piece where it came first."""
    if by is NOTHING:
        return repeat(0.0, len(seen.word_ends))
    by_word, by_gram = trust * seen.word_value, trust * seen.gram_value
    words = _added(by.buckets, seen.words, seen.word_ends)
    grams = _added(by.buckets, seen.grams, seen.gram_ends)
    return [word * by_word + gram * by_gram for word, gram in zip(words, grams, strict=True)]


def _added(buckets: array[float], features: Sequence[int], ends: Sequence[int]) -> Iterator[float]:
    """The sum of the weights of the features up to each end, from the one before; without a loop of our own."""
    so_far = list(accumulate(map(buckets.__getitem__, features), initial=0.0))
    at_ends = list(map(so_far.__getitem__, ends))
    return map(sub, at_ends, [0.0, *at_ends[:-1]])
