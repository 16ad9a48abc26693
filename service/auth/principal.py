"""Whoever is calling, once known."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.errors import NotFound
from service.domain.role import PERMISSIONS, Permission, Role
from service.storage.access import Scope


@dataclass(frozen=True)
class Principal:
    """A credential at work: `actor` names it in the audit log, `scope` the sites it reaches.

    `account` is the id of the person behind a session of the console, empty for a token.
    """

    actor: str
    role: Role
    scope: Scope
    account: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the role has the permission."""
        return self.role in PERMISSIONS[permission]

    def check_site(self, site: str) -> None:
        """Raises NotFound for a site out of reach: whether it exists is not for this caller to know."""
        if not self.scope.includes(site):
            raise NotFound("There is no such site.")
