"""One text for one record, whichever database kept it: what is hashed must not depend on how it was stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def canonical(record: Mapping[str, Any]) -> bytes:
    """The record as JSON in UTF-8: members sorted, no spaces, every number written as a float.

    JSONB gives 1e22 back as a whole number and 1.0 as it likes, so numbers lose that difference here too.
    """
    plain = _plain(record)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, (int, float)):
        return float(value) + 0.0  # also turns -0.0 into 0.0
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value]
