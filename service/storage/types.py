"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, Enum, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC; a naive one is refused before it can be misread."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a naive time was given to the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(kind: type[StrEnum], constraint: str = "") -> Enum:
    """A closed set as text with a named CHECK constraint, so that both databases enforce it.

    A table with two columns of one kind names their constraints apart: PostgreSQL takes no name twice.
    """
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=constraint or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

Slug = Annotated[str, mapped_column(String(63))]
Key = Annotated[str, mapped_column(String(32))]
OptionalKey = Annotated[str | None, mapped_column(String(32))]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
OptionalMoment = Annotated[datetime | None, mapped_column(UtcDateTime)]
Document = Annotated[dict[str, Any], mapped_column(Json)]
Names = Annotated[list[str], mapped_column(Json)]
