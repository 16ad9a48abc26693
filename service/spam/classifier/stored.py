"""A site's model as octets, for the database and for files that are exported and imported."""

from __future__ import annotations

import json
import zlib
from typing import Final

from service.spam.classifier.chunks import BUCKETS
from service.spam.classifier.features import SIGNAL_NAMES
from service.spam.classifier.model import FEATURES_VERSION, Linear, SiteModel, buckets_of

MAGIC: Final = "belowline-model"
HEAD_MAX: Final = 10_000


class ModelUnusable(Exception):
    """These octets are no model, or one of other features."""


def encode(model: SiteModel) -> bytes:
    """A line of JSON, then the compressed weights; `decode` gives the same model to the bit."""
    head = {
        "format": MAGIC,
        "features": FEATURES_VERSION,
        "prior_weight": model.prior_weight,
        "bias": model.linear.bias,
        "signals": dict(zip(SIGNAL_NAMES, model.linear.signals, strict=True)),
    }
    return json.dumps(head).encode() + b"\n" + zlib.compress(model.linear.octets(), 6)


def decode(octets: bytes) -> SiteModel:
    """The model. Raises ModelUnusable; whatever the octets are, no more is unpacked than a model has."""
    line, _, packed = octets[:HEAD_MAX].partition(b"\n")
    try:
        head = json.loads(line)
        if head["format"] != MAGIC or head["features"] != FEATURES_VERSION:
            raise ModelUnusable("the model was made for other features: train it again")
        packed = octets[len(line) + 1 :]
        weights = zlib.decompressobj().decompress(packed, 4 * BUCKETS + 1)
        signals = [float(head["signals"][name]) for name in SIGNAL_NAMES]
        linear = Linear(buckets_of(weights), signals, float(head["bias"]))
        return SiteModel(linear, float(head["prior_weight"]))
    except (ValueError, KeyError, TypeError, zlib.error, RecursionError) as error:
        raise ModelUnusable(f"this is no model ({type(error).__name__})") from error
