"""Encrypts the secrets of second factors, each bound to its account."""

from __future__ import annotations

import tink

from service.privacy.keyring import Keyring, KeysError


class SealedSecrets:
    """AES-256-GCM with the keyset of the emails; the bound text keeps one kind from opening as the other."""

    def __init__(self, keyring: Keyring) -> None:
        self._aead = keyring.email

    def close(self, secret: str, account_id: str) -> bytes:
        """The ciphertext; it opens for this account only."""
        ciphertext: bytes = self._aead.encrypt(secret.encode(), _account(account_id))
        return ciphertext

    def open(self, ciphertext: bytes, account_id: str) -> str:
        """The secret in clear. Raises KeysError when the keys do not fit, or it is another account's."""
        try:
            clear: bytes = self._aead.decrypt(ciphertext, _account(account_id))
        except tink.TinkError:
            raise KeysError(
                "a second factor cannot be decrypted: these are not the keys that it was encrypted with"
            ) from None
        return clear.decode()


def _account(account_id: str) -> bytes:
    return f"belowline/accounts/{account_id}/factor".encode()
