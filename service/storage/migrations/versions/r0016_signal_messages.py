"""A signal's reason also as messages, which the catalogues have in every language; older ones stay English."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("signals", sa.Column("messages", kind))


def downgrade() -> None:
    op.drop_column("signals", "messages")
