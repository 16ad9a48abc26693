"""Roles and what they may do, as data."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    MODERATOR = "moderator"
    ADMIN = "admin"


class Stage(StrEnum):
    """How far somebody has come in signing in."""

    FACTOR = "factor"  # the password fitted, the code is still to come
    ENROL = "enrol"  # the password fitted, and a second factor has to be set up first
    FULL = "full"


class Permission(StrEnum):
    READ_QUEUE = "read_queue"
    DECIDE = "decide"
    MANAGE_PAGES = "manage_pages"
    READ_EVENTS = "read_events"
    READ_STATISTICS = "read_statistics"
    REVEAL_EMAIL = "reveal_email"
    ADMINISTER = "administer"


PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.READ_QUEUE: frozenset({Role.MODERATOR, Role.ADMIN}),
    Permission.DECIDE: frozenset({Role.MODERATOR, Role.ADMIN}),
    Permission.MANAGE_PAGES: frozenset({Role.MODERATOR, Role.ADMIN}),
    Permission.READ_EVENTS: frozenset({Role.MODERATOR, Role.ADMIN}),
    Permission.READ_STATISTICS: frozenset({Role.ADMIN}),
    Permission.REVEAL_EMAIL: frozenset({Role.ADMIN}),
    Permission.ADMINISTER: frozenset({Role.ADMIN}),
}
