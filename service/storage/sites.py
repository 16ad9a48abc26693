"""Queries about sites and their origins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, delete, select, update

from service.settings import Policy
from service.storage.compiled import Compiled
from service.storage.models import Site, SiteOrigin
from service.storage.session import Session


@dataclass(frozen=True)
class SiteProfile:
    """A site as the rest of the house sees it: its settings and origins, detached from the database.

    `auto_reject`: the filter may reject by itself once it is shown to be good enough, as long as no more than
    `false_positive_budget` of what is fine is lost by it. `review_share` of all that it decides alone goes to review.
    """

    slug: str
    name: str
    language: str
    policy: Policy
    page_hosts: tuple[str, ...]
    edit_window_seconds: int
    origins: frozenset[str]
    close_after_days: int | None = None
    hold_hot_pages: bool = True
    mail: bool = True
    auto_reject: bool = False
    false_positive_budget: float = 0.005
    review_share: float = 0.05


@dataclass(frozen=True)
class Additions:
    """What a site gets besides what it has; a policy of None leaves the site's own."""

    origins: frozenset[str] = frozenset()
    page_hosts: tuple[str, ...] = ()
    policy: Policy | None = None


_SET = (
    *("slug", "name", "language", "policy", "page_hosts", "edit_window_seconds", "close_after_days"),
    *("hold_hot_pages", "mail", "auto_reject", "false_positive_budget", "review_share"),
)
_PROFILE = Compiled(
    select(SiteOrigin.origin, *(getattr(Site, name) for name in _SET))
    .outerjoin_from(Site, SiteOrigin, SiteOrigin.site == Site.slug)
    .where(Site.slug == bindparam("site", type_=String))
)


def profile(session: Session, slug: str) -> SiteProfile | None:
    """The site, or None."""
    found = _PROFILE.rows(session.connection(), {"site": slug})
    if not found:
        return None
    origins = frozenset(row[0] for row in found if row[0] is not None)
    values = dict(zip(_SET, found[0][1:], strict=True))
    values["page_hosts"] = tuple(values["page_hosts"])
    return SiteProfile(origins=origins, **values)


def origin_is_known(session: Session, origin: str) -> bool:
    """Whether any site lists this origin; for preflights, which do not say the site."""
    return session.scalar(select(SiteOrigin.site).where(SiteOrigin.origin == origin).limit(1)) is not None


def add(session: Session, new: SiteProfile, created_at: datetime) -> None:
    """Adds a site; the caller has looked that its slug is free."""
    session.add(
        Site(
            slug=new.slug,
            name=new.name,
            language=new.language,
            policy=new.policy,
            page_hosts=list(new.page_hosts),
            edit_window_seconds=new.edit_window_seconds,
            close_after_days=new.close_after_days,
            hold_hot_pages=new.hold_hot_pages,
            mail=new.mail,
            auto_reject=new.auto_reject,
            false_positive_budget=new.false_positive_budget,
            review_share=new.review_share,
            created_at=created_at,
        )
    )
    session.flush()
    for origin in sorted(new.origins):
        session.add(SiteOrigin(site=new.slug, origin=origin))


def extend(session: Session, slug: str, more: Additions) -> bool:
    """Gives a site further origins and page hosts and another policy; False when there is no such site."""
    site = session.get(Site, slug)
    if site is None:
        return False
    site.page_hosts = [*site.page_hosts, *(host for host in more.page_hosts if host not in site.page_hosts)]
    site.policy = more.policy or site.policy
    known = set(session.scalars(select(SiteOrigin.origin).where(SiteOrigin.site == slug)))
    session.add_all(SiteOrigin(site=slug, origin=origin) for origin in sorted(more.origins - known))
    return True


def change(session: Session, slug: str, values: Mapping[str, Any], origins: Collection[str] | None) -> None:
    """Gives a site other settings, by the names of SiteProfile, and other origins (None: those it has)."""
    if values:
        session.execute(update(Site).where(Site.slug == slug).values(dict(values)))
    if origins is not None:
        session.execute(delete(SiteOrigin).where(SiteOrigin.site == slug))
        session.add_all(SiteOrigin(site=slug, origin=origin) for origin in sorted(origins))


def all_slugs(session: Session) -> list[str]:
    """Every site's slug, sorted."""
    return list(session.scalars(select(Site.slug).order_by(Site.slug)))
