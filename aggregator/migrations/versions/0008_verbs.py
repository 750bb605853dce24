"""Every verb of an editor: pins, holds, kills, tags, an editor's word on stories."""

import json

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _let_a_decision_have_no_edition()
    with op.batch_alter_table("pick") as pick:
        pick.add_column(sa.Column("placed_by", sa.Integer(), nullable=False, server_default="0"))
        pick.add_column(sa.Column("pinned", sa.Boolean(), nullable=False, server_default="0"))
        pick.add_column(sa.Column("voiced_at", sa.JSON(), nullable=False, server_default="[]"))
        pick.add_column(sa.Column("held", sa.Boolean(), nullable=False, server_default="0"))
        pick.add_column(sa.Column("held_until", UTCDateTime(), nullable=True))
        # On PostgreSQL nothing is no time; there were no picks there before this version.
        start = "" if op.get_bind().dialect.name == "sqlite" else "1970-01-01 00:00:00+00"
        pick.add_column(sa.Column("changed_at", UTCDateTime(), nullable=False, server_default=start))
    _date_the_picks()
    op.create_table(
        "kill",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_table(
        "tag",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("item_id", "tag"),
    )
    op.create_index("ix_tag_tag", "tag", ["tag"])
    op.create_table(
        "story_pin",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_id"], ["item.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"]),
        sa.PrimaryKeyConstraint("item_id", "other_id"),
        sa.CheckConstraint("item_id < other_id", name="story_pin_is_in_order"),
    )
    op.create_index("ix_story_pin_other_id", "story_pin", ["other_id"])


def _let_a_decision_have_no_edition() -> None:
    """Column by column: SQLite cannot make the table anew while its rows refer to each other."""
    op.drop_index("ix_decision_edition", "decision")
    op.execute("ALTER TABLE decision RENAME COLUMN edition TO edition_given")
    op.execute("ALTER TABLE decision ADD COLUMN edition VARCHAR")
    op.execute("UPDATE decision SET edition = edition_given")
    op.execute("ALTER TABLE decision DROP COLUMN edition_given")
    op.create_index("ix_decision_edition", "decision", ["edition"])


def _date_the_picks() -> None:
    """Each voice of a pick is dated by the pick; `newsdesk doctor --rebuild` takes it from the log."""
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE pick SET changed_at = picked_at"))
    for number, at, editors in connection.execute(sa.text("SELECT id, picked_at, editors FROM pick")).all():
        voiced_at = json.dumps([f"{at}Z"] * len(json.loads(editors)))
        connection.execute(
            sa.text("UPDATE pick SET voiced_at = :voiced_at WHERE id = :id"),
            {"voiced_at": voiced_at, "id": number},
        )
