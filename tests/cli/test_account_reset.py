"""`accounts reset`: who lost the password or the device is let in again."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskCliRunner

from service import clock
from service.auth import accounts
from service.auth.accounts import NewAccount
from service.auth.passwords import fits
from service.domain.role import Role, Stage
from service.storage import access, sessions
from service.storage.database import reading, transaction
from service.storage.sessions import LoginSession

OLD, NEW = "correct horse battery", "another horse battery"


def test_a_new_password_and_no_second_factor(app: Flask) -> None:
    with app.app_context():
        account = accounts.add(NewAccount("anna", OLD, Role.ADMIN, None), clock.now())
        with transaction() as session:
            locked = access.lock_account(session, account.id)
            assert locked is not None
            locked.factor, locked.factor_step, locked.recovery = b"closed", 7, ["digest"]
            now = clock.now()
            sessions.add(
                session,
                LoginSession(
                    digest="d", account_id=account.id, stage=Stage.FULL, created_at=now, seen_at=now
                ),
            )
        runner: FlaskCliRunner = app.test_cli_runner()
        arguments = ["accounts", "reset", "anna", "--password-stdin", "--second-factor"]
        outcome = runner.invoke(args=arguments, input=f"{NEW}\n")
        assert outcome.exit_code == 0, outcome.output
        with reading() as session:
            found = access.account_by_login(session, "anna")
            assert found is not None
            assert (found.factor, found.factor_step, found.recovery) == (None, 0, [])
            assert fits(NEW, found.password_hash)
            assert session.get(LoginSession, "d") is None


def test_what_cannot_be_reset_is_said(app: Flask) -> None:
    runner = app.test_cli_runner()
    with app.app_context():
        accounts.add(NewAccount("anna", OLD, Role.MODERATOR, None), clock.now())
    for arguments, words, stdin in (
        (["anna"], "say what to reset", ""),
        (["nobody", "--second-factor"], "no account nobody", ""),
        (["anna", "--password-stdin"], "At least 12 characters", "short\n"),
    ):
        outcome = runner.invoke(args=["accounts", "reset", *arguments], input=stdin)
        assert outcome.exit_code != 0
        assert words in outcome.output
