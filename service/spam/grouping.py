"""With which earlier comments a new one belongs: near-duplicates, a common link domain, a common source."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from service.domain.campaign import Bond, Kin, Neighbour
from service.domain.linked import is_below, linked_domains
from service.domain.status import Status
from service.spam import similarity

COMMENTS_MIN: Final = 3
TEXT_WITHIN: Final = timedelta(days=7)
ALIKE: Final = 0.4
#: When the two link to one domain too, or come from one source.
ALIKE_WITH_ANOTHER_SIGN: Final = 0.25
LINK_WITHIN: Final = timedelta(days=1)
LINK_AUTHORS_MIN: Final = 3
DOMAINS_LOOKED_AT: Final = 5
#: A comment that stayed public for so long vouches for the domains that it links to.
DOMAIN_TRUSTED_AFTER: Final = timedelta(days=1)
SOURCE_WITHIN: Final = timedelta(hours=1)
#: Readers of one household, office or mobile network share a source.
SOURCE_AUTHORS_MIN: Final = 4

# Where everybody links to: that two comments do says nothing. The rest is learned from what stays public.
COMMON_DOMAINS: Final = frozenset(
    (
        *("apple.com", "archive.org", "bbc.co.uk", "bbc.com", "change.org", "cnn.com", "facebook.com"),
        *("github.com", "google.com", "guardian.com", "instagram.com", "linkedin.com", "medium.com"),
        *("nature.com", "nytimes.com", "reddit.com", "reuters.com", "spotify.com", "substack.com"),
        *("theguardian.com", "tiktok.com", "twitter.com", "vimeo.com", "washingtonpost.com"),
        *("wikimedia.org", "wikipedia.org", "x.com", "youtu.be", "youtube.com"),
    )
)


@dataclass(frozen=True)
class Signs:
    """What a new comment may share with others; `source` is a keyed hash, empty where it says nothing."""

    sketch: bytes | None
    domains: tuple[str, ...]
    source: str

    @cached_property
    def keys(self) -> dict[int, tuple[Bond, str]]:
        """The keys under which the signs are found, each with what it stands for."""
        bands = similarity.band_keys(self.sketch) if self.sketch else ()
        found: dict[int, tuple[Bond, str]] = dict.fromkeys(bands, (Bond.TEXT, ""))
        found |= {similarity.key_of("link", domain.encode()): (Bond.LINK, domain) for domain in self.domains}
        if self.source:
            found[similarity.source_key(self.source)] = (Bond.SOURCE, "")
        return found


def signs_of(body: str, website: str, source: str, own_hosts: Collection[str]) -> Signs:
    """The signs of a comment; links to the newsroom's `own_hosts`, or to where everybody links, are none."""
    domains = (
        domain
        for domain in linked_domains(body, website)
        if not is_below(domain, COMMON_DOMAINS) and not is_below(domain, own_hosts)
    )
    return Signs(similarity.sketch(body), tuple(domains)[:DOMAINS_LOOKED_AT], source)


def kin_of(signs: Signs, author: str, neighbours: Sequence[Neighbour], now: datetime) -> Kin | None:
    """The comments that the new one belongs with by its strongest bond, or None; `author` may be empty (new)."""
    alive = [found for found in neighbours if found.status is not Status.DELETED]
    by_text = _alike(signs, alive, now)
    kin_by_text = _kin(Bond.TEXT, by_text, len(by_text) + 1 >= COMMENTS_MIN)
    if kin_by_text.enough:
        return kin_by_text
    by_link = _linked(alive, now)
    kin_by_link = _kin(Bond.LINK, by_link, _authors(by_link, author) >= LINK_AUTHORS_MIN)
    if kin_by_link.enough:
        return kin_by_link
    by_source = _sourced(alive, author, now)
    kin_by_source = _kin(Bond.SOURCE, by_source, _authors(by_source, author) >= SOURCE_AUTHORS_MIN)
    if kin_by_source.enough:
        return kin_by_source
    return next((kin for kin, like in ((kin_by_text, by_text), (kin_by_link, by_link)) if like), None)


def _kin(bond: Bond, like: Sequence[Neighbour], enough: bool) -> Kin:
    """The oldest campaign of this bond among them, or of a stronger one, is the one to join."""
    order = list(Bond)
    stronger = order[: order.index(bond) + 1]
    open_ = sorted(found.campaign for found in like if found.campaign and found.bond in stronger)
    loose = {found.id for found in like if found.campaign is None or found.bond not in stronger}
    return Kin(bond, open_[0] if open_ else None, tuple(sorted(loose)), bool(open_) or enough)


def _alike(signs: Signs, neighbours: Sequence[Neighbour], now: datetime) -> list[Neighbour]:
    if signs.sketch is None:
        return []
    with_another = {found.id for found in neighbours if found.shares is not Bond.TEXT}
    compared: dict[str, Neighbour] = {}
    for found in neighbours:
        if found.sketch is None or found.id in compared or now - found.sent_at > TEXT_WITHIN:
            continue
        needed = ALIKE_WITH_ANOTHER_SIGN if found.id in with_another else ALIKE
        if similarity.alike(signs.sketch, found.sketch) >= needed:
            compared[found.id] = found
    return list(compared.values())


def _linked(neighbours: Sequence[Neighbour], now: datetime) -> list[Neighbour]:
    linking = [found for found in neighbours if found.shares is Bond.LINK]
    trusted = {
        found.domain
        for found in linking
        if found.status is Status.APPROVED and now - found.sent_at >= DOMAIN_TRUSTED_AFTER
    }
    lately = (
        found for found in linking if found.domain not in trusted and now - found.sent_at <= LINK_WITHIN
    )
    return list({found.id: found for found in lately}.values())


def _sourced(neighbours: Sequence[Neighbour], author: str, now: datetime) -> list[Neighbour]:
    """Comments of other authors from one source; those of a campaign that holds by more say nothing about the rest."""
    return [
        found
        for found in neighbours
        if found.shares is Bond.SOURCE
        and found.author != author
        and found.bond in (None, Bond.SOURCE)
        and now - found.sent_at <= SOURCE_WITHIN
    ]


def _authors(like: Sequence[Neighbour], author: str) -> int:
    """How many different authors these and the new comment have."""
    return len({found.author for found in like} - {author}) + 1
