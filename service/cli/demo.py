"""The site `demo` with credentials to try it with; development only, never made in production."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from service.auth import accounts, tokens
from service.auth.passwords import fits, hashed
from service.domain.role import Role
from service.settings import Settings
from service.storage import access, sites
from service.storage.database import reading, transaction

SITE = "demo"
LOGIN = "admin"
LABEL = "demo credentials"
FILE = "demo-credentials.json"


@dataclass(frozen=True)
class Credentials:
    """The members of demo-credentials.json, a fixed format."""

    moderator_token: str
    admin_token: str
    admin_login: str
    admin_password: str


def make(settings: Settings, now: datetime) -> list[str]:
    """Makes what is missing and keeps what works; returns a line for each thing made."""
    made = []
    if _make_site(settings, now):
        made.append(f"made the site {SITE}")
    path = settings.instance_dir / FILE
    kept = _read(path)
    if kept is None or not _work(kept, now):
        _write(path, _issue(now))
        made.append(f"wrote moderator and admin credentials to {path} (mode 600)")
    return made


def _make_site(settings: Settings, now: datetime) -> bool:
    with transaction() as session:
        if sites.profile(session, SITE) is not None:
            return False
        demo = sites.SiteProfile(
            slug=SITE,
            name="The Meridian",
            language="en",
            policy=settings.policy,
            page_hosts=(),
            edit_window_seconds=settings.edit_window_seconds,
            origins=frozenset({"self"}),
        )
        sites.add(session, demo, now)
    return True


def _read(path: Path) -> Credentials | None:
    try:
        return Credentials(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):  # missing, not JSON, other members
        return None


def _work(kept: Credentials, now: datetime) -> bool:
    """Whether all of them are good for this database."""
    wanted = {kept.moderator_token: Role.MODERATOR, kept.admin_token: Role.ADMIN}
    for token, role in wanted.items():
        principal = tokens.principal_of(token, now)
        if principal is None or principal.role is not role:
            return False
    with reading() as session:
        account = access.account_by_login(session, kept.admin_login)
    return (
        account is not None
        and account.disabled_at is None
        and fits(kept.admin_password, account.password_hash)
    )


def _issue(now: datetime) -> Credentials:
    """New ones; those that an earlier file held stop working."""
    password = secrets.token_urlsafe(18)
    with transaction() as session:
        for token in access.tokens(session):
            if token.label == LABEL and token.revoked_at is None:
                token.revoked_at = now
        account = access.account_by_login(session, LOGIN)
        if account is not None:
            account.password_hash = hashed(password)
            account.disabled_at = None
            account.factor, account.factor_step, account.recovery = None, 0, []
    if account is None:
        accounts.add(accounts.NewAccount(LOGIN, password, Role.ADMIN, sites=None), now)
    return Credentials(
        moderator_token=tokens.issue(tokens.NewToken(Role.MODERATOR, LABEL, [SITE], days=None), now),
        admin_token=tokens.issue(tokens.NewToken(Role.ADMIN, LABEL, None, days=None), now),
        admin_login=LOGIN,
        admin_password=password,
    )


def _write(path: Path, credentials: Credentials) -> None:
    replacement = path.with_suffix(".new")
    replacement.unlink(missing_ok=True)
    with os.fdopen(os.open(replacement, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(credentials), file, indent=2)
        file.write("\n")
    replacement.replace(path)
