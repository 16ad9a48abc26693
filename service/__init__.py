"""Belowline: comments for news pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """The application for `flask --app service`, configured from the environment.

    Imports late, so that importing a room of the house does not import all of it.
    """
    from service import cli
    from service.app import create_app as build
    from service.privacy.keyring import KeysError
    from service.settings import Settings, SettingsError

    try:
        app = build(Settings.from_environ())
    except (SettingsError, KeysError) as problem:
        return cli.without_application(str(problem))
    cli.register(app)
    return app
