"""Editors who have left."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("editor", sa.Column("left_at", UTCDateTime(), nullable=True))
