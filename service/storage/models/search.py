"""What the moderators' index for searching has still to take in; the index itself is each database's own."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base
from service.storage.models.comment import Comment
from service.storage.types import Key, Slug


class SearchDue(Base):
    """A comment whose present text the index does not hold yet, written in the transaction of the text."""

    __tablename__ = "search_due"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)


@event.listens_for(Comment, "after_insert")
def _stored(_mapper: object, connection: Connection, comment: Comment) -> None:
    _note(connection, comment)


@event.listens_for(Comment, "after_update")
def _changed(_mapper: object, connection: Connection, comment: Comment) -> None:
    state: Any = inspect(comment)
    if state.attrs.search_text.history.has_changes():
        _note(connection, comment)


def _note(connection: Connection, comment: Comment) -> None:
    values = {"site": comment.site, "id": comment.id}
    connection.execute(_statement(connection.dialect.name == "postgresql"), values)


@cache
def _statement(postgres: bool) -> Any:
    table: Any = SearchDue.__table__
    new = postgresql.insert(table) if postgres else sqlite.insert(table)
    # Not DO NOTHING: who is about to take the row away must be waited for, or this change is never seen.
    return new.on_conflict_do_update(index_elements=["site", "id"], set_={"id": new.excluded.id})
