"""The terms of items, so that those of a rare one are found at once."""

import sqlalchemy as sa
from alembic import op

from curation import terms

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "item_term",
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("term", "item_id", "is_own"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_item_term_item_id", "item_term", ["item_id"])
    # A later version that makes the tables item or tag anew must make its triggers anew.
    terms.make(op.get_bind())
