"""The further links of items."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("item") as item:
        item.add_column(sa.Column("links", sa.JSON(), nullable=False, server_default="[]"))
