"""When an address was confirmed by mail, and which comments were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("authors", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("comments", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("comments", "confirmed_at")
    op.drop_column("authors", "confirmed_at")
