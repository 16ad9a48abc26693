"""Every limit of the service, one row each; docs/limits.md shows the same table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What is counted."""

    SUBMIT = "submit"
    PROVEN_SUBMISSION = "proven_submission"  # sent again with the work that was asked for
    REFUSED_SUBMISSION = "refused_submission"
    CHALLENGE = "challenge"
    VOTE = "vote"
    REPORT = "report"
    EDIT = "edit"
    PREVIEW = "preview"
    LOGIN = "login"
    CONFIRMATION_MAIL = "confirmation_mail"
    LINK_MAIL = "link_mail"
    DESK_MAIL = "desk_mail"


class Scope(StrEnum):
    """Whose actions are counted together."""

    ADDRESS = "address"  # an IPv4 address, or an IPv6 /64
    ADDRESS_WIDE = "address_wide"  # an IPv6 /48: one customer has 65,536 of the former
    AUTHOR = "author"
    PAGE = "page"
    SITE = "site"
    ACCOUNT = "account"


class Effect(StrEnum):
    """What happens beyond a limit."""

    REFUSE = "refuse"  # 429
    HOLD = (
        "hold"  # taken, but it waits for a moderator unless work is proven: a flood must not silence others
    )
    SKIP = "skip"  # done without what is counted (a mail); nobody is told


@dataclass(frozen=True)
class Limit:
    """At most `count` at once, refilled evenly over `period_seconds` (GCRA)."""

    name: str
    action: Action
    scope: Scope
    count: int
    period_seconds: int
    effect: Effect = Effect.REFUSE

    @property
    def interval_us(self) -> int:
        """Microseconds until one use comes back."""
        return self.period_seconds * 1_000_000 // self.count

    @property
    def tolerance_us(self) -> int:
        """Microseconds until all uses have come back."""
        return self.interval_us * self.count


MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 24 * HOUR

LIMITS: Final = (
    Limit("submit-address", Action.SUBMIT, Scope.ADDRESS, 5, MINUTE),
    Limit("submit-address-hour", Action.SUBMIT, Scope.ADDRESS, 30, HOUR),
    Limit("submit-address-wide", Action.SUBMIT, Scope.ADDRESS_WIDE, 30, MINUTE),
    Limit("submit-address-wide-hour", Action.SUBMIT, Scope.ADDRESS_WIDE, 180, HOUR),
    Limit("submit-author", Action.SUBMIT, Scope.AUTHOR, 5, MINUTE),
    Limit("submit-page", Action.SUBMIT, Scope.PAGE, 60, MINUTE, Effect.HOLD),
    Limit("submit-site", Action.SUBMIT, Scope.SITE, 600, MINUTE, Effect.HOLD),
    Limit("proven-address", Action.PROVEN_SUBMISSION, Scope.ADDRESS, 10, MINUTE),
    Limit("proven-address-wide", Action.PROVEN_SUBMISSION, Scope.ADDRESS_WIDE, 60, MINUTE),
    Limit("challenge-address", Action.CHALLENGE, Scope.ADDRESS, 20, MINUTE),
    Limit("challenge-address-wide", Action.CHALLENGE, Scope.ADDRESS_WIDE, 120, MINUTE),
    # A reader who mistypes an address must not lose the right to post; who guesses all day loses it.
    Limit("refused-address", Action.REFUSED_SUBMISSION, Scope.ADDRESS, 30, MINUTE),
    Limit("refused-address-hour", Action.REFUSED_SUBMISSION, Scope.ADDRESS, 200, HOUR),
    Limit("refused-address-wide", Action.REFUSED_SUBMISSION, Scope.ADDRESS_WIDE, 120, MINUTE),
    Limit("vote-address", Action.VOTE, Scope.ADDRESS, 30, MINUTE),
    Limit("vote-address-hour", Action.VOTE, Scope.ADDRESS, 300, HOUR),
    Limit("vote-address-wide", Action.VOTE, Scope.ADDRESS_WIDE, 120, MINUTE),
    Limit("report-address", Action.REPORT, Scope.ADDRESS, 10, MINUTE),
    Limit("report-address-hour", Action.REPORT, Scope.ADDRESS, 60, HOUR),
    Limit("report-address-wide", Action.REPORT, Scope.ADDRESS_WIDE, 40, MINUTE),
    Limit("edit-address", Action.EDIT, Scope.ADDRESS, 20, MINUTE),
    Limit("edit-author", Action.EDIT, Scope.AUTHOR, 10, MINUTE),
    Limit("preview-address", Action.PREVIEW, Scope.ADDRESS, 30, MINUTE),
    Limit("preview-address-wide", Action.PREVIEW, Scope.ADDRESS_WIDE, 120, MINUTE),
    Limit("login-address", Action.LOGIN, Scope.ADDRESS, 10, 5 * MINUTE),
    Limit("login-address-wide", Action.LOGIN, Scope.ADDRESS_WIDE, 40, 5 * MINUTE),
    Limit("login-account", Action.LOGIN, Scope.ACCOUNT, 10, 15 * MINUTE),
    # Mail to an address that anybody may have typed. Beyond these no mail is sent, and nobody is told so.
    Limit("confirmation-mail-author", Action.CONFIRMATION_MAIL, Scope.AUTHOR, 1, DAY, Effect.SKIP),
    Limit("confirmation-mail-address", Action.CONFIRMATION_MAIL, Scope.ADDRESS, 5, HOUR, Effect.SKIP),
    Limit(
        "confirmation-mail-address-wide", Action.CONFIRMATION_MAIL, Scope.ADDRESS_WIDE, 20, HOUR, Effect.SKIP
    ),
    Limit("confirmation-mail-site", Action.CONFIRMATION_MAIL, Scope.SITE, 600, HOUR, Effect.SKIP),
    Limit("link-mail-author", Action.LINK_MAIL, Scope.AUTHOR, 3, DAY, Effect.SKIP),
    Limit("link-mail-address", Action.LINK_MAIL, Scope.ADDRESS, 5, HOUR, Effect.SKIP),
    Limit("link-mail-address-wide", Action.LINK_MAIL, Scope.ADDRESS_WIDE, 20, HOUR, Effect.SKIP),
    Limit("link-mail-site", Action.LINK_MAIL, Scope.SITE, 600, HOUR, Effect.SKIP),
    # The question that a new address of a moderator gets.
    Limit("desk-mail-account", Action.DESK_MAIL, Scope.ACCOUNT, 5, DAY),
)
