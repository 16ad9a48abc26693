"""The state machine of a comment."""

from __future__ import annotations

from enum import StrEnum

from service.domain.errors import IllegalTransition


class Status(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"
    DELETED = "deleted"


class Decision(StrEnum):
    """What a moderator says; each leads to one status."""

    APPROVE = "approve"
    REJECT = "reject"
    SPAM = "spam"
    DELETE = "delete"

    @property
    def status(self) -> Status:
        return _OUTCOME[self]


_OUTCOME = {
    Decision.APPROVE: Status.APPROVED,
    Decision.REJECT: Status.REJECTED,
    Decision.SPAM: Status.SPAM,
    Decision.DELETE: Status.DELETED,
}

# What may follow what. Only undo leaves `deleted`, and it puts back what was there.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.APPROVED, Status.REJECTED, Status.SPAM, Status.DELETED}),
    Status.APPROVED: frozenset({Status.PENDING, Status.REJECTED, Status.SPAM, Status.DELETED}),
    Status.REJECTED: frozenset({Status.APPROVED, Status.SPAM, Status.DELETED}),
    Status.SPAM: frozenset({Status.APPROVED, Status.REJECTED, Status.DELETED}),
    Status.DELETED: frozenset(),
}


def check_transition(current: Status, target: Status) -> None:
    """Raises IllegalTransition when `current` may not become `target`."""
    if target not in TRANSITIONS[current]:
        raise IllegalTransition(f"A comment that is {current} cannot become {target}.", current=current.value)
