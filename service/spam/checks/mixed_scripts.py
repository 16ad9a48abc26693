"""Words that mix letters of look-alike scripts."""

from __future__ import annotations

import re

from service.domain.comment import BODY_MAX, NewComment
from service.domain.facts import Facts
from service.domain.letters import counted, script_of
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

LOOK_ALIKES = frozenset({"LATIN", "CYRILLIC", "GREEK"})
SCORE = 0.7
_IN_NAME, _IN_TEXT = "signal.mixed_scripts.name", "signal.mixed_scripts.text"
_WORD = re.compile(r"\S{2,60}")


def check(new: NewComment, _facts: Facts) -> Signal | None:
    """Scores the first word, in name or body, that mixes Latin, Cyrillic or Greek; the span is that of the body."""
    for text, key in ((new.name, _IN_NAME), (new.body, _IN_TEXT)):
        alike = {} if text.isascii() else _look_alikes(text)
        if len({*alike.values()}) < 2:
            continue
        for word in _WORD.finditer(text):
            scripts = {alike[letter] for letter in word[0] if letter in alike}
            if len(scripts) > 1:
                span = word.span() if key == _IN_TEXT else None
                named = tuple(Message(f"script.{script}") for script in sorted(scripts))
                return signal("mixed_scripts", 1, SCORE, Message(key, {"scripts": named}), span=span)
    return None


def _look_alikes(text: str) -> dict[str, str]:
    """The letters of the text that are of one of these scripts, and of which."""
    letters = {letter: script_of(letter) for letter in counted(text[:BODY_MAX]) if letter.isalpha()}
    return {letter: script.lower() for letter, script in letters.items() if script in LOOK_ALIKES}
