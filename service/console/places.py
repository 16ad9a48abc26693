"""Every page of the console, one row each: the navigation and the routes are made of this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.domain.role import PERMISSIONS, Permission, Role


class Part(StrEnum):
    """Where in the navigation a page stands; `none` is reached from other pages."""

    DESK = "desk"
    ADMIN = "admin"
    NONE = "none"


@dataclass(frozen=True)
class Place:
    """A page: `console/src/pages/<name>.ts` draws it, the catalogue's `console.nav.<name>` names it.

    `template` extends console/layout.html; the plain one has a heading and room for the script.
    """

    name: str
    path: str
    permission: Permission
    part: Part = Part.DESK
    template: str = "console/place.html"


PLACES: Final = (
    Place("queue", "/console", Permission.READ_QUEUE),
    Place("campaigns", "/console/campaigns", Permission.READ_QUEUE),
    Place("rules", "/console/rules", Permission.DECIDE),
    Place("bans", "/console/bans", Permission.DECIDE),
    Place("pages", "/console/pages", Permission.MANAGE_PAGES),
    Place("log", "/console/log", Permission.READ_EVENTS),
    Place("author", "/console/authors/<id:author_id>", Permission.READ_QUEUE, Part.NONE),
    Place("statistics", "/console/statistics", Permission.READ_STATISTICS, Part.ADMIN),
    Place("sites", "/console/sites", Permission.ADMINISTER, Part.ADMIN),
    Place("accounts", "/console/accounts", Permission.ADMINISTER, Part.ADMIN),
    Place("tokens", "/console/tokens", Permission.ADMINISTER, Part.ADMIN),
    Place("webhooks", "/console/webhooks", Permission.ADMINISTER, Part.ADMIN),
    Place("care", "/console/care", Permission.ADMINISTER, Part.ADMIN),
)


def navigation(role: Role, part: Part) -> list[Place]:
    """The pages of one part that a role may see, in their order."""
    return [place for place in PLACES if place.part is part and role in PERMISSIONS[place.permission]]
