"""The application on both databases for what learns, and the shared labelled comments for what is measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from service.spam.classifier import prior
from service.spam.classifier.model import Prior
from tests.api.conftest import app, newsroom, open_site, postgres_server, redis_server, settings

__all__ = ["app", "newsroom", "open_site", "postgres_server", "redis_server", "settings"]

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "spam" / "dev"


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    """The test runs in the application's context."""
    with app.app_context():
        yield


@pytest.fixture
def corpora() -> Path:
    """The folder of labelled comments; a test that needs it is skipped where it is absent."""
    if not CORPORA.exists():
        pytest.skip("the shared labelled comments are not on this machine")
    return CORPORA


@pytest.fixture
def shipped() -> Prior:
    """The prior in this tree."""
    found = prior.shipped()
    assert found is not None
    return found
