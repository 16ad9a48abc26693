"""The session's cookie: set, read, checked together with the CSRF token and with where the request came from."""

from __future__ import annotations

from typing import Final, cast
from urllib.parse import urlsplit

from flask import Response, g, redirect, request

from service import clock
from service.auth.sessions import LONGEST, SignedIn, signed_in
from service.domain.errors import Forbidden
from service.domain.role import PERMISSIONS, Stage
from service.web.body import form_body
from service.web.context import own_origin, services
from service.web.origin import SAFE, check_own_page
from service.web.permissions import InBrowser

#: With this prefix browsers take the cookie only over https, for this host alone, from no subdomain.
COOKIE: Final = "__Host-belowline"
#: Over plain http on this very machine, while developing, there can be no such cookie.
LOOPBACK_COOKIE: Final = "belowline"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
CSRF_HEADER: Final = "X-CSRF-Token"
CSRF_FIELD: Final = "csrf_token"
#: What a page asks by itself, while nobody may be there.
BACKGROUND_HEADER: Final = "X-Background"

SIGN_IN: Final = "/console/sign-in"
NEXT_STEP: Final = {
    Stage.FACTOR: "/console/second-factor",
    Stage.ENROL: "/console/set-up-second-factor",
    Stage.FULL: "/console",
}
# A strict cookie is not sent when somebody follows a link from elsewhere; a page of ours that reloads sends it.
BOUNCE: Final = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>Belowline</title>'
)


def present() -> SignedIn | None:
    """Whoever the request's cookie belongs to, or None."""
    background = CSRF_HEADER in request.headers and BACKGROUND_HEADER in request.headers
    return signed_in(request.cookies.get(_cookie_name(), ""), clock.now(), background=background)


def for_the_api() -> SignedIn | None:
    """The same for a call of the API. Raises Forbidden without the CSRF token, or from somebody else's page."""
    who = present()
    if who is None or who.stage is not Stage.FULL:
        return None
    check_own_page()
    if not who.confirms(request.headers.get(CSRF_HEADER, "")):
        raise Forbidden("The CSRF token of the session is missing or wrong.")
    _remember(who)
    return who


def for_a_page(wanted: InBrowser) -> Response | None:
    """Lets somebody in (None), or says where to go first. Raises Forbidden."""
    who = present()
    if who is None:
        return _bounced() if request.headers.get("Sec-Fetch-Site") == "cross-site" else _to(SIGN_IN)
    if who.stage not in wanted.stages:
        return _to(NEXT_STEP[who.stage])
    if wanted.permission is not None and who.role not in PERMISSIONS[wanted.permission]:
        raise Forbidden("Your role does not have the permission for this page.")
    if request.method not in SAFE:
        check_own_page()
        g.form = form_body()
        if not who.confirms(g.form.pop(CSRF_FIELD, "")):
            raise Forbidden("The form is of another session. Open the page again.")
    _remember(who)
    return None


def person() -> SignedIn:
    """Whoever looks at a page for people."""
    return cast("SignedIn", g.person)


def person_or_none() -> SignedIn | None:
    """The same, on pages that anybody may see."""
    return cast("SignedIn | None", getattr(g, "person", None))


def form() -> dict[str, str]:
    """The form that was sent, once its CSRF token was checked."""
    return cast("dict[str, str]", g.form)


def take_cookie(response: Response, token: str) -> Response:
    """Gives the browser its session."""
    name = _cookie_name()
    response.set_cookie(
        name,
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=name == COOKIE,
        httponly=True,
        samesite="Strict",
    )
    return response


def drop_cookie(response: Response) -> Response:
    """Takes the session from the browser."""
    name = _cookie_name()
    response.delete_cookie(name, path="/", secure=name == COOKIE, httponly=True, samesite="Strict")
    return response


def _cookie_name() -> str:
    own = urlsplit(own_origin())
    plain = own.scheme == "http" and own.hostname in LOOPBACK and not services().settings.production
    return LOOPBACK_COOKIE if plain else COOKIE


def _remember(who: SignedIn) -> None:
    g.person, g.by_session = who, True


def _to(address: str) -> Response:
    return cast("Response", redirect(address, 303))


def _bounced() -> Response:
    response = Response(BOUNCE, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
