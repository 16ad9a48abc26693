"""What the `type` of a problem points at: a few words about it (RFC 9457, 3.1.1)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response

from service.domain.errors import DomainError, NotFound
from service.web.permissions import public
from service.web.problem import HTTP_PROBLEMS, INTERNAL

bp = Blueprint("problem_types", __name__)


def all_types() -> dict[str, tuple[int, str]]:
    """Every slug with its status and title."""
    ours = {kind.slug: (kind.status, kind.title) for kind in _kinds(DomainError)}
    http = {slug: (status, title) for status, (slug, title, _) in HTTP_PROBLEMS.items()}
    return {**http, INTERNAL[0]: (500, INTERNAL[1]), **ours}


def _kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _kinds(child)


@bp.get("/problems/<slug>")
@public
def problem_type(slug: str) -> Response:
    found = all_types().get(slug)
    if found is None:
        raise NotFound("There is no such problem type.")
    return Response(f"{found[0]} {slug}\n\n{found[1]}.\n", mimetype="text/plain")
