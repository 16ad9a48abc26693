"""Signed texts that leave the service and come back: author tokens, and links in mails."""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, Signer

from service.privacy.keyring import Keyring


def _signer(keyring: Keyring, salt: str) -> Signer:
    return Signer(list(keyring.signing), salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)


class LinkTokens:
    """What stands in the address of a link in a mail: the id of the link and a MAC that is good for one purpose."""

    def __init__(self, keyring: Keyring, purpose: str) -> None:
        self._signer = _signer(keyring, f"mail-link-{purpose}")

    def issue(self, link_id: str) -> str:
        """The token of a link."""
        return self._signer.sign(link_id).decode()

    def link_id(self, token: str) -> str | None:
        """The id of the link that this token is of, or None when it is not ours or for another purpose."""
        try:
            return self._signer.unsign(token).decode()
        except (BadSignature, UnicodeError):
            return None


class AuthorTokens:
    """A token proves that its bearer wrote one comment; it holds the comment's id and a MAC, and is stored nowhere."""

    def __init__(self, keyring: Keyring) -> None:
        self._signer = _signer(keyring, "author-token")

    def issue(self, comment_id: str) -> str:
        """The token of a comment's author."""
        return self._signer.sign(comment_id).decode()

    def comment_id(self, token: str) -> str | None:
        """The id of the comment that this token is for, or None when it is not ours."""
        try:
            return self._signer.unsign(token).decode()
        except (BadSignature, UnicodeError):
            return None
