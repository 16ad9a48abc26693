"""Figures for Prometheus, of the process that is asked: a label says which."""

from __future__ import annotations

import os
import time
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from service.domain.errors import NotFound
from service.web.context import services
from service.web.permissions import public

bp = Blueprint("metrics", __name__)
# Answers to writes take milliseconds to tenths of a second; the prepared ones are not timed.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
PROCESS = str(os.getpid())


def registry() -> CollectorRegistry:
    """The figures of the current application."""
    return cast("CollectorRegistry", current_app.extensions["metrics"])


def init_app(app: Flask) -> None:
    """Counts and times the answers that the application makes, by route and status."""
    kept = CollectorRegistry()
    app.extensions["metrics"] = kept
    labels = ("process", "method", "route", "status")
    answers = Counter("belowline_answers", "Answers made by the application.", labels, registry=kept)
    seconds = Histogram(
        "belowline_answer_seconds", "Time to an answer.", ("process", "route"), registry=kept, buckets=BUCKETS
    )
    limits = Counter("belowline_rate_limited", "Requests refused by a limit.", ("process",), registry=kept)

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "-"
        answers.labels(PROCESS, request.method, route, response.status_code).inc()
        seconds.labels(PROCESS, route).observe(time.perf_counter() - g.started)
        if response.status_code == 429:
            limits.labels(PROCESS).inc()
        return response


@bp.get("/metrics")
@public
def metrics() -> Response:
    if not services().settings.metrics_on:
        raise NotFound("There is no such address.")
    return Response(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)
