"""The reading routes: each makes an answer, which the front serves from then on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar, cast

from flask import Blueprint, Flask, Response, current_app, request

from service.domain.errors import FieldProblem, InvalidInput, NotFound, TextProblem
from service.domain.page import PageKey, canonical_page
from service.i18n import language
from service.storage import comments, pages, threads
from service.storage.comments import Comment
from service.storage.database import Session, read, read_for_readers, replica
from service.storage.sites import SiteProfile
from service.storage.threads import ListedComment, PageState
from service.threads import feed, front, schemas
from service.threads.fragment import (
    FormState,
    Surroundings,
    document_policy,
    render_document,
    render_fragment,
)
from service.threads.listing import Wanted, public_view, thread_page
from service.threads.metrics import PreparedFigures
from service.threads.prepared import Dependency, Prepared, PreparedCache
from service.threads.schemas import (
    CountsAnswer,
    CountsQuery,
    FragmentQuery,
    PageQuery,
    SiteQuery,
    ThreadQuery,
    ThreadWanted,
)
from service.threads.seen import NewestSeen
from service.web.context import base_address, base_path, services
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import public
from service.web.site import profile, readers_site

bp = Blueprint("threads", __name__)
TAG = "Reading"
JSON = "application/json"
HTML = "text/html; charset=utf-8"
COUNT_PAGES_MAX = 100

T = TypeVar("T")


class Read(Protocol):
    """Asks a database: `read` the one that is written to, `read_for_readers` the replica if there is one."""

    def __call__(self, question: Callable[[Session], T]) -> T: ...


def init_app(app: Flask, cache_bytes: int, fresh_seconds: float) -> None:
    """Registers the routes and the cache that they fill."""

    def current(entry: Prepared, exact: bool) -> bool:
        with app.app_context():
            return _still_true(entry, read if exact else read_for_readers)

    cache = PreparedCache(cache_bytes, fresh_seconds, current)
    app.extensions["prepared"] = cache
    app.extensions["newest_seen"] = NewestSeen()
    app.extensions["metrics"].register(PreparedFigures(cache))
    app.register_blueprint(bp)


def prepared() -> PreparedCache:
    """The cache of the current application."""
    return cast("PreparedCache", current_app.extensions["prepared"])


def _still_true(entry: Prepared, ask: Read) -> bool:
    slug, keys = entry.site.slug, [dependency.key for dependency in entry.depends]
    found = ask(lambda session: pages.versions(session, slug, keys))
    newest = _newest(slug, {key: found.get(key, 0) for key in keys})
    if any(newest[dependency.key] != dependency.version for dependency in entry.depends):
        return False
    return profile(slug) == entry.site


def _newest(slug: str, versions: Mapping[str, int]) -> Mapping[str, int]:
    """The newest versions that this process knows of; a replica may be behind what was shown already."""
    if replica() is None:
        return versions
    return cast("NewestSeen", current_app.extensions["newest_seen"]).newest(slug, versions)


def _serve(make: Callable[[Read], Prepared]) -> Response:
    """Answers from the cache, or makes the answer; of many who ask for the same at once, one makes it."""
    readers_site(load(SiteQuery(), request.args)["site"])
    cache, wanted = prepared(), front.request_key(request.environ)
    exact = front.asks_for_now(request.environ)
    with cache.making(wanted):
        entry = cache.get(wanted, now=exact)
        if entry is None:
            read_at = time.monotonic()
            entry = make(read) if exact else _from_replica(make) or make(read)
            _newest(entry.site.slug, _versions(entry))
            cache.put(wanted, entry, read_at)
    found = front.answer(entry, request.environ, None)  # CORS is added to all of Flask's answers
    return Response(found.body, status=found.status, headers=list(found.headers))


def _from_replica(make: Callable[[Read], Prepared]) -> Prepared | None:
    """The answer that the replica gives, or None where it is too far behind to give one."""
    if replica() is None:
        return None
    try:
        entry = make(read_for_readers)
    except NotFound:  # not there yet, perhaps
        return None
    versions = _versions(entry)
    return entry if _newest(entry.site.slug, versions) == versions else None


def _versions(entry: Prepared) -> dict[str, int]:
    return {dependency.key: dependency.version for dependency in entry.depends}


def page_key(raw: str, site: SiteProfile) -> PageKey:
    """The canonical page. Raises InvalidInput naming the field."""
    try:
        return canonical_page(raw, site.page_hosts)
    except TextProblem as error:
        raise InvalidInput([FieldProblem("page", error.code, error.message)]) from None


def _wanted(site: SiteProfile, asked: ThreadWanted) -> Wanted:
    return Wanted(
        site.slug,
        page_key(asked.page, site),
        asked.sort,
        asked.cursor,
        asked.limit,
        asked.comment,
        mail=services().mails_for(site),
    )


@bp.get("/v1/comments")
@public
@operation(
    Operation(
        "The approved comments of a page, as a tree",
        TAG,
        {200: schemas.ThreadAnswer, 304: None},
        query=ThreadQuery,
        problems=(400, 403, 404, 422),
    )
)
def list_comments() -> Response:
    def make(ask: Read) -> Prepared:
        asked: ThreadWanted = load(ThreadQuery(), request.args)
        site = profile(asked.site)
        wanted = _wanted(site, asked)
        shown, state = ask(lambda session: thread_page(session, wanted))
        return Prepared(site, JSON, _json(shown), (Dependency(wanted.page.key, state.version),))

    return _serve(make)


@bp.get("/v1/counts")
@public
@operation(
    Operation(
        "How many approved comments each page has",
        TAG,
        {200: CountsAnswer, 304: None},
        query=CountsQuery,
        problems=(403, 404, 422),
    )
)
def count() -> Response:
    def make(ask: Read) -> Prepared:
        asked = request.args.getlist("page")
        if not 1 <= len(asked) <= COUNT_PAGES_MAX:
            code = "required" if not asked else "too_long"
            raise InvalidInput([FieldProblem("page", code, f"Ask for 1 to {COUNT_PAGES_MAX} pages.")])
        site = profile(request.args["site"])
        keys = {raw: page_key(raw, site).key for raw in asked}
        found = ask(lambda session: pages.counts(session, site.slug, list(keys.values())))
        shown = {"counts": {raw: found.get(key, (0, 0))[0] for raw, key in keys.items()}}
        depends = tuple(Dependency(key, found.get(key, (0, 0))[1]) for key in sorted(set(keys.values())))
        return Prepared(site, JSON, _json(shown), depends)

    return _serve(make)


@bp.get("/thread")
@public
@operation(
    Operation(
        "The same thread as a page of HTML with a form that works without script",
        TAG,
        {200: None, 304: None},
        query=FragmentQuery,
        problems=(400, 403, 404, 422),
        media_type="text/html",
    )
)
def thread_document() -> Response:
    def make(ask: Read) -> Prepared:
        asked: ThreadWanted = load(FragmentQuery(), request.args)
        site = profile(asked.site)
        wanted = _wanted(site, asked)
        shown, state = ask(lambda session: thread_page(session, wanted))
        form = FormState(
            site=site.slug,
            page=wanted.page.url or wanted.page.key,
            lang=language(asked.lang or site.language),
            parent=asked.reply_to or None,
            title=state.title,
        )
        render = render_fragment if asked.fragment else render_document
        base = base_address() if asked.fragment else base_path()
        around = Surroundings(base, asked.sort.value, asked.cursor, asked.comment)
        policy = ("Content-Security-Policy", document_policy(site.origins))
        return Prepared(
            site,
            HTML,
            render(shown, form, around).encode(),
            (Dependency(wanted.page.key, state.version),),
            # A fragment is a part of the article, which is what search engines shall find.
            headers=(policy, ("X-Robots-Tag", "noindex")) if asked.fragment else (policy,),
        )

    return _serve(make)


@bp.get("/feed.atom")
@public
@operation(
    Operation(
        "The approved comments of a page as an Atom feed",
        TAG,
        {200: None, 304: None},
        query=PageQuery,
        problems=(403, 404, 422),
        media_type="application/atom+xml",
    )
)
def page_feed() -> Response:
    def make(ask: Read) -> Prepared:
        asked = load(PageQuery(), request.args)
        site = profile(asked["site"])
        page = page_key(asked["page"], site)

        def look(session: Session) -> tuple[PageState, list[tuple[ListedComment, str]]]:
            state = threads.page_state(session, site.slug, page.key)
            return state, threads.newest_approved(
                session, site.slug, state.id, feed.ENTRIES
            ) if state.id else []

        state, entries = ask(look)
        of = feed.FeedPage(site.slug, page.key, state.title, state.url)
        return Prepared(site, feed.MEDIA_TYPE, feed.atom(of, entries), (Dependency(page.key, state.version),))

    return _serve(make)


@bp.get("/v1/comments/<id:comment_id>")
@public
@operation(Operation("One approved comment", TAG, {200: schemas.PublicComment}, problems=(403, 404)))
def one_comment(comment_id: str) -> Response:
    def look(session: Session) -> tuple[Comment, str] | None:
        return comments.public(session, comment_id)

    found = None
    if replica() is not None and not front.asks_for_now(request.environ):
        found = read_for_readers(look)
    found = found or read(look)  # what the replica does not have may be too new for it
    if found is None:
        raise NotFound("There is no such comment, or it is not public.")
    comment, avatar_seed = found
    readers_site(comment.site)
    response = Response(_json(public_view(comment, avatar_seed)), mimetype=JSON)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _json(shown: object) -> bytes:
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
