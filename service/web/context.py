"""What the routes reach through the application: settings, keys, limiter; and the facts of the request at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import current_app, g, request

from service.outbound.fetch import Outbound
from service.privacy.challenges import Challenges
from service.privacy.fingerprint import Fingerprints
from service.privacy.keyring import Keyring
from service.privacy.seal import AuditSeal
from service.privacy.signing import AuthorTokens
from service.ratelimit.hits import HitCounter
from service.ratelimit.limiter import Limiter
from service.settings import Settings
from service.web.client import TrustedProxies, client_address

if TYPE_CHECKING:
    from service.spam.classifier.shelf import Shelf
    from service.storage.sites import SiteProfile


@dataclass(frozen=True)
class Services:
    """Everything that outlives a request."""

    settings: Settings
    keyring: Keyring
    fingerprints: Fingerprints
    author_tokens: AuthorTokens
    challenges: Challenges
    audit_seal: AuditSeal
    limiter: Limiter
    hits: HitCounter
    trusted: TrustedProxies
    shelf: Shelf
    outbound: Outbound

    def mails_for(self, site: SiteProfile) -> bool:
        """Whether mail is sent at all, and the site wants its authors written to."""
        return self.settings.mails and site.mail


def services() -> Services:
    """The services of the current application."""
    return cast("Services", current_app.extensions["belowline"])


def request_id() -> str:
    """The id of the request at hand."""
    return cast("str", g.request_id)


def address() -> IPv4Address | IPv6Address:
    """The client's address; forwarding headers count only when the TCP peer is a trusted proxy."""
    return client_address(
        request.environ.get("REMOTE_ADDR", ""), request.headers.getlist("X-Forwarded-For"), services().trusted
    )


def own_origin() -> str:
    """The origin under which readers reach this service, for the request at hand."""
    return origin_of(request.environ, services())


def base_address() -> str:
    """The service's address up to a slash: absolute where BELOWLINE_PUBLIC_URL says it, else `/`.

    What is prepared for many readers never takes its address from one request's Host header.
    """
    return f"{services().settings.public_url or ''}/"


def base_path() -> str:
    """The path under which readers reach the service, up to a slash: `/`, or `/talk/` behind such a prefix."""
    return f"{urlsplit(services().settings.public_url or '').path}/"


def origin_of(environ: Mapping[str, Any], kept: Services) -> str:
    """The service's own origin as this WSGI request sees it: the setting, else scheme and host of the request."""
    if kept.settings.public_url is not None:
        scheme, _, rest = kept.settings.public_url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}".lower()
    scheme = environ["wsgi.url_scheme"]
    if kept.trusted.includes(environ.get("REMOTE_ADDR", "")):
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", scheme)
    return f"{scheme}://{environ.get('HTTP_HOST', '')}".lower()
