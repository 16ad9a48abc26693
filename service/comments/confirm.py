"""The mailed question whether a comment is theirs, and what follows from the answer; and no more mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from service import clock
from service.comments.outcome import happened
from service.domain.mail import Purpose
from service.domain.status import Status
from service.notify import links
from service.notify.links import LinkEnded
from service.storage import authors, comments, events, mails, pages
from service.storage.comments import Comment
from service.storage.database import Session, reading, transaction
from service.storage.mails import MailLink
from service.storage.pages import Page

if TYPE_CHECKING:
    from service.web.context import Services

AUTHOR = "author"


@dataclass(frozen=True)
class Asked:
    """The comment in question, and its page."""

    comment: Comment
    page: Page | None


def look(services: Services, token: str) -> Asked:
    """What the link asks about; nothing changes. Raises LinkEnded, Unavailable."""
    with reading() as session:
        link = links.look(services, session, Purpose.CONFIRM, token, clock.now())
        comment = _comment(session, link)
        return Asked(comment, pages.get(session, comment.site, comment.page_id))


def confirm(services: Services, token: str) -> str:
    """The address is its reader's, and so is this comment: it proves both from now on. Returns the site.

    Another comment of the same email stays what it was: anybody may have typed the address there.
    """
    now = clock.now()
    with transaction() as session:
        link = links.take(services, session, Purpose.CONFIRM, token, now)
        comment = _comment(session, link, lock=True)
        confirm_comment(session, comment, now)
        return comment.site


def confirm_comment(session: Session, comment: Comment, now: datetime) -> None:
    """Marks a locked comment, and its author's address, as confirmed by whoever reads the address's mail."""
    comment.confirmed_at = now
    confirm_address(session, comment.site, comment.author_id, now)
    events.add(session, happened("author_confirmed", AUTHOR, comment, comment.status))


def confirm_address(session: Session, site: str, author_id: str, now: datetime) -> None:
    """The address is one that mail is read at."""
    author = authors.get(session, site, author_id)
    if author is not None and author.confirmed_at is None:
        author.confirmed_at = now


def disown(services: Services, token: str) -> str:
    """Somebody else typed the address: no more mail to it. The comment stays with the moderators, who are told."""
    now = clock.now()
    with transaction() as session:
        link = links.take(services, session, Purpose.CONFIRM, token, now)
        comment = _comment(session, link)
        mails.stop(session, comment.site, comment.author_id, now)
        events.add(session, happened("author_disowned", AUTHOR, comment, comment.status))
        return comment.site


def site_to_stop(services: Services, token: str) -> str:
    """The site whose mail a link would stop; nothing changes. Raises LinkEnded, Unavailable."""
    with reading() as session:
        return links.look(services, session, Purpose.STOP, token, clock.now()).site


def stop_mail(services: Services, token: str) -> str:
    """No more mail to the address that the link was mailed to; returns the site. Raises LinkEnded, Unavailable."""
    now = clock.now()
    with transaction() as session:
        link = links.take(services, session, Purpose.STOP, token, now)
        mails.stop(session, link.site, link.author_id or "", now)
        return link.site


def _comment(session: Session, link: MailLink, *, lock: bool = False) -> Comment:
    comment_id = link.comment_id or ""
    if lock:
        found = next(iter(comments.lock(session, link.site, [comment_id])), None)
    else:
        found = comments.locate(session, comment_id, [link.site])
    if found is None or found.status is Status.DELETED:
        raise LinkEnded
    return found
