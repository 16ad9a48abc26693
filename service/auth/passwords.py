"""Passwords as argon2id; at most two are hashed at a time, for each takes 64 MiB."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
_two_at_a_time = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """The argon2id hash (RFC 9106) in its text form."""
    with _two_at_a_time:
        return _hasher.hash(password)


def fits(password: str, stored: str) -> bool:
    """Whether the password is the one that was hashed."""
    with _two_at_a_time:
        try:
            return _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
