"""What the reader of an address's mail may do with all that was written under it: see, change, delete, take, erase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from service import clock
from service.comments import confirm
from service.comments.confirm import AUTHOR
from service.domain.errors import NotFound
from service.domain.ids import new_id
from service.domain.mail import Purpose
from service.domain.status import Status
from service.notify import links
from service.notify.links import LinkEnded
from service.privacy.keyring import Purpose as HashPurpose
from service.storage import authors, comments, decisions, events, jobs, mails, pages, sites, subjects
from service.storage.authors import Author
from service.storage.comments import Comment
from service.storage.database import Session, reading, transaction
from service.storage.sites import SiteProfile

if TYPE_CHECKING:
    from service.domain.email import EmailAddress
    from service.web.context import Services

LOOK_UP = "mail-own-comments"
SHOWN_MAX = 200
# A spammer learns nothing here either.
_SHOWN = {Status.SPAM: Status.PENDING}


@dataclass(frozen=True)
class Visitor:
    """Whoever reads the mail of an author's address, for an hour after they opened the link in it."""

    site: SiteProfile
    author_id: str


@dataclass(frozen=True)
class Own:
    """A comment as its author sees it; `editable` within the site's window."""

    id: str
    page: str
    name: str
    body: str
    body_html: str
    status: str
    confirmed: bool
    editable: bool
    created_at: datetime


def request_link(services: Services, site: SiteProfile, email: EmailAddress) -> None:
    """Has the way to their comments mailed to an author of this email, if there is one: the job finds out.

    The same is done for every email, so that neither the answer nor its time tells who wrote here.
    """
    index = services.fingerprints.of(HashPurpose.EMAIL, site.slug, email.index_form)
    with transaction() as session:
        jobs.add(session, jobs.NewJob(LOOK_UP, clock.now(), {"site": site.slug, "author_index": index}))


def enter(services: Services, token: str) -> str:
    """Uses the mailed link up; returns the token of a visit. Raises LinkEnded, Unavailable."""
    now = clock.now()
    with transaction() as session:
        link = links.take(services, session, Purpose.MINE, token, now)
        confirm.confirm_address(session, link.site, link.author_id or "", now)
        visit = mails.exchange(session, link, Purpose.VISIT, now)
    return links.token(services, Purpose.VISIT, visit)


def site_of_link(services: Services, token: str) -> SiteProfile:
    """The site whose comments a mailed link leads to; nothing changes. Raises LinkEnded, Unavailable."""
    with reading() as session:
        link = links.look(services, session, Purpose.MINE, token, clock.now())
        return _site(session, link.site)


def visitor(services: Services, visit: str) -> Visitor:
    """Whoever bears this visit's token. Raises LinkEnded, Unavailable."""
    with reading() as session:
        link = links.look(services, session, Purpose.VISIT, visit, clock.now())
        return Visitor(_site(session, link.site), link.author_id or "")


def own(who: Visitor) -> tuple[list[Own], bool]:
    """The visitor's newest comments, newest first, and whether they get mail."""
    now = clock.now()
    with reading() as session:
        author = _author(session, who)
        held = subjects.comments_of(session, author)[-SHOWN_MAX:]
        titles = {comment.page_id: pages.get(session, comment.site, comment.page_id) for comment, _ in held}
        shown = [_own(comment, _title(titles[comment.page_id], key), who, now) for comment, key in held]
    return shown[::-1], author.mail_stopped_at is None


def check_own(who: Visitor, comment_id: str) -> None:
    """Raises NotFound unless the comment was written under the visitor's address."""
    with reading() as session:
        found = comments.locate(session, comment_id, [who.site.slug])
    if found is None or found.author_id != who.author_id:
        raise NotFound("There is no such comment.")


def claim(who: Visitor, comment_id: str) -> None:
    """The comment is the visitor's, and proves it from now on. Raises NotFound."""
    with transaction() as session:
        found = next(iter(comments.lock(session, who.site.slug, [comment_id])), None)
        if found is None or found.author_id != who.author_id or found.status is Status.DELETED:
            raise NotFound("There is no such comment.")
        if found.confirmed_at is None:
            confirm.confirm_comment(session, found, clock.now())


def hear(who: Visitor, wanted: bool) -> None:
    """Mail to this author, or none."""
    with transaction() as session:
        mails.stop(session, who.site.slug, who.author_id, None if wanted else clock.now())


def export(who: Visitor) -> dict[str, Any]:
    """Everything that is kept about the visitor, JSON-shaped."""
    with transaction() as session:
        author = _author(session, who)
        held = subjects.comments_of(session, author)
        events.add(session, _event(who, "author_exported", len(held)))
        return subjects.document(author, held)


def erase(who: Visitor) -> tuple[str, ...]:
    """Erases all that is kept about the visitor; returns the keys of the pages that showed some of it."""
    with transaction() as session:
        emptied = subjects.erase(session, _author(session, who))
        erased = _event(who, "author_erased", len(emptied))
        events.redact_notes(session, erased, who.author_id)
        decisions.forget_notes(session, who.site.slug, who.author_id)
        events.add(session, erased)
        return tuple(pages.keys(session, who.site.slug, {comment.page_id for comment in emptied}))


def _event(who: Visitor, kind: str, number: int) -> events.NewEvent:
    return events.NewEvent(
        site=who.site.slug,
        id=new_id(),
        kind=kind,
        actor=AUTHOR,
        reason="",
        note="",
        detail={"author": who.author_id, "comments": number},
        created_at=clock.now(),
    )


def _own(comment: Comment, title: str, who: Visitor, now: datetime) -> Own:
    status = _SHOWN.get(comment.status, comment.status)
    young = now - comment.created_at <= timedelta(seconds=who.site.edit_window_seconds)
    return Own(
        id=comment.id,
        page=title,
        name=comment.name,
        body=comment.body,
        body_html=comment.body_html,
        status=status.value,
        confirmed=comment.confirmed_at is not None,
        editable=young and status is not Status.DELETED,
        created_at=comment.created_at,
    )


def _title(page: pages.Page | None, key: str) -> str:
    return page.title if page is not None and page.title else key


def _site(session: Session, slug: str) -> SiteProfile:
    found = sites.profile(session, slug)
    if found is None:
        raise LinkEnded
    return found


def _author(session: Session, who: Visitor) -> Author:
    found = authors.get(session, who.site.slug, who.author_id)
    if found is None:
        raise LinkEnded
    return found
