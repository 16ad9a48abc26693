"""How many links a comment carries, and how little else."""

from __future__ import annotations

from service.domain import markup
from service.domain.comment import NewComment
from service.domain.errors import TextProblem
from service.domain.facts import Facts, KnownLinks
from service.domain.linked import is_below, without_addresses
from service.domain.message import Message
from service.domain.url import parse_url
from service.domain.verdict import Signal
from service.spam.wording import signal

MANY = 3
SCORE_ONE = 0.3
SCORE_MANY = 0.8
LETTERS_MIN = 20
SCORE_LITTLE_ELSE = 0.5
#: So many links are many wherever they lead to.
TRUSTED_MANY = 6


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Scores links in the body but those to the newsroom and to domains that it trusts; the span is the first."""
    every = markup.links(new.body)
    found = [link for link in every if not _is_trusted(link, facts.links)]
    if len(every) >= TRUSTED_MANY:
        found = list(every)
    if not found:
        return None
    score = SCORE_MANY if len(found) >= MANY else SCORE_ONE
    key = "signal.links.some"
    if score < SCORE_LITTLE_ELSE and _letters_besides(new.body) < LETTERS_MIN:
        score, key = SCORE_LITTLE_ELSE, "signal.links.little_else"
    start = new.body.find(found[0])
    span = (start, start + len(found[0])) if start >= 0 else None
    return signal("links", 2, score, Message(key, {"count": len(found)}), span=span)


def _is_trusted(link: str, known: KnownLinks) -> bool:
    try:
        host = parse_url(link).host.removeprefix("www.")
    except TextProblem:
        return False
    return host in known.trusted or is_below(host, known.own)


def _letters_besides(body: str) -> int:
    return sum(map(str.isalpha, without_addresses(body)))
