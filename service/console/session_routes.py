"""Signing in and out, and what people may change about their own account; forms that work without script."""

from __future__ import annotations

import io
from typing import Final, cast

import segno
from flask import Response, redirect, request
from markupsafe import Markup

from service import clock
from service.auth import browser, enrol, factors, sessions, sign_in
from service.auth.sign_in import NEED_FACTOR, Step
from service.auth.tries import throttle
from service.console.shell import bp as bp
from service.console.shell import page
from service.domain.errors import DomainError, InvalidInput, TooMany, Unauthenticated
from service.domain.role import Stage
from service.i18n import LANGUAGES
from service.storage import access
from service.storage.database import transaction
from service.web.body import form_body
from service.web.context import services
from service.web.origin import check_own_page
from service.web.permissions import in_browser, public

LOGIN_MAX: Final = 120
SIGNING_IN: Final = (Stage.FACTOR, Stage.ENROL, Stage.FULL)


@bp.get(browser.SIGN_IN)
@public
def sign_in_page() -> Response:
    who = browser.present()
    if who is not None:
        return _to(browser.NEXT_STEP[who.stage])
    return page("console/sign-in.html", problem="", login="")


@bp.post(browser.SIGN_IN)
@public
def sign_in_with_password() -> Response:
    check_own_page()
    sent = form_body()
    login, password = sent.get("login", "").strip().lower()[:LOGIN_MAX], sent.get("password", "")
    try:
        throttle(login)
        step = sign_in.with_password(login, password, clock.now())
    except (Unauthenticated, TooMany) as error:
        return _again("console/sign-in.html", error, login=login)
    return _on(step)


@bp.get(browser.NEXT_STEP[Stage.FACTOR])
@in_browser(None, Stage.FACTOR)
def code_page() -> Response:
    return page("console/second-factor.html", problem="")


@bp.post(browser.NEXT_STEP[Stage.FACTOR])
@in_browser(None, Stage.FACTOR)
def sign_in_with_code() -> Response:
    who = browser.person()
    try:
        throttle(f"code {who.account_id}")
        step = sign_in.with_code(services().keyring, who, browser.form().get("code", ""), clock.now())
    except (Unauthenticated, TooMany) as error:
        return _again("console/second-factor.html", error)
    return _on(step)


@bp.get(browser.NEXT_STEP[Stage.ENROL])
@in_browser(None, Stage.ENROL, Stage.FULL)
def set_up_page() -> Response:
    return _set_up()


@bp.post(browser.NEXT_STEP[Stage.ENROL])
@in_browser(None, Stage.ENROL, Stage.FULL)
def set_up() -> Response:
    who = browser.person()
    try:
        throttle(f"code {who.account_id}")
        if who.stage is Stage.FULL:  # a browser left open must not be enough to take the account over
            enrol.check_present(who, browser.form().get("password", ""))
        code = browser.form().get("code", "").strip()
        step, codes = enrol.confirm(services().keyring, who, code, clock.now())
    except (InvalidInput, TooMany) as error:
        return _set_up(error)
    return browser.take_cookie(page("console/recovery-codes.html", codes=codes), step.token)


@bp.post("/console/sign-out")
@in_browser(None, *SIGNING_IN)
def sign_out() -> Response:
    sign_in.sign_out(browser.person(), everywhere="everywhere" in browser.form())
    return browser.drop_cookie(_to(browser.SIGN_IN))


@bp.get("/console/me")
@in_browser(None)
def me() -> Response:
    return _me()


@bp.post("/console/me/language")
@in_browser(None)
def choose_language() -> Response:
    chosen = browser.form().get("language", "")
    with transaction() as session:
        account = access.lock_account(session, browser.person().account_id)
        if account is not None and chosen in LANGUAGES:
            account.language = chosen
    return _to("/console/me")


@bp.post("/console/me/password")
@in_browser(None)
def change_password() -> Response:
    who, sent = browser.person(), browser.form()
    try:
        throttle(f"password {who.account_id}")
        step = enrol.change_password(who, sent.get("password", ""), sent.get("new", ""), clock.now())
    except (InvalidInput, TooMany) as error:
        return _me(error, "password")
    return browser.take_cookie(_to("/console/me?changed=password"), step.token)


@bp.post("/console/me/second-factor/remove")
@in_browser(None)
def remove_factor() -> Response:
    who = browser.person()
    try:
        throttle(f"password {who.account_id}")
        enrol.remove(who, browser.form().get("password", ""))
    except (InvalidInput, TooMany) as error:
        return _me(error, "factor")
    return _to("/console/me?changed=factor")


def _me(error: DomainError | None = None, form: str = "") -> Response:
    who = browser.person()
    return page(
        "console/me.html",
        status=error.status if error else 200,
        problem=_problem(error) if error else "",
        form=form,
        changed=request.args.get("changed", ""),
        needs_factor=who.role in NEED_FACTOR,
        living=sessions.living(who.account_id, clock.now()),
        place="me",
        script="me",
    )


def _set_up(error: DomainError | None = None) -> Response:
    who = browser.person()
    secret = enrol.secret_of(services().keyring, who)
    return page(
        "console/set-up-second-factor.html",
        status=error.status if error else 200,
        problem=_problem(error) if error else "",
        qr=_drawn(factors.address(secret, who.login)),
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        needed=who.role in NEED_FACTOR,
    )


def _drawn(text: str) -> Markup:
    """A QR code as SVG, without style and script."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m")
    code.save(drawn, kind="svg", xmldecl=False, scale=5, border=2, dark="#000", light="#fff")
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by segno from base 32 and a login


def _again(template: str, error: DomainError, **values: str) -> Response:
    response = page(template, status=error.status, problem=_problem(error), **values)
    response.headers.update(error.headers)
    return response


def _problem(error: DomainError) -> str:
    """The key of what to say; never which part was wrong."""
    if isinstance(error, TooMany):
        return "problem.too_many"
    if isinstance(error, InvalidInput):
        return f"problem.{error.problems[0].field}_{error.problems[0].code}"
    return "problem.sign_in"


def _on(step: Step) -> Response:
    return browser.take_cookie(_to(browser.NEXT_STEP[step.stage]), step.token)


def _to(place: str) -> Response:
    return cast("Response", redirect(place, 303))
