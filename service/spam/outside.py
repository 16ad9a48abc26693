"""Which sites ask a filter outside, as every process knows within a second; and how it is asked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from service.domain.outside import CHECK, WAITING
from service.domain.status import Status
from service.domain.verdict import Verdict
from service.outbound.akismet import Account, Asked
from service.privacy.secrets import Secrets
from service.remembered import Remembered
from service.spam.wording import signal
from service.storage import outside_filters
from service.storage.comments import Comment
from service.storage.database import Session, read

if TYPE_CHECKING:
    from service.web.context import Services

REMEMBER_SECONDS: Final = 1.0

_known: Remembered[str, bool] = Remembered(REMEMBER_SECONDS)


def is_asked(site: str) -> bool:
    """Whether the site's comments are shown to one; at most a second old. Raises Unavailable."""
    return _known.get(site, lambda: read(partial(outside_filters.is_on, site=site)))


def awaited(verdict: Verdict) -> Verdict:
    """The verdict until the filter has answered: what would be published waits."""
    status = Status.PENDING if verdict.status is Status.APPROVED else verdict.status
    return replace(verdict, status=status, signals=(*verdict.signals, signal(CHECK, 1, 0.0, WAITING)))


def forget_filters() -> None:
    """Forgets what is remembered, after an account was changed in this process."""
    _known.forget()


def row_of(site: str) -> str:
    """Where a site's key is kept, for its encryption."""
    return f"{site}/outside_filters/akismet"


def account_of(services: Services, session: Session, site: str) -> Account | None:
    """The site's account, opened; None when it has none."""
    kept = outside_filters.get(session, site)
    if kept is None:
        return None
    return Account(**Secrets(services.keyring).open(kept.ciphertext, row_of(site)))


def asked_of(comment: Comment, page: str, language: str) -> Asked:
    """What the filter is told of a comment."""
    return Asked(
        name=comment.name,
        website=comment.website,
        text=comment.body,
        page=page,
        language=language,
        written_at=comment.created_at.isoformat(timespec="seconds"),
        is_reply=comment.reply_to_id is not None,
    )
