"""/demo: a news article in three languages with the widget under it, for looking and for trying out."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from service.domain.errors import NotFound
from service.domain.page import canonical_page
from service.i18n import LANGUAGES, direction, language, translate
from service.storage.database import reading
from service.threads.fragment import FormState, Surroundings, render_fragment
from service.threads.listing import Wanted, thread_page
from service.web.context import base_path, own_origin, services
from service.web.permissions import public
from service.web.site import profile
from service.widget.assets import manifest

bp = Blueprint("demo", __name__, template_folder="templates")
SITE = "demo"
PUBLISHED = date(2026, 3, 7)
DAY_PATTERNS = {"en": "EEEE, d MMMM y", "tr": "d MMMM y EEEE", "ur": "EEEE، d MMMM y"}
# What a careful newsroom would send; the widget has to live with it.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types belowline",
    )
)


@bp.get("/demo")
@public
def demo() -> Response:
    """The article. Each language edition is a page of its own with its own thread."""
    if not services().settings.demo:
        raise NotFound("The demonstration page is switched off here.")
    lang = language(request.args.get("lang"))
    editions = {edition: _address(edition) for edition in LANGUAGES}
    html, count = _thread(lang, editions[lang])
    document = render_template(
        f"demo/{lang}.html",
        lang=lang,
        dir=direction(lang),
        site=SITE,
        page=editions[lang],
        editions=editions,
        language_name=lambda edition: translate(edition, "meta.name"),
        published=PUBLISHED,
        day=format_date(PUBLISHED, DAY_PATTERNS.get(lang, "full"), locale=lang),
        stylesheets=[manifest()["thread.css"], manifest()["demo.css"]],
        thread=Markup(html),  # noqa: S704 - made by templates that escape
        count=count,
    )
    response = Response(document, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _address(lang: str) -> str:
    return f"{own_origin()}{base_path()}demo" + ("" if lang == "en" else f"?lang={lang}")


def _thread(lang: str, page: str) -> tuple[str, str]:
    """The thread as a newspaper's server would include it, and the number of its comments."""
    with reading() as session:
        mail = services().mails_for(profile(SITE))
        shown, _ = thread_page(session, Wanted(SITE, canonical_page(page), mail=mail))
    html = render_fragment(shown, FormState(SITE, page, lang), Surroundings(base_path()))
    return html, format_decimal(shown["page"]["count"], locale=lang)
