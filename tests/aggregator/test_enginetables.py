"""The engine's tables are brought to the version of the engine that is installed, by its own migrations."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import CommandLine
from sqlalchemy import Connection, text

from aggregator import enginetables
from aggregator.app import Newsdesk
from aggregator.database import Database
from config.errors import UsageFault

schema = pytest.importorskip("procrastinate.schema")
pytestmark = pytest.mark.postgresql

MADE = text("""
    SELECT 'function', proname || '(' || pg_get_function_arguments(oid) || ')', md5(prosrc)
    FROM pg_proc WHERE proname LIKE 'procrastinate%' UNION ALL
    SELECT table_name, column_name, concat(data_type, column_default, is_nullable)
    FROM information_schema.columns WHERE table_name LIKE 'procrastinate%' UNION ALL
    SELECT 'label', typname, string_agg(enumlabel, ' ' ORDER BY enumlabel)
    FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid GROUP BY typname ORDER BY 1, 2, 3
""")
OLD = "03.02.00_50_post_batch_defer_jobs"


def made(connection: Connection) -> list[tuple[str, ...]]:
    """What of the engine is in a database."""
    return [tuple(row) for row in connection.execute(MADE)]


def as_it_was(database: Database, version: str) -> None:
    """The tables of an engine of old, as its migrations left them."""
    for file in sorted(Path(schema.SchemaManager.get_migrations_path()).glob("*.sql")):
        if file.stem <= version:
            with database.connected(writing=True) as connection:
                connection.exec_driver_sql(file.read_text().replace("%", "%%"))
                connection.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS '{file.stem}'")


def test_older_tables_become_those_of_the_installed_engine(empty: Database, newsdesk: Newsdesk) -> None:
    as_it_was(empty, OLD)
    with empty.connected() as connection:
        before = made(connection)
    enginetables.bring_up(empty)
    with empty.connected() as connection, newsdesk.database.connected() as other:
        assert enginetables.found(connection) == enginetables.known()
        assert before != made(connection) == made(other)


def test_tables_of_the_installed_engine_are_left_alone(newsdesk: Newsdesk) -> None:
    with newsdesk.database.connected() as connection:
        before = made(connection)
    newsdesk.bring_queue_up()
    with newsdesk.database.connected() as connection:
        assert made(connection) == before


def test_newer_tables_are_refused_with_the_versions(newsdesk: Newsdesk) -> None:
    with newsdesk.database.connected(writing=True) as connection:
        connection.execute(text("COMMENT ON TABLE procrastinate_jobs IS '99.00.00_01_pre_more'"))
    with pytest.raises(UsageFault, match=r"newer procrastinate: it stands at 99\.00\.00.*at 0") as raised:
        newsdesk.bring_queue_up()
    assert "same newsdesk[cluster]" in raised.value.remedy


@pytest.mark.parametrize("version", [OLD, "99.00.00"])
def test_the_doctor_names_a_queue_of_another_engine(
    newsdesk: Newsdesk, command: CommandLine, version: str
) -> None:
    with newsdesk.database.connected(writing=True) as connection:
        connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS '{version}'"))
    said = command("doctor")
    assert said.status == 1
    assert f"it stands at {version}" in " ".join(said.out.split())
