"""What an author may still do to a comment: change its text, or take it back, within the site's window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from service import clock
from service.comments import evidence, kinship, outside
from service.comments.looking import look
from service.comments.outcome import READER, follow, happened, judged, keep_opinion, record
from service.comments.storing import body_hash, for_author, searchable
from service.comments.submit import Sender
from service.domain import markup
from service.domain.announcement import News
from service.domain.comment import NewComment
from service.domain.email import EmailAddress
from service.domain.errors import NotFound, WindowClosed
from service.domain.language import language_of
from service.domain.linked import linked_domains
from service.domain.page import PageKey
from service.domain.status import Status
from service.notify.announcing import announce
from service.ratelimit.policies import Action, Scope
from service.spam import review
from service.spam.outside import awaited, is_asked
from service.spam.pipeline import judge
from service.storage import authors, comments, events, links, pages
from service.storage.comments import Comment
from service.storage.database import Session, reading, transaction
from service.storage.facts import Asked
from service.storage.sites import SiteProfile
from service.web import limits

if TYPE_CHECKING:
    from service.web.context import Services

#: What was refused, or is gone, stays so whatever its text becomes.
_OPEN = (Status.PENDING, Status.APPROVED)


LONG_SECONDS = 100 * 365 * 86_400


@dataclass(frozen=True)
class Edited:
    """The comment for its author, and the key of the page whose readers may see something else now."""

    shown: dict[str, Any]
    page_key: str


def edit(services: Services, site: SiteProfile, comment_id: str, body: str, sender: Sender) -> Edited:
    """Replaces the text and judges it as if it were new. Raises NotFound, WindowClosed, TooMany, Unavailable.

    What was refused stays refused, and its author is not told.
    """
    with reading() as session:
        before, page, author = _found(session, site, comment_id)
    outcome = limits.permit(services, Action.EDIT, {**sender.keys, Scope.AUTHOR: author.email_index})
    new = _as_new(before, page, body)
    asked = _asked(services, before, new, author, sender)
    looked = look(services, site, new, asked, outcome)
    verdict = judge(new, looked.facts, site.policy)
    asks_outside = is_asked(site.slug)
    with transaction() as session:
        kin = kinship.look_again(session, looked.kin)
        if kin.campaign != looked.kin.campaign:
            verdict = judge(new, kin.told(looked.facts), site.policy)
        alone, verdict = verdict, awaited(verdict) if asks_outside else verdict
        comment = _locked(session, site, comment_id)
        was = comment.status
        _rewrite(comment, body, asked)
        comment.score = verdict.score
        keep_opinion(comment, looked.classified)
        changes = comments.Changes(site.slug)
        fate = review.fate(verdict.status, site.review_share, review.lot())
        if _waits_again(session, comment, fate, changes) and alone.status is Status.PENDING:
            announce(session, site.slug, News.COMMENT_HELD, {"comment": comment.id})
        comments.keep_signals(session, comment, verdict.signals)
        links.replace(session, comment, linked_domains(body, comment.website))
        if was not in _OPEN:
            fate = replace(fate, probability=0.0, sampled=False, due=False)
        what = [judged("edited", comment, was, fate)]
        if asks_outside:
            outside.have_asked(session, comment, alone)
        comment.review_due = fate.due
        if was in _OPEN:
            what += follow(session, comment, fate, changes)
        record(session, comment, what)
        kinship.join(session, comment, kin)
        changes.write(session)
        kinship.settle(session, comment, kin, edited=True)
        return Edited(for_author(comment, author.avatar_seed), page.key)


def _asked(
    services: Services, before: Comment, new: NewComment, author: authors.Author, sender: Sender
) -> Asked:
    now = clock.now()
    return Asked(
        site=before.site,
        page_key=new.page.key,
        email_index=author.email_index,
        parent=None,
        body_fingerprint=body_hash(services, before.site, new.body),
        since=now - evidence.REPEATED_WITHIN,
        address=sender.address_fingerprint,
        now=now,
        sources=sender.networks,
        proven=before.id,
        besides=before.id,
        source=sender.source,
    )


def _waits_again(session: Session, comment: Comment, fate: review.Fate, changes: comments.Changes) -> bool:
    """Raises the comment's version; whether readers must not see it any more."""
    if comment.status is not Status.APPROVED:
        comment.version += 1
        return False
    if fate.status is Status.PENDING:
        comments.set_status(session, comment, Status.PENDING, changes)
        return True
    comment.version += 1
    changes.approved[comment.page_id] += 0  # the same count, but readers see something else
    return False


def _rewrite(comment: Comment, body: str, asked: Asked) -> None:
    comment.body, comment.body_html = body, markup.render_html(body)
    comment.body_fingerprint, comment.search_text = asked.body_fingerprint, searchable(comment.name, body)
    comment.language = language_of(body)
    comment.edited_at = asked.now


def take_back(
    services: Services, site: SiteProfile, comment_id: str, sender: Sender, *, any_time: bool = False
) -> str:
    """Deletes the comment for its author; returns its page's key. Raises NotFound, WindowClosed, TooMany.

    `any_time`: its author is known by more than the token of one comment, and the window does not count.
    """
    limits.permit(services, Action.EDIT, sender.keys)
    site = replace(site, edit_window_seconds=LONG_SECONDS) if any_time else site
    with reading() as session:
        _, page, _ = _found(session, site, comment_id)
    with transaction() as session:
        comment = _locked(session, site, comment_id)
        before = comment.status
        changes = comments.Changes(site.slug)
        comments.set_status(session, comment, Status.DELETED, changes)
        changes.write(session)
        events.add(session, happened("withdrawn", READER, comment, before))
    return page.key


def _found(
    session: Session, site: SiteProfile, comment_id: str
) -> tuple[Comment, pages.Page, authors.Author]:
    comment = comments.locate(session, comment_id, [site.slug])
    if comment is None:
        raise NotFound("There is no such comment.")
    _check_window(comment, site)
    page = pages.get(session, site.slug, comment.page_id)
    author = authors.get(session, site.slug, comment.author_id)
    assert page is not None  # a foreign key holds it
    assert author is not None  # and this one
    return comment, page, author


def _locked(session: Session, site: SiteProfile, comment_id: str) -> Comment:
    found = comments.lock(session, site.slug, [comment_id])
    if not found:
        raise NotFound("There is no such comment.")
    _check_window(found[0], site)
    return found[0]


def _check_window(comment: Comment, site: SiteProfile) -> None:
    if comment.status is Status.DELETED:
        raise NotFound("There is no such comment.")
    if clock.now() - comment.created_at > timedelta(seconds=site.edit_window_seconds):
        minutes = round(site.edit_window_seconds / 60)
        raise WindowClosed(f"A comment can be changed for {minutes} minutes after it was sent.")


def _as_new(comment: Comment, page: pages.Page, body: str) -> NewComment:
    """The edited comment in the shape that the checks read; they do not read the email."""
    unknown = EmailAddress("", "", "")
    return NewComment(
        site=comment.site,
        page=PageKey(page.key, page.url),
        title=page.title,
        parent=comment.reply_to_id,
        name=comment.name,
        email=unknown,
        website=comment.website,
        body=body,
        notify=comment.notify,
    )
