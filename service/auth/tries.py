"""Counts tries at a password or a code, wherever one is asked for."""

from __future__ import annotations

from service.privacy.keyring import Purpose
from service.ratelimit.policies import Action, Scope
from service.web import limits
from service.web.client import address_scopes
from service.web.context import address, services


def throttle(subject: str) -> None:
    """Counts a try under its address and its subject, whether there is such an account or not. Raises TooMany."""
    kept = services()
    keys = limits.sender_keys(kept, "", address_scopes(address()))
    keys[Scope.ACCOUNT] = kept.fingerprints.of(Purpose.REQUEST, "console", subject)
    limits.permit(kept, Action.LOGIN, keys)
