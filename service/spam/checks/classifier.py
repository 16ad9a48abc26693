"""What the text as a whole reads like, to a model that learns from this site's moderators."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.opinion import Opinion
from service.domain.verdict import Signal

FIRES_FROM = 0.5
WORDS_SHOWN = 3
SIGNS_SHOWN = 2
WORD_CHARACTERS_MAX = 30


class ClassifierFailed(Exception):
    """There is a model, and it could not be asked."""


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Scores the probability of spam from one half on; the span is the word that speaks most for it.

    Raises ClassifierFailed, which holds the comment. Without any model it finds nothing.
    """
    if facts.classified.failed:
        raise ClassifierFailed
    opinion = facts.classified.opinion
    if opinion is None or opinion.probability < FIRES_FROM:
        return None
    words = opinion.strongest("word", WORDS_SHOWN)
    span = words[0].span if words else None
    return Signal("classifier", 1, opinion.probability, _reason(new.body, opinion), span)


def _reason(body: str, opinion: Opinion) -> str:
    percent = int(100 * opinion.probability)  # rounded down: nothing is certain
    shown = [
        f"“{body[part.span[0] : part.span[1]][:WORD_CHARACTERS_MAX]}”"
        for part in opinion.strongest("word", WORDS_SHOWN)
        if part.span
    ]
    shown += [part.name.replace("_", " ") for part in opinion.strongest("signal", SIGNS_SHOWN)]
    because = f", most of all for {', '.join(shown)}" if shown else ""
    return f"Reads like spam with a probability of {percent} %{because}."
