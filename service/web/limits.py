"""Asks the rate limits, under keyed hashes of where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service import clock
from service.domain.errors import TooMany
from service.privacy.keyring import Purpose
from service.ratelimit.headers import rate_limit_headers
from service.ratelimit.limiter import Outcome
from service.ratelimit.policies import Action, Scope

if TYPE_CHECKING:
    from service.web.context import Services


def sender_keys(services: Services, site: str, networks: Mapping[Scope, str]) -> dict[Scope, str]:
    """The keys under which a sender from these networks is counted on a site; `site` may be empty (unknown)."""
    hashed = {
        scope: services.fingerprints.of(Purpose.ADDRESS, site, network) for scope, network in networks.items()
    }
    return {**hashed, Scope.SITE: site} if site else hashed


def permit(services: Services, action: Action, keys: Mapping[Scope, str]) -> Outcome:
    """Counts the action. Raises TooMany, with its headers, when a limit refuses it."""
    outcome = services.limiter.hit(action, keys)
    exceeded = outcome.exceeded or outcome.held_by
    if exceeded is not None:
        services.hits.add(keys.get(Scope.SITE, ""), exceeded.name, clock.now())
    if not outcome.allowed:
        error = TooMany("Wait before you send this again.", outcome.retry_after_seconds)
        error.headers.update(rate_limit_headers(outcome))
        raise error
    return outcome
