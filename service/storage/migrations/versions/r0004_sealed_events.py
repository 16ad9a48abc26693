"""The audit log becomes a chain: a keyed hash with each event, and seals over events in their order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("events") as table:
        table.add_column(sa.Column("mac", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("events") as table:
        table.alter_column("mac", existing_type=sa.String(length=64), server_default=None)
    op.create_table(
        "unsealed_events",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("site", "event_id", name=op.f("pk_unsealed_events")),
    )
    op.create_table(
        "seals",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("events", sa.LargeBinary(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_seals")),
    )
    op.create_table(
        "seal_heads",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_seal_heads")),
    )
    # What was logged before is taken into the first seal as it is found.
    op.execute("INSERT INTO unsealed_events (site, event_id) SELECT site, id FROM events")


def downgrade() -> None:
    op.drop_table("seal_heads")
    op.drop_table("seals")
    op.drop_table("unsealed_events")
    with op.batch_alter_table("events") as table:
        table.drop_column("mac")
