"""Where Alembic starts from: the connection and transaction it is handed."""

from alembic import context
from sqlmodel import SQLModel

import feeds.tables  # noqa: F401  the tables register themselves

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
context.run_migrations()
