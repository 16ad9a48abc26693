"""Queries about pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Integer, bindparam, select, update

from service.domain.ids import new_id
from service.domain.page import PageKey
from service.storage.batches import batches
from service.storage.compiled import Compiled
from service.storage.database import lock_rows
from service.storage.models import Page
from service.storage.session import Session
from service.storage.upsert import insert_absent

__all__ = ["Page", "by_key", "change", "change_all", "counts", "get", "keys", "lock", "obtain", "versions"]


def by_key(session: Session, site: str, key: str) -> Page | None:
    """The page with this canonical key, or None when nobody commented there yet."""
    return session.scalar(select(Page).where(Page.site == site, Page.key == key))


def get(session: Session, site: str, page_id: str) -> Page | None:
    """The page, or None."""
    return session.get(Page, (site, page_id))


def obtain(session: Session, site: str, page: PageKey, title: str, now: datetime) -> str:
    """The id of the page, made when this is its first comment."""
    made = new_id()
    values = {"site": site, "id": made, "key": page.key, "url": page.url, "title": title, "created_at": now}
    if insert_absent(session, Page, {**values, "version": 0, "approved": 0, "is_open": True}):
        return made
    found = by_key(session, site, page.key)
    assert found is not None
    return found.id


def lock(session: Session, site: str, page_ids: Sequence[str]) -> None:
    """Takes the pages' rows, in order, so that changes of what their readers see wait for each other.

    New comments that are held do not wait: they refer to the page, which this lock allows (FOR NO KEY UPDATE).
    """
    if not lock_rows(session):
        return
    session.execute(
        select(Page.id)
        .where(Page.site == site, Page.id.in_(page_ids))
        .order_by(Page.id)
        .with_for_update(key_share=True)
    ).all()


def keys(session: Session, site: str, page_ids: Collection[str]) -> list[str]:
    """The canonical keys of these pages."""
    return [
        key
        for batch in batches(sorted(page_ids))
        for key in session.scalars(select(Page.key).where(Page.site == site, Page.id.in_(batch)))
    ]


def change(session: Session, site: str, page_id: str, approved_more: int) -> None:
    """Raises the page's version, because its readers will see something else, and its count."""
    change_all(session, site, {page_id: approved_more})


_CHANGE = Compiled(
    update(Page.__table__)  # type: ignore[arg-type]
    .where(Page.__table__.c.site == bindparam("of"), Page.__table__.c.id == bindparam("page"))
    .values(
        version=Page.__table__.c.version + 1,
        approved=Page.__table__.c.approved + bindparam("more", type_=Integer),
    ),
    turn=1,
)


def change_all(session: Session, site: str, changes: Mapping[str, int]) -> None:
    """The same for many pages: {page id: how many more approved comments}."""
    rows = [{"of": site, "page": page_id, "more": changes[page_id]} for page_id in sorted(changes)]
    session.later(_CHANGE, rows)


def counts(session: Session, site: str, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Approved comments and version by page key; pages that nobody commented on are left out."""
    rows = session.execute(
        select(Page.key, Page.approved, Page.version).where(Page.site == site, Page.key.in_(keys))
    )
    return {key: (approved, version) for key, approved, version in rows}


def versions(session: Session, site: str, keys: Sequence[str]) -> dict[str, int]:
    """Version by page key; pages that nobody commented on are left out."""
    return {key: version for key, (_, version) in counts(session, site, keys).items()}
