"""From a comment and the models in force to an opinion: the sum, and each of its parts."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, repeat
from math import fsum
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


def _by_piece(seen: Features, by: Linear, trust: float = 1.0) -> Iterator[float]:
    """What each piece adds to the logit; what comes again belongs to the piece where it came first."""
    if by is NOTHING:
        yield from repeat(0.0, len(seen.word_ends))
        return
    of_words = list(accumulate(map(by.buckets.__getitem__, seen.words), initial=0.0))
    of_grams = list(accumulate(map(by.buckets.__getitem__, seen.grams), initial=0.0))
    by_word, by_gram = trust * seen.word_value, trust * seen.gram_value
    words = grams = 0.0
    for word_end, gram_end in zip(seen.word_ends, seen.gram_ends, strict=True):
        yield (of_words[word_end] - words) * by_word + (of_grams[gram_end] - grams) * by_gram
        words, grams = of_words[word_end], of_grams[gram_end]
