"""All that is held about one email on a site, and its erasure (GDPR, articles 15, 17 and 20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.domain.email import EmailAddress
from service.domain.errors import NotFound
from service.domain.ids import new_id
from service.privacy.keyring import Purpose
from service.storage import authors, decisions, events, pages, subjects
from service.storage.authors import Author
from service.storage.database import Session, transaction

if TYPE_CHECKING:
    from service.web.context import Services

EXPORTED = "author_exported"
ERASED = "author_erased"


@dataclass(frozen=True)
class Request:
    """Who asks, for which email on which site, why and when."""

    site: str
    email: EmailAddress
    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Erased:
    """How many comments were emptied, and the keys of the pages that showed some of them."""

    comments: int
    page_keys: tuple[str, ...]


def export(services: Services, asked: Request) -> dict[str, Any]:
    """Everything that is kept about the author of this email, JSON-shaped. Raises NotFound, Unavailable."""
    with transaction() as session:
        author = _author(services, session, asked)
        held = subjects.comments_of(session, author)
        events.add(session, _event(asked, EXPORTED, author, len(held)))
        return subjects.document(author, held)


def erase(services: Services, asked: Request) -> Erased:
    """Empties the author of this email and all their comments. Raises NotFound, Unavailable."""
    with transaction() as session:
        author = _author(services, session, asked)
        emptied = subjects.erase(session, author)
        erased = _event(asked, ERASED, author, len(emptied))
        events.redact_notes(session, erased, author.id)
        decisions.forget_notes(session, asked.site, author.id)
        events.add(session, erased)
        page_keys = pages.keys(session, asked.site, {comment.page_id for comment in emptied})
        return Erased(len(emptied), tuple(page_keys))


def _author(services: Services, session: Session, asked: Request) -> Author:
    index = services.fingerprints.of(Purpose.EMAIL, asked.site, asked.email.index_form)
    author = authors.by_email_index(session, asked.site, index)
    if author is None:
        raise NotFound("Nobody wrote on this site under this email.")
    return author


def _event(asked: Request, kind: str, author: Author, number: int) -> events.NewEvent:
    return events.NewEvent(
        site=asked.site,
        id=new_id(),
        kind=kind,
        actor=asked.actor,
        reason="",
        note=asked.reason,
        detail={"author": author.id, "comments": number},
        created_at=asked.at,
    )
