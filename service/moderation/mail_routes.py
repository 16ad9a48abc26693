"""The pages behind links in mails to the newsroom. GET shows, POST acts; nobody has to be signed in."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial, wraps
from typing import ParamSpec

from flask import Blueprint, Response

from service.domain.errors import IllegalTransition, NotFound, StaleVersion
from service.domain.mail import Purpose
from service.domain.reason import Reason
from service.domain.status import Decision
from service.domain.text import clean_line
from service.i18n import translate
from service.moderation import one_click
from service.moderation.one_click import Pressed
from service.notify import pages
from service.notify.links import LinkEnded
from service.threads.routes import prepared
from service.web.body import form_body
from service.web.context import services
from service.web.fields import Choice, Cleaned, Strict, Whole, load
from service.web.permissions import public

bp = Blueprint("desk_mail", __name__)
VERSION_MAX = 999_999_999
CONFLICT = 409

P = ParamSpec("P")


class OneClick(StrEnum):
    """What a link in a mail may decide. Deleting takes the console."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"


class DecisionInput(Strict):
    decision = Choice(OneClick, required=True)
    reason = Cleaned(partial(clean_line, max_length=40), load_default="")
    version = Whole(1, VERSION_MAX, required=True, from_text=True)


def _or_ended(view: Callable[P, Response]) -> Callable[P, Response]:
    @wraps(view)
    def answer(*arguments: P.args, **options: P.kwargs) -> Response:
        try:
            return view(*arguments, **options)
        except (LinkEnded, NotFound):
            return pages.ended()

    return answer


@bp.get("/mail/decide/<token>")
@public
@_or_ended
def show_comment(token: str) -> Response:
    return _page(token)


@bp.post("/mail/decide/<token>")
@public
@_or_ended
def decide(token: str) -> Response:
    sent = load(DecisionInput(), form_body())
    reason = sent["reason"] if sent["decision"] is OneClick.REJECT else ""
    if reason not in ("", *Reason):
        reason = Reason.OTHER
    pressed = Pressed(Decision(sent["decision"].value), reason, sent["version"])
    language = one_click.look(services(), token).language
    try:
        decided = one_click.decide(services(), token, pressed)
    except StaleVersion:
        return _page(token, "mailpage.decide.changed", CONFLICT)
    except IllegalTransition:
        return _page(token, "mailpage.decide.impossible", CONFLICT)
    if decided.touched.page_keys:
        prepared().expire(decided.touched.site, *decided.touched.page_keys)
    status = decided.queued.comment.status.value
    key = "mailpage.decide.spam" if status == "spam" else f"mailpage.status.{status}"
    return pages.said("mailpage.decided", language, status=200, outcome=translate(language, key))


def _page(token: str, told: str = "", status: int = 200) -> Response:
    shown = one_click.look(services(), token)
    return pages.page(
        "decide",
        shown.language,
        status,
        comment=shown.comment,
        page=shown.page,
        signals=shown.signals,
        login=shown.login,
        told=told,
    )


def _press(language: str, name: str, button: str, **values: str) -> Response:
    """A page that says what its one button does."""
    title, text = f"mailpage.{name}.title", f"mailpage.{name}.text"
    return pages.page("press", language, title=title, text=text, button=button, values=values)


@bp.get("/mail/desk/<token>")
@public
@_or_ended
def show_address(token: str) -> Response:
    login, language = one_click.account_of(services(), Purpose.DESK_CONFIRM, token)
    return _press(language, "desk", "mailpage.desk.yes", login=login)


@bp.post("/mail/desk/<token>")
@public
@_or_ended
def confirm_address(token: str) -> Response:
    login, language = one_click.confirm_address(services(), token)
    return pages.said("mailpage.desked", language, login=login)


@bp.get("/mail/desk-stop/<token>")
@public
@_or_ended
def show_stop(token: str) -> Response:
    _, language = one_click.account_of(services(), Purpose.DESK_STOP, token)
    return _press(language, "stop", "mailpage.mine.stop")


@bp.post("/mail/desk-stop/<token>")
@public
@_or_ended
def stop(token: str) -> Response:
    """What is sent along is not read: mail programs post by themselves what RFC 8058 says."""
    _, language = one_click.stop_mail(services(), token)
    return pages.said("mailpage.stopped", language)
