"""Everything that the service refuses, as one tree.

TextProblem            a text that cannot be taken (no field known yet)
DomainError            carries slug, title, status; `detail` is safe to show
├── Malformed           400  not JSON, bad header, bad cursor
├── Unauthenticated     401  no credential, or one that is not valid
├── Forbidden           403  a valid credential without the permission; a foreign origin
├── NotFound            404  nothing there, or not yours to know
├── IllegalTransition   409  a move that the state machine refuses
├── WindowClosed        409  editing, deleting or undoing came too late
├── ThreadClosed        409  the page takes no new comments
├── InFlight            409  the same Idempotency-Key is being answered right now
├── MailOff             409  an address for mail, where none is sent
├── StaleVersion        412  another moderator was first
├── CountDiffers        412  a bulk decision would meet another number of comments than expected
├── InvalidInput        422  one entry per bad field
├── ChallengeRequired   422  work is asked for before the comment is taken
├── KeyReused           422  the same Idempotency-Key with another body
├── VersionRequired     428  no If-Match
├── TooMany             429  a rate limit
└── Unavailable         503  the database does not answer
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


class TextProblem(ValueError):
    """A text that cannot be taken: `code` for programs, `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class DomainError(Exception):
    """Base of all refusals; `members` are further members of the problem document (RFC 9457, 3.2)."""

    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str, **members: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members: Mapping[str, object] = members
        self.headers: dict[str, str] = {}


class Malformed(DomainError):
    slug, title, status = "malformed", "The request cannot be read", 400


class Unauthenticated(DomainError):
    slug, title, status = "unauthenticated", "A valid credential is needed", 401


class Forbidden(DomainError):
    slug, title, status = "forbidden", "This is not allowed", 403


class NotFound(DomainError):
    slug, title, status = "not-found", "Nothing is here", 404


class IllegalTransition(DomainError):
    slug, title, status = "illegal-transition", "The comment cannot move to that status", 409


class WindowClosed(DomainError):
    slug, title, status = "window-closed", "It is too late for that", 409


class ThreadClosed(DomainError):
    slug, title, status = "thread-closed", "The comments on this page are closed", 409


class InFlight(DomainError):
    slug, title, status = "in-flight", "The same request is being answered", 409


class MailOff(DomainError):
    slug, title, status = "mail-off", "This service sends no mail", 409


class StaleVersion(DomainError):
    slug, title, status = "stale-version", "Somebody else was first", 412


class CountDiffers(DomainError):
    slug, title, status = "count-differs", "The number of comments has changed", 412


@dataclass(frozen=True)
class FieldProblem:
    """One bad field: `code` for programs, `message` for people."""

    field: str
    code: str
    message: str


class InvalidInput(DomainError):
    slug, title, status = "invalid-input", "Some fields need another look", 422

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__("Correct the fields that are listed and send it again.")
        self.problems = tuple(problems)


class ChallengeRequired(DomainError):
    """`challenge` is what has to be solved; the same comment with the solution in its field passes."""

    slug, title, status = "challenge-required", "A proof of work is needed", 422

    def __init__(self, challenge: Mapping[str, object]) -> None:
        detail = "Solve the challenge and send the same comment again, with the solution as `challenge`."
        problem = {"field": "challenge", "code": "required", "message": "A solved challenge is needed."}
        super().__init__(detail, challenge=challenge, errors=[problem])


class KeyReused(DomainError):
    slug, title, status = "key-reused", "This Idempotency-Key belongs to another request", 422


class VersionRequired(DomainError):
    slug, title, status = "version-required", "If-Match is needed", 428


class TooMany(DomainError):
    slug, title, status = "rate-limited", "Too many requests", 429

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.headers["Retry-After"] = str(retry_after_seconds)


class Unavailable(DomainError):
    slug, title, status = "unavailable", "The service cannot answer right now", 503

    def __init__(self, detail: str, retry_after_seconds: int = 2) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.headers["Retry-After"] = str(retry_after_seconds)
