"""Names that the newsroom's own people go by."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from service.storage.models import Account, Comment, Site
from service.storage.session import Session

STAFF_MAX: Final = 200


def of_staff(session: Session, site: str) -> list[str]:
    """The site's own name, the logins that reach it, and the names under which its staff wrote."""
    names = list(session.scalars(select(Site.name).where(Site.slug == site)))
    accounts = session.execute(select(Account.login, Account.sites).where(Account.disabled_at.is_(None)))
    names += [login for login, sites in accounts if sites is None or site in sites]
    written = select(Comment.name).where(Comment.site == site, Comment.staff.is_(True)).distinct()
    return [*names, *session.scalars(written.limit(STAFF_MAX))]
