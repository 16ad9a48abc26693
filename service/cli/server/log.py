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
    """The server's logging (a `logging.config` dictionary): errors only, to standard error."""
    line: dict[str, Any] = (
        {"()": f"{__name__}.JsonLine"} if as_json else {"format": "==> server: %(message)s"}
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
        },
        "loggers": {"uvicorn": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
    }
