"""Counts of comments by site and status, kept with every change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATUSES = ("pending", "approved", "rejected", "spam", "deleted")


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="status", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "status", "slot", name=op.f("pk_tallies")),
    )
    op.execute(
        "INSERT INTO tallies (site, status, slot, comments) "
        "SELECT site, status, 0, count(*) FROM comments GROUP BY site, status"
    )


def downgrade() -> None:
    op.drop_table("tallies")
