"""Where links lead to: shorteners, imitations, throw-away domains, and domains never seen on this site."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.linked import is_below
from service.domain.verdict import Signal
from service.spam import throwaways
from service.spam.addresses import Address, imitated, strange
from service.spam.classifier.hosts import SHORTENERS

SCORE_IMITATION = 0.8
SCORE_THROWAWAY = 0.5
SCORE_SHORTENER = 0.4
SCORE_NEW = 0.25

Found = tuple[float, str, Address]


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Scores the worst that is known of a domain in the text or of the author's website; the span is that one's."""
    found = [one for address in strange(new.body, new.website, facts.links) for one in _of(address, facts)]
    if not found:
        return None
    score, reason, address = max(found, key=lambda one: one[0])
    return Signal("link_domains", 1, score, reason, address.span)


def _of(address: Address, facts: Facts) -> Iterator[Found]:
    host = address.host
    if like := imitated(host, facts.links.own):
        yield SCORE_IMITATION, f"Links to {host}, which looks like {like}.", address
    if throwaways.is_throwaway(host):
        yield SCORE_THROWAWAY, f"Links to {host}: such domains are made to be thrown away.", address
    if is_below(host, SHORTENERS):
        yield SCORE_SHORTENER, f"Links to {host}, which hides where it leads.", address
    if host in facts.links.new:
        yield SCORE_NEW, f"Links to {host}, to which no comment of this site linked before.", address
