"""The words of each kind of mail to authors: plain text, with no link in it but ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from babel.dates import format_date

from service.domain import markup
from service.domain.mail import LINK_LIFE, NewsKind, Purpose, excerpt, unlinked
from service.domain.reason import Reason
from service.domain.url import parse_url
from service.i18n import language, translate
from service.i18n.catalogue import has, isolated
from service.notify import links
from service.storage import authors, mails, pages, sites
from service.storage.authors import Author
from service.storage.comments import Comment
from service.storage.database import Session
from service.storage.mails import Mail, Told
from service.storage.sites import SiteProfile

if TYPE_CHECKING:
    from service.web.context import Services

DAY_PATTERN = "d MMMM y"
TITLE_MAX = 120


@dataclass(frozen=True)
class Draft:
    """What a mail says; `author` or `account` is whose address it goes to."""

    subject: str
    text: str
    language: str
    author: Author | None = None
    account: str | None = None
    unsubscribe: str = ""


@dataclass(frozen=True)
class Writing:
    """A mail at hand, with everything that its words need."""

    services: Services
    session: Session
    mail: Mail
    now: datetime

    def link(self, purpose: Purpose, comment: str | None = None) -> str:
        """The address of this mail's link for that purpose."""
        link_id = mails.link(self.session, self.mail, purpose, self.now, comment)
        return links.address(self.services, purpose, link_id)


@dataclass(frozen=True)
class _ToAuthor:
    """A mail to an author whose site sends mail."""

    writing: Writing
    site: SiteProfile
    author: Author

    @property
    def lang(self) -> str:
        return language(self.site.language)

    def t(self, key: str, **values: str | int) -> str:
        return translate(self.lang, key, site=isolated(self.site.name), **values)

    def day(self, moment: datetime) -> str:
        return format_date(moment, DAY_PATTERN, locale=self.lang)

    def draft(self, kind: str, text: str, unsubscribe: str) -> Draft:
        subject = translate(self.lang, f"mail.{kind}.subject", site=self.site.name)
        return Draft(subject, f"{text}\n", self.lang, self.author, None, unsubscribe)


def confirmation(writing: Writing) -> Draft | None:
    """Asks whether a comment came from whoever reads the mail of its address.

    Nothing in it is a reader's text: anybody may type anybody's address, and what they write must not travel.
    """
    to = _to_author(writing)
    comment = _comment(writing, writing.mail.comment_id)
    if to is None or comment is None or comment.confirmed_at is not None or to.author.mail_stopped_at:
        return None
    text = to.t(
        "mail.confirm.text",
        date=to.day(comment.created_at),
        link=writing.link(Purpose.CONFIRM, comment.id),
        days=LINK_LIFE[Purpose.CONFIRM].days,
    )
    return to.draft("confirm", text, writing.link(Purpose.STOP))


def own_comments(writing: Writing) -> Draft | None:
    """The way to one's own comments, for whoever asked for it."""
    to = _to_author(writing)
    if to is None:
        return None
    hours = int(LINK_LIFE[Purpose.MINE].total_seconds()) // 3600
    return to.draft(
        "mine",
        to.t("mail.mine.text", link=writing.link(Purpose.MINE), hours=hours),
        writing.link(Purpose.STOP),
    )


def news(writing: Writing) -> Draft | None:
    """What became of an author's comments, and who replied, as far as it is still so."""
    to = _to_author(writing)
    if to is None or to.author.confirmed_at is None or to.author.mail_stopped_at is not None:
        return None
    told = mails.news_of(writing.session, writing.mail)
    if not told:
        return None
    stop = writing.link(Purpose.STOP)
    base = writing.services.settings.link_base
    end = to.t("mail.news.end", stop=stop, mine=f"{base}/mail/mine?{urlencode({'site': to.site.slug})}")
    parts = [to.t("mail.news.hello"), *(_piece(to, one) for one in told), f"-- \n{end}"]
    return to.draft("news", "\n\n".join(parts), stop)


def _piece(to: _ToAuthor, told: Told) -> str:
    day = to.day(told.comment.created_at)
    if told.kind is NewsKind.REPLY and told.reply is not None:
        name = isolated(excerpt(told.reply.name))
        words = excerpt(markup.plain_text(told.reply.body))
        lines = [to.t("mail.news.reply", name=name, date=day), f"    {isolated(words)}"]
        return "\n".join([*lines, *_where(to, told.reply)])
    if told.kind is NewsKind.REJECTED:
        return "\n".join([to.t("mail.news.rejected", date=day, reason=_reason(to, told.reason))])
    return "\n".join([to.t("mail.news.approved", date=day), *_where(to, told.comment)])


def _reason(to: _ToAuthor, code: str) -> str:
    key = f"mail.reason.{code}"
    return to.t(key if code and has(key) else f"mail.reason.{Reason.OTHER}")


def _where(to: _ToAuthor, comment: Comment) -> list[str]:
    """The article's title, and where to read the comment: on a page of the newsroom's own, else on ours."""
    page = pages.get(to.writing.session, comment.site, comment.page_id)
    assert page is not None  # a foreign key holds it
    title = (
        [to.t("mail.news.article", title=isolated(unlinked(page.title)[:TITLE_MAX]))] if page.title else []
    )
    own = page.url is not None and parse_url(page.url).origin in to.site.origins
    asked = urlencode({"site": comment.site, "page": page.url or page.key})
    address = page.url if own else f"{to.writing.services.settings.link_base}/thread?{asked}"
    return [*title, to.t("mail.news.read", link=f"{address}#comment-{comment.id}")]


def _to_author(writing: Writing) -> _ToAuthor | None:
    """None where the author was erased since, or the site sends no mail any more."""
    site = sites.profile(writing.session, writing.mail.site)
    author = authors.get(writing.session, writing.mail.site, writing.mail.author_id or "")
    if site is None or author is None or not site.mail or not author.email_ciphertext:
        return None
    return _ToAuthor(writing, site, author)


def _comment(writing: Writing, comment_id: str | None) -> Comment | None:
    return writing.session.get(Comment, (writing.mail.site, comment_id)) if comment_id else None
