"""Takes a submission from a request, as JSON or as a form: what both have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import request

from service.comments import once
from service.comments.schemas import CommentInput
from service.comments.submit import Sender, Submitted, submit
from service.domain.comment import NewComment
from service.domain.errors import DomainError, InvalidInput, Malformed, NotFound, TextProblem, ThreadClosed
from service.ratelimit.limiter import Outcome
from service.ratelimit.policies import Action
from service.storage.sites import SiteProfile
from service.threads.routes import prepared
from service.threads.schemas import slug
from service.web import limits
from service.web.client import address_scopes, is_inside
from service.web.context import address, services
from service.web.fields import load
from service.web.site import readers_site

_COUNTED = (InvalidInput, Malformed, ThreadClosed)


@dataclass(frozen=True)
class Received:
    """An accepted submission; `outcome` is None when the answer was given before."""

    site: SiteProfile
    new: NewComment
    shown: dict[str, Any]
    outcome: Outcome | None


def sender(site: str) -> Sender:
    """Where the request at hand comes from, and what its author token proves."""
    keys = limits.sender_keys(services(), site, address_scopes(address()))
    return Sender(keys, proven=authorship() or "", is_shared=is_inside(address()))


def authorship() -> str | None:
    """The id of the comment whose author token the request bears, if it bears one of ours."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return services().author_tokens.comment_id(token.strip()) if scheme.lower() == "author" else None


@contextmanager
def refusals_counted(site: str = "") -> Iterator[None]:
    """Counts a refused submission in a wider limit of its own. Raises TooMany in its place when that is used up."""
    try:
        yield
    except _COUNTED as refused:
        try:
            limits.permit(services(), Action.REFUSED_SUBMISSION, sender(site).keys)
        except DomainError as too_many:
            raise too_many from None
        raise refused from None


def site_of(raw: Mapping[str, Any]) -> SiteProfile:
    """The site that a submission names. Raises InvalidInput for every bad field when it names none, NotFound."""
    named = raw.get("site")
    try:
        if not isinstance(named, str):
            raise TextProblem("required", "")
        return readers_site(slug(named))
    except TextProblem:
        load(CommentInput(), raw)
        raise NotFound("There is no such site.") from None


@lru_cache(maxsize=256)
def _schema(page_hosts: tuple[str, ...]) -> CommentInput:
    """Making a schema costs as much as using it."""
    return CommentInput(page_hosts)


def receive(site: SiteProfile, raw: Mapping[str, Any]) -> Received:
    """Checks and stores what was sent. Raises whatever refuses it."""
    new: NewComment = load(_schema(site.page_hosts), raw)
    key = request.headers.get("Idempotency-Key")
    if key is None:
        done = submit(services(), site, new, sender(site.slug), None)
        return _received(site, new, done)
    claim = once.claim_for(services(), site.slug, key, raw)
    before = once.first_answer(claim)
    if before is not None:
        return Received(site, new, before, None)
    kept: list[Submitted] = []

    def answer() -> dict[str, Any]:
        kept.append(submit(services(), site, new, sender(site.slug), claim))
        return kept[0].shown

    shown, _ = once.answered(claim, answer)
    return _received(site, new, kept[0]) if kept else Received(site, new, shown, None)


def _received(site: SiteProfile, new: NewComment, done: Submitted) -> Received:
    if done.published:
        prepared().expire(site.slug, new.page.key)
    return Received(site, new, done.shown, done.outcome)
