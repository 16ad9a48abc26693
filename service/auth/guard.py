"""Asks every request for the permission that its route declares, before the route runs."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g, request

from service import clock
from service.auth import tokens
from service.auth.principal import Principal
from service.domain.errors import Forbidden, Unauthenticated
from service.domain.role import Permission
from service.web import permissions


def init_app(app: Flask) -> None:
    """Registers the guard; it looks at the view that was matched, so no route can be forgotten."""

    @app.before_request
    def guard() -> None:
        if request.endpoint is None:
            return  # no route: 404 or 405 follows
        view = current_app.view_functions[request.endpoint]
        if permissions.is_public(view):
            return
        principal = _principal()
        permission = permissions.declared(view)
        if not isinstance(permission, Permission) or not principal.may(permission):
            raise Forbidden("This credential does not have the permission.")
        g.principal = principal


def principal() -> Principal:
    """Whoever is calling a route that demands a permission."""
    return cast("Principal", g.principal)


def _principal() -> Principal:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = tokens.principal_of(token.strip(), clock.now()) if scheme.lower() == "bearer" else None
    if found is None:
        error = Unauthenticated("Send a valid token as `Authorization: Bearer …`.")
        error.headers["WWW-Authenticate"] = 'Bearer realm="belowline"'
        raise error
    return found
