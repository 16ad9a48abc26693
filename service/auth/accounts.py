"""Accounts of the newsroom's people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.auth.passwords import hashed
from service.domain.errors import FieldProblem, InvalidInput
from service.domain.ids import new_id
from service.domain.role import Role
from service.storage import access
from service.storage.database import transaction

PASSWORD_MIN = 12


@dataclass(frozen=True)
class NewAccount:
    """`sites` None means all sites."""

    login: str
    password: str
    role: Role
    sites: Sequence[str] | None


def add(new: NewAccount, now: datetime) -> None:
    """Stores the account. Raises InvalidInput when the login is taken or the password too short."""
    if len(new.password) < PASSWORD_MIN:
        raise InvalidInput([FieldProblem("password", "too_short", f"At least {PASSWORD_MIN} characters.")])
    password_hash = hashed(new.password)
    with transaction() as session:
        if access.account_by_login(session, new.login) is not None:
            raise InvalidInput([FieldProblem("login", "taken", "There is an account of that name.")])
        access.add(
            session,
            access.Account(
                id=new_id(),
                login=new.login,
                password_hash=password_hash,
                role=new.role,
                sites=None if new.sites is None else sorted(new.sites),
                created_at=now,
            ),
        )
