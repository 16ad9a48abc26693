"""Shows an author's email in clear, and writes down who asked for it and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.errors import NotFound
from service.domain.ids import new_id
from service.privacy.keyring import Keyring
from service.privacy.vault import Vault
from service.storage import authors, events
from service.storage.database import transaction
from service.storage.events import NewEvent

REVEALED = "email_revealed"


@dataclass(frozen=True)
class Asker:
    """Who wants to know, within which sites (None: all), why and when."""

    actor: str
    sites: tuple[str, ...] | None
    reason: str
    at: datetime


def reveal(keyring: Keyring, author_id: str, asker: Asker) -> str:
    """The author's email; the audit event is on disk when this returns.

    Raises NotFound, also for an author who was erased; KeysError when the keys are not those that it was encrypted
    with; Unavailable.
    """
    with transaction() as session:
        author = authors.locate(session, author_id, asker.sites)
        if author is None:
            raise NotFound("There is no such author.")
        if not author.email_ciphertext:
            raise NotFound("This author was erased: no email is kept.")
        email = Vault(keyring).open(author.email_ciphertext, author.site, author.id)
        events.add(
            session,
            NewEvent(
                site=author.site,
                id=new_id(),
                kind=REVEALED,
                actor=asker.actor,
                reason="",
                note=asker.reason,
                detail={"author": author.id},
                created_at=asker.at,
            ),
        )
    return email
