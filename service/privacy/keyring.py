"""The keyset file: one Tink keyset per purpose, current and retired keys together, outside the database."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import tink
from tink import aead, json_proto_keyset_format, prf, secret_key_access

FORMAT = "belowline-keys-1"


class KeysError(Exception):
    """A keyset file that is missing, unreadable, or not ours; the text says what to do."""


class Purpose(StrEnum):
    """What a keyed hash is for; each has a key of its own, so that hashes of two purposes cannot be compared."""

    EMAIL = "email"
    ADDRESS = "address"
    BODY = "body"
    REQUEST = "request"


@dataclass(frozen=True)
class Keyring:
    """The keys in use: an AEAD for emails, a PRF per purpose, and signing keys (newest last)."""

    email: aead.Aead
    hashes: dict[Purpose, prf.Prf]
    signing: tuple[bytes, ...]


def create(path: Path) -> None:
    """Writes a new keyset file with mode 600. Raises KeysError when there is one already."""
    aead.register()
    prf.register()
    document = {
        "format": FORMAT,
        "encrypt": _serialized(tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)),
        "hash": {
            purpose.value: _serialized(tink.new_keyset_handle(prf.prf_key_templates.HMAC_SHA256))
            for purpose in Purpose
        },
        "sign": [_random_text()],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeysError(f"{path} exists already; it is never overwritten") from None
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=1)


def load(path: Path) -> Keyring:
    """The keys of the file. Raises KeysError, saying what is wrong."""
    aead.register()
    prf.register()
    document = _document(path)
    try:
        return Keyring(
            email=_handle(document["encrypt"]).primitive(aead.Aead),
            hashes={p: _handle(document["hash"][p.value]).primitive(prf.PrfSet).primary() for p in Purpose},
            signing=tuple(base64.b64decode(text) for text in document["sign"]),
        )
    except (KeyError, TypeError, ValueError, tink.TinkError) as error:
        raise KeysError(
            f"{path} is damaged or not a keyset file of this service ({type(error).__name__})"
        ) from None


def rotate(path: Path) -> None:
    """Adds a new current key for encryption and signing; older keys stay, so that what they made can be read.

    Hash keys stay as they are: a new one would make every author a stranger.
    """
    aead.register()
    prf.register()
    document = _document(path)
    keyset: dict[str, Any] = document["encrypt"]
    fresh = json.loads(json.dumps(_serialized(tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM))))
    keyset["key"] = [*keyset["key"], *fresh["key"]]
    keyset["primaryKeyId"] = fresh["primaryKeyId"]
    document["sign"] = [*document["sign"], _random_text()]
    _handle(keyset)  # refuses a keyset that Tink cannot use before it replaces the old one
    replacement = path.with_suffix(".new")
    with os.fdopen(os.open(replacement, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    replacement.replace(path)


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise KeysError(
            f"{path} is missing: restore it, or make one with `flask --app service keys create`"
        ) from None
    except (OSError, ValueError) as error:
        raise KeysError(f"{path} cannot be read ({type(error).__name__})") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise KeysError(f"{path} is not a keyset file of this service")
    return document


def _serialized(handle: tink.KeysetHandle) -> dict[str, Any]:
    text = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    keyset: dict[str, Any] = json.loads(text)
    return keyset


def _handle(keyset: dict[str, Any]) -> tink.KeysetHandle:
    return json_proto_keyset_format.parse(json.dumps(keyset), secret_key_access.TOKEN)


def _random_text() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
