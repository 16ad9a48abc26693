"""Log lines as JSON, one event a line, with the id of the request.

Only ids and counts are logged: never an email, an address, a name or a body.
"""

from __future__ import annotations

import logging
import sys
from typing import cast

import structlog


def configure(*, json_lines: bool) -> None:
    """Sets structlog and the standard library's logging up, to standard error."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # whatever it is by then
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """The logger; call it where you log, so that tests can capture."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger())
