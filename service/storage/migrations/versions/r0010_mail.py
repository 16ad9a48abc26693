"""Mail: orders, links, news for authors, and where the newsroom's people are written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
MOMENTS = ("confirmation_asked_at", "link_asked_at", "told_at", "mail_stopped_at")
UNTOLD = sa.text("mail_id IS NULL")


def key(name: str, nullable: bool = True, length: int = 32) -> sa.Column[str]:
    """A column that holds an id or a slug."""
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def moment(name: str, nullable: bool = True) -> sa.Column[object]:
    """A column that holds a time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def words(name: str, constraint: str, *values: str) -> sa.Column[str]:
    """A column that holds one word of a closed set."""
    kind = sa.Enum(*values, name=constraint, native_enum=False, create_constraint=True, length=24)
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("authors", moment(name))
    op.add_column("sites", sa.Column("mail", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "mails",
        key("site", nullable=False, length=63),
        key("id", nullable=False),
        words("kind", "mailkind", "confirm", "mine", "news", "desk", "desk_confirm"),
        key("author_id"),
        key("account_id"),
        key("comment_id"),
        sa.Column("detail", DOCUMENT, nullable=False),
        moment("created_at", nullable=False),
        moment("sent_at"),
        key("failure", nullable=False, length=40),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_mails")),
    )
    op.create_index(op.f("ix_mails_created_at"), "mails", ["created_at"])
    op.create_index(op.f("ix_mails_site_author_id"), "mails", ["site", "author_id"])
    op.create_table(
        "mail_links",
        key("site", nullable=False, length=63),
        key("id", nullable=False),
        words(
            "purpose", "purpose", "confirm", "mine", "visit", "stop", "decide", "desk_confirm", "desk_stop"
        ),
        key("mail_id"),
        key("author_id"),
        key("account_id"),
        key("comment_id"),
        moment("expires_at", nullable=False),
        moment("used_at"),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_mail_links")),
    )
    op.create_index(op.f("ix_mail_links_expires_at"), "mail_links", ["expires_at"])
    op.create_index(op.f("ix_mail_links_id"), "mail_links", ["id"])
    op.create_index(op.f("ix_mail_links_mail_id"), "mail_links", ["mail_id"])
    op.create_index(op.f("ix_mail_links_site_author_id"), "mail_links", ["site", "author_id"])
    op.create_table(
        "mail_news",
        key("site", nullable=False, length=63),
        key("id", nullable=False),
        key("author_id", nullable=False),
        words("kind", "newskind", "reply", "approved", "rejected"),
        key("comment_id", nullable=False),
        key("reply_id"),
        key("reason", nullable=False, length=40),
        key("mail_id"),
        moment("created_at", nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_mail_news")),
    )
    op.create_index(
        "ix_mail_news_untold", "mail_news", ["created_at"], sqlite_where=UNTOLD, postgresql_where=UNTOLD
    )
    op.create_index(op.f("ix_mail_news_site_author_id"), "mail_news", ["site", "author_id"])
    op.create_table(
        "account_mails",
        key("account_id", nullable=False),
        sa.Column("address_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("about", DOCUMENT, nullable=False),
        key("language", nullable=False, length=12),
        key("asked_by"),
        moment("confirmed_at"),
        moment("seen_until", nullable=False),
        moment("told_at"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_mails")),
    )


def downgrade() -> None:
    for table in ("account_mails", "mail_news", "mail_links", "mails"):
        op.drop_table(table)
    op.drop_column("sites", "mail")
    for name in reversed(MOMENTS):
        op.drop_column("authors", name)
