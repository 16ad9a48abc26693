"""Where links lead to: shorteners, imitations, throw-away domains, and domains never seen on this site."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.linked import is_below
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam import throwaways
from service.spam.addresses import Address, imitated, strange
from service.spam.classifier.hosts import SHORTENERS
from service.spam.wording import signal

SCORE_IMITATION = 0.8
SCORE_THROWAWAY = 0.5
SCORE_SHORTENER = 0.4
SCORE_NEW = 0.25

Found = tuple[float, Message, Address]


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Scores the worst that is known of a domain in the text or of the author's website; the span is that one's."""
    found = [one for address in strange(new.body, new.website, facts.links) for one in _of(address, facts)]
    if not found:
        return None
    score, said, address = max(found, key=lambda one: one[0])
    return signal("link_domains", 1, score, said, span=address.span)


def _of(address: Address, facts: Facts) -> Iterator[Found]:
    host = address.host
    if like := imitated(host, facts.links.own):
        yield SCORE_IMITATION, Message("signal.link_domains.imitation", {"host": host, "like": like}), address
    if throwaways.is_throwaway(host):
        yield SCORE_THROWAWAY, Message("signal.link_domains.throwaway", {"host": host}), address
    if is_below(host, SHORTENERS):
        yield SCORE_SHORTENER, Message("signal.link_domains.shortener", {"host": host}), address
    if host in facts.links.new:
        yield SCORE_NEW, Message("signal.link_domains.new", {"host": host}), address
