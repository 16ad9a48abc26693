"""Versions of the sites' models, and where each site's learning stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, and_, bindparam, delete, exists, func, or_, select
from sqlalchemy.orm import undefer

from service.storage.compiled import Compiled
from service.storage.models import Event, Site, SpamLearning, SpamModel
from service.storage.session import Session
from service.storage.upsert import insert_absent

__all__ = [
    "KEPT",
    "LEARNED",
    "NewModel",
    "SpamLearning",
    "SpamModel",
    "before",
    "current_version",
    "get",
    "learning",
    "lock",
    "save",
    "sites_with_news",
    "standing",
    "versions",
]

KEPT = 10
LEARNED = "learned"
KINDS = ("decided", "undone", "edited")


@dataclass(frozen=True)
class NewModel:
    """A model to be saved as the site's next version; the fields are those of SpamModel."""

    made_as: str
    weights: bytes
    labels: int
    spam: int
    log_loss: float | None
    until: str


def sites_with_news(session: Session) -> list[str]:
    """The sites where a moderator decided, or an author edited, since their filter last looked."""
    news = exists().where(
        Event.site == Site.slug,
        Event.kind.in_(KINDS),
        Event.id > func.coalesce(SpamLearning.seen_until, ""),
    )
    query = select(Site.slug).outerjoin(SpamLearning, SpamLearning.site == Site.slug).where(news)
    return list(session.scalars(query.order_by(Site.slug)))


def standing(session: Session, site: str) -> SpamLearning:
    """Where the site's learning stands; of a site that never learned, at its beginning."""
    row = session.get(SpamLearning, site)
    return row or SpamLearning(site=site, version=0, seen_until="", changes=0, rebuilt_at=None)


def learning(session: Session) -> Sequence[SpamLearning]:
    """Where every site stands that ever learned."""
    return session.scalars(select(SpamLearning).order_by(SpamLearning.site)).all()


def lock(session: Session, site: str) -> SpamLearning:
    """The same, locked against other trainers, and freshly read."""
    insert_absent(session, SpamLearning, {"site": site, "version": 0, "seen_until": "", "changes": 0})
    return session.scalars(
        select(SpamLearning)
        .where(SpamLearning.site == site)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


_VERSION = Compiled(select(SpamLearning.version).where(SpamLearning.site == bindparam("site", type_=String)))


def current_version(session: Session, site: str) -> int:
    """The number of the version in force, 0 when there is none."""
    found = _VERSION.rows(session.connection(), {"site": site})
    return int(found[0][0]) if found else 0


def get(session: Session, site: str, version: int) -> SpamModel | None:
    """A version with its weights."""
    query = select(SpamModel).where(SpamModel.site == site, SpamModel.version == version)
    return session.scalar(query.options(undefer(SpamModel.weights)))


def versions(session: Session, site: str) -> Sequence[SpamModel]:
    """All versions that are kept, newest first, without their weights."""
    query = select(SpamModel).where(SpamModel.site == site)
    return session.scalars(query.order_by(SpamModel.version.desc())).all()


def before(session: Session, site: str, version: int) -> SpamModel | None:
    """The newest version that is older than this one, with its weights."""
    query = select(SpamModel).where(SpamModel.site == site, SpamModel.version < version)
    newest = query.order_by(SpamModel.version.desc()).limit(1)
    return session.scalar(newest.options(undefer(SpamModel.weights)))


def save(session: Session, row: SpamLearning, new: NewModel, now: datetime) -> int:
    """Puts a version in force on a locked row, and drops what is not kept; returns its number.

    A version that only learned a little more replaces the one before it, so that those kept lie days apart.
    """
    row.version += 1
    session.add(
        SpamModel(
            site=row.site,
            version=row.version,
            made_as=new.made_as,
            weights=new.weights,
            labels=new.labels,
            spam=new.spam,
            log_loss=new.log_loss,
            until=new.until,
            created_at=now,
        )
    )
    session.flush()
    kept = select(SpamModel.version).where(
        SpamModel.site == row.site, or_(SpamModel.made_as != LEARNED, SpamModel.version == row.version)
    )
    numbers = list(session.scalars(kept.order_by(SpamModel.version.desc()).limit(KEPT)))
    old = and_(SpamModel.site == row.site, SpamModel.version.not_in(numbers))
    session.execute(delete(SpamModel).where(old).execution_options(synchronize_session=False))
    return row.version
