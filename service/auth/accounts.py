"""Accounts of the newsroom's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.auth.passwords import hashed
from service.domain.errors import FieldProblem, InvalidInput, NotFound
from service.domain.ids import new_id
from service.domain.role import Role
from service.storage import access, sessions
from service.storage.database import Session, transaction

PASSWORD_MIN = 12
# Without @: a login stands in the audit log, where no email may be.
LOGIN_PATTERN = "[a-z0-9][a-z0-9._-]{0,63}"
PASSWORD_MAX = 200


@dataclass(frozen=True)
class NewAccount:
    """`sites` None means all sites."""

    login: str
    password: str
    role: Role
    sites: Sequence[str] | None


def check_password(password: str, field: str) -> None:
    """Raises InvalidInput, naming the field, for a password that is too short or too long."""
    if len(password) < PASSWORD_MIN:
        raise InvalidInput([FieldProblem(field, "too_short", f"At least {PASSWORD_MIN} characters.")])
    if len(password) > PASSWORD_MAX:
        raise InvalidInput([FieldProblem(field, "too_long", f"At most {PASSWORD_MAX} characters.")])


def add(new: NewAccount, now: datetime) -> access.Account:
    """Stores the account and returns it. Raises InvalidInput when the login is taken or the password too short."""
    check_password(new.password, "password")
    password_hash = hashed(new.password)
    with transaction() as session:
        if access.account_by_login(session, new.login) is not None:
            raise InvalidInput([FieldProblem("login", "taken", "There is an account of that name.")])
        account = access.Account(
            id=new_id(),
            login=new.login,
            password_hash=password_hash,
            role=new.role,
            sites=None if new.sites is None else sorted(new.sites),
            created_at=now,
        )
        access.add(session, account)
        session.flush()
    return account


def renew(session: Session, account: access.Account, password_hash: str | None, *, factor: bool) -> None:
    """Gives a locked account another password, takes its second factor away, or both; all its sessions end."""
    if password_hash is not None:
        account.password_hash = password_hash
    if factor:
        account.factor, account.factor_step, account.recovery = None, 0, []
    sessions.end_all(session, account.id)


def reset(login: str, password: str | None, *, factor: bool) -> None:
    """The same for the account of this name, by whoever has the machine. Raises NotFound, InvalidInput."""
    if password is not None:
        check_password(password, "password")
    password_hash = hashed(password) if password is not None else None
    with transaction() as session:
        found = access.account_by_login(session, login)
        account = access.lock_account(session, found.id) if found else None
        if account is None:
            raise NotFound(f"There is no account {login}.")
        renew(session, account, password_hash, factor=factor)
