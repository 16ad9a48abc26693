"""What operators and their machines ask."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.api.newsroom import open_newsroom


def figure(text: str, name: str) -> float:
    """The sum of a metric over its labels."""
    return sum(float(value) for value in re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))


def test_alive_and_ready(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready", "limits": "ok"}


def test_not_ready_without_the_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.web.health.database_answers", lambda: False)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/unavailable")


def test_metrics_are_off_unless_asked_for(app: Flask) -> None:
    assert app.test_client().get("/metrics").status_code == 404


def test_metrics_count_what_was_answered(make_app: Callable[..., Flask]) -> None:
    newsroom = open_newsroom(make_app(metrics_on=True, cache_check_milliseconds=1000))
    for _ in range(3):
        newsroom.thread()
    newsroom.submit(email="wrong")
    text = newsroom.client.get("/metrics").get_data(as_text=True)
    assert figure(text, r'belowline_prepared_lookups_total\{[^}]*found="yes"[^}]*\}') == 2
    assert figure(text, r'belowline_answers_total\{[^}]*status="422"[^}]*\}') == 1
    assert figure(text, "belowline_prepared_bytes") > 0
    assert newsroom.site not in text


def test_every_answer_carries_an_id_and_safe_headers(app: Flask) -> None:
    seen = set()
    for path in ("/healthz", "/nothing", "/v1/comments", "/openapi.yaml", "/demo", "/embed.js"):
        answer = app.test_client().get(path)
        seen.add(answer.headers["X-Request-ID"])
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in answer.headers
    assert len(seen) == 6
