"""Encrypts secrets: of second factors, and what admins entrust to us (webhooks, keys of other services)."""

from __future__ import annotations

import json
from collections.abc import Mapping

import tink

from service.privacy.keyring import Keyring, KeysError


class Secrets:
    """AES-256-GCM through the keyset that encrypts emails too; each ciphertext is good for its own row alone."""

    def __init__(self, keyring: Keyring) -> None:
        self._aead = keyring.email

    def close(self, kept: Mapping[str, str], row: str) -> bytes:
        """The ciphertext; `row` names the place where it is kept, such as `demo/webhooks/17`."""
        ciphertext: bytes = self._aead.encrypt(json.dumps(dict(kept)).encode(), _place(row))
        return ciphertext

    def open(self, ciphertext: bytes, row: str) -> dict[str, str]:
        """What was kept there. Raises KeysError when the keys do not fit, or the ciphertext is of another row."""
        try:
            clear: dict[str, str] = json.loads(self._aead.decrypt(ciphertext, _place(row)))
        except tink.TinkError:
            raise KeysError(
                "a secret cannot be decrypted: these are not the keys it was encrypted with"
            ) from None
        return clear


def _place(row: str) -> bytes:
    return f"belowline/{row}/secrets".encode()
