"""What all commands have in common."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from service.settings import Settings
from tests.backing.app import application

COMMANDS = [
    ["sites", "list"],
    ["sites", "add", "paper", "--origin", "self"],
    ["tokens", "list"],
    ["tokens", "add", "--role", "admin", "--all-sites"],
    ["accounts", "add", "root", "--role", "admin", "--all-sites", "--password-stdin"],
    ["keys", "rotate"],
    ["seed", "--site", "paper", "--page", "https://news.example/a", "--comments", "5"],
]


def _refusal(app: Flask, arguments: list[str]) -> str:
    result = app.test_cli_runner().invoke(args=arguments, input="a long password\n")
    assert isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    return result.stderr


def test_without_tables_a_command_says_how_to_make_them(tmp_path: Path, database_url: str) -> None:
    with application(tmp_path, database_url, migrated=False) as app:
        for arguments in COMMANDS:
            assert "flask --app service database upgrade" in _refusal(app, arguments), arguments


def test_without_a_database_a_command_says_so_and_keeps_the_password(tmp_path: Path) -> None:
    url = "postgresql://u:very-secret@127.0.0.1:1/x"
    with application(tmp_path, url, Settings(limits_on=False), migrated=False) as app:
        for arguments in (*COMMANDS, ["database", "upgrade"], ["worker", "--once"]):
            refusal = _refusal(app, arguments)
            assert "the database does not answer" in refusal, arguments
            assert "very-secret" not in refusal
