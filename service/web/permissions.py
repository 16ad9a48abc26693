"""What each route demands, declared beside it; a route without a declaration stops the start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask

from service.domain.role import Permission, Stage

View = TypeVar("View", bound=Callable[..., object])

PUBLIC = "public"
_DECLARED = "_permission"


@dataclass(frozen=True)
class InBrowser:
    """A page for people: the guard takes the cookie of their session, at one of `stages`, and sends others to sign in.

    `permission` None asks for no more than an account.
    """

    permission: Permission | None
    stages: tuple[Stage, ...]


Declared = Permission | InBrowser | str | None


def public(view: View) -> View:
    """Anybody may call this route."""
    setattr(view, _DECLARED, PUBLIC)
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Only a credential whose role has `permission` may call this route."""

    def declare(view: View) -> View:
        setattr(view, _DECLARED, permission)
        return view

    return declare


def in_browser(permission: Permission | None, *stages: Stage) -> Callable[[View], View]:
    """Only somebody who is signed in (or on the way to it: `stages`) may see this page."""

    def declare(view: View) -> View:
        setattr(view, _DECLARED, InBrowser(permission, stages or (Stage.FULL,)))
        return view

    return declare


def declared(view: Callable[..., object]) -> Declared:
    """What a view declared: a permission, a page for people, the word for public ones; None for nothing."""
    found: Declared = getattr(view, _DECLARED, None)
    return found


def check_every_route(app: Flask) -> None:
    """Raises RuntimeError, naming the routes that nobody thought about."""
    missing = [endpoint for endpoint, view in app.view_functions.items() if declared(view) is None]
    if missing:
        raise RuntimeError(f"routes without a declared permission: {', '.join(sorted(missing))}")
