"""Pages can be slow and held, close by age, and show how hot they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEW = (
    ("closed_by", sa.String(length=8), "''"),
    ("slow_seconds", sa.Integer(), "0"),
    ("held_by", sa.String(length=8), "''"),
    ("ignores_age", sa.Boolean(), sa.false()),
    ("controls", sa.Integer(), "1"),
    ("changed_by", sa.String(length=120), "''"),
)


def upgrade() -> None:
    with op.batch_alter_table("sites") as table:
        table.add_column(sa.Column("close_after_days", sa.Integer(), nullable=True))
        table.add_column(sa.Column("hold_hot_pages", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("sites") as table:
        table.alter_column("hold_hot_pages", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("pages") as table:
        for name, kind, value in NEW:
            default = sa.text(value) if isinstance(value, str) else value
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        table.add_column(sa.Column("left_alone_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("pages") as table:
        for name, kind, _ in NEW:
            table.alter_column(name, existing_type=kind, server_default=None)
    op.execute("UPDATE pages SET closed_by = 'desk' WHERE NOT is_open")
    op.create_table(
        "page_heat",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("page_id", sa.String(length=32), nullable=False),
        sa.Column("degree", sa.Double(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("risky", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("usual_share", sa.Double(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["site", "page_id"], ["pages.site", "pages.id"], name=op.f("fk_page_heat_site")
        ),
        sa.PrimaryKeyConstraint("site", "page_id", name=op.f("pk_page_heat")),
    )
    op.create_index("ix_page_heat_degree", "page_heat", ["site", "degree", "page_id"])


def downgrade() -> None:
    op.drop_table("page_heat")
    with op.batch_alter_table("pages") as table:
        for name in ("changed_at", "left_alone_at", *(name for name, _, _ in reversed(NEW))):
            table.drop_column(name)
    with op.batch_alter_table("sites") as table:
        table.drop_column("hold_hot_pages")
        table.drop_column("close_after_days")
