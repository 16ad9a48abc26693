"""Comments say in which language they are; those that were there before say nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Without a batch: a table with millions of rows is not copied for a column with a default.
    op.add_column("comments", sa.Column("language", sa.String(length=12), nullable=False, server_default=""))
    op.create_index("ix_comments_language", "comments", ["site", "status", "language", "id"])


def downgrade() -> None:
    op.drop_index("ix_comments_language", "comments")
    with op.batch_alter_table("comments") as comments:
        comments.drop_column("language")
