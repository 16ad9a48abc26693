"""Learning: from many labelled comments at once, or from one decision after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from service.spam.classifier.features import Features, Text, features
from service.spam.classifier.model import Linear, Prior, SiteModel, probability

EPOCHS: Final = 15
RATE: Final = 1.0
SLOWER: Final = 0.2  # the rate of epoch n is RATE / (1 + SLOWER n)
SEED: Final = 20_260_307

RATE_ONLINE: Final = 2.0
AGAIN: Final = 8  # earlier comments that are gone through again with each new one
KNOWN_WELL: Final = 0.1  # one whose probability is this near its label teaches nothing more


@dataclass(frozen=True)
class Labelled:
    """A comment with the last human verdict; `of_prior` is the prior's logit, 0 without one; `weight` is at most 1."""

    features: Features
    of_prior: float
    spam: bool
    weight: float = 1.0


def labelled(
    text: Text, prior: Prior | None, *, spam: bool, weight: float = 1.0, phrases: bool = True
) -> Labelled:
    """A comment made ready to be learned."""
    found = features(text, phrases=phrases)
    return Labelled(found, prior.linear.logit(found) if prior else 0.0, spam, weight)


def fit(examples: Sequence[Labelled]) -> SiteModel:
    """The model of these decisions alone; the same decisions in the same order give the same weights."""
    model = SiteModel()
    chance = Random(SEED)  # noqa: S311 - an order of learning, not a secret
    order = list(range(len(examples)))
    for epoch in range(EPOCHS):
        chance.shuffle(order)
        rate = RATE / (1 + SLOWER * epoch)
        for place in order:
            _step(model, examples[place], rate)
    return model


def learn(model: SiteModel, new: Labelled, earlier: Sequence[Labelled], chance: Random) -> None:
    """Learns one decision, and goes through some earlier ones again, so that they are not forgotten."""
    _step(model, new, RATE_ONLINE)
    for _ in range(min(AGAIN, len(earlier))):
        again = earlier[chance.randrange(len(earlier))]
        if abs(_error(model, again)) > KNOWN_WELL:
            _step(model, again, RATE_ONLINE)


def fit_prior(examples: Sequence[Labelled]) -> Linear:
    """Weights for a prior: what `fit` learns where there is none before."""
    return fit(examples).linear


def _error(model: SiteModel, example: Labelled) -> float:
    return float(example.spam) - probability(model.logit(example.features, example.of_prior))


def _step(model: SiteModel, example: Labelled, rate: float) -> None:
    model.move(example.features, example.of_prior, rate * example.weight * _error(model, example))
