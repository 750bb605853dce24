"""Stories: who leads them, and what finds them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

EARLIEST = """
    UPDATE story SET medoid_id = (SELECT min(item.id) FROM item WHERE item.story_id = story.id), lead_id = (
        SELECT item.id FROM item WHERE item.story_id = story.id ORDER BY item.timestamp, item.id LIMIT 1
    )
"""


def upgrade() -> None:
    with op.batch_alter_table("story") as story:
        story.add_column(sa.Column("lead_id", sa.Integer(), nullable=True))
        story.add_column(sa.Column("medoid_id", sa.Integer(), nullable=True))
    op.execute(EARLIEST)
    op.create_index("ix_story_lead_id", "story", ["lead_id"])
    # A default that is no plain string makes the table anew, and dropping the old one deletes its items.
    with op.batch_alter_table("source") as source:
        source.add_column(sa.Column("preferred", sa.Boolean(), nullable=False, server_default="0"))
    op.create_table(
        "sketch",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_table(
        "mark",
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mark", "item_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mark_item_id", "mark", ["item_id"])
