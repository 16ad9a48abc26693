"""Says beside each route what it takes and gives; openapi.yaml is made of this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from marshmallow import Schema

View = TypeVar("View", bound=Callable[..., object])
_KEPT = "_operation"


@dataclass(frozen=True)
class Operation:
    """`answers` by status (None: no JSON body); `problems` are the statuses of its refusals."""

    summary: str
    tag: str
    answers: Mapping[int, type[Schema] | None]
    query: type[Schema] | None = None
    body: type[Schema] | None = None
    form: bool = False
    problems: tuple[int, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    credential: str = ""


def operation(described: Operation) -> Callable[[View], View]:
    """Keeps the description with the view."""

    def keep(view: View) -> View:
        setattr(view, _KEPT, described)
        return view

    return keep


def description(view: Callable[..., object]) -> Operation | None:
    """The description of a view, or None for pages that are not part of the API."""
    found: Operation | None = getattr(view, _KEPT, None)
    return found
