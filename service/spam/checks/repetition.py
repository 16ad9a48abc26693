"""The same character or the same words over and over."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from service.domain.comment import NewComment
from service.domain.disguise import readings
from service.domain.facts import Facts
from service.domain.letters import stutters
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

RUN_MIN = 10
RUN_LONG = 40
SCORE_RUN = 0.2
SCORE_RUN_LONG = 0.5
LETTERS_MIN = 2
WORDS_MIN = 12
SHARE_MIN = 0.4
SCORE_WORDS = 0.5


def check(new: NewComment, _facts: Facts) -> Signal | None:
    """Scores a run of one character, but of those that draw a line; or one word that is most of a longer text."""
    runs = _runs().finditer(new.body) if stutters(new.body) else ()
    run = max(runs, key=lambda match: match.end() - match.start(), default=None)
    length = run.end() - run.start() if run else 0
    by_run = SCORE_RUN_LONG if length >= RUN_LONG else SCORE_RUN if run else 0.0
    words = [word for word in readings(new.body)[0].words if len(word) >= LETTERS_MIN]
    often = max(Counter(words).values()) if len(words) >= WORDS_MIN else 0
    if often and often / len(words) >= SHARE_MIN:
        said = Message("signal.repetition.word", {"count": often, "words": len(words)})
        return signal("repetition", 1, SCORE_WORDS, said)
    if run is None:
        return None
    said = Message("signal.repetition.character", {"count": length})
    return signal("repetition", 1, by_run, said, span=run.span())


@cache
def _runs() -> re.Pattern[str]:
    return re.compile(rf"([^\s\-_=*~.#…—─])\1{{{RUN_MIN - 1},}}")
