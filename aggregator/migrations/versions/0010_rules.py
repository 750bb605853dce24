"""Saved rules, and what they nominate."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "rule",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("edition", sa.String()),
        sa.Column("tag", sa.String()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("on_since", UTCDateTime()),
        sa.PrimaryKeyConstraint("name"),
    )
    # Added in place: a batch would make the table anew, without the triggers of the index.
    op.add_column("pick", sa.Column("nominated_by", sa.String()))
