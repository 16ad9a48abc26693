"""What surrounds every page of the console: language, navigation, policy, and errors in words for people."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, render_template, request

from service.auth import browser
from service.auth.sessions import SignedIn
from service.console import assets
from service.console.places import PLACES, Part, Place, navigation
from service.domain.errors import DomainError
from service.domain.reason import Reason
from service.i18n import LANGUAGES, direction, language, translate
from service.i18n.catalogue import has
from service.storage import sites
from service.storage.database import reading
from service.web.context import services
from service.web.permissions import in_browser

bp = Blueprint("console", __name__, template_folder="templates")
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)


def page(template: str, *, script: str = "", status: int = 200, **values: Any) -> Response:
    """A page of the console. `script` is one of `console/src/pages`; `values` go to the template."""
    who = browser.person_or_none()
    lang = lang_of(who)
    html = render_template(
        template,
        lang=lang,
        dir=direction(lang),
        t=lambda key, **more: translate(lang, f"console.{key}", **more),
        languages={tag: translate(tag, "meta.name") for tag in LANGUAGES},
        asset=assets.address,
        scripts=[f"texts-{lang}.js", f"{script}.js"] if script else [],
        who=who,
        desk=navigation(who.role, Part.DESK) if who else [],
        admin=navigation(who.role, Part.ADMIN) if who else [],
        script=script,
        sites=json.dumps(_sites(who) if who and script else []),
        undo_seconds=services().settings.undo_window_seconds,
        reasons=" ".join(Reason),
        **values,
    )
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def lang_of(who: SignedIn | None) -> str:
    """The language asked for, the account's own, or the one that the browser likes best of ours."""
    asked = request.args.get("lang") or (who.language if who else "")
    return language(asked or request.accept_languages.best_match(LANGUAGES))


def _sites(who: SignedIn) -> list[dict[str, str]]:
    with reading() as session:
        slugs = sites.all_slugs(session) if who.sites is None else who.sites
        found = [sites.profile(session, slug) for slug in slugs]
    return [
        {"slug": site.slug, "name": site.name, "policy": site.policy.value}
        for site in found
        if site is not None
    ]


@bp.errorhandler(DomainError)
def refused(error: DomainError) -> Response:
    """A refusal as a page: what is wrong, in the reader's language, and the way back."""
    key = f"console.refused.{error.slug}"
    response = page(
        "console/refused.html",
        status=error.status,
        key=key if has(key) else "console.refused.other",
    )
    response.headers.update(error.headers)
    return response


def _show(place: Place) -> None:
    @in_browser(place.permission)
    def show(**_arguments: str) -> Response:
        return page(place.template, script=place.name, place=place.name)

    bp.add_url_rule(place.path, place.name, show, methods=["GET"])


for _place in PLACES:
    _show(_place)
