"""News for webhooks: noted where it happens, told some seconds later, many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from service import clock
from service.domain.announcement import News
from service.notify import messages
from service.remembered import Remembered
from service.storage import jobs, webhooks
from service.storage.database import Session, reading, transaction
from service.storage.webhooks import Webhook

if TYPE_CHECKING:
    from service.web.context import Services

DELIVER: Final = "deliver-webhook"
REMEMBER_SECONDS: Final = 1.0
NEWS_AT_ONCE: Final = 2_000

_known: Remembered[str, frozenset[str]] = Remembered(REMEMBER_SECONDS)


def announce(session: Session, site: str, kind: News, payload: Mapping[str, Any]) -> None:
    """Notes news in the caller's transaction: it is told if that commits, at least once, and not otherwise.

    `payload` holds ids and numbers only. Where no webhook of the site wants it, as every process knows within a
    second, nothing is written.
    """
    if kind in _known.get(site, lambda: webhooks.wanted_kinds(session, site)):
        webhooks.announce(session, site, kind, payload, clock.now())


def forget_hooks() -> None:
    """Forgets what is remembered, after webhooks were changed in this process."""
    _known.forget()


def tell(_services: Services, _payload: Mapping[str, Any]) -> None:
    """The job: makes messages of what happened since the last time, one of each kind for each webhook."""
    with reading() as session:
        sites = webhooks.sites_with_news(session)
    for site in sites:
        told = NEWS_AT_ONCE
        while told == NEWS_AT_ONCE:
            with transaction() as session:
                told = _tell(session, site)


def send(session: Session, hook: Webhook, event: str, document: Mapping[str, Any]) -> str:
    """Has a message delivered, once the caller's transaction is committed; returns its id."""
    now = clock.now()
    made = webhooks.deliver(session, hook, event, document, now)
    jobs.add(session, jobs.NewJob(DELIVER, now, {"site": hook.site, "delivery": made.id}))
    return made.id


def _tell(session: Session, site: str) -> int:
    found = webhooks.take_news(session, site, NEWS_AT_ONCE)
    by_kind: dict[News, list[Mapping[str, Any]]] = defaultdict(list)
    for news in found:
        by_kind[News(news.kind)].append(news.payload)
    hooks = [hook for hook in webhooks.of_sites(session, [site]) if hook.enabled]
    for kind, payloads in by_kind.items():
        _send_to(session, hooks, kind, payloads)
    return len(found)


def _send_to(
    session: Session, hooks: Sequence[Webhook], kind: News, payloads: Sequence[Mapping[str, Any]]
) -> None:
    wanting = [hook for hook in hooks if kind in hook.events]
    if wanting:
        document = messages.document(session, wanting[0].site, kind, payloads)
        for hook in wanting:
            send(session, hook, kind, document)
