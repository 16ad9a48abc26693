"""Notes what authors asked to hear, in the transaction in which it happens, and orders the digests that tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from service import clock
from service.domain.ids import new_id
from service.domain.mail import NewsKind
from service.domain.status import Status
from service.storage import mails
from service.storage.batches import batches
from service.storage.comments import Comment
from service.storage.database import Session, reading, transaction
from service.storage.mails import MailNews

if TYPE_CHECKING:
    from service.web.context import Services

AT_ONCE = 200
_DECIDED = {Status.APPROVED: NewsKind.APPROVED, Status.REJECTED: NewsKind.REJECTED}


def note(
    session: Session, site: str, changed: Sequence[Comment], reason: str, now: datetime, *, decided: bool
) -> None:
    """Keeps what the authors of these comments, and of what they reply to, asked to hear.

    The comments have their new status. Spam is not news. `decided`: by a moderator; what is published as it comes in
    is no news to who wrote it, only to whom it answers.
    """
    kinds = {comment.id: _DECIDED.get(comment.status) for comment in changed}
    news = [
        _news(comment, kind, now, reason=reason)
        for comment in changed
        if decided and comment.notify and (kind := kinds[comment.id]) is not None
    ]
    replies = [c for c in changed if c.status is Status.APPROVED and c.reply_to_id is not None]
    asked: dict[str, Comment] = {}
    for batch in batches(sorted({reply.reply_to_id for reply in replies if reply.reply_to_id})):
        asked.update(mails.answered(session, site, batch))
    for reply in replies:
        above = asked.get(reply.reply_to_id or "")
        if above is not None and above.author_id != reply.author_id:
            news.append(_news(above, NewsKind.REPLY, now, reply=reply))
    if news:
        mails.keep_news(session, news)


def _news(
    about: Comment, kind: NewsKind, now: datetime, *, reason: str = "", reply: Comment | None = None
) -> MailNews:
    return MailNews(
        site=about.site,
        id=new_id(),
        author_id=about.author_id,
        kind=kind,
        comment_id=about.id,
        reply_id=reply.id if reply else None,
        reason=reason,
        created_at=now,
    )


def order_digests(services: Services, _payload: Mapping[str, Any]) -> None:
    """Orders one mail for each author with news, none of them sooner than the digest's time after the last.

    News wait that long too: meanwhile a decision may be undone, and a second reply comes along.
    """
    every = timedelta(minutes=services.settings.mail_digest_minutes)
    if not services.settings.mails:
        return
    while True:
        now = clock.now()
        with reading() as session:
            due = mails.due_authors(session, now - every, AT_ONCE)
        for of in due:
            with transaction() as session:
                mails.take_news(session, of, every, now)
        if len(due) < AT_ONCE:
            return
