"""Keyed hashes: find the same thing again without keeping it."""

from __future__ import annotations

from service.privacy.keyring import Keyring, Purpose

BYTES = 16


class Fingerprints:
    """HMAC-SHA-256 cut to 128 bits, with a key per purpose and the site in the text hashed."""

    def __init__(self, keyring: Keyring) -> None:
        self._hashes = keyring.hashes

    def of(self, purpose: Purpose, site: str, text: str) -> str:
        """32 hexadecimal digits; equal texts of one site and purpose give equal ones, and nothing else does."""
        message = f"{site}\0{text}".encode("utf-8", "surrogatepass")
        hashed: bytes = self._hashes[purpose].compute(message, BYTES)
        return hashed.hex()
