"""A share of what the filter decides alone goes to review, and sites say whether it may reject."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DUE = sa.text("review_due")


def upgrade() -> None:
    op.add_column("sites", sa.Column("auto_reject", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "sites", sa.Column("false_positive_budget", sa.Double(), nullable=False, server_default="0.005")
    )
    op.add_column("sites", sa.Column("review_share", sa.Double(), nullable=False, server_default="0.05"))
    op.add_column("comments", sa.Column("reject_score", sa.Double(), nullable=True))
    op.add_column("comments", sa.Column("review_probability", sa.Double(), nullable=True))
    op.add_column("comments", sa.Column("sampled", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column(
        "comments", sa.Column("review_due", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_comments_review", "comments", ["site", "id"], sqlite_where=DUE, postgresql_where=DUE)
    staff = sa.text("staff")
    op.create_index("ix_comments_staff", "comments", ["site"], sqlite_where=staff, postgresql_where=staff)


def downgrade() -> None:
    op.drop_index("ix_comments_staff", table_name="comments")
    op.drop_index("ix_comments_review", table_name="comments")
    for column in ("review_due", "sampled", "review_probability", "reject_score"):
        op.drop_column("comments", column)
    for column in ("review_share", "false_positive_budget", "auto_reject"):
        op.drop_column("sites", column)
