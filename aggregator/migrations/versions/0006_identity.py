"""Which entry is which, where ids are bad."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass
