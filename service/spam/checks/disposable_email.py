"""Emails of providers whose addresses are thrown away after one use."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

NAME = "disposable_email"
SCORE = 0.4


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores them; an author whose earlier comments were let through has shown more than an address."""
    if facts.author_known or not (facts.email_disposable or NAME in facts.met_before):
        return None
    return signal(NAME, 1, SCORE, Message("signal.disposable_email"))
