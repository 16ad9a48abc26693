"""Headers that every answer carries, whatever made it."""

from __future__ import annotations

from flask import Flask, Response

# A page that says otherwise (the demo, the console) sets its own policy first.
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def init_app(app: Flask) -> None:
    """Adds them, unless the view set its own."""

    @app.after_request
    def common(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response
