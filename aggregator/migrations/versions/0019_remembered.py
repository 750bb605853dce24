"""What the items of a source's last document said, so that they are not read again."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "remembered",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("home", sa.JSON(), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
    )
