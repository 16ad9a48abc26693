"""The HTTP server's own few log lines, in the form that the service's have."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any


class JsonLine(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": record.getMessage(),
            "logger": "server",
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def server_log(*, as_json: bool) -> dict[str, Any]:
    """The part of a `logging.config` dictionary that the server replaces its own with."""
    generic: dict[str, Any] = (
        {"()": f"{__name__}.JsonLine"} if as_json else {"format": "==> server: %(message)s"}
    )
    to_stderr = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
    return {
        "formatters": {"generic": generic, "access": {"format": "%(message)s"}},
        "handlers": {
            "console": {"formatter": "generic", **to_stderr},
            "access": {"formatter": "access", **to_stderr},
        },
    }
