"""What is known when a text comes in: asked from the database once, and put together for the checks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from service.domain.comment import NewComment
from service.domain.facts import Facts, KnownLinks, Likeness
from service.domain.ids import id_floor
from service.domain.linked import is_below
from service.domain.name import look_of
from service.domain.opinion import Classified
from service.ratelimit.limiter import Outcome
from service.spam import similarity
from service.spam.addresses import addresses
from service.spam.automatic import rejects_from, score_of
from service.spam.rulebooks import rules_of
from service.spam.staff import looks_like_staff
from service.spam.throwaways import is_disposable
from service.storage import links
from service.storage.database import Session
from service.storage.facts import Asked, Gathered
from service.storage.sites import SiteProfile

REPEATED_WITHIN: Final = timedelta(days=1)
PACE_WITHIN: Final = timedelta(minutes=10)
DOMAINS_LOOKED_AT: Final = 10


@dataclass(frozen=True)
class Known:
    """What was found out about a text: from the database, from the limits, by the classifier."""

    gathered: Gathered
    links: KnownLinks
    outcome: Outcome
    classified: Classified

    def facts(self, site: SiteProfile, new: NewComment) -> Facts:
        """What the checks may know. Raises Unavailable."""
        gathered = self.gathered
        return Facts(
            author_known=gathered.author_known,
            author_confirmed=gathered.author_confirmed,
            author_approved=gathered.author_approved,
            author_rejected=gathered.author_rejected,
            author_spam=gathered.author_spam,
            same_body_lately=gathered.same_body,
            site_language=site.language,
            page_held=gathered.page.held,
            limits_degraded=self.outcome.degraded,
            site_flooded=self.outcome.held_by is not None,
            classified=self.classified,
            banned=gathered.banned,
            rules=rules_of(site.slug),
            email_disposable=is_disposable(new.email.domain),
            pace=gathered.pace,
            links=self.links,
            name_like=_likeness(site.slug, new.name, gathered),
            met_before=gathered.met_before,
            rejects_from=rejects_from(site),
            reject_score=score_of(self.classified.opinion),
        )


def _likeness(site: str, name: str, gathered: Gathered) -> Likeness | None:
    if looks_like_staff(site, look_of(name).skeleton):
        return Likeness.STAFF
    return Likeness.AUTHOR if gathered.name_like_author else None


def widened(asked: Asked, new: NewComment, source: str) -> Asked:
    """The same question, also about how the name looks and how much came lately; `source` may be empty."""
    look = look_of(new.name)
    return replace(
        asked,
        look_folded=look.folded,
        look_skeleton=look.skeleton,
        lately=id_floor(asked.now - PACE_WITHIN),
        source_sign=similarity.source_key(source) if source else 0,
    )


def known_links(session: Session, site: SiteProfile, new: NewComment, besides: str = "") -> KnownLinks:
    """What is known of the domains that a comment links to; asks only when there are some beside the newsroom's."""
    own = own_hosts(site, new)
    hosts = [address.host for address in addresses(new.body, new.website) if not is_below(address.host, own)]
    trusted, fresh = links.reputation(session, site.slug, hosts[:DOMAINS_LOOKED_AT], besides)
    return KnownLinks(own, trusted, fresh)


def own_hosts(site: SiteProfile, new: NewComment) -> tuple[str, ...]:
    """The hosts of the newsroom: those it lists, and that of the page."""
    hosts = [*site.page_hosts, *_hosts(origin for origin in site.origins if "://" in origin)]
    return tuple(hosts + (_hosts([new.page.url]) if new.page.url else []))


def _hosts(addresses: Iterable[str]) -> list[str]:
    return [host for address in addresses if (host := urlsplit(address).hostname)]
