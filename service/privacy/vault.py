"""Encrypts emails, each bound to its site, table and row; only the modules on the linter's list import this."""

from __future__ import annotations

import tink

from service.privacy.keyring import Keyring, KeysError

PREFIX_BYTES = 5


class Vault:
    """AES-256-GCM through a Tink keyset; older keys of the keyset still open what they closed."""

    def __init__(self, keyring: Keyring) -> None:
        self._aead = keyring.email

    def close(self, email: str, site: str, author_id: str) -> bytes:
        """The ciphertext of an author's email; it opens for this site and author only."""
        ciphertext: bytes = self._aead.encrypt(email.encode(), _row(site, author_id))
        return ciphertext

    def close_account(self, email: str, account_id: str) -> bytes:
        """The ciphertext of the address of somebody of the newsroom; it opens for this account only."""
        ciphertext: bytes = self._aead.encrypt(email.encode(), _account_row(account_id))
        return ciphertext

    def open_account(self, ciphertext: bytes, account_id: str) -> str:
        """The address in clear. Raises KeysError."""
        return self._open(ciphertext, _account_row(account_id))

    @property
    def current(self) -> bytes:
        """What every ciphertext of the current key begins with: Tink's version and the key's id."""
        return bytes(self._aead.encrypt(b"", b"")[:PREFIX_BYTES])

    def open(self, ciphertext: bytes, site: str, author_id: str) -> str:
        """The email in clear. Raises KeysError when the keys do not fit, or the ciphertext is of another row."""
        return self._open(ciphertext, _row(site, author_id))

    def _open(self, ciphertext: bytes, row: bytes) -> str:
        try:
            clear: bytes = self._aead.decrypt(ciphertext, row)
        except tink.TinkError:
            raise KeysError(
                "an email cannot be decrypted: these are not the keys that it was encrypted with"
            ) from None
        return clear.decode()


def _row(site: str, author_id: str) -> bytes:
    return f"belowline/{site}/authors/{author_id}/email".encode()


def _account_row(account_id: str) -> bytes:
    return f"belowline/account_mails/{account_id}/address".encode()
