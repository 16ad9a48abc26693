"""Accounts as admins see and change them; each change is an event of the sites that it concerns."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from service.admin.setup import Admin, reachable, record, within
from service.auth import accounts
from service.auth.accounts import NewAccount
from service.auth.passwords import hashed
from service.domain.errors import Forbidden, NotFound
from service.storage import access, sessions, sites
from service.storage.access import Account
from service.storage.database import Session, reading, transaction

PASSWORD_BYTES = 15


def list_accounts(admin: Admin) -> list[Account]:
    """The accounts that reach nothing beyond what this admin reaches, by login."""
    with reading() as session:
        return [account for account in access.accounts(session) if within(admin, account.sites)]


def add_account(admin: Admin, new: NewAccount) -> Account:
    """Adds an account. Raises NotFound for a site out of reach, Forbidden, InvalidInput when the login is taken."""
    _check_reach(admin, new.sites)
    added = accounts.add(new, admin.at)
    with transaction() as session:
        _record(session, admin, added, "account_added", {"role": new.role.value})
    return added


def change_account(admin: Admin, account_id: str, values: Mapping[str, Any]) -> Account:
    """Changes `role`, `sites`, `disabled`. The account's sessions end, so that what it may do now is what it may.

    Raises NotFound, and Forbidden for one's own account: nobody locks themselves out.
    """
    if "sites" in values:
        _check_reach(admin, values["sites"])
    with transaction() as session:
        account = _locked(session, admin, account_id)
        if "role" in values:
            account.role = values["role"]
        if "sites" in values:
            account.sites = None if values["sites"] is None else sorted(values["sites"])
        if "disabled" in values:
            account.disabled_at = (account.disabled_at or admin.at) if values["disabled"] else None
        sessions.end_all(session, account.id)
        _record(session, admin, account, "account_changed", {"changed": sorted(values)})
    return account


def reset_account(admin: Admin, account_id: str, *, password: bool, factor: bool) -> str | None:
    """Gives a new password, which is returned this once, takes the second factor away, or both; ends all sessions."""
    new = secrets.token_urlsafe(PASSWORD_BYTES) if password else None
    password_hash = hashed(new) if new else None
    with transaction() as session:
        account = _locked(session, admin, account_id)
        accounts.renew(session, account, password_hash, factor=factor)
        parts = [name for name, chosen in (("password", password), ("second_factor", factor)) if chosen]
        _record(session, admin, account, "account_reset", {"parts": parts})
    return new


def _check_reach(admin: Admin, wanted: Sequence[str] | None) -> None:
    if wanted is None and admin.reach is not None:
        raise Forbidden("Only an admin of all sites may give an account all.")
    with reading() as session:
        known = reachable(session, admin)
    if not set(wanted or ()) <= set(known):
        raise NotFound("There is no such site.")


def _locked(session: Session, admin: Admin, account_id: str) -> Account:
    account = access.lock_account(session, account_id)
    if account is None or not within(admin, account.sites):
        raise NotFound("There is no such account.")
    if account.id == admin.principal.account:
        raise Forbidden("Your own account is changed by another admin, or on your own page.")
    return account


def _record(session: Session, admin: Admin, account: Account, kind: str, detail: dict[str, Any]) -> None:
    for slug in sites.all_slugs(session) if account.sites is None else account.sites:
        record(session, admin, slug, kind, {"account": account.login, **detail})
