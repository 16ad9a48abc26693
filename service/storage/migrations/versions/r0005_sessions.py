"""Sessions of the console, second factors, and what moderators are looking at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
STAGES = ("factor", "enrol", "full")


def upgrade() -> None:
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("language", sa.String(length=12), nullable=False, server_default=""))
        accounts.add_column(sa.Column("factor", sa.LargeBinary(), nullable=True))
        accounts.add_column(sa.Column("factor_step", sa.Integer(), nullable=False, server_default="0"))
        accounts.add_column(sa.Column("recovery", DOCUMENT, nullable=False, server_default="[]"))
    with op.batch_alter_table("accounts") as accounts:  # the rows that were there have them now
        for name in ("language", "factor_step", "recovery"):
            accounts.alter_column(name, server_default=None)
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(*STAGES, name="stage", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("factor", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"])
    op.create_index(op.f("ix_sessions_created_at"), "sessions", ["created_at"])
    op.create_table(
        "claims",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("comment_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "actor", name=op.f("pk_claims")),
    )


def downgrade() -> None:
    op.drop_table("claims")
    op.drop_table("sessions")
    with op.batch_alter_table("accounts") as accounts:
        for name in ("recovery", "factor_step", "factor", "language"):
            accounts.drop_column(name)
