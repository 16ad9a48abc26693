"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def status(constraint: str) -> sa.Enum:
    """A comment's status as text."""
    words = ("pending", "approved", "rejected", "spam", "deleted")
    return sa.Enum(*words, name=constraint, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("moderator", "admin", name="role", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("sites", DOCUMENT, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )
    op.create_table(
        "decisions",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_decisions")),
    )
    op.create_table(
        "events",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=True),
        sa.Column("decision_id", sa.String(length=32), nullable=True),
        sa.Column("before", status("before"), nullable=True),
        sa.Column("after", status("after"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_comment", "events", ["site", "comment_id", "id"])
    op.create_index("ix_events_decision", "events", ["site", "decision_id", "id"])
    op.create_index("ix_events_kind", "events", ["site", "kind", "id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("request", sa.String(length=32), nullable=False),
        sa.Column("answer", DOCUMENT, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_expires_at"), "idempotency_keys", ["expires_at"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", DOCUMENT, nullable=False),
        sa.Column("once", sa.String(length=120), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=120), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("once", name=op.f("uq_jobs_once")),
    )
    op.create_index(op.f("ix_jobs_failed_at_run_at"), "jobs", ["failed_at", "run_at"])
    op.create_table(
        "limit_hits",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "hour", "name", name=op.f("pk_limit_hits")),
    )
    op.create_table(
        "sites",
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column(
            "policy",
            sa.Enum(
                "hold_all",
                "hold_new_authors",
                "hold_signals",
                "publish_all",
                name="policy",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("page_hosts", DOCUMENT, nullable=False),
        sa.Column("edit_window_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_sites")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column(
            "role",
            sa.Enum("moderator", "admin", name="role", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("sites", DOCUMENT, nullable=True),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_table(
        "authors",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email_index", sa.String(length=32), nullable=False),
        sa.Column("email_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("avatar_seed", sa.String(length=16), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.slug"], name=op.f("fk_authors_site")),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_authors")),
        sa.UniqueConstraint("site", "email_index", name=op.f("uq_authors_site_email_index")),
    )
    op.create_table(
        "pages",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=2100), nullable=False),
        sa.Column("url", sa.String(length=2100), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.slug"], name=op.f("fk_pages_site")),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_pages")),
        sa.UniqueConstraint("site", "key", name=op.f("uq_pages_site_key")),
    )
    op.create_table(
        "site_origins",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.slug"], name=op.f("fk_site_origins_site")),
        sa.PrimaryKeyConstraint("site", "origin", name=op.f("pk_site_origins")),
    )
    op.create_index(op.f("ix_site_origins_origin"), "site_origins", ["origin"])
    op.create_table(
        "comments",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("reply_to_id", sa.String(length=32), nullable=True),
        sa.Column("root_id", sa.String(length=32), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("status", status("status"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("listed_replies", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("body_fingerprint", sa.String(length=32), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("spam_probability", sa.Double(), nullable=True),
        sa.Column("opinion", DOCUMENT, nullable=True),
        sa.Column("staff", sa.Boolean(), nullable=False),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("up", sa.Integer(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("campaign", sa.String(length=32), nullable=True),
        sa.Column("address_fingerprint", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["site", "author_id"], ["authors.site", "authors.id"], name=op.f("fk_comments_site_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["site", "page_id"], ["pages.site", "pages.id"], name=op.f("fk_comments_site_page_id")
        ),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_comments")),
    )
    op.create_index(
        "ix_comments_address",
        "comments",
        ["created_at"],
        sqlite_where=sa.text("address_fingerprint IS NOT NULL"),
        postgresql_where=sa.text("address_fingerprint IS NOT NULL"),
    )
    op.create_index("ix_comments_author", "comments", ["site", "author_id", "id"])
    op.create_index("ix_comments_body", "comments", ["site", "body_fingerprint", "created_at"])
    op.create_index(
        "ix_comments_campaign",
        "comments",
        ["site", "campaign", "status", "id"],
        sqlite_where=sa.text("campaign IS NOT NULL"),
        postgresql_where=sa.text("campaign IS NOT NULL"),
    )
    op.create_index("ix_comments_id", "comments", ["id"], postgresql_using="hash")
    op.create_index("ix_comments_page_status", "comments", ["site", "page_id", "status", "id"])
    op.create_index("ix_comments_queue", "comments", ["site", "status", "id"])
    op.create_index("ix_comments_replies", "comments", ["site", "root_id", "listed", "id"])
    op.create_index("ix_comments_risk", "comments", ["site", "status", "score", "id"])
    op.create_index("ix_comments_thread", "comments", ["site", "page_id", "depth", "listed", "id"])
    op.create_index("ix_comments_top", "comments", ["site", "page_id", "depth", "listed", "rank", "id"])
    op.create_table(
        "reports",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("reporter", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "comment_id"], ["comments.site", "comments.id"], name=op.f("fk_reports_site_comment_id")
        ),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_reports")),
        sa.UniqueConstraint(
            "site", "comment_id", "reporter", name=op.f("uq_reports_site_comment_id_reporter")
        ),
    )
    op.create_table(
        "signals",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("comment_version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("check", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("span_start", sa.Integer(), nullable=True),
        sa.Column("span_end", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site", "comment_id"], ["comments.site", "comments.id"], name=op.f("fk_signals_site_comment_id")
        ),
        sa.PrimaryKeyConstraint("site", "comment_id", "comment_version", "position", name=op.f("pk_signals")),
    )
    op.create_index(op.f("ix_signals_site_check_comment_id"), "signals", ["site", "check", "comment_id"])
    op.create_table(
        "votes",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("voter", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "comment_id"], ["comments.site", "comments.id"], name=op.f("fk_votes_site_comment_id")
        ),
        sa.PrimaryKeyConstraint("site", "comment_id", "voter", name=op.f("pk_votes")),
    )
    op.create_table(
        "rollup_sites",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("counted_as", sa.String(length=80), nullable=False),
        sa.Column("turn", sa.String(length=32), nullable=False),
        sa.Column("turn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_rollup_sites")),
    )
    op.create_table(
        "rollups",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "kind", "hour", "key", name=op.f("pk_rollups")),
    )
    op.create_table(
        "uncounted",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("tally", DOCUMENT, nullable=True),
        sa.PrimaryKeyConstraint("site", "comment_id", "event_id", name=op.f("pk_uncounted")),
    )
    op.create_table(
        "linked_domains",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "comment_id"],
            ["comments.site", "comments.id"],
            name=op.f("fk_linked_domains_site_comment_id"),
        ),
        sa.PrimaryKeyConstraint("site", "comment_id", "domain", name=op.f("pk_linked_domains")),
    )
    op.create_index("ix_linked_domains_hour", "linked_domains", ["site", "hour", "domain"])
    op.create_table(
        "spam_models",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_as", sa.String(length=16), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("spam", sa.Integer(), nullable=False),
        sa.Column("log_loss", sa.Double(), nullable=True),
        sa.Column("until", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "version", name=op.f("pk_spam_models")),
    )
    op.create_table(
        "spam_learning",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seen_until", sa.String(length=32), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("rebuilt_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_spam_learning")),
    )
    op.create_table(
        "spam_labels",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("spam", sa.Boolean(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logit", sa.Double(), nullable=True),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site", "comment_id", name=op.f("pk_spam_labels")),
    )
    op.create_index("ix_spam_labels_event", "spam_labels", ["site", "event_id"])
    op.create_table(
        "campaigns",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "bond",
            sa.Enum(
                "text", "link", "source", name="bond", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "sketches",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=True),
        sa.Column("signs", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "comment_id"], ["comments.site", "comments.id"], name=op.f("fk_sketches_site_comment_id")
        ),
        sa.PrimaryKeyConstraint("site", "comment_id", name=op.f("pk_sketches")),
    )
    op.create_index("ix_sketches_created_at", "sketches", ["created_at"])
    op.create_table(
        "shared_signs",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("sign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("site", "sign", "comment_id", name=op.f("pk_shared_signs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bans",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "author",
                "email_domain",
                "source",
                name="bankind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_bans")),
        sa.UniqueConstraint("site", "kind", "subject", name=op.f("uq_bans_site_kind_subject")),
    )
    op.create_index("ix_bans_expires_at", "bans", ["expires_at"])
    op.create_table(
        "rule_sets",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rules", DOCUMENT, nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reverts_to", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "version", name=op.f("pk_rule_sets")),
    )


def downgrade() -> None:
    op.drop_table("rule_sets")
    op.drop_table("bans")
    op.drop_table("shared_signs")
    op.drop_table("sketches")
    op.drop_table("campaigns")
    op.drop_table("spam_labels")
    op.drop_table("spam_learning")
    op.drop_table("spam_models")
    op.drop_table("linked_domains")
    op.drop_table("uncounted")
    op.drop_table("rollups")
    op.drop_table("rollup_sites")
    op.drop_table("votes")
    op.drop_table("signals")
    op.drop_table("reports")
    op.drop_table("comments")
    op.drop_table("site_origins")
    op.drop_table("pages")
    op.drop_table("authors")
    op.drop_table("tokens")
    op.drop_table("sites")
    op.drop_table("limit_hits")
    op.drop_table("jobs")
    op.drop_table("idempotency_keys")
    op.drop_table("events")
    op.drop_table("decisions")
    op.drop_table("accounts")
