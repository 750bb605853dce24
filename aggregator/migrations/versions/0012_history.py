"""Corrections."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # Columns are added one by one: a batch would make the table anew, without its triggers.
    op.add_column("pick", sa.Column("correction", sa.Text(), nullable=False, server_default=""))
    op.add_column("pick", sa.Column("corrected_at", UTCDateTime(), nullable=True))
