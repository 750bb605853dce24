"""The queue that machines share, where the database is one that machines can share."""

from alembic import op

from aggregator import enginetables

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        enginetables.build(connection)
