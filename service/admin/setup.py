"""Sites and tokens, as admins change them; each change is an event of the sites that it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.auth import tokens
from service.auth.principal import Principal
from service.domain.errors import FieldProblem, Forbidden, InvalidInput, NotFound
from service.domain.ids import new_id
from service.storage import access, events, sites
from service.storage.database import Session, reading, transaction
from service.storage.sites import SiteProfile


@dataclass(frozen=True)
class Admin:
    """Who changes something, and when."""

    principal: Principal
    at: datetime

    @property
    def reach(self) -> Sequence[str] | None:
        """The sites within reach; None for all."""
        return self.principal.scope.sites


def reachable(session: Session, admin: Admin) -> list[str]:
    """The slugs of the sites within reach."""
    return [slug for slug in sites.all_slugs(session) if admin.principal.scope.includes(slug)]


def list_sites(admin: Admin) -> list[SiteProfile]:
    """The sites within reach, by slug."""
    with reading() as session:
        found = [sites.profile(session, slug) for slug in reachable(session, admin)]
    return [site for site in found if site is not None]


def add_site(admin: Admin, new: SiteProfile) -> None:
    """Adds a site. Raises Forbidden for an admin of some sites only, InvalidInput when the slug is taken."""
    if admin.reach is not None:
        raise Forbidden("Only an admin of all sites may add one.")
    with transaction() as session:
        if sites.profile(session, new.slug) is not None:
            raise InvalidInput([FieldProblem("slug", "taken", "There is a site of that slug.")])
        sites.add(session, new, admin.at)
        session.flush()
        record(session, admin, new.slug, "site_added", {})


def change_site(admin: Admin, slug: str, values: Mapping[str, Any]) -> SiteProfile:
    """Changes what `values` names, and returns the site. Raises NotFound."""
    admin.principal.check_site(slug)
    origins = values.get("origins")
    columns = {name: value for name, value in values.items() if name != "origins"}
    with transaction() as session:
        before = sites.profile(session, slug)
        if before is None:
            raise NotFound("There is no such site.")
        sites.change(session, slug, columns, origins)
        record(session, admin, slug, "site_changed", {"changed": sorted(values)})
    shown = dict(values)
    if origins is not None:
        shown["origins"] = frozenset(origins)
    if "page_hosts" in shown:
        shown["page_hosts"] = tuple(shown["page_hosts"])
    return replace(before, **shown)


def list_tokens(admin: Admin) -> list[access.Token]:
    """The tokens that reach nothing beyond what this admin reaches, newest first."""
    with reading() as session:
        return [token for token in access.tokens(session) if within(admin, token.sites)]


def issue_token(admin: Admin, new: tokens.NewToken) -> str:
    """A new token, shown this once. Raises NotFound for a site out of reach or unknown, Forbidden."""
    if new.sites is None and admin.reach is not None:
        raise Forbidden("Only an admin of all sites may give a token for all.")
    with reading() as session:
        known = reachable(session, admin)
    if not set(new.sites or ()) <= set(known):
        raise NotFound("There is no such site.")
    token = tokens.issue(new, admin.at)
    with transaction() as session:
        for slug in known if new.sites is None else new.sites:
            detail = {"prefix": token[: tokens.PREFIX_LENGTH], "role": new.role.value}
            record(session, admin, slug, "token_added", detail)
    return token


def revoke_token(admin: Admin, token_id: str) -> None:
    """Ends a token; it is refused from its next use on. Raises NotFound."""
    with transaction() as session:
        token = access.revoke_one(session, token_id, admin.at)
        if token is None or not within(admin, token.sites):
            raise NotFound("There is no such token.")
        for slug in sites.all_slugs(session) if token.sites is None else token.sites:
            record(session, admin, slug, "token_revoked", {"prefix": token.prefix})


def within(admin: Admin, reached: Sequence[str] | None) -> bool:
    """Whether a credential that reaches these sites (None: all) reaches nothing beyond the admin's."""
    if admin.reach is None:
        return True
    return reached is not None and set(reached) <= set(admin.reach)


def record(session: Session, admin: Admin, slug: str, kind: str, detail: dict[str, Any]) -> None:
    """Writes the event of a change into the log of a site."""
    events.add(
        session,
        events.NewEvent(
            site=slug,
            id=new_id(),
            kind=kind,
            actor=admin.principal.actor,
            reason="",
            note="",
            detail=detail,
            created_at=admin.at,
        ),
    )
