"""Slow mode: on a page that the desk slowed down, everybody may write once in a while."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from service.domain.controls import SLOW_MODE, PageControls
from service.domain.errors import TooMany
from service.storage import page_facts, pages
from service.storage.database import Session
from service.storage.facts import Asked, Gathered

if TYPE_CHECKING:
    from service.web.context import Services


def check(services: Services, asked: Asked, page: PageControls) -> None:
    """Raises TooMany when the sender wrote here too lately; statistics count it."""
    wait_seconds = page.wait_seconds(asked.now)
    if wait_seconds:
        services.hits.add(asked.site, SLOW_MODE, asked.now)
        raise TooMany(f"On this page everybody may write once in {page.slow_seconds} seconds.", wait_seconds)


def check_again(session: Session, services: Services, asked: Asked, gathered: Gathered) -> None:
    """Of many sent at the same moment to a slow page, one goes through: they wait for each other at the page."""
    if not gathered.page.slow_seconds or gathered.page_id is None:
        return
    pages.lock(session, asked.site, [gathered.page_id])
    page = pages.get(session, asked.site, gathered.page_id)
    assert page is not None  # pages are never deleted
    last = page_facts.last_here(session, asked.site, page.id, (asked.email_index, asked.source), asked.now)
    check(services, asked, replace(gathered.page, last_here=last))
