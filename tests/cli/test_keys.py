"""`keys`: a keyset is made once, and rotated while everything stays readable."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from service import clock
from service.auth import factors
from service.cli import keys
from service.domain.announcement import HookFormat
from service.domain.ids import new_id
from service.domain.role import Role
from service.privacy import keyring
from service.privacy.keyring import KeysError
from service.privacy.secrets import Secrets
from service.privacy.vault import Vault
from service.storage import access, authors, ciphertexts, outside_filters, webhooks
from service.storage.authors import NewAuthor
from service.storage.database import reading, transaction
from service.storage.models import Account, Author, OutsideFilter
from service.web.context import services
from tests.backing.service import ROOT, RunningService
from tests.cli.conftest import Run


def _email(number: int) -> str:
    return f"reader-{number}@reader.example.org"


@pytest.fixture
def emails(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Seven authors' emails by author id; batches of three."""
    monkeypatch.setattr(keys, "AT_ONCE", 3)
    made = {}
    with app.app_context(), transaction() as session:
        vault = Vault(services().keyring)
        for number in range(7):
            author_id, email = new_id(), _email(number)
            closed = vault.close(email, "paper", author_id)
            authors.obtain(
                session, NewAuthor(author_id, "paper", f"{number:032}", closed, "Ayşe"), clock.now()
            )
            made[author_id] = email
    return made


def _closed(app: Flask) -> dict[str, bytes]:
    with app.app_context(), reading() as session:
        rows = session.execute(select(Author.id, Author.email_ciphertext))
        return {row.id: row.email_ciphertext for row in rows}


def _opened(app: Flask, vault: Vault) -> dict[str, str]:
    return {author_id: vault.open(closed, "paper", author_id) for author_id, closed in _closed(app).items()}


def _fresh(app: Flask) -> Vault:
    return Vault(keyring.load(_path(app)))


def _path(app: Flask) -> Path:
    with app.app_context():
        return services().settings.keys_file


def _number_of_keys(app: Flask) -> int:
    return len(json.loads(_path(app).read_text())["encrypt"]["key"])


def test_after_a_rotation_every_email_is_under_the_new_key(
    app: Flask, run: Run, emails: dict[str, str]
) -> None:
    before, old = _closed(app), _fresh(app).current
    done = run("keys", "rotate")
    assert "7 of 7 emails" in done.stderr
    assert "restart" in done.stderr
    current = _fresh(app).current
    assert current != old
    assert all(closed.startswith(current) for closed in _closed(app).values())
    assert set(before.values()).isdisjoint(_closed(app).values())
    assert _opened(app, _fresh(app)) == emails
    assert _number_of_keys(app) == 2
    assert not any(email in done.output for email in emails.values())


def test_a_running_server_reads_what_the_new_key_closed(app: Flask, run: Run, emails: dict[str, str]) -> None:
    with app.app_context():
        running = Vault(services().keyring)
    assert _opened(app, running) == emails
    run("keys", "rotate")
    assert _opened(app, running) == emails


def test_an_old_key_still_opens_what_it_closed(app: Flask, run: Run, emails: dict[str, str]) -> None:
    before = _closed(app)
    run("keys", "rotate")
    vault = _fresh(app)
    assert {name: vault.open(closed, "paper", name) for name, closed in before.items()} == emails


