"""A plain HTTP client for tests against a running server: one connection a call, nothing retried."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """One response; the names of its headers are found in any case."""

    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Calls of one caller."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._credential = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises OSError when the server cannot be reached or hangs up."""
        return self._call("GET", path, None, headers)

    def post(self, path: str, document: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Posts JSON. Raises OSError when the server cannot be reached or hangs up."""
        return self._call("POST", path, json.dumps(document).encode(), headers)

    def post_form(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Posts a form, as a page without script does. Raises OSError."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._call("POST", path, urlencode(fields).encode(), {**kind, **(headers or {})})

    def put(self, path: str, document: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Puts JSON. Raises OSError when the server cannot be reached or hangs up."""
        return self._call("PUT", path, json.dumps(document).encode(), headers)

    def patch(self, path: str, document: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Patches JSON. Raises OSError when the server cannot be reached or hangs up."""
        return self._call("PATCH", path, json.dumps(document).encode(), headers)

    def _call(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str] | None) -> Answer:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS)
        kind = {} if body is None else {"Content-Type": "application/json"}
        try:
            connection.request(method, path, body, {**kind, **self._credential, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except http.client.HTTPException as error:  # half an answer, or none
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
