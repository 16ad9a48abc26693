"""Builds the application: wiring and nothing else."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter

from service import log
from service.admin import account_routes, care_routes, outside_routes, webhook_routes
from service.admin import routes as admin
from service.auth import guard
from service.comments import mail_routes as mail
from service.comments import routes as comments
from service.console import assets as console_assets
from service.console import session_routes as console
from service.domain.ids import PATTERN
from service.moderation import (
    ban_routes,
    breaker_routes,
    campaign_routes,
    digest_routes,
    event_routes,
    live_routes,
    page_routes,
    rule_routes,
)
from service.moderation import mail_routes as desk_mail
from service.moderation import routes as moderation
from service.notify import pages as mail_pages
from service.outbound.fetch import Outbound
from service.privacy import keyring
from service.privacy.challenges import Challenges
from service.privacy.fingerprint import Fingerprints
from service.privacy.keyring import KeysError
from service.privacy.seal import AuditSeal
from service.privacy.signing import AuthorTokens
from service.ratelimit import limiter
from service.ratelimit.hits import HitCounter
from service.settings import Settings, SettingsError
from service.spam.classifier.shelf import Shelf
from service.stats import export_routes as stats_export
from service.stats import routes as stats
from service.storage import database, events
from service.threads import routes as threads
from service.threads.front import Front
from service.web import (
    body,
    docs,
    headers,
    health,
    metrics,
    permissions,
    problem,
    problem_types,
    request_id,
    site,
)
from service.web.client import TrustedProxies
from service.web.context import Services
from service.widget import assets, demo, gallery


class IdConverter(BaseConverter):
    """An id in a path; anything else is no address of ours."""

    regex = PATTERN


def create_app(settings: Settings) -> Flask:
    """The application. Raises SettingsError or KeysError with a sentence that says what to do."""
    log.configure(json_lines=settings.production)
    app = Flask("service", static_folder=None)
    app.url_map.converters["id"] = IdConverter
    app.url_map.strict_slashes = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = body.MAX_BYTES
    kept = _services(settings)
    app.extensions["belowline"] = kept
    database.init_app(app, settings)
    with app.app_context():
        events.sign_with(kept.audit_seal.sign)
    for room in (request_id, metrics, problem, headers, site, guard):
        room.init_app(app)
    threads.init_app(app, settings.cache_mib * 1024 * 1024, settings.cache_check_milliseconds / 1000)
    for blueprint in (
        comments.bp,
        mail.bp,
        mail_pages.bp,
        desk_mail.bp,
        moderation.bp,
        digest_routes.bp,
        event_routes.bp,
        page_routes.bp,
        campaign_routes.bp,
        ban_routes.bp,
        breaker_routes.bp,
        rule_routes.bp,
        live_routes.bp,
        stats.bp,
        stats_export.bp,
        admin.bp,
        care_routes.bp,
        account_routes.bp,
        console.bp,
        console_assets.bp,
        webhook_routes.bp,
        outside_routes.bp,
        assets.bp,
        demo.bp,
        gallery.bp,
        health.bp,
        metrics.bp,
        docs.bp,
        problem_types.bp,
    ):
        app.register_blueprint(blueprint)
    permissions.check_every_route(app)
    app.wsgi_app = Front(app, app.wsgi_app)  # type: ignore[method-assign]
    return app


def _services(settings: Settings) -> Services:
    if not settings.production and not settings.keys_file.exists():
        _make_keys(settings)
    keys = keyring.load(settings.keys_file)
    return Services(
        settings=settings,
        keyring=keys,
        fingerprints=Fingerprints(keys),
        author_tokens=AuthorTokens(keys),
        challenges=Challenges(keys),
        audit_seal=AuditSeal(keys, settings.keys_file),
        limiter=limiter.build(settings),
        hits=HitCounter(),
        trusted=_trusted(settings),
        shelf=Shelf(),
        outbound=Outbound(settings.outbound_allow or ()),
    )


def _make_keys(settings: Settings) -> None:
    try:
        keyring.create(settings.keys_file)
    except KeysError:
        if not settings.keys_file.exists():  # another process of ours was first
            raise


def _trusted(settings: Settings) -> TrustedProxies:
    try:
        return TrustedProxies.parse(settings.trusted_proxies)
    except ValueError as error:
        raise SettingsError(f"TRUSTED_PROXIES: {error}") from None