def test_a_rotation_that_was_cut_off_goes_on_without_another_key(
    app: Flask, run: Run, emails: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, calls = ciphertexts.replace, []

    def once(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        replace(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as interrupted:
        interrupted.setattr(ciphertexts, "replace", once)
        assert app.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 1
    current = _fresh(app).current
    assert sum(closed.startswith(current) for closed in _closed(app).values()) == 3
    assert _opened(app, _fresh(app)) == emails
    assert "4 emails are not under the current key yet" in run("keys", "rotate").stderr
    assert all(closed.startswith(current) for closed in _closed(app).values())
    assert _number_of_keys(app) == 2
    assert _opened(app, _fresh(app)) == emails


def test_the_new_key_can_be_added_first_and_used_later(app: Flask, run: Run, emails: dict[str, str]) -> None:
    before = _closed(app)
    run("keys", "rotate", "--only-add")
    assert _closed(app) == before
    run("keys", "rotate")
    assert _number_of_keys(app) == 2
    assert all(closed.startswith(_fresh(app).current) for closed in _closed(app).values())


def test_an_email_that_changes_meanwhile_is_not_put_back(app: Flask, emails: dict[str, str]) -> None:
    with app.app_context():
        with reading() as session:
            old, *_ = ciphertexts.others(session, b"other", None, 1)
        with transaction() as session:
            session.get_one(Author, (old.site, old.author_id)).email_ciphertext = b"newer"
        with transaction() as session:
            ciphertexts.replace(session, {old: b"rotated"})
    assert _closed(app)[old.author_id] == b"newer"


def test_the_keys_file_keeps_its_mode(app: Flask, run: Run) -> None:
    _path(app).chmod(0o444)
    run("keys", "rotate")
    assert _path(app).stat().st_mode & 0o777 == 0o444


def test_two_rotations_at_once_are_one(app: Flask, refused: Callable[..., str]) -> None:
    _path(app).with_suffix(".new").touch()
    assert "another rotation" in refused("keys", "rotate")


def test_what_other_keys_closed_is_said_and_left(
    app: Flask, refused: Callable[..., str], emails: dict[str, str]
) -> None:
    before = _closed(app)
    _path(app).unlink()
    keyring.create(_path(app))
    assert "not the keys that it was encrypted with" in refused("keys", "rotate")
    assert _closed(app) == before


def test_a_vault_with_a_lost_file_says_that_the_keys_do_not_fit(app: Flask, emails: dict[str, str]) -> None:
    with app.app_context():
        running = Vault(services().keyring)
    keyring.rotate(_path(app))
    closed = _fresh(app).close("a@reader.example.org", "paper", "1")
    _path(app).unlink()
    with pytest.raises(KeysError):
        running.open(closed, "paper", "1")
    assert _opened(app, running) == emails


def _flask(service: RunningService, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "service", *arguments],
        env={**service.environment, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_makes_its_keys_before_anything_else_works() -> None:
    service = RunningService({"BELOWLINE_ENV": "production"})
    try:
        path = service.folder / "keys" / "keys.json"
        refusal = _flask(service, "sites", "list")
        assert (refusal.returncode, refusal.stderr.count("\n")) == (1, 1)
        assert "SECRET_KEYS_FILE is not set" in refusal.stderr
        assert "SECRET_KEYS_FILE is not set" in _flask(service, "keys", "create").stderr
        missing = _flask(service, "sites", "list", SECRET_KEYS_FILE=str(path))
        assert missing.stderr.startswith(f"Error: {path} is missing")
        made = _flask(service, "keys", "create", SECRET_KEYS_FILE=str(path))
        assert made.returncode == 0, made.stderr
        assert path.stat().st_mode & 0o777 == 0o600
        again = _flask(service, "keys", "create", str(path))
        assert "exists already" in again.stderr
        assert _flask(service, "database", "upgrade", SECRET_KEYS_FILE=str(path)).returncode == 0
        assert _flask(service, "sites", "list", SECRET_KEYS_FILE=str(path)).returncode == 0
    finally:
        service.remove()


def test_a_rotation_closes_the_secrets_of_webhooks_filters_and_second_factors_again(
    app: Flask, run: Run
) -> None:
    hook_row, filter_row = "demo/webhooks/" + "1" * 32, "demo/outside_filters/akismet"
    kept = {"url": "https://hooks.example/x", "secret": "whsec_AAAA"}
    with app.app_context():
        secrets, now = Secrets(services().keyring), clock.now()
        with transaction() as session:
            new = webhooks.NewHook(
                "demo",
                "1" * 32,
                "",
                "hooks.example",
                HookFormat.STANDARD,
                [],
                secrets.close(kept, hook_row),
                now,
            )
            webhooks.add(session, new)
            account = OutsideFilter(
                site="demo",
                host="rest.akismet.com",
                ciphertext=secrets.close(kept, filter_row),
                agreed_by="token:x",
                agreed_at=now,
            )
            outside_filters.save(session, account)
            person = Account(
                id="2" * 32,
                login="rotated",
                password_hash="",
                role=Role.MODERATOR,
                created_at=now,
                factor=factors.close(services().keyring, "JBSWY3DP", "2" * 32),
                recovery=[],
            )
            access.add(session, person)
        before = Vault(services().keyring).current
    assert "encrypted 3 secrets again" in run("keys", "rotate").stderr
    with app.app_context(), transaction() as session:
        for row, found in (
            (hook_row, webhooks.every(session)[0].ciphertext),
            (filter_row, outside_filters.every(session)[0].ciphertext),
        ):
            assert not found.startswith(before)
            assert found.startswith(_fresh(app).current)
            assert Secrets(keyring.load(_path(app))).open(found, row) == kept
        person = access.account(session, "2" * 32)
        assert person is not None
        assert person.factor is not None
        assert person.factor.startswith(_fresh(app).current)
        assert factors.opened(keyring.load(_path(app)), person.factor, person.id) == "JBSWY3DP"
