"""Reads BELOWLINE_SMTP_URL: which mail server to hand mail to, and how the way there is protected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit


class Tls(StrEnum):
    """How the connection is encrypted."""

    FROM_THE_START = "smtps"  # RFC 8314
    REQUIRED = "smtp"  # STARTTLS, and nothing is said without it
    NONE = "smtp+plain"


PORTS = {Tls.FROM_THE_START: 465, Tls.REQUIRED: 587, Tls.NONE: 25}


@dataclass(frozen=True)
class SmtpAddress:
    """The server, and who we are to it; `user` is empty where it wants no login."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"SmtpAddress({self.tls}, …)"  # a traceback must not show a password


def parse(url: str) -> SmtpAddress:
    """The server of `smtps://user:password@host:465`. Raises ValueError with what is allowed.

    `smtp://` means STARTTLS, except to this machine itself, where there is nobody in between.
    """
    parts = urlsplit(url)
    try:
        tls, port = Tls(parts.scheme), parts.port
    except ValueError:
        raise _not_an_address() from None
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _not_an_address()
    if tls is Tls.REQUIRED and _is_this_machine(parts.hostname):
        tls = Tls.NONE
    return SmtpAddress(
        host=parts.hostname,
        port=port or PORTS[Tls(parts.scheme)],
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _not_an_address() -> ValueError:
    return ValueError("must be smtps://…, smtp://… (STARTTLS) or smtp+plain://…, with a host")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
