"""What the text as a whole reads like, to a model that learns from this site's moderators."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.opinion import Opinion
from service.domain.verdict import Signal
from service.spam.wording import quoted, signal

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
    return signal("classifier", 1, opinion.probability, *_said(new.body, opinion), span=span)


def _said(body: str, opinion: Opinion) -> Iterator[Message]:
    percent = int(100 * opinion.probability)  # rounded down: nothing is certain
    yield Message("signal.classifier.probability", {"percent": percent})
    spans = [part.span for part in opinion.strongest("word", WORDS_SHOWN) if part.span]
    if spans:
        words = quoted(body[start:end][:WORD_CHARACTERS_MAX] for start, end in spans)
        yield Message("signal.classifier.words", {"words": words})
    signs = tuple(Message(f"sign.{part.name}") for part in opinion.strongest("signal", SIGNS_SHOWN))
    if signs:
        yield Message("signal.classifier.signs", {"signs": signs})
