"""Whether a request comes from a page of our own: what a browser says of itself, and no page can forge."""

from __future__ import annotations

from flask import request

from service.domain.errors import Forbidden
from service.web.context import own_origin

SAFE = frozenset({"GET", "HEAD"})


def check_own_page() -> None:
    """Raises Forbidden unless Origin and Sec-Fetch-Site, as far as the browser sends them, say: our own page.

    A request that changes something must carry at least one of the two.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    foreign = origin is not None and origin.lower() != own_origin()
    unsaid = origin is None and site is None and request.method not in SAFE
    if foreign or unsaid or site not in (None, "same-origin"):
        raise Forbidden(
            "This request did not come from a page of this service. Behind a proxy, set BELOWLINE_PUBLIC_URL."
        )
