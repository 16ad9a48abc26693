"""What each route demands, declared beside it; a route without a declaration stops the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from service.domain.role import Permission

View = TypeVar("View", bound=Callable[..., object])

_PUBLIC = "public"
_DECLARED = "_permission"


def public(view: View) -> View:
    """Anybody may call this route."""
    setattr(view, _DECLARED, _PUBLIC)
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Only a credential whose role has `permission` may call this route."""

    def declare(view: View) -> View:
        setattr(view, _DECLARED, permission)
        return view

    return declare


def declared(view: Callable[..., object]) -> Permission | str | None:
    """The permission of a view, the word for public ones, or None when nothing was declared."""
    found: Permission | str | None = getattr(view, _DECLARED, None)
    return found


def is_public(view: Callable[..., object]) -> bool:
    """Whether anybody may call the view."""
    return declared(view) == _PUBLIC


def check_every_route(app: Flask) -> None:
    """Raises RuntimeError, naming the routes that nobody thought about."""
    missing = [endpoint for endpoint, view in app.view_functions.items() if declared(view) is None]
    if missing:
        raise RuntimeError(f"routes without a declared permission: {', '.join(sorted(missing))}")
