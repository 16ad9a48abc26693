"""An id for every request, in the answer and in every log line."""

from __future__ import annotations

import time

import structlog
from flask import Flask, Response, g, request

from service.domain.ids import new_id
from service.log import logger


def init_app(app: Flask) -> None:
    """Gives each request an id and logs each answer: method, route, status, milliseconds; nothing personal."""

    @app.before_request
    def begin() -> None:
        g.request_id = new_id()
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.request_id
        rule = request.url_rule.rule if request.url_rule else "-"
        milliseconds = round((time.perf_counter() - g.started) * 1000, 1)
        if response.status_code >= 500 or request.method != "GET":
            logger().info(
                "answered",
                method=request.method,
                route=rule,
                status=response.status_code,
                milliseconds=milliseconds,
            )
        return response
