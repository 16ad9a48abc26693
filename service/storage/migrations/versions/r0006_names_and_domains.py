"""Authors are found by how their names look, comments by the domains that they link to.

Authors from before have no look: their names are imitated unseen until they write under another email.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "authors", sa.Column("name_folded", sa.String(length=120), nullable=False, server_default="")
    )
    op.add_column(
        "authors", sa.Column("name_skeleton", sa.String(length=120), nullable=False, server_default="")
    )
    op.create_index("ix_authors_name_skeleton", "authors", ["site", "name_skeleton"])
    op.create_index("ix_linked_domains_domain", "linked_domains", ["site", "domain", "comment_id"])


def downgrade() -> None:
    op.drop_index("ix_linked_domains_domain", table_name="linked_domains")
    op.drop_index("ix_authors_name_skeleton", table_name="authors")
    op.drop_column("authors", "name_skeleton")
    op.drop_column("authors", "name_folded")
