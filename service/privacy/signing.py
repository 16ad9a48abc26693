"""Signed texts that leave the service and come back: author tokens."""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, Signer

from service.privacy.keyring import Keyring


class AuthorTokens:
    """A token proves that its bearer wrote one comment; it holds the comment's id and a MAC, and is stored nowhere."""

    def __init__(self, keyring: Keyring) -> None:
        self._signer = Signer(
            list(keyring.signing), salt="author-token", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def issue(self, comment_id: str) -> str:
        """The token of a comment's author."""
        return self._signer.sign(comment_id).decode()

    def comment_id(self, token: str) -> str | None:
        """The id of the comment that this token is for, or None when it is not ours."""
        try:
            return self._signer.unsign(token).decode()
        except (BadSignature, UnicodeError):
            return None
