"""The keyset file: one Tink keyset per purpose, current and retired keys together, outside the database."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import tink
from tink import aead, json_proto_keyset_format, prf, secret_key_access

from service import clock
from service.clock import rfc3339

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
        "made_at": [rfc3339(clock.now())],
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
            email=_Reloading(path, document),
            hashes={p: _handle(document["hash"][p.value]).primitive(prf.PrfSet).primary() for p in Purpose},
            signing=tuple(base64.b64decode(text) for text in document["sign"]),
        )
    except (KeyError, TypeError, ValueError, tink.TinkError) as error:
        raise KeysError(
            f"{path} is damaged or not a keyset file of this service ({type(error).__name__})"
        ) from None


class _Reloading(aead.Aead):  # type: ignore[misc]
    """Opens what a key closed that another process added to the file since; closes with the keys as loaded last."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self._path = path
        self._stamp = stamp(path)
        self._inner = _handle(document["encrypt"]).primitive(aead.Aead)

    def encrypt(self, plaintext: bytes, associated_data: bytes) -> bytes:
        ciphertext: bytes = self._inner.encrypt(plaintext, associated_data)
        return ciphertext

    def decrypt(self, ciphertext: bytes, associated_data: bytes) -> bytes:
        try:
            return bytes(self._inner.decrypt(ciphertext, associated_data))
        except tink.TinkError:
            found = stamp(self._path)
            if found == self._stamp:
                raise
        self._inner = _handle(_document(self._path)["encrypt"]).primitive(aead.Aead)
        self._stamp = found
        return bytes(self._inner.decrypt(ciphertext, associated_data))


def stamp(path: Path) -> tuple[int, int]:
    """Differs when the file was replaced or written."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_mtime_ns)


@dataclass(frozen=True)
class Age:
    """Since when the current keys are in use, and how many keys for emails the file holds, old ones too."""

    since: datetime
    keys: int


def age(path: Path) -> Age:
    """The age of the keys in the file; for a file from before times were written in it, its own. Raises KeysError."""
    document = _document(path)
    made_at = document.get("made_at") or [None]
    try:
        since = datetime.fromisoformat(made_at[-1])
    except (TypeError, ValueError):
        since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Age(since, len(document["encrypt"]["key"]))


def rotate(path: Path) -> None:
    """Adds a new current key for encryption and signing; older keys stay, so that what they made can be read.

    Hash keys stay as they are: a new one would make every author a stranger. Raises KeysError.
    """
    aead.register()
    prf.register()
    document = _document(path)
    keyset: dict[str, Any] = document["encrypt"]
    fresh = json.loads(json.dumps(_serialized(tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM))))
    keyset["key"] = [*keyset["key"], *fresh["key"]]
    keyset["primaryKeyId"] = fresh["primaryKeyId"]
    document["sign"] = [*document["sign"], _random_text()]
    document["made_at"] = [*document.get("made_at", ()), rfc3339(clock.now())]
    _handle(keyset)  # refuses a keyset that Tink cannot use before it replaces the old one
    _replace(path, document)


def _replace(path: Path, document: dict[str, Any]) -> None:
    """Puts the new file in the place of the old one, with its mode: it is never there half."""
    replacement = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(replacement, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        replacement.replace(path)
    except FileExistsError:
        raise KeysError(
            f"{replacement} exists: another rotation is running, or one was cut off; in that case remove it"
        ) from None
    except OSError as error:
        raise KeysError(f"{path} cannot be replaced here ({error.strerror})") from None


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
