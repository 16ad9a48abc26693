"""`accounts mail`: an address for digests, encrypted, rotated with the other emails, forgotten when asked."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from service.privacy import keyring
from service.privacy.vault import Vault
from service.storage import access
from service.storage.database import reading, transaction
from service.storage.models import AccountMail, Author
from service.web.context import services
from tests.cli.conftest import Run

ADDRESS = "desk@news.example"


def _row(app: Flask) -> AccountMail | None:
    with app.app_context(), reading() as session:
        return session.scalars(select(AccountMail)).one_or_none()


def _account(run: Run) -> None:
    run(
        "accounts",
        "add",
        "ayse",
        "--role",
        "moderator",
        "--site",
        "paper",
        "--password-stdin",
        stdin="a long password\n",
    )


def test_an_account_is_told_by_mail_and_the_address_is_kept_encrypted(app: Flask, run: Run) -> None:
    _account(run)
    done = run(
        "accounts",
        "mail",
        "ayse",
        "--about",
        "holds",
        "--language",
        "tr",
        "--address-stdin",
        stdin=f"{ADDRESS}\n",
    )
    assert ADDRESS not in done.output
    assert "BELOWLINE_SMTP_URL is not set" in done.stderr
    row = _row(app)
    assert row is not None
    assert (row.about, row.language, row.confirmed_at is None) == (["holds"], "tr", False)
    assert ADDRESS.encode() not in row.address_ciphertext
    with app.app_context():
        assert Vault(services().keyring).open_account(row.address_ciphertext, row.account_id) == ADDRESS
    run("accounts", "mail", "ayse", "--off")
    assert _row(app) is None


def test_mistakes_are_said_in_a_sentence(run: Run, refused: Callable[..., str]) -> None:
    assert "no account" in refused("accounts", "mail", "nobody", "--address-stdin", stdin=f"{ADDRESS}\n")
    _account(run)
    assert "email address" in refused("accounts", "mail", "ayse", "--address-stdin", stdin="desk\n")


def test_a_rotation_encrypts_it_again_and_passes_over_erased_authors(app: Flask, run: Run) -> None:
    _account(run)
    run("accounts", "mail", "ayse", "--address-stdin", stdin=f"{ADDRESS}\n")
    with app.app_context(), transaction() as session:
        from service import clock
        from service.storage import authors

        authors.obtain(session, authors.NewAuthor("0" * 32, "paper", "f" * 32, b"", ""), clock.now())
    before = _row(app)
    run("keys", "rotate")
    after = _row(app)
    assert before is not None
    assert after is not None
    with app.app_context():
        vault = Vault(keyring.load(services().settings.keys_file))
        assert after.address_ciphertext.startswith(vault.current)
        assert not before.address_ciphertext.startswith(vault.current)
        assert vault.open_account(after.address_ciphertext, after.account_id) == ADDRESS
        with reading() as session:
            assert access.account_by_login(session, "ayse") is not None
            assert session.scalars(select(Author.email_ciphertext)).all() == [b""]
