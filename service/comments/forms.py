"""The form of a page without script: posted, it comes back to its page, or shows what is wrong."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, redirect, request

from service.comments.receive import receive, refusals_counted, site_of
from service.domain.errors import DomainError, InvalidInput, TextProblem
from service.domain.page import PageKey, canonical_page
from service.domain.status import Status
from service.domain.url import parse_url
from service.i18n import language
from service.storage.database import reading
from service.storage.sites import SiteProfile
from service.threads.fragment import FormState, Surroundings, document_policy, render_document
from service.threads.listing import Wanted, thread_page
from service.threads.routes import HTML
from service.web.body import form_body
from service.web.context import base_path, own_origin, services
from service.web.site import allows

# The parts of a page that tell its reader what became of the comment.
SENT, PUBLISHED = "belowline-sent", "belowline-published"


def submit_form() -> Response:
    """Takes the form in. Raises DomainError only while it is not known to which page to come back."""
    with refusals_counted():
        fields = form_body()
        site = site_of(fields)
    try:
        with refusals_counted(site.slug):
            received = receive(site, fields)
    except DomainError as error:
        page = _page(fields.get("page", ""), site)
        if page is None:
            raise
        return _form_again(site, page, fields, error)
    told = PUBLISHED if received.shown["status"] == Status.APPROVED else SENT
    return redirect(f"{_back(site, received.new.page)}#{told}", 303)  # type: ignore[return-value]


def _page(raw: str, site: SiteProfile) -> PageKey | None:
    try:
        return canonical_page(raw, site.page_hosts)
    except TextProblem:
        return None


def _back(site: SiteProfile, page: PageKey) -> str:
    """The news page if it is one of the site's own, else our page of the thread: never where a stranger says."""
    if page.url is not None and allows(site.origins, parse_url(page.url).origin, own_origin()):
        return page.url
    asked = {"site": site.slug, "page": page.url or page.key, "lang": _lang(site)}
    return f"{base_path()}thread?{urlencode(asked)}"


def _lang(site: SiteProfile) -> str:
    return language(request.args.get("lang") or site.language)


def _form_again(site: SiteProfile, page: PageKey, fields: dict[str, str], error: DomainError) -> Response:
    with reading() as session:
        shown, state = thread_page(session, Wanted(site.slug, page, mail=services().mails_for(site)))
    wait = error.members.get("retry_after_seconds", 0)
    form = FormState(
        site=site.slug,
        page=page.url or page.key,
        lang=_lang(site),
        parent=fields.get("parent") or None,
        values={name: text for name, text in fields.items() if name != "email"},
        errors=error.problems if isinstance(error, InvalidInput) else (),
        problem="" if isinstance(error, InvalidInput) else error.slug,
        wait_seconds=wait if isinstance(wait, int) else 0,
        title=state.title,
    )
    document = render_document(shown, form, Surroundings(base_path()))
    response = Response(document, error.status, content_type=HTML)
    response.headers.update(error.headers)
    response.headers["Content-Security-Policy"] = document_policy(site.origins)
    return response
