"""Mail: what is to be sent, the links in it, what authors shall hear, and where the newsroom is written to."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.mail import MailKind, NewsKind, Purpose
from service.storage.base import Base
from service.storage.types import Document, Key, Moment, Names, OptionalKey, OptionalMoment, Slug, choice

_UNTOLD = text("mail_id IS NULL")


class Mail(Base):
    """A mail that was ordered: to whom and about what, by ids alone. Its text is made when it is sent.

    `site` is empty for mail to accounts, which is about several sites. `failure` names why it will never be sent.
    """

    __tablename__ = "mails"
    __table_args__ = (Index(None, "created_at"), Index(None, "site", "author_id"))

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[MailKind] = mapped_column(choice(MailKind))
    author_id: Mapped[OptionalKey]
    account_id: Mapped[OptionalKey]
    comment_id: Mapped[OptionalKey]
    detail: Mapped[Document] = mapped_column(default=dict)
    created_at: Mapped[Moment]
    sent_at: Mapped[OptionalMoment]
    failure: Mapped[str] = mapped_column(String(40), default="")


class MailLink(Base):
    """A link that acts: for one purpose, one recipient, and where it is about a comment, one comment.

    The address holds the id and a signature. `used_at` is set by the one use that acts.
    """

    __tablename__ = "mail_links"
    __table_args__ = (
        Index(None, "id"),
        Index(None, "expires_at"),
        Index(None, "site", "author_id"),
        Index(None, "mail_id"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    mail_id: Mapped[OptionalKey]
    author_id: Mapped[OptionalKey]
    account_id: Mapped[OptionalKey]
    comment_id: Mapped[OptionalKey]
    expires_at: Mapped[Moment]
    used_at: Mapped[OptionalMoment]


class MailNews(Base):
    """Something that an author asked to hear: that a comment was decided, or replied to. Told by the mail `mail_id`.

    `comment_id` is the author's own comment, `reply_id` the reply to it.
    """

    __tablename__ = "mail_news"
    __table_args__ = (
        Index("ix_mail_news_untold", "created_at", sqlite_where=_UNTOLD, postgresql_where=_UNTOLD),
        Index(None, "site", "author_id"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    author_id: Mapped[Key]
    kind: Mapped[NewsKind] = mapped_column(choice(NewsKind))
    comment_id: Mapped[Key]
    reply_id: Mapped[OptionalKey]
    reason: Mapped[str] = mapped_column(String(40), default="")
    mail_id: Mapped[OptionalKey]
    created_at: Mapped[Moment]


class AccountMail(Base):
    """Where somebody of the newsroom is written to, and about what (none: nothing).

    `asked_by` is the mail that asks whether the address is right. Events after `seen_until` have not been told yet;
    `told_at` is when the last digest was ordered.
    """

    __tablename__ = "account_mails"

    account_id: Mapped[Key] = mapped_column(primary_key=True)
    address_ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    about: Mapped[Names]
    language: Mapped[str] = mapped_column(String(12), default="en")
    asked_by: Mapped[OptionalKey]
    confirmed_at: Mapped[OptionalMoment]
    seen_until: Mapped[Moment]
    told_at: Mapped[OptionalMoment]
