"""Second factors: one-time codes by time (RFC 6238), and codes for the day when the device is lost."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

import pyotp

from service.privacy.keyring import Keyring
from service.privacy.secrets import Secrets

ISSUER: Final = "Belowline"
STEP_SECONDS: Final = 30
# One step to either side: clocks of telephones are seldom further off.
WINDOW_STEPS: Final = 1
CODE_DIGITS: Final = 6
RECOVERY_CODES: Final = 10
# Without letters and digits that look alike; 16 of 32 are 80 bits, which need no stretching at rest.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH: Final = 16


def new_secret() -> str:
    """160 random bits in base 32."""
    return pyotp.random_base32()


def close(keyring: Keyring, secret: str, account_id: str) -> bytes:
    """The encrypted secret; it opens for this account only."""
    return Secrets(keyring).close({"factor": secret}, row_of(account_id))


def opened(keyring: Keyring, closed: bytes, account_id: str) -> str:
    """The secret in clear. Raises KeysError when the keys do not fit, or it is another account's."""
    return Secrets(keyring).open(closed, row_of(account_id))["factor"]


def row_of(account_id: str) -> str:
    """Where an account's secret is kept, as its encryption knows it."""
    return f"accounts/{account_id}"


def address(secret: str, login: str) -> str:
    """The `otpauth:` address that apps read from a QR code."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The time step that the code belongs to, later than `last_step`; None when it does not fit now.

    A step counts once, so a code that somebody looked at over a shoulder is of no use.
    """
    if len(code) != CODE_DIGITS or not code.isascii() or not code.isdecimal():
        return None
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for step in range(present - WINDOW_STEPS, present + WINDOW_STEPS + 1):
        if step > last_step and hmac.compare_digest(totp.generate_otp(step), code):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Codes of four groups of four; each is good for one sign-in."""
    return [
        _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH)))
        for _ in range(RECOVERY_CODES)
    ]


def recovery_digest(code: str) -> str:
    """SHA-256 of a recovery code, however it was spaced and capitalised."""
    bare = "".join(character for character in code.lower() if character in _ALPHABET)
    return hashlib.sha256(bare.encode()).hexdigest()


def _random_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
