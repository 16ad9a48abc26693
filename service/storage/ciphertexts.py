"""The encrypted emails of all authors, in batches, for whoever changes their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, tuple_, update

from service.storage.models import Author
from service.storage.session import Session


@dataclass(frozen=True)
class Ciphertext:
    """One author's encrypted email, and the row it is bound to."""

    site: str
    author_id: str
    closed: bytes


def others(session: Session, prefix: bytes, after: Ciphertext | None, at_most: int) -> list[Ciphertext]:
    """The next ciphertexts that do not begin with `prefix` (the current key's), in the order of their rows."""
    query = select(Author.site, Author.id, Author.email_ciphertext).where(_other(prefix))
    if after is not None:
        query = query.where(tuple_(Author.site, Author.id) > (after.site, after.author_id))
    return [
        Ciphertext(*row) for row in session.execute(query.order_by(Author.site, Author.id).limit(at_most))
    ]


def number_of_others(session: Session, prefix: bytes) -> int:
    """How many ciphertexts do not begin with `prefix`."""
    return session.scalar(select(func.count()).select_from(Author).where(_other(prefix))) or 0


def replace(session: Session, fresh: Mapping[Ciphertext, bytes]) -> None:
    """Stores fresh ciphertexts in the place of old ones; a row that changed meanwhile keeps what it has."""
    for ciphertext, closed in fresh.items():
        session.execute(
            update(Author)
            .where(
                Author.site == ciphertext.site,
                Author.id == ciphertext.author_id,
                Author.email_ciphertext == ciphertext.closed,
            )
            .values(email_ciphertext=closed)
            .execution_options(synchronize_session=False)
        )


def _other(prefix: bytes) -> ColumnElement[bool]:
    # An author who was erased has none.
    return (func.length(Author.email_ciphertext) > 0) & (
        func.substr(Author.email_ciphertext, 1, len(prefix)) != prefix
    )
