"""What the desk sets on a page, and what a page's age and heat set by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from service import clock
from service.clock import rfc3339
from service.domain.announcement import News
from service.domain.controls import SetBy
from service.domain.errors import NotFound, StaleVersion
from service.domain.heat import LEFT_ALONE, Boiling, Heat, boils
from service.domain.ids import new_id
from service.log import logger
from service.notify.announcing import announce
from service.storage import events, heat, page_controls, sites
from service.storage.database import Session, reading, transaction
from service.storage.events import NewEvent
from service.storage.page_controls import Page, PageSeen

if TYPE_CHECKING:
    from service.web.context import Services

CHANGED: Final = "page_changed"
CLOSED_BY_AGE: Final = "page_closed_by_age"
BOILS: Final = "page_boils"
AGE: Final = "age"
HEAT: Final = "heat"
PAGES_AT_ONCE: Final = 200


@dataclass(frozen=True)
class Change:
    """What the desk wants of a page; None leaves it as it is."""

    open: bool | None
    held: bool | None
    slow_seconds: int | None
    note: str


@dataclass(frozen=True)
class By:
    """Who does it, within which sites (None: all), and when."""

    actor: str
    sites: tuple[str, ...] | None
    at: datetime


def change(page_id: str, version: int, wanted: Change, by: By) -> PageSeen:
    """Sets it, and returns the page. Raises NotFound, StaleVersion (who changed it, and when), Unavailable."""
    with transaction() as session:
        found = page_controls.one(session, page_id, by.sites)
        if found is None:
            raise NotFound("There is no such page.")
        page = page_controls.lock(session, found.page.site, page_id)
        if page.controls != version:
            raise _stale(page)
        before = _settings(page)
        _apply(page, wanted, by.at)
        changed = {name: value for name, value in _settings(page).items() if before[name] != value}
        if changed:
            _touch(page, by.actor, by.at)
            detail = {"page": page.id, "to": changed, "from": {name: before[name] for name in changed}}
            _record(session, page, (CHANGED, by.actor, by.at), detail, wanted.note)
        session.flush()
        shown = page_controls.one(session, page_id, [page.site])
        assert shown is not None
    return shown


def _settings(page: Page) -> dict[str, Any]:
    return {"open": page.is_open, "held": bool(page.held_by), "slow_seconds": page.slow_seconds}


def _apply(page: Page, wanted: Change, now: datetime) -> None:
    if wanted.open is not None and wanted.open != page.is_open:
        page.is_open = wanted.open
        page.closed_by = SetBy.NOBODY if wanted.open else SetBy.DESK
    if wanted.open:
        page.ignores_age = True  # whoever opens an old page does not want it closed a minute later
    if wanted.held is not None and wanted.held != bool(page.held_by):
        if page.held_by == SetBy.HEAT:
            page.left_alone_at = now
        page.held_by = SetBy.DESK if wanted.held else SetBy.NOBODY
    if wanted.slow_seconds is not None:
        page.slow_seconds = wanted.slow_seconds


def _touch(page: Page, actor: str, now: datetime) -> None:
    page.controls += 1
    page.changed_by, page.changed_at = actor, now
    page_controls.raise_version(page)


def _stale(page: Page) -> StaleVersion:
    return StaleVersion(
        "The page has changed since you saw it.",
        current_version=page.controls,
        changed_by=page.changed_by or None,
        changed_at=rfc3339(page.changed_at) if page.changed_at else None,
    )


def _record(
    session: Session, page: Page, done: tuple[str, str, datetime], detail: dict[str, Any], note: str = ""
) -> None:
    kind, actor, at = done
    event = NewEvent(
        site=page.site, id=new_id(), kind=kind, actor=actor, note=note, detail=detail, created_at=at
    )
    events.add(session, event)


def close_old(_services: Services, _payload: Mapping[str, Any]) -> None:
    """Closes the pages that are older than their site takes comments."""
    now = clock.now()
    with reading() as session:
        aged = page_controls.sites_with_age(session)
    for site, days in aged:
        while _close_some(site, now - timedelta(days=days), now) == PAGES_AT_ONCE:
            pass


def _close_some(site: str, before: datetime, now: datetime) -> int:
    with reading() as session:
        found = page_controls.past_age(session, site, before, PAGES_AT_ONCE)
    if not found:
        return 0
    with transaction() as session:
        for page_id in found:
            page = page_controls.lock(session, site, page_id)
            if page.is_open and not page.ignores_age:
                page.is_open, page.closed_by = False, SetBy.AGE
                _touch(page, AGE, now)
                _record(session, page, (CLOSED_BY_AGE, AGE, now), {"page": page.id})
    return len(found)


def watch_heat(services: Services, _payload: Mapping[str, Any]) -> None:
    """Measures every site's pages, and holds those that boil over."""
    now = clock.now()
    with reading() as session:
        active = heat.active_sites(session, now)
    for site in active:
        with reading() as session:
            heats = heat.measured(session, site, now)
            profile = sites.profile(session, site)
        with transaction() as session:
            heat.keep(session, site, heats, now)
        if profile is not None and profile.hold_hot_pages:
            for page_id, found in heats.items():
                why = boils(found)
                if why is not None:
                    _hold(services, (site, page_id), (found, why), now)


def _hold(services: Services, where: tuple[str, str], seen: tuple[Heat, Boiling], now: datetime) -> None:
    """Holds the page and tells the desk, unless it is held or closed, or somebody let it go on a while ago."""
    found, why = seen
    with transaction() as session:
        page = page_controls.lock(session, *where)
        left_alone = page.left_alone_at is not None and now < page.left_alone_at + LEFT_ALONE
        if page.held_by or not page.is_open or left_alone:
            return
        page.held_by = SetBy.HEAT
        _touch(page, HEAT, now)
        detail = {
            "page": page.id,
            "why": str(why),
            "received": found.received,
            "risky": found.risky,
            "usual": round(found.usual, 1),
        }
        _record(session, page, (BOILS, HEAT, now), detail)
        announce(session, page.site, News.STORY_BOILING, detail)
    logger().warning("page boils over", site=where[0], page=where[1], why=str(why))
