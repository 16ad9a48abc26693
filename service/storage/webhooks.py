"""Queries about webhooks, the news that waits for them, and what was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, String, bindparam, delete, func, select, tuple_

from service.domain.announcement import DeliveryState, HookFormat
from service.domain.ids import new_id
from service.storage.compiled import Compiled
from service.storage.models import Announcement, Comment, Delivery, Page, StoredSignal, Webhook
from service.storage.session import Session

__all__ = ["Announcement", "Delivery", "NewHook", "Webhook", "add", "announce", "deliver", "locate"]


@dataclass(frozen=True)
class NewHook:
    """A webhook as it is made."""

    site: str
    id: str
    label: str
    host: str
    format: HookFormat
    events: Sequence[str]
    ciphertext: bytes
    created_at: datetime


def add(session: Session, new: NewHook) -> Webhook:
    """Adds a webhook."""
    hook = Webhook(**{**vars(new), "events": list(new.events)}, enabled=True)
    session.add(hook)
    session.flush()
    return hook


def of_sites(session: Session, sites: Sequence[str]) -> Sequence[Webhook]:
    """The webhooks of these sites, in the order in which they were made."""
    return session.scalars(select(Webhook).where(Webhook.site.in_(sites)).order_by(Webhook.id)).all()


def every(session: Session) -> Sequence[Webhook]:
    """The webhooks of all sites, locked."""
    return session.scalars(select(Webhook).order_by(Webhook.site, Webhook.id).with_for_update()).all()


def locate(session: Session, hook_id: str, sites: Sequence[str] | None) -> Webhook | None:
    """The webhook with this id, of these sites only (None: of any), locked."""
    query = select(Webhook).where(Webhook.id == hook_id)
    if sites is not None:
        query = query.where(Webhook.site.in_(sites))
    return session.scalar(query.with_for_update())


def remove(session: Session, hook: Webhook) -> None:
    """Removes a webhook with all that was delivered to it; what is still to be delivered is not."""
    session.execute(delete(Delivery).where(Delivery.site == hook.site, Delivery.webhook_id == hook.id))
    session.delete(hook)


_WANTED = Compiled(
    select(Webhook.events).where(Webhook.site == bindparam("site", type_=String), Webhook.enabled)
)


def wanted_kinds(session: Session, site: str) -> frozenset[str]:
    """The kinds of news that some webhook of the site wants."""
    found = _WANTED.rows(session.connection(), {"site": site})
    return frozenset(kind for (kinds,) in found for kind in kinds)


def announce(session: Session, site: str, kind: str, payload: Mapping[str, Any], at: datetime) -> None:
    """Notes news in the transaction in which it happened."""
    session.add(Announcement(site=site, id=new_id(), kind=kind, payload=dict(payload), created_at=at))


def sites_with_news(session: Session) -> Sequence[str]:
    """The sites about which something is still to be told."""
    return session.scalars(select(Announcement.site).distinct().order_by(Announcement.site)).all()


def take_news(session: Session, site: str, at_most: int) -> Sequence[Announcement]:
    """The oldest news of the site, which is removed."""
    found = session.scalars(
        select(Announcement)
        .where(Announcement.site == site)
        .order_by(Announcement.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    ).all()
    for news in found:
        session.delete(news)
    return found


def deliver(
    session: Session, hook: Webhook, event: str, document: Mapping[str, Any], at: datetime
) -> Delivery:
    """A message to the webhook, still to be sent."""
    made = Delivery(
        site=hook.site,
        id=new_id(),
        webhook_id=hook.id,
        event=event,
        document=dict(document),
        state=DeliveryState.WAITING,
        attempts=0,
        status=None,
        failure="",
        created_at=at,
    )
    session.add(made)
    session.flush()
    return made


def delivery(session: Session, site: str, delivery_id: str) -> tuple[Delivery, Webhook] | None:
    """The message and its webhook, the message locked."""
    found = session.execute(
        select(Delivery, Webhook)
        .join(Webhook, (Webhook.site == Delivery.site) & (Webhook.id == Delivery.webhook_id))
        .where(Delivery.site == site, Delivery.id == delivery_id)
        .with_for_update(of=Delivery)
    ).first()
    return None if found is None else (found[0], found[1])


def deliveries(session: Session, hook: Webhook, last: str, at_most: int) -> Sequence[Delivery]:
    """What was sent to the webhook, newest first, older than the id `last` (or empty)."""
    query = select(Delivery).where(Delivery.site == hook.site, Delivery.webhook_id == hook.id)
    if last:
        query = query.where(Delivery.id < last)
    return session.scalars(query.order_by(Delivery.id.desc()).limit(at_most)).all()


def drop_old(session: Session, before: datetime, at_most: int) -> int:
    """Deletes messages made before that moment; returns how many."""
    key = tuple_(Delivery.site, Delivery.id)
    old = select(Delivery.site, Delivery.id).where(Delivery.created_at < before).limit(at_most)
    return cast("CursorResult[Any]", session.execute(delete(Delivery).where(key.in_(old)))).rowcount


@dataclass(frozen=True)
class Told:
    """What is told of a comment: nothing that its author wrote."""

    id: str
    page: str
    status: str
    score: float
    campaign: str | None
    checks: tuple[str, ...]


def of_comments(session: Session, site: str, ids: Sequence[str]) -> list[Told]:
    """What is told of these comments, oldest first."""
    rows = session.execute(
        select(Comment.id, Page.key, Comment.status, Comment.score, Comment.campaign, Comment.version)
        .join(Page, (Page.site == Comment.site) & (Page.id == Comment.page_id))
        .where(Comment.site == site, Comment.id.in_(ids))
        .order_by(Comment.id)
    ).all()
    checks: dict[str, list[str]] = {}
    signals = select(StoredSignal.comment_id, StoredSignal.check).where(
        StoredSignal.site == site, StoredSignal.comment_id.in_(ids)
    )
    for comment_id, check in session.execute(signals.order_by(StoredSignal.position)):
        checks.setdefault(comment_id, []).append(check)
    return [
        Told(row[0], row[1], row[2].value, row[3], row[4], tuple(dict.fromkeys(checks.get(row[0], ()))))
        for row in rows
    ]


def size_of_campaign(session: Session, site: str, campaign: str) -> int:
    """How many comments are in it."""
    counted = select(func.count()).select_from(Comment)
    return session.scalar(counted.where(Comment.site == site, Comment.campaign == campaign)) or 0
