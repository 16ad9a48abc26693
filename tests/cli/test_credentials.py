"""`accounts` and `tokens`: credentials work as long and as far as was said, and are printed once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask

from service import clock
from service.auth import tokens
from service.auth.passwords import fits
from service.auth.principal import Principal
from service.domain.role import Role
from service.storage import access
from service.storage.database import reading
from tests.cli.conftest import Run

PASSWORD = "long enough to be one"


def _account(app: Flask, login: str) -> access.Account | None:
    with app.app_context(), reading() as session:
        return access.account_by_login(session, login)


def _principal(app: Flask, token: str, after: timedelta = timedelta()) -> Principal | None:
    with app.app_context():
        return tokens.principal_of(token, clock.now() + after)


def test_an_account_with_a_password_from_standard_input(app: Flask, run: Run) -> None:
    done = run(
        "accounts",
        "add",
        "ayse.k",
        "--role",
        "moderator",
        "--site",
        "paper",
        "--password-stdin",
        stdin=f"{PASSWORD}\nx",
    )
    account = _account(app, "ayse.k")
    assert account is not None
    assert (account.role, account.sites) == (Role.MODERATOR, ["paper"])
    assert fits(PASSWORD, account.password_hash)
    assert PASSWORD not in done.output


def test_the_password_is_asked_for_twice_and_not_shown(app: Flask, run: Run) -> None:
    done = run("accounts", "add", "root", "--role", "admin", "--all-sites", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    account = _account(app, "root")
    assert account is not None
    assert account.sites is None
    assert fits(PASSWORD, account.password_hash)
    assert PASSWORD not in done.output


REFUSED_ACCOUNTS: list[tuple[list[str], str]] = [
    (["new", "--role", "admin"], "--all-sites"),
    (["new", "--role", "admin", "--site", "paper", "--all-sites"], "one of the two"),
    (["new", "--role", "admin", "--site", "nowhere"], "no site nowhere"),
    (["new", "--role", "owner", "--all-sites"], "--role"),
    (["a@b.example", "--role", "admin", "--all-sites"], "no email"),
    (["Ayşe", "--role", "admin", "--all-sites"], "LOGIN"),
    (["taken", "--role", "admin", "--all-sites"], "login: There is an account"),
]


def test_an_account_that_cannot_be_is_refused(run: Run, refused: Callable[..., str]) -> None:
    run("accounts", "add", "taken", "--role", "admin", "--all-sites", "--password-stdin", stdin=PASSWORD)
    for arguments, said in REFUSED_ACCOUNTS:
        assert said in refused("accounts", "add", *arguments, "--password-stdin", stdin=PASSWORD)


def test_a_short_password_is_refused(refused: Callable[..., str]) -> None:
    arguments = ["accounts", "add", "new", "--role", "admin", "--all-sites", "--password-stdin"]
    assert "password: At least" in refused(*arguments, stdin="short\n")


def test_a_token_is_printed_alone_and_works_for_its_role_sites_and_days(app: Flask, run: Run) -> None:
    run("sites", "add", "other", "--origin", "self")
    done = run(
        "tokens", "add", "--role", "moderator", "--site", "paper", "--days", "3", "--label", "importer"
    )
    token = done.stdout.removesuffix("\n")
    assert token.startswith("blw_")
    assert token not in done.stderr
    principal = _principal(app, token)
    assert principal is not None
    assert principal.role is Role.MODERATOR
    assert (principal.scope.includes("paper"), principal.scope.includes("other")) == (True, False)
    assert _principal(app, token, timedelta(days=3, seconds=-5)) is not None
    assert _principal(app, token, timedelta(days=3)) is None


def test_a_token_for_all_sites_reaches_sites_added_later(app: Flask, run: Run) -> None:
    token = run("tokens", "add", "--role", "admin", "--all-sites").stdout.strip()
    principal = _principal(app, token)
    assert principal is not None
    assert principal.scope.includes("not there yet")


def test_a_revoked_token_stops_working_and_others_go_on(app: Flask, run: Run) -> None:
    first, second = (run("tokens", "add", "--role", "admin", "--all-sites").stdout.strip() for _ in range(2))
    run("tokens", "revoke", first[:10])
    assert _principal(app, first) is None
    assert _principal(app, second) is not None
    run("tokens", "revoke", second)
    assert _principal(app, second) is None


def test_tokens_are_listed_without_what_they_open_with(app: Flask, run: Run) -> None:
    kept = run(
        "tokens", "add", "--role", "moderator", "--site", "paper", "--days", "3", "--label", "importer"
    ).stdout.strip()
    gone = run("tokens", "add", "--role", "admin", "--all-sites").stdout.strip()
    run("tokens", "revoke", gone)
    _principal(app, kept)
    listed = run("tokens", "list").stdout
    today = datetime.now(UTC)
    (newest, oldest) = [line.split() for line in listed.splitlines()[1:]]
    assert newest == [gone[:10], "admin", "all", "revoked", f"{today + timedelta(days=90):%Y-%m-%d}", "-"]
    assert oldest[:4] == [kept[:10], "moderator", "paper", "valid"]
    assert oldest[5:] == [f"{today:%Y-%m-%d}", "importer"]
    assert kept not in listed
    assert tokens.digest(kept) not in listed


REFUSED_TOKENS: list[tuple[list[str], str]] = [
    (["add", "--role", "admin"], "--all-sites"),
    (["add", "--role", "admin", "--site", "nowhere"], "no site nowhere"),
    (["add", "--role", "admin", "--all-sites", "--days", "0"], "--days"),
    (["add", "--role", "admin", "--all-sites", "--label", "x" * 121], "--label"),
    (["revoke", "blw_nobody"], "no valid token"),
]


def test_what_cannot_be_done_with_tokens_is_explained(refused: Callable[..., str]) -> None:
    for arguments, said in REFUSED_TOKENS:
        assert said in refused("tokens", *arguments)
