"""Signing in, step by step: the password, the second factor, and a new session at each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.auth import factors, sessions
from service.auth.passwords import fits
from service.auth.sessions import SignedIn
from service.domain.errors import Unauthenticated
from service.domain.role import Role, Stage
from service.privacy.keyring import Keyring
from service.storage import access
from service.storage import sessions as stored
from service.storage.access import Account
from service.storage.database import reading, transaction

#: What an unknown login is compared with, so that it takes as long as a known one: of a password nobody knows.
NOBODYS: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$qQjfPTBSVLGswGn4fYvENw$G871XajDYYtDiIguiqMYNQPX1NC5HNXIs7/RoA66DsU"
)
#: Whose work needs a second factor.
NEED_FACTOR: Final = frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Step:
    """The cookie of the session that goes on, and how far it has come."""

    token: str
    stage: Stage


def with_password(login: str, password: str, now: datetime) -> Step:
    """The first step. Raises Unauthenticated: the same, after the same time, for a wrong password and no account."""
    with reading() as session:
        account = access.account_by_login(session, login)
    known = account is not None and account.disabled_at is None
    fitting = fits(password, account.password_hash if account is not None and known else NOBODYS)
    if account is None or not known or not fitting:
        raise Unauthenticated("The name or the password is not right.")
    stage = _after_password(account)
    with transaction() as session:
        return Step(sessions.begin(session, account.id, stage, now), stage)


def with_code(keyring: Keyring, who: SignedIn, code: str, now: datetime) -> Step:
    """The second step, with a code of the device or one of the recovery codes. Raises Unauthenticated."""
    with transaction() as session:
        account = access.lock_account(session, who.account_id)
        if account is None or account.factor is None or not _takes(keyring, account, code.strip(), now):
            raise Unauthenticated("The code is not right, or it was used before.")
        stored.end(session, who.digest)
        return Step(sessions.begin(session, account.id, Stage.FULL, now), Stage.FULL)


def sign_out(who: SignedIn, *, everywhere: bool = False) -> None:
    """Ends this session, or all of the account's."""
    with transaction() as session:
        if everywhere:
            stored.end_all(session, who.account_id)
        else:
            stored.end(session, who.digest)


def _after_password(account: Account) -> Stage:
    if account.factor is not None:
        return Stage.FACTOR
    return Stage.ENROL if account.role in NEED_FACTOR else Stage.FULL


def _takes(keyring: Keyring, account: Account, code: str, now: datetime) -> bool:
    assert account.factor is not None
    secret = factors.opened(keyring, account.factor, account.id)
    step = factors.step_of(secret, code.replace(" ", ""), now, account.factor_step)
    if step is not None:
        account.factor_step = step
        return True
    digest = factors.recovery_digest(code)
    if digest not in account.recovery:
        return False
    account.recovery = [kept for kept in account.recovery if kept != digest]
    return True
