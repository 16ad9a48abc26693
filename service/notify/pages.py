"""The pages behind the links in mails: plain HTML that needs no script, looks like /thread, and acts on POST alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from babel.dates import format_date
from flask import Blueprint, Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.domain.comment import BODY_MAX
from service.domain.email import EMAIL_MAX
from service.domain.reason import Reason
from service.i18n import direction, language, translate
from service.i18n.catalogue import has, isolated
from service.web.permissions import public

bp = Blueprint("mail_pages", __name__)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
GONE = 410
_FOLDER = Path(__file__).parent

_templates = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class View:
    """What every template sees: its language and how things are written in it."""

    body_max, email_max, reasons = BODY_MAX, EMAIL_MAX, tuple(Reason)

    def __init__(self, lang: str) -> None:
        self.lang = language(request.args.get("lang") or lang)
        self.dir = direction(self.lang)
        # Relative, so that a path prefix before the service need not be known here.
        self.base = "../" * (request.path.count("/") - 1) or "./"

    def t(self, key: str, **values: str | int) -> str:
        return translate(self.lang, key, **values)

    def words(self, *keys: str) -> str:
        """The text of the first key that there is."""
        return self.t(next(key for key in keys if has(key)))

    def status(self, word: str) -> str:
        """What has become of a comment."""
        return self.t(f"mailpage.status.{word}" if word != "spam" else "mailpage.decide.spam")

    def reason(self, code: str) -> str:
        """Why a comment is rejected, as its author will read it."""
        return self.t(f"mail.reason.{code}")

    def day(self, moment: datetime) -> str:
        return format_date(moment, "d MMMM y", locale=self.lang)

    def isolated(self, name: str) -> str:
        return isolated(name)

    def html(self, body: str) -> Markup:
        return Markup(body)  # noqa: S704 - the stored comment was rendered and sanitised by domain.markup


def page(template: str, lang: str, status: int = 200, **values: Any) -> Response:
    """A page as an answer that is kept nowhere and tells nobody where it came from."""
    html = _templates.get_template(f"{template}.html").render(view=View(lang), **values)
    response = Response(html, status, content_type="text/html; charset=utf-8")
    response.headers.update(
        {
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex",
        }
    )
    return response


def said(key: str, lang: str, status: int = 200, **values: str | int) -> Response:
    """A page that says one thing: the texts `<key>.title` and `<key>.text`."""
    return page("said", lang, status, key=key, values=values)


def ended(lang: str = "") -> Response:
    """What every link says that is not ours, too old, or used."""
    return said("mailpage.ended", lang, GONE)


@bp.get("/mail/pages.css")
@public
def stylesheet() -> Response:
    """What these pages need beside the thread's own style."""
    response = Response((_FOLDER / "templates" / "pages.css").read_bytes(), mimetype="text/css")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
