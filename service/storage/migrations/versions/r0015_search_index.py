"""An index for searching in comments, of each database's own kind; comments that are there wait to be taken in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_due",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_search_due")),
    )
    op.execute("INSERT INTO search_due (site, id) SELECT site, id FROM comments")
    if op.get_bind().dialect.name == "postgresql":
        _upgrade_postgresql()
    else:
        _upgrade_sqlite()


def _upgrade_postgresql() -> None:
    op.create_table(
        "search_index_grams",
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("grams", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_search_index_grams")),
    )
    op.create_index("ix_search_index_grams", "search_index_grams", ["grams"], postgresql_using="gin")


def _upgrade_sqlite() -> None:
    op.create_table(
        "search_index_numbers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=63), nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_index_numbers")),
        sa.UniqueConstraint("site", "id", name=op.f("uq_search_index_numbers_site")),
    )
    op.execute(
        "CREATE VIRTUAL TABLE search_index_texts USING fts5("
        "text, detail='none', columnsize=0, tokenize='trigram case_sensitive 1')"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_table("search_index_grams")
    else:
        op.execute("DROP TABLE search_index_texts")
        op.drop_table("search_index_numbers")
    op.drop_table("search_due")
