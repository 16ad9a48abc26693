"""The launcher's glance at the database agrees with the migrations."""

from __future__ import annotations

from pathlib import Path

from service import clock
from service.auth import tokens
from service.domain.role import Role
from service.storage import access, schema
from service.storage.database import transaction
from service.storage.quick_look import is_ready, newest_revision
from tests.backing.app import application


def test_the_newest_revision_is_the_one_of_the_migrations(tmp_path: Path) -> None:
    with application(tmp_path, f"sqlite:///{tmp_path / 'a.db'}") as app, app.app_context():
        assert newest_revision() == schema.newest()


def test_ready_means_the_newest_schema_and_valid_tokens(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    assert not is_ready(path, [])
    path.write_bytes(b"not a database")
    assert not is_ready(path, [])
    path.unlink()
    with application(tmp_path, f"sqlite:///{path}") as app, app.app_context():
        token = tokens.issue(tokens.NewToken(Role.MODERATOR, "x", None, None), clock.now())
        digest = tokens.digest(token)
        assert is_ready(path, [digest])
        assert not is_ready(path, [digest, "0" * 64])
        with transaction() as session:
            access.revoke(session, token[: tokens.PREFIX_LENGTH], clock.now())
        assert not is_ready(path, [digest])
        schema.downgrade("base")
        assert not is_ready(path, [])
