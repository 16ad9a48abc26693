"""The prior that ships: int8 weights in one small file, made by `model train --prior` (docs/model-card.md)."""

from __future__ import annotations

import json
import zlib
from array import array
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any, Final

from service.spam.classifier.chunks import BUCKETS
from service.spam.classifier.features import SIGNAL_NAMES
from service.spam.classifier.model import FEATURES_VERSION, Linear, Prior

FILE: Final = Path(__file__).parent / "shipped" / "prior.bin"
LEVELS: Final = 127


class PriorUnusable(Exception):
    """The file is there, but it is not a prior for these features."""


@cache
def shipped() -> Prior | None:
    """The prior of this version, or None where its file is missing. Raises PriorUnusable."""
    return decode(FILE.read_bytes()) if FILE.exists() else None


def encode(prior: Prior) -> bytes:
    """A line of JSON, then a compressed octet for each bucket: the sign and the root of the weight's share of the
    largest, so that small weights keep their places.
    """
    largest = max(map(abs, prior.linear.buckets)) or 1.0
    levels = array("b", (_level(weight / largest) for weight in prior.linear.buckets))
    head = {
        "features": FEATURES_VERSION,
        "version": prior.version,
        "largest": largest,
        "bias": round(prior.linear.bias, 4),
        "signals": {
            name: round(weight, 4) for name, weight in zip(SIGNAL_NAMES, prior.linear.signals, strict=True)
        },
    }
    return json.dumps(head).encode() + b"\n" + zlib.compress(levels.tobytes(), 9)


def decode(octets: bytes) -> Prior:
    """What `encode` gave, as coarse as it is. Raises PriorUnusable."""
    line, _, packed = octets.partition(b"\n")
    try:
        head = json.loads(line)
        levels = array("b", zlib.decompress(packed))
        return _prior(head, levels)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise PriorUnusable(f"the file of the prior cannot be read ({type(error).__name__})") from error


def _prior(head: dict[str, Any], levels: array[int]) -> Prior:
    if head["features"] != FEATURES_VERSION or len(levels) != BUCKETS:
        raise PriorUnusable("the prior was made for other features: make it again with `model train --prior`")
    largest = float(head["largest"])
    weights = {level: largest * level * abs(level) / LEVELS**2 for level in range(-LEVELS - 1, LEVELS + 1)}
    signals = [float(head["signals"][name]) for name in SIGNAL_NAMES]
    buckets = array("f", map(weights.__getitem__, levels))
    return Prior(str(head["version"]), Linear(buckets, signals, float(head["bias"])))


def _level(share: float) -> int:
    return round(LEVELS * sqrt(abs(share))) * (1 if share > 0 else -1)
