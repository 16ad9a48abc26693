"""Proof-of-work challenges (altcha v2, deterministic counters): signed when they go out, stored only when used."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from altcha import v2

from service.domain.challenge import Binding, Level
from service.domain.errors import TextProblem
from service.domain.ids import new_id
from service.privacy.keyring import Keyring

ALGORITHM: Final = "PBKDF2/SHA-256"
#: Iterations for each counter that is tried: about 2 ms in a browser, and what making a challenge costs us.
ITERATIONS: Final = 5_000
#: From how many counters on, and below how many, the one that solves it is drawn.
COUNTERS: Final = {Level.LOW: (60, 120), Level.MEDIUM: (240, 480), Level.HIGH: (960, 1_920)}
GOOD_FOR: Final = timedelta(minutes=10)
#: An honest solution has about 1,000 characters.
SOLUTION_MAX: Final = 4_000


@dataclass(frozen=True)
class Proof:
    """A challenge that was solved; `id` may be used once, until `expires_at`."""

    id: str
    level: Level
    bound: Binding
    expires_at: datetime


class Challenges:
    """Makes challenges and reads solutions, with a pair of keys made from each of the keyring's signing keys."""

    def __init__(self, keyring: Keyring) -> None:
        self._keys = [(_derived(key, b"challenge"), _derived(key, b"solution")) for key in keyring.signing]

    def issue(self, bound: Binding, level: Level, now: datetime) -> dict[str, Any]:
        """The challenge as altcha writes it: `{"parameters": {…}, "signature": …}`.

        Its solver tries counters from 0 on until the derived key begins with `keyPrefix`.
        """
        low, high = COUNTERS[level]
        signing, solving = self._keys[-1]
        made = v2.create_challenge(
            ALGORITHM,
            ITERATIONS,
            counter=low + secrets.randbelow(high - low),
            expires_at=int((now + GOOD_FOR).timestamp()),
            data={
                "id": new_id(),
                "level": int(level),
                "site": bound.site,
                "page": bound.page,
                "comment": bound.comment,
            },
            hmac_secret=signing,
            hmac_key_secret=solving,
        )
        return made.to_dict()

    def read(self, solution: str, now: datetime) -> Proof:
        """What this solution proves: one of ours, solved in time. Whether it was used before, the database knows.

        Raises TextProblem: invalid (nothing of ours), unsolved (the answer is wrong), expired.
        """
        for signing, solving in reversed(self._keys):
            found = v2.verify_solution(solution, signing, hmac_key_secret=solving)
            if found.expired:
                raise _expired()
            if not found.invalid_signature:
                break
        if found.error or found.invalid_signature:
            raise TextProblem("invalid", "This is no solution of a challenge of ours.")
        if not found.verified:
            raise TextProblem("unsolved", "The challenge is not solved by this.")
        return _proof(v2.Payload.from_base64(solution).challenge.parameters, now)


def _proof(signed: v2.ChallengeParameters, now: datetime) -> Proof:
    said, expires_at = signed.data or {}, datetime.fromtimestamp(signed.expires_at or 0, UTC)
    if expires_at <= now:
        raise _expired()
    bound = Binding(said["site"], said["page"], said["comment"])
    return Proof(said["id"], Level(said["level"]), bound, expires_at)


def _expired() -> TextProblem:
    return TextProblem("expired", "The challenge has expired. Ask for another one.")


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"belowline/" + purpose, "sha256")
