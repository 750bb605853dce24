"""Where a source is at home, found out from its dates."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source_id"),
    )
    with op.batch_alter_table("source") as source:
        source.add_column(sa.Column("inferred_zone", sa.String(), nullable=True))
        source.add_column(sa.Column("zone_confidence", sa.Float(), nullable=True))
        source.add_column(sa.Column("zone_evidence", sa.Text(), nullable=True))
        source.add_column(sa.Column("answered_at", UTCDateTime(), nullable=True))
