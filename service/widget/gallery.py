"""/demo/gallery: every state, language and theme of the widget side by side, real widgets over made-up answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template, request

from service import clock
from service.clock import rfc3339
from service.domain.errors import NotFound, Unavailable
from service.domain.markup import render_html
from service.i18n import LANGUAGES, direction, language
from service.web.context import base_path, services
from service.web.permissions import public
from service.widget import assets
from service.widget.assets import manifest

bp = Blueprint("gallery", __name__, template_folder="templates", url_prefix="/demo/gallery")
#: What widget/src/gallery.ts brings a widget into after it is drawn, or keeps it from.
STATES: Final = (
    "thread",
    "empty",
    "loading",
    "failed",
    "closed",
    "errors",
    "refused",
    "sent",
    "rejected",
    "work",
    "reply",
    "preview",
    "report",
    "edit",
    "news",
    "linked",
)
THEMES: Final = ("light", "dark")
EMPTY: Final = frozenset({"empty", "errors", "refused", "sent", "rejected", "work", "preview", "edit"})
WIDTH_MAX: Final = 2_000
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types belowline",
    )
)
_SAMPLES: Final = json.loads((Path(__file__).parent / "gallery.json").read_text(encoding="utf-8"))

View = Callable[..., Response]


def demonstration(view: View) -> View:
    """Only where the demonstration pages are on, and of a state that there is."""

    @wraps(view)
    def guarded(**place: str) -> Response:
        if not services().settings.demo or place.get("state", STATES[0]) not in STATES:
            raise NotFound("There is no such page.")
        return view(**place)

    return guarded


@bp.get("")
@public
@demonstration
def gallery() -> Response:
    """All of them; `state`, `lang` and `theme` choose some, `width` is that of each."""
    asked = request.args
    return _page(
        "gallery/gallery.html",
        states=[state for state in STATES if asked.get("state", state) == state],
        languages=[lang for lang in LANGUAGES if asked.get("lang", lang) == lang],
        themes=[theme for theme in THEMES if asked.get("theme", theme) == theme],
        width=min(asked.get("width", 400, type=int), WIDTH_MAX),
    )


@bp.get("/<state>/")
@public
@demonstration
def cell(state: str) -> Response:
    """One widget."""
    lang = language(request.args.get("lang"))
    theme = "dark" if request.args.get("theme") == "dark" else "light"
    told = {"state": state, "lang": lang, "dir": direction(lang), "theme": theme, "text": _SAMPLES["written"]}
    return _page("gallery/cell.html", **told)


def _page(template: str, **shown: Any) -> Response:
    html = render_template(template, base=base_path(), files=manifest(), **shown)
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("/<state>/embed.js")
@public
@demonstration
def loader(state: str) -> Response:
    """The real loader; it takes the folder that it stands in for the service."""
    return assets.loader()


@bp.get("/<state>/assets/<name>")
@public
@demonstration
def file(state: str, name: str) -> Response:
    """The real files."""
    return assets.file(name)


@bp.get("/<state>/v1/comments")
@public
@demonstration
def thread(state: str) -> Response:
    """The thread of a state."""
    if state == "failed":
        raise Unavailable("This is what a thread looks like that cannot be loaded.")
    shown = [] if state in EMPTY else [_comment(sample) for sample in _SAMPLES["thread"]]
    page = {"key": state, "count": _count(shown), "open": state != "closed", "mail": True}
    return jsonify(page=page, comments=shown, next=None if state in EMPTY else "more", linked=None)


@bp.get("/<state>/v1/counts")
@public
@demonstration
def counts(state: str) -> Response:
    """Three more than are shown."""
    return jsonify(
        counts={
            page: 3 + _count([_comment(sample) for sample in _SAMPLES["thread"]])
            for page in request.args.getlist("page")
        }
    )


@bp.post("/<state>/v1/comments")
@public
@demonstration
def submit(state: str) -> Response:
    """What the service would say to a comment; nothing is kept."""
    if state == "refused":
        raise Unavailable("This is what a refusal looks like.")
    if state == "work":
        return _problem("challenge-required", challenge=_SAMPLES["challenge"])
    sent = request.get_json(silent=True)
    body = str(sent.get("body", "")) if isinstance(sent, dict) else ""
    comment = {**_comment({"name": "Ayşe Yılmaz", "body": body[:1_000], "minutes": 0}), "status": "pending"}
    response = jsonify({"comment": comment, "author_token": "none"})
    response.status_code = 201
    response.headers["Author-Token-Expires"] = rfc3339(clock.now() + timedelta(minutes=15))
    return response


@bp.get("/<state>/v1/comments/<comment>/status")
@public
@demonstration
def fate(state: str, comment: str) -> Response:
    """What became of an own comment."""
    return jsonify(status="rejected" if state == "rejected" else "pending", reason="", comment=None)


@bp.post("/<state>/v1/preview")
@public
@demonstration
def preview(state: str) -> Response:
    """The preview of the text that the gallery writes."""
    return jsonify(body_html=render_html(_SAMPLES["written"]))


def _problem(slug: str, **members: Any) -> Response:
    response = jsonify(type=f"/problems/{slug}", **members)
    response.status_code = 422
    return response


def _count(shown: list[dict[str, Any]]) -> int:
    return sum((not comment["tombstone"]) + _count(comment["replies"]) for comment in shown)


def _comment(sample: dict[str, Any], parent: str | None = None, depth: int = 0) -> dict[str, Any]:
    """A sample as readers would get it."""
    moment = rfc3339(clock.now() - timedelta(minutes=sample["minutes"]))
    name = "" if sample.get("gone") else sample["name"]
    comment_id = f"{sample['minutes']:032x}"
    return {
        "id": comment_id,
        "parent": sample.get("to", parent),
        "depth": depth,
        "name": name,
        "website": sample.get("website"),
        "avatar": f"{sum(map(ord, name)) * 37 % 65_536:04x}",
        "staff": sample.get("staff", False),
        "body_html": render_html(sample.get("body", "")),
        "created_at": moment,
        "edited_at": moment if sample.get("edited") else None,
        "votes": {"up": sample.get("up", 0), "down": sample.get("down", 0)},
        "tombstone": sample.get("gone", False),
        "replies": [_comment(reply, comment_id, depth + 1) for reply in sample.get("replies", ())],
        "more_replies": "more" if sample.get("more") else None,
    }
