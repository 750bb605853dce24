"""Where a source is at home, found out from its dates."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    pass
