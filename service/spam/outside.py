"""Which sites ask a filter outside, as every process knows within a second; and how it is asked."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from service.domain.outside import CHECK, WAITING
from service.domain.status import Status
from service.domain.verdict import Verdict
from service.outbound.akismet import Account, Asked
from service.privacy.secrets import Secrets
from service.spam.wording import signal
from service.storage import outside_filters
from service.storage.comments import Comment
from service.storage.database import Session, reading

if TYPE_CHECKING:
    from service.web.context import Services

REMEMBER_SECONDS: Final = 1.0
REMEMBER_SITES: Final = 1_000

_known: OrderedDict[str, tuple[float, bool]] = OrderedDict()
_guard = threading.Lock()


def is_asked(site: str) -> bool:
    """Whether the site's comments are shown to one; at most a second old. Raises Unavailable."""
    with _guard:
        kept = _known.get(site)
    if kept is not None and time.monotonic() - kept[0] < REMEMBER_SECONDS:
        return kept[1]
    with reading() as session:
        found = outside_filters.is_on(session, site)
    with _guard:
        _known[site] = (time.monotonic(), found)
        _known.move_to_end(site)
        if len(_known) > REMEMBER_SITES:
            _known.popitem(last=False)
    return found


def awaited(verdict: Verdict) -> Verdict:
    """The verdict until the filter has answered: what would be published waits."""
    status = Status.PENDING if verdict.status is Status.APPROVED else verdict.status
    return replace(verdict, status=status, signals=(*verdict.signals, signal(CHECK, 1, 0.0, WAITING)))


def forget_filters() -> None:
    """Forgets what is remembered, after an account was changed in this process."""
    with _guard:
        _known.clear()


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
