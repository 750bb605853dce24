"""The index of the words of items, and marks of what was seen."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

from curation import fulltext

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "seen_mark",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("editor", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["editor"], ["editor.name"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "editor"),
    )
    for of, others in (("source", ("story_id",)), ("story", ("source_id",))):
        op.drop_index(f"ix_item_{of}_id", "item")
        op.create_index(f"ix_item_of_{of}", "item", [f"{of}_id", "timestamp", *others])
    # A later version that makes the table item or pick anew must make its triggers anew.
    fulltext.make(op.get_bind())
