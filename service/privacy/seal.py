"""Keyed hashes by which the audit log shows that nobody changed it: whoever has only the database cannot make them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path

from service.privacy import keyring
from service.privacy.keyring import Keyring

#: Tells these keys from those for author tokens, which come from the same secrets.
_LABEL = b"belowline audit log 1"


class AuditSeal:
    """Signs with the newest key; accepts what any key of the file signed, also one added since by another process."""

    def __init__(self, keys: Keyring, path: Path, load: Callable[[Path], Keyring] = keyring.load) -> None:
        self._path, self._load = path, load
        self._keys = _derived(keys)
        self._stamp = keyring.stamp(path)

    def sign(self, what: str, text: bytes) -> str:
        """HMAC-SHA256 in hexadecimal; `what` keeps a hash of one kind of thing from passing for another's."""
        return _mac(self._keys[-1], what, text)

    def signs(self, what: str, text: bytes) -> Iterator[str]:
        """What each of the keys makes of it, the newest first."""
        for key in reversed(self._keys):
            yield _mac(key, what, text)

    def fits(self, what: str, text: bytes, mac: str) -> bool:
        """Whether one of our keys signed this."""
        if any(hmac.compare_digest(signed, mac) for signed in self.signs(what, text)):
            return True
        return self._read_again() and self.fits(what, text, mac)

    def _read_again(self) -> bool:
        """Reads the file again if it was changed since; returns whether it was."""
        stamp = keyring.stamp(self._path)
        if stamp == self._stamp:
            return False
        self._stamp, self._keys = stamp, _derived(self._load(self._path))
        return True


def _derived(keys: Keyring) -> tuple[bytes, ...]:
    return tuple(hmac.digest(key, _LABEL, hashlib.sha256) for key in keys.signing)


def _mac(key: bytes, what: str, text: bytes) -> str:
    return hmac.new(key, what.encode() + b"\0" + text, hashlib.sha256).hexdigest()
