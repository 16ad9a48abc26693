"""Logistic regression over hashed features: a frozen prior, and a site's own weights on top of it."""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass, field
from math import exp, log1p
from typing import Final

from service.spam.classifier.chunks import BUCKETS
from service.spam.classifier.features import SIGNAL_NAMES, Features

#: Weights fit features of one version alone. Raise it with every change of what is hashed, or of how.
FEATURES_VERSION: Final = 1
BIAS_STEP: Final = 0.25  # of a weight's: one decision alone must not tip every comment of a young site
SIGNAL_STEP: Final = 0.25  # few and often seen, they learn fast enough
PRIOR_STEP: Final = 0.01
PRIOR_WEIGHT_MAX: Final = 3.0
LOGIT_MAX: Final = 30.0


def probability(logit: float) -> float:
    """The logistic function, without overflow."""
    return 1.0 / (1.0 + exp(-max(-LOGIT_MAX, min(LOGIT_MAX, logit))))


def log_loss(logit: float, *, spam: bool) -> float:
    """The cost of having said `logit` of a comment that is spam or not, in nats."""
    against = -logit if spam else logit
    return log1p(exp(against)) if against < LOGIT_MAX else against


@dataclass
class Linear:
    """Weights of the hashed features, of the signals by place, and a bias."""

    buckets: array[float] = field(default_factory=lambda: array("f", bytes(4 * BUCKETS)))
    signals: list[float] = field(default_factory=lambda: [0.0] * len(SIGNAL_NAMES))
    bias: float = 0.0

    def logit(self, of: Features) -> float:
        """Log odds of spam."""
        weight = self.buckets.__getitem__
        return (
            self.bias
            + sum(map(weight, of.words)) * of.word_value
            + sum(map(weight, of.grams)) * of.gram_value
            + sum(self.signals[place] * value for place, value in of.signals)
        )

    def move(self, of: Features, step: float) -> None:
        """Adds `step` times the features to the weights."""
        buckets = self.buckets
        by = step * of.word_value
        for bucket in of.words:
            buckets[bucket] += by
        by = step * of.gram_value
        for bucket in of.grams:
            buckets[bucket] += by
        for place, value in of.signals:
            self.signals[place] += step * SIGNAL_STEP * value
        self.bias += step * BIAS_STEP

    def octets(self) -> bytes:
        """The hashed weights as little-endian 32-bit floats."""
        ordered = self.buckets[:]
        if sys.byteorder == "big":
            ordered.byteswap()
        return ordered.tobytes()


def buckets_of(octets: bytes) -> array[float]:
    """What `octets` gave. Raises ValueError when its length is another."""
    if len(octets) != 4 * BUCKETS:
        raise ValueError("these are not the weights of a model")
    found = array("f", octets)
    if sys.byteorder == "big":
        found.byteswap()
    return found


@dataclass(frozen=True)
class Prior:
    """What every site starts from; `version` names the weights that a comment was judged by."""

    version: str
    linear: Linear


@dataclass
class SiteModel:
    """A site's own weights, zero at first, and how much it believes the prior's logit, wholly at first."""

    linear: Linear = field(default_factory=Linear)
    prior_weight: float = 1.0

    def logit(self, of: Features, of_prior: float) -> float:
        """Log odds of spam, given the prior's; that is 0 where there is no prior."""
        return self.linear.logit(of) + self.prior_weight * of_prior

    def move(self, of: Features, of_prior: float, step: float) -> None:
        """Learns one comment."""
        self.linear.move(of, step)
        moved = self.prior_weight + step * PRIOR_STEP * of_prior
        self.prior_weight = max(0.0, min(PRIOR_WEIGHT_MAX, moved))
