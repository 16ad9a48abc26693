"""Reads request bodies strictly: JSON as RFC 8259 has it, or a plain form; everything else is refused clearly."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from service.domain.errors import Malformed

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32
MAX_FORM_FIELDS = 40


def is_form() -> bool:
    """Whether the request is a form of a page without script."""
    return request.mimetype == "application/x-www-form-urlencoded"


def json_body() -> dict[str, Any]:
    """The JSON object in the body. Raises Malformed, or 413 and 415 of werkzeug."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return parse_json(raw_body())


def form_body() -> dict[str, str]:
    """The fields of a urlencoded form; a field given twice is refused."""
    try:
        text = raw_body().decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise Malformed("The form is not valid urlencoded UTF-8.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("A field of the form is given twice.")
    return fields


def raw_body() -> bytes:
    """The bytes of the body: at most 64 KiB, not compressed."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType
    body = request.get_data(cache=False)
    if len(body) > MAX_BYTES:
        raise RequestEntityTooLarge
    return body


def parse_json(raw: bytes) -> dict[str, Any]:
    """One JSON object: UTF-8, no NaN or Infinity, no member twice, nested at most 32 deep. Raises Malformed."""
    try:
        text = raw.decode("utf-8")
        _check_depth(text)
        parsed = json.loads(text, object_pairs_hook=_members, parse_constant=_constant, parse_float=_number)
    except UnicodeDecodeError:
        raise Malformed("The body is not valid UTF-8.") from None
    except (ValueError, RecursionError):
        raise Malformed("The body is not valid JSON.") from None
    if not isinstance(parsed, dict):
        raise Malformed("The body must be a JSON object.")
    return parsed


def _check_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    depth = 0
    inside = escaped = False
    for character in text:
        if inside:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside = False
        elif character == '"':
            inside = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed(f"The body is nested deeper than {MAX_DEPTH}.")
        elif character in "]}":
            depth -= 1


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("A member of the JSON object is given twice.")
    return members


def _constant(word: str) -> float:
    raise Malformed(f"{word} is not JSON.")


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Malformed("A number is too large.")
    return number
