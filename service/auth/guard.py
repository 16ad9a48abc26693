"""Asks every request for the permission that its route declares, before the route runs."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, current_app, g, request

from service import clock
from service.auth import browser, tokens
from service.auth.principal import Principal
from service.domain.errors import Forbidden, Unauthenticated
from service.domain.role import Permission
from service.web import permissions
from service.web.permissions import InBrowser


def init_app(app: Flask) -> None:
    """Registers the guard; it looks at the view that was matched, so no route can be forgotten."""

    @app.before_request
    def guard() -> Response | None:
        if request.endpoint is None:
            return None  # no route: 404 or 405 follows
        wanted = permissions.declared(current_app.view_functions[request.endpoint])
        if wanted == permissions.PUBLIC:
            return None  # cookies are not looked at
        if isinstance(wanted, InBrowser):
            return browser.for_a_page(wanted)
        principal = _principal()
        if not isinstance(wanted, Permission) or not principal.may(wanted):
            raise Forbidden("This credential does not have the permission.")
        g.principal = principal
        return None

    @app.after_request
    def not_stored(response: Response) -> Response:
        if getattr(g, "by_session", False):
            response.headers["Cache-Control"] = "no-store"
        return response


def principal() -> Principal:
    """Whoever is calling a route that demands a permission."""
    return cast("Principal", g.principal)


def _principal() -> Principal:
    if "Authorization" not in request.headers:
        who = browser.for_the_api()
        if who is not None:
            return who.principal
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = tokens.principal_of(token.strip(), clock.now()) if scheme.lower() == "bearer" else None
    if found is None:
        error = Unauthenticated("Send a valid token as `Authorization: Bearer …`.")
        error.headers["WWW-Authenticate"] = 'Bearer realm="belowline"'
        raise error
    return found
