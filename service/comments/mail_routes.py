"""The pages behind links in mails to authors. GET shows, POST acts: mail scanners follow every link they find."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from functools import partial, wraps
from typing import ParamSpec

from flask import Blueprint, Response, request

from service.comments import confirm, mine
from service.comments.edit import edit, take_back
from service.comments.mine import Visitor
from service.comments.receive import sender
from service.domain.comment import BODY_MAX
from service.domain.email import EmailAddress, parse_email
from service.domain.errors import DomainError, InvalidInput, NotFound, TextProblem, TooMany, WindowClosed
from service.domain.status import Status
from service.domain.text import clean_body
from service.notify import pages
from service.notify.links import LinkEnded
from service.privacy.keyring import Purpose as HashPurpose
from service.ratelimit.policies import Action, Scope
from service.storage.sites import SiteProfile
from service.threads.routes import prepared
from service.threads.schemas import slug
from service.web import limits
from service.web.attachment import attached
from service.web.body import form_body
from service.web.client import address_scopes
from service.web.context import address, services
from service.web.fields import Choice, Cleaned, Flag, Id, Strict, load
from service.web.permissions import public
from service.web.site import profile

bp = Blueprint("mail", __name__)
TOKEN_MAX = 120

P = ParamSpec("P")


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


class Act(StrEnum):
    """What a visitor may do with their comments."""

    EDIT = "edit"
    DELETE = "delete"
    CLAIM = "claim"
    STOP = "stop"
    START = "start"
    EXPORT = "export"
    ERASE = "erase"


class ConfirmInput(Strict):
    answer = Choice(Answer, required=True)


class LinkInput(Strict):
    site = Cleaned(slug, required=True)
    email = Cleaned(parse_email, required=True)


def _token(raw: str) -> str:
    if len(raw) > TOKEN_MAX or not raw.isascii():
        raise TextProblem("invalid", "This is not a token of ours.")
    return raw


class VisitInput(Strict):
    visit = Cleaned(_token, required=True)
    action = Choice(Act, required=True)
    comment = Id(load_default=None, allow_none=True)
    body = Cleaned(partial(clean_body, max_length=BODY_MAX), load_default="")
    sure = Flag(load_default=False)


def _or_ended(view: Callable[P, Response]) -> Callable[P, Response]:
    """Answers with a page where a link is good for nothing."""

    @wraps(view)
    def answer(*arguments: P.args, **options: P.kwargs) -> Response:
        try:
            return view(*arguments, **options)
        except LinkEnded as end:
            return pages.ended(_lang(end.site) if end.site else "")

    return answer


@bp.get("/mail/confirm/<token>")
@public
@_or_ended
def show_question(token: str) -> Response:
    asked = confirm.look(services(), token)
    return pages.page("confirm", _lang(asked.comment.site), comment=asked.comment, page=asked.page)


@bp.post("/mail/confirm/<token>")
@public
@_or_ended
def answer_question(token: str) -> Response:
    if load(ConfirmInput(), form_body())["answer"] is Answer.YES:
        return pages.said("mailpage.confirmed", _lang(confirm.confirm(services(), token)))
    return pages.said("mailpage.disowned", _lang(confirm.disown(services(), token)))


@bp.get("/mail/stop/<token>")
@public
@_or_ended
def show_stop(token: str) -> Response:
    site = confirm.site_to_stop(services(), token)
    return pages.page(
        "press",
        _lang(site),
        title="mailpage.stop.title",
        text="mailpage.stop.text",
        button="mailpage.mine.stop",
        values={},
    )


@bp.post("/mail/stop/<token>")
@public
@_or_ended
def stop(token: str) -> Response:
    """What is sent along is not read: mail programs post by themselves what RFC 8058 says."""
    return pages.said("mailpage.stopped", _lang(confirm.stop_mail(services(), token)))


@bp.get("/mail/mine")
@public
def show_request() -> Response:
    return _request_page(_named_site(request.args.get("site", "")))


@bp.post("/mail/mine")
@public
def request_link() -> Response:
    fields = form_body()
    site = _named_site(fields.get("site", ""))
    try:
        email: EmailAddress = load(LinkInput(), fields)["email"]
    except InvalidInput as error:
        return _request_page(site, error.problems[0].code, error.status)
    if _may_mail(site, email):
        mine.request_link(services(), site, email)
    return pages.said("mailpage.asked", site.language)


def _may_mail(site: SiteProfile, email: EmailAddress) -> bool:
    kept = services()
    keys = limits.sender_keys(kept, site.slug, address_scopes(address()))
    index = kept.fingerprints.of(HashPurpose.EMAIL, site.slug, email.index_form)
    return kept.mails_for(site) and kept.limiter.hit(Action.LINK_MAIL, {**keys, Scope.AUTHOR: index}).allowed


def _request_page(site: SiteProfile, error: str = "", status: int = 200) -> Response:
    return pages.page("ask", site.language, status, site=site, sends=services().mails_for(site), error=error)


def _named_site(raw: str) -> SiteProfile:
    try:
        return profile(slug(raw))
    except TextProblem:
        raise NotFound("There is no such site.") from None


@bp.get("/mail/mine/<token>")
@public
@_or_ended
def show_entrance(token: str) -> Response:
    site = mine.site_of_link(services(), token)
    return pages.page(
        "press",
        site.language,
        title="mailpage.ask.title",
        text="mailpage.open.lead",
        button="mailpage.open.show",
        values={},
    )


@bp.post("/mail/mine/<token>")
@public
@_or_ended
def enter(token: str) -> Response:
    visit = mine.enter(services(), token)
    return _mine_page(mine.visitor(services(), visit), visit)


@bp.post("/mail/visit")
@public
@_or_ended
def act() -> Response:
    """Does what the visitor pressed; the token of the visit stands in the form, so no other page can press it."""
    fields = form_body()
    who = mine.visitor(services(), fields.get("visit", ""))
    try:
        sent = load(VisitInput(), fields)
        if sent["action"] is Act.EXPORT:
            return _file(who)
        if sent["action"] is Act.ERASE and sent["sure"]:
            return _erased(who)
        return _mine_page(
            who, fields["visit"], _done(who, sent["action"], sent["comment"] or "", sent["body"])
        )
    except WindowClosed:
        return _mine_page(who, fields["visit"], "mailpage.mine.late", WindowClosed.status)
    except (InvalidInput, NotFound, TooMany) as error:
        return _mine_page(who, fields["visit"], _failure(error), error.status)


def _failure(error: DomainError) -> str:
    return (
        "error.body.too_long" if "too_long" in str(getattr(error, "problems", "")) else "mailpage.mine.failed"
    )


def _done(who: Visitor, action: Act, comment: str, body: str) -> str:
    """Does it; returns the key of what the page then says. Raises NotFound, WindowClosed, TooMany, InvalidInput."""
    site = who.site
    if action is Act.ERASE:
        return "mailpage.mine.not_sure"
    if action in (Act.STOP, Act.START):
        mine.hear(who, wanted=action is Act.START)
        return "mailpage.mine.hear_on" if action is Act.START else "mailpage.mine.hear_off"
    if action is Act.CLAIM:
        mine.claim(who, comment)
        return "mailpage.mine.claimed"
    mine.check_own(who, comment)
    if action is Act.DELETE:
        page_key = take_back(services(), site, comment, sender(site.slug), any_time=True)
        prepared().expire(site.slug, page_key)
        return "mailpage.mine.deleted"
    if not body:
        return "error.body.required"
    edited = edit(services(), site, comment, body, sender(site.slug))
    prepared().expire(site.slug, edited.page_key)
    published = edited.shown["status"] == Status.APPROVED.value
    return "mailpage.mine.saved" if published else "mailpage.mine.held"


def _file(who: Visitor) -> Response:
    document = json.dumps(mine.export(who), ensure_ascii=False, indent=2)
    return attached(Response(document, mimetype="application/json"), "comments.json")


def _erased(who: Visitor) -> Response:
    prepared().expire(who.site.slug, *mine.erase(who))
    return pages.said("mailpage.erased", who.site.language)


BAD = frozenset({"mailpage.mine.not_sure", "mailpage.mine.late", "mailpage.mine.failed"})


def _mine_page(who: Visitor, visit: str, told: str = "", status: int = 200) -> Response:
    shown, hears = mine.own(who)
    return pages.page(
        "mine",
        who.site.language,
        status,
        site=who.site,
        visit=visit,
        comments=shown,
        hears=hears,
        told=told,
        failed=told in BAD or told.startswith("error."),
    )


def _lang(site: str) -> str:
    return profile(site).language
