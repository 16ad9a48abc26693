"""Whether a site's filter may reject by itself, and from which probability on: people's verdicts have to show it.

Until then it only notes what it would have done (shadow mode). What it may reject is judged by the site's own model
alone: the prior holds, and never rejects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from service.domain.opinion import Opinion
from service.domain.shares import Interval, Reviewed, Share, share
from service.remembered import Remembered
from service.storage import audits
from service.storage.audits import Audited
from service.storage.database import reading
from service.storage.sites import SiteProfile

DECISIONS_MIN: Final = 100
SPAM_MIN: Final = 20
PRECISION_MIN: Final = 0.95
#: The lowest that keeps what is promised is taken. Few, so that none of them is good by luck.
THRESHOLDS: Final = (0.8, 0.9, 0.95, 0.98, 0.99)
#: Why a filter does not reject by itself, in the order in which it is told.
NOT_YET: Final = (
    "switched_off",
    "no_review",
    "too_few_decisions",
    "too_few_spam",
    "precision_not_shown",
    "over_budget",
)
AUDITED_MAX: Final = 2_000
REMEMBER_SECONDS: Final = 30.0

_known: Remembered[tuple[str, float], float | None] = Remembered(REMEMBER_SECONDS)


@dataclass(frozen=True)
class Standing:
    """How a site's filter stands: from which probability it rejects, or why it does not (`not_yet`, in words of code).

    `decided` reviewed comments with a verdict, `spam` of them spam; `threshold` is the one that the figures are about:
    of what scored so much, the share that is `precision`; of all ham, the share that it would have taken.
    """

    switched_on: bool
    not_yet: tuple[str, ...]
    decided: int
    spam: int
    threshold: float
    precision: Share
    false_positive_rate: float | None

    @property
    def rejects_from(self) -> float | None:
        """The probability of spam from which on it rejects; None in shadow mode."""
        return None if self.not_yet else self.threshold


def score_of(opinion: Opinion | None) -> float | None:
    """The probability by which a comment may be rejected: None where the site's own model does not say spam too.

    Its own part of the log odds must be for spam, whatever the prior says.
    """
    if opinion is None or not opinion.model:
        return None
    return opinion.probability if sum(part.site for part in opinion.parts) > 0 else None


def standing(site: SiteProfile) -> Standing:
    """How the site's filter stands by what its moderators said so far. Raises Unavailable."""
    with reading() as session:
        audited = audits.newest(session, site.slug, AUDITED_MAX)
    return stand(audited, site)


def rejects_from(site: SiteProfile) -> float | None:
    """The probability from which on comments are rejected now, at most half a minute old. Raises Unavailable."""
    if not site.auto_reject:
        return None
    return _known.get((site.slug, site.false_positive_budget), lambda: standing(site).rejects_from)


def forget_standings() -> None:
    """Forgets what is remembered, after decisions in this process."""
    _known.forget()


def stand(audited: Sequence[Audited], site: SiteProfile) -> Standing:
    """The standing that follows from these reviewed comments and the site's settings."""
    spam = sum(one.spam for one in audited)
    ham = _reviewed(one for one in audited if not one.spam)
    found = [_tried(audited, ham, threshold) for threshold in THRESHOLDS]
    good = [one for one in found if not _missing(one, site.false_positive_budget)]
    threshold, precision, wrong = good[0] if good else max(found, key=lambda one: _low(one[1].interval))
    because = {
        "switched_off": not site.auto_reject,
        "no_review": site.review_share <= 0,
        "too_few_decisions": len(audited) < DECISIONS_MIN,
        "too_few_spam": spam < SPAM_MIN,
        **dict.fromkeys(
            () if good else _missing(found[THRESHOLDS.index(threshold)], site.false_positive_budget), True
        ),
    }
    not_yet = tuple(why for why in NOT_YET if because.get(why))
    return Standing(site.auto_reject, not_yet, len(audited), spam, threshold, precision, wrong)


_Tried = tuple[float, Share, float | None]


def _tried(audited: Sequence[Audited], ham: Reviewed, threshold: float) -> _Tried:
    """What rejecting from this probability on would have been worth."""
    taken = [one for one in audited if one.score is not None and one.score >= threshold]
    right, wrong = (_reviewed(one for one in taken if one.spam is spam) for spam in (True, False))
    least = min((one.probability for one in audited), default=1.0)
    precision = share(Reviewed(right.counts, least), Reviewed(wrong.counts, least), rests_on=len(audited))
    return threshold, precision, wrong.estimate / ham.estimate if ham.number else None


def _missing(tried: _Tried, budget: float) -> tuple[str, ...]:
    _, precision, wrong = tried
    missing = []
    if _low(precision.interval) < PRECISION_MIN:
        missing.append("precision_not_shown")
    if wrong is None or wrong > budget:
        missing.append("over_budget")
    return tuple(missing)


def _low(interval: Interval | None) -> float:
    return interval[0] if interval else 0.0


def _reviewed(some: Iterable[Audited]) -> Reviewed:
    return Reviewed(Counter(one.probability for one in some))
