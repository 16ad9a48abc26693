"""A look into an SQLite file with the standard library alone: a launcher asks before it has loaded anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

_VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest_revision() -> str:
    """The revision that this version of the service wants: the files are named by it."""
    return max(file.name.partition("_")[0].removeprefix("r") for file in _VERSIONS.glob("r*.py"))


def is_ready(path: Path, token_digests: Sequence[str]) -> bool:
    """Whether the file has the newest schema and knows all these tokens (SHA-256) as valid."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)) as connection:
            revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            places = ", ".join("?" * len(token_digests))
            known = connection.execute(
                f"SELECT count(*) FROM tokens WHERE revoked_at IS NULL AND digest IN ({places})",  # noqa: S608
                list(token_digests),
            ).fetchone()
    except sqlite3.Error:
        return False
    return revisions == [(newest_revision(),)] and known == (len(token_digests),)
