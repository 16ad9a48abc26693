"""Setting a second factor up, and taking it away."""

from __future__ import annotations

from datetime import datetime

from service.auth import factors, sessions
from service.auth.accounts import check_password
from service.auth.passwords import fits, hashed
from service.auth.sessions import SignedIn
from service.auth.sign_in import NEED_FACTOR, Step
from service.domain.errors import FieldProblem, Forbidden, InvalidInput, NotFound
from service.domain.role import Stage
from service.privacy.keyring import Keyring
from service.storage import access
from service.storage import sessions as stored
from service.storage.database import transaction


def secret_of(keyring: Keyring, who: SignedIn) -> str:
    """The secret that this session is setting up; the same until it is confirmed, so that a reload changes nothing."""
    if who.enrolling is not None:
        return factors.opened(keyring, who.enrolling, who.account_id)
    secret = factors.new_secret()
    with transaction() as session:
        stored.keep_factor(session, who.digest, factors.close(keyring, secret, who.account_id))
    return secret


def confirm(keyring: Keyring, who: SignedIn, code: str, now: datetime) -> tuple[Step, list[str]]:
    """Takes the secret into use; returns the new session and the recovery codes, shown this once.

    All other sessions of the account end. Raises InvalidInput when the code does not fit.
    """
    secret = secret_of(keyring, who)
    step = factors.step_of(secret, code.replace(" ", ""), now, last_step=0)
    if step is None:
        raise InvalidInput(
            [FieldProblem("code", "invalid", "The code does not fit. Is the device's clock right?")]
        )
    codes = factors.new_recovery_codes()
    with transaction() as session:
        account = access.lock_account(session, who.account_id)
        if account is None:
            raise NotFound("There is no such account.")
        account.factor = factors.close(keyring, secret, account.id)
        account.factor_step = step
        account.recovery = [factors.recovery_digest(code) for code in codes]
        stored.end_all(session, account.id)
        return Step(sessions.begin(session, account.id, Stage.FULL, now), Stage.FULL), codes


def check_present(who: SignedIn, password: str) -> None:
    """Raises InvalidInput unless this is the account's password."""
    with transaction() as session:
        account = access.lock_account(session, who.account_id)
        stored_hash = account.password_hash if account is not None else ""
    if not fits(password, stored_hash):
        raise InvalidInput([FieldProblem("password", "invalid", "This is not the present password.")])


def remove(who: SignedIn, password: str) -> None:
    """Takes the second factor away. Raises Forbidden for roles that need one, InvalidInput for a wrong password."""
    if who.role in NEED_FACTOR:
        raise Forbidden("This role needs a second factor.")
    check_present(who, password)
    with transaction() as session:
        account = access.lock_account(session, who.account_id)
        if account is not None:
            account.factor, account.factor_step, account.recovery = None, 0, []


def change_password(who: SignedIn, present: str, new: str, now: datetime) -> Step:
    """Sets a new password, ends all sessions, and returns a new one for this browser. Raises InvalidInput."""
    check_present(who, present)
    check_password(new, "new")
    password_hash = hashed(new)
    with transaction() as session:
        account = access.lock_account(session, who.account_id)
        if account is None:
            raise NotFound("There is no such account.")
        account.password_hash = password_hash
        stored.end_all(session, account.id)
        return Step(sessions.begin(session, account.id, Stage.FULL, now), Stage.FULL)
