"""What the rest of the service sends requests with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from service.domain.errors import TextProblem
from service.outbound.guard import Address, clean_target
from service.outbound.reply import OutboundError, Reply

SECONDS: Final = 10.0


class Outbound:
    """`allowed` are addresses of this machine that may be reached nevertheless, over http too: for tests."""

    def __init__(self, allowed: Collection[Address] = (), seconds: float = SECONDS) -> None:
        self._allowed = frozenset(allowed)
        self._seconds = seconds

    @property
    def allowed(self) -> frozenset[Address]:
        return self._allowed

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """The answer, whatever its status. Raises OutboundError: forbidden, unreachable, slow, too_large."""
        try:
            target = str(clean_target(url, self._allowed))
        except TextProblem:
            raise OutboundError("forbidden") from None
        from service.outbound.session import send  # large, and most processes send nothing

        return send(target, body, headers, self._allowed, self._seconds)
