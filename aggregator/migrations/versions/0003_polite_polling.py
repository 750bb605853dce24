"""How the next poll was reckoned, where sources moved to, and the hubs that tell of changes."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("from_url", sa.Text(), nullable=False),
        sa.Column("to_url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_move_source_id", "move", ["source_id"])

    op.create_table(
        "subscription",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("last_told_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
        sa.UniqueConstraint("token"),
    )
    with op.batch_alter_table("source") as source:
        source.add_column(sa.Column("next_poll_terms", sa.JSON(), nullable=False, server_default="[]"))
        source.add_column(sa.Column("not_before_at", UTCDateTime(), nullable=True))
        source.add_column(sa.Column("pace", sa.JSON(), nullable=True))
        source.add_column(sa.Column("moved_to", sa.Text(), nullable=True))
        source.add_column(sa.Column("moved_hits", sa.Integer(), nullable=False, server_default="0"))
        source.add_column(sa.Column("moved_since", UTCDateTime(), nullable=True))
