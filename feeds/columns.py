"""What columns of tables are made of, beside what SQLAlchemy has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, Dialect, TypeDecorator


class Kept(TypeDecorator[Any]):
    """A frozen value, or a tuple of them, in one JSON column."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__(none_as_null=True)
        self.kind = kind
        self.adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.adapter.dump_python(value, mode="json", exclude_defaults=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.adapter.validate_python(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """SQLite gives the text as it stands, mostly of an empty list: it is read and checked in one step."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        read = self.adapter.validate_json
        return lambda text: None if text is None else () if text == "[]" else read(text)


NUMBERS_ARE_NEVER_REUSED = {"sqlite_autoincrement": True}
