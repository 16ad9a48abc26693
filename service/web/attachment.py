"""Answers that a browser saves as a file."""

from __future__ import annotations

from flask import Response


def attached(response: Response, name: str) -> Response:
    """The same answer, to be saved under this name, and kept by nobody on the way."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
