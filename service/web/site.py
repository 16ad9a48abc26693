"""The site that a request is for, and whether the page it comes from may talk for it."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, g, request

from service.domain.errors import Forbidden, NotFound
from service.remembered import Remembered
from service.storage import sites
from service.storage.database import reading
from service.storage.sites import SiteProfile
from service.web.context import own_origin

REMEMBER_SECONDS = 1.0
OWN = "self"
EXPOSED = (
    "ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID, Idempotency-Replayed, Author-Token-Expires"
)

_known: Remembered[str, SiteProfile] = Remembered(REMEMBER_SECONDS)


def profile(slug: str) -> SiteProfile:
    """The site's profile, at most a second old. Raises NotFound."""
    return _known.get(slug, partial(_profile, slug))


def _profile(slug: str) -> SiteProfile:
    with reading() as session:
        found = sites.profile(session, slug)
    if found is None:
        raise NotFound("There is no such site.")
    return found


def forget_profiles() -> None:
    """Forgets what is remembered, after a site was changed in this process."""
    _known.forget()


def readers_site(slug: str) -> SiteProfile:
    """The site for a reader's request. Raises NotFound, or Forbidden when the Origin is not one of the site's."""
    site = profile(slug)
    origin = request.headers.get("Origin")
    if origin is not None:
        if not allows(site.origins, origin.lower(), own_origin()):
            raise Forbidden("Pages of this origin may not use this site's comments.")
        g.allowed_origin = origin
    return site


def allows(origins: frozenset[str], origin: str, own: str) -> bool:
    """Whether `origin` is one of a site's; `self` among them stands for the service's own."""
    return origin in origins or (OWN in origins and origin == own)


def init_app(app: Flask) -> None:
    """Adds the CORS headers: the exact origin that the view allowed, never a star, never credentials."""

    @app.before_request
    def preflight() -> Response | None:
        if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
            return None
        response = Response(status=204)
        response.headers["Vary"] = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        if _known_somewhere(request.headers.get("Origin", "")):
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, PUT, DELETE"
            response.headers["Access-Control-Allow-Headers"] = (
                "Content-Type, Idempotency-Key, Authorization, If-None-Match"
            )
            response.headers["Access-Control-Max-Age"] = "7200"
        return response

    @app.after_request
    def cross_origin(response: Response) -> Response:
        origin = request.headers.get("Origin")
        if request.path.startswith("/v1/") or request.path in ("/thread", "/feed.atom"):
            response.vary.add("Origin")
        # A page must be able to read why it was refused, also when the refusal came before its site was known.
        readable = getattr(g, "allowed_origin", None) or (
            origin
            if origin and response.status_code in (400, 404, 413, 415, 422, 429) and _known_somewhere(origin)
            else None
        )
        if readable:
            response.headers["Access-Control-Allow-Origin"] = readable
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        return response


def _known_somewhere(origin: str) -> bool:
    if not origin or len(origin) > 300 or "\0" in origin:
        return False
    if origin.lower() == own_origin():
        return True
    with reading() as session:
        return sites.origin_is_known(session, origin.lower())
