"""What is published of a pick and of a source."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for name in ("feed_id", "feed_rights", "feed_icon"):
        op.add_column("source", sa.Column(name, sa.Text()))
    op.add_column("pick", sa.Column("noted_by", sa.String(), server_default="", nullable=False))
    op.add_column("pick", sa.Column("noted_at", UTCDateTime()))
    op.add_column("pick", sa.Column("worded_at", UTCDateTime()))
