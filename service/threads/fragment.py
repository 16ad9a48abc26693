"""The thread as plain HTML with a form that works without script: /thread, and parts of news pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_timedelta
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.domain.comment import BODY_MAX, DEPTH_MAX, NAME_MAX
from service.domain.errors import FieldProblem
from service.i18n import direction, language, translate
from service.i18n.catalogue import has, isolated

FIELDS = ("name", "email", "website", "body")
# A wrong address must be typed again: it is never written into a page.
NEVER_KEPT = frozenset({"email"})
DAY_PATTERN = "d MMMM y"
HUES = 12
# Letters that Urdu has and neither Arabic nor Persian.
_URDU = re.compile("[\u0679\u0688\u0691\u06ba\u06be\u06c1\u06d2]")
_JOINED_SCRIPT = re.compile("[\u0600-\u06ff]")

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class FormState:
    """What the form shall show: for whom it writes, and after a refusal what was written and what is wrong.

    `page` is the page's address or stable key, `title` its title; `problem` is the slug of a refusal that
    belongs to no field (with `wait_seconds` when it says so).
    """

    site: str
    page: str
    lang: str
    parent: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Sequence[FieldProblem] = ()
    problem: str = ""
    wait_seconds: int = 0
    title: str = ""


@dataclass(frozen=True)
class Surroundings:
    """Where the HTML stands: `base` is the service's address up to a slash; the others as asked."""

    base: str = "/"
    sort: str = "newest"
    cursor: str = ""
    comment: str = ""


@dataclass(frozen=True)
class _View:
    """What the templates see besides the thread."""

    form: FormState
    around: Surroundings
    parent_name: str | None
    depth_max: int = DEPTH_MAX
    body_max: int = BODY_MAX
    name_max: int = NAME_MAX
    fields: Sequence[str] = FIELDS

    @property
    def lang(self) -> str:
        return language(self.form.lang)

    @property
    def dir(self) -> str:
        return direction(self.form.lang)

    @property
    def article(self) -> str | None:
        """The address of the news page, if the page is known by one."""
        return self.form.page if self.form.page.startswith(("https://", "http://")) else None

    def t(self, key: str, **values: str | int) -> str:
        return translate(self.lang, key, **values)

    def isolated(self, name: str) -> str:
        return isolated(name)

    def day(self, stamp: str) -> str:
        """As short as the age that the widget writes in its place."""
        return format_date(datetime.fromisoformat(stamp), DAY_PATTERN, locale=self.lang)

    def time(self, stamp: str) -> str:
        return self.t("time.at", date=self.day(stamp), time=f"{datetime.fromisoformat(stamp):%H:%M}")

    def html(self, body: str) -> Markup:
        return Markup(body)  # noqa: S704 - the stored comment was rendered and sanitised by domain.markup

    def address(self, **query: str | None) -> str:
        """The /thread page with these parameters in place of the present ones."""
        asked: dict[str, str | None] = {
            "site": self.form.site,
            "page": self.form.page,
            "lang": self.lang,
            "sort": None if self.around.sort == "newest" else self.around.sort,
            **query,
        }
        return f"{self.around.base}thread?{urlencode({name: text for name, text in asked.items() if text})}"

    def mine(self) -> str:
        """The page where authors ask for the way to what they wrote."""
        return f"{self.around.base}mail/mine?{urlencode({'site': self.form.site})}"

    def value(self, name: str) -> str:
        return "" if name in NEVER_KEPT else self.form.values.get(name, "")

    def error(self, name: str) -> str:
        """The reader's words for what is wrong with a field, empty when nothing is."""
        return next((self._words(problem) for problem in self.form.errors if problem.field == name), "")

    def general_errors(self) -> list[str]:
        """What is wrong with the submission as a whole."""
        unplaced = [self._words(problem) for problem in self.form.errors if problem.field not in FIELDS]
        if self.form.problem:
            key = f"problem.{self.form.problem}"
            unplaced.append(self.t(key if has(key) else "problem.other", wait=self._wait()))
        return unplaced or ([self.t("page.correct")] if self.form.errors else [])

    def _wait(self) -> str:
        return format_timedelta(self.form.wait_seconds or 60, threshold=1.5, locale=self.lang)

    def _words(self, problem: FieldProblem) -> str:
        keys = (f"error.{problem.field}.{problem.code}", f"error.{problem.code}")
        return next((self.t(key) for key in keys if has(key)), problem.message)


def document_policy(origins: Iterable[str]) -> str:
    """The Content-Security-Policy of the document, for a site with these origins.

    The form posts to us and is sent back to the news page; browsers ask `form-action` about the second step too.
    """
    allowed = " ".join(["'self'", *sorted(origin for origin in origins if "://" in origin)])
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {allowed}; base-uri 'none'"
    )


def render_document(thread: Mapping[str, Any], form: FormState, around: Surroundings | None = None) -> str:
    """The page at /thread: a whole document. `thread` is the JSON of `GET /v1/comments`."""
    return _render("document.html", thread, form, around)


def render_fragment(thread: Mapping[str, Any], form: FormState, around: Surroundings | None = None) -> str:
    """The same thread for inclusion in a page of the publisher, which links the stylesheet itself."""
    return _render("fragment.html", thread, form, around)


def _render(template: str, thread: Mapping[str, Any], form: FormState, around: Surroundings | None) -> str:
    linked = thread.get("linked")
    shown = [*([linked] if linked else []), *thread["comments"]]
    authors = {comment["id"]: comment["name"] for comment in _flat(shown)}
    view = _View(form, around or Surroundings(), authors.get(form.parent))
    return _templates.get_template(template).render(
        thread=thread,
        view=view,
        authors=authors,
        initials=initials,
        hue=hue,
        tongue=tongue,
        tongue_of_name=tongue_of_name,
    )


def _flat(comments: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for comment in comments:
        yield comment
        yield from _flat(comment["replies"])


def initials(name: str) -> str:
    """One letter of the first and of the last word; scripts that join their letters get the first alone."""
    words = name.split()
    chosen = words[:1] if _JOINED_SCRIPT.search(name) else [*words[:1], *words[1:][-1:]]
    return "".join(word[0] for word in chosen)


def tongue(text: str) -> str:
    """The language that a text shows by its letters, for its font and for those who hear it read; else empty."""
    return "ur" if _URDU.search(text) else ""


def tongue_of_name(name: str, body: str) -> str:
    """The language of a name: few have letters of Urdu alone, what their bearers write has."""
    return tongue(name + body) if _JOINED_SCRIPT.search(name) else ""


def hue(seed: str | None) -> int:
    """Which of the stylesheet's colours an avatar has, from its random seed."""
    return int((seed or "0")[:4], 16) % HUES
