"""Corrections, and what was public: entries, line-ups, pages of history."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # Columns are added one by one: a batch would make the table anew, without its triggers.
    op.add_column("pick", sa.Column("correction", sa.Text(), nullable=False, server_default=""))
    op.add_column("pick", sa.Column("corrected_at", UTCDateTime(), nullable=True))
    order = ["edition", "retracted_at", "pinned", "picked_at", "id"]
    op.create_index("ix_pick_order", "pick", order)
    op.create_index("ix_pick_until", "pick", ["edition", "until"])
    op.create_index("ix_pick_held", "pick", ["edition", "held", "changed_at"])
    op.drop_index("ix_publication_path", "publication")
    op.create_index("ix_publication_of_path", "publication", ["path", "at"])
    _keep_what_was_public()
    _keep_what_became_of_it()


def _keep_what_was_public() -> None:
    op.create_table(
        "published_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("shown_at", UTCDateTime(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_published_entry_shown_at", "published_entry", ["shown_at"])
    op.create_table(
        "published_lineup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("channel", sa.JSON(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_published_lineup_at", "published_lineup", ["at"])
    op.create_index("ix_published_lineup_order", "published_lineup", ["edition", "at"])
    op.create_table(
        "published_site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("site", sa.JSON(), nullable=False),
        sa.Column("editions", sa.JSON(), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_published_site_at", "published_site", ["at"])


def _keep_what_became_of_it() -> None:
    op.create_table(
        "appearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("shown_at", UTCDateTime(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=True),
        sa.Column("archived_id", sa.Integer(), nullable=True),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("guid", "edition"),
    )
    op.create_index("ix_appearance_queue", "appearance", ["edition", "queued_at"])
    op.create_index("ix_appearance_withdrawn", "appearance", ["edition", "withdrawn_at"])
    op.create_table(
        "published_page",
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=False),
        sa.Column("channel", sa.JSON(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("is_written", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("edition", "number"),
    )
    op.create_index("ix_published_page_is_written", "published_page", ["is_written"])
