"""Where news came to stand otherwise than by being new; what was revised, or appeared, is found at once."""

import sqlalchemy as sa
from alembic import op

from curation import shifts

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("story_id", "day"),
        sqlite_autoincrement=True,
    )
    of_revised = sa.text("revised_at IS NOT NULL")
    op.create_index(
        "ix_item_revised_at", "item", ["revised_at"], sqlite_where=of_revised, postgresql_where=of_revised
    )
    op.create_index("ix_pick_visible_from", "pick", ["visible_from"])
    # A later version that makes the tables item or story anew must make its triggers anew.
    shifts.make(op.get_bind())
