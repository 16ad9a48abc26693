"""Sites, their origins, the pages that carry comments, and authors."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from service.settings import Policy
from service.storage.base import Base
from service.storage.types import Key, Moment, Names, OptionalMoment, choice


class Site(Base):
    """A newsroom's tenant. Its slug is its key everywhere."""

    __tablename__ = "sites"

    slug: Mapped[str] = mapped_column(String(63), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12), default="en")
    policy: Mapped[Policy] = mapped_column(choice(Policy))
    page_hosts: Mapped[Names]
    edit_window_seconds: Mapped[int]
    close_after_days: Mapped[int | None]
    hold_hot_pages: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[bool] = mapped_column(default=True)
    auto_reject: Mapped[bool] = mapped_column(default=False, server_default=false())
    false_positive_budget: Mapped[float] = mapped_column(default=0.005, server_default="0.005")
    review_share: Mapped[float] = mapped_column(default=0.05, server_default="0.05")
    created_at: Mapped[Moment]


class SiteOrigin(Base):
    """An origin (RFC 6454) whose pages may talk to the service for this site; `self` is the service's own."""

    __tablename__ = "site_origins"
    __table_args__ = (Index(None, "origin"),)

    site: Mapped[str] = mapped_column(ForeignKey("sites.slug"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(300), primary_key=True)


class Page(Base):
    """A news page. `version` rises in the transaction of every change that its readers can see.

    `controls` is the version of what the desk sets: `is_open` (`closed_by` says who closed it), `slow_seconds` between
    two comments of one sender, `held_by` (empty: not held), `ignores_age` (open again although it is old).
    `left_alone_at` is when somebody ended a hold that came by itself.
    """

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("site", "key"),)

    site: Mapped[str] = mapped_column(ForeignKey("sites.slug"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(2100))
    url: Mapped[str | None] = mapped_column(String(2100))
    title: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=0)
    approved: Mapped[int] = mapped_column(default=0)
    is_open: Mapped[bool] = mapped_column(default=True)
    closed_by: Mapped[str] = mapped_column(String(8), default="")
    slow_seconds: Mapped[int] = mapped_column(default=0)
    held_by: Mapped[str] = mapped_column(String(8), default="")
    ignores_age: Mapped[bool] = mapped_column(default=False)
    controls: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(120), default="")
    changed_at: Mapped[OptionalMoment]
    left_alone_at: Mapped[OptionalMoment]
    created_at: Mapped[Moment]


class Author(Base):
    """Whoever writes under one email on one site. The address is encrypted and found through a keyed index.

    `confirmed_at`: when somebody who reads the mail of this address said so. That frees the address for mail, and
    nothing else; what was written under it by whom, each comment says itself.
    `confirmation_asked_at`, `link_asked_at` and `told_at` are when the last mail of each kind was ordered;
    `mail_stopped_at`: when its reader wanted no more.
    """

    __tablename__ = "authors"
    __table_args__ = (
        UniqueConstraint("site", "email_index"),
        Index("ix_authors_name_skeleton", "site", "name_skeleton"),
    )

    site: Mapped[str] = mapped_column(ForeignKey("sites.slug"), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email_index: Mapped[Key]
    email_ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(Text)
    name_folded: Mapped[str] = mapped_column(String(120), server_default="")
    name_skeleton: Mapped[str] = mapped_column(String(120), server_default="")
    avatar_seed: Mapped[str] = mapped_column(String(16))
    first_seen: Mapped[Moment]
    confirmed_at: Mapped[OptionalMoment]
    confirmation_asked_at: Mapped[OptionalMoment]
    link_asked_at: Mapped[OptionalMoment]
    told_at: Mapped[OptionalMoment]
    mail_stopped_at: Mapped[OptionalMoment]
    pending: Mapped[int] = mapped_column(default=0)
    approved: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    spam: Mapped[int] = mapped_column(default=0)
    deleted: Mapped[int] = mapped_column(default=0)
