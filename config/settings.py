"""Settings: newsdesk.toml and NEWSDESK_* variables, read into the options.

What cannot be meant is refused.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.errors import UsageFault
from config.options import Curation, Edition, Fetching, Polling, Retention, Serving

PREFIX = "NEWSDESK_"
NOT_SETTINGS = ("NEWSDESK_CONFIG", "NEWSDESK_EDITOR", "NEWSDESK_TEST_")
LARGEST = 1_000_000  # bytes of a settings file
RESERVED_SLUGS = frozenset({"index", "sources"})


class SettingsError(UsageFault):
    """Settings that cannot be meant: each fault in one line, with file, line where known, and key."""


def _base_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme not in {"http", "https"} or not rest.strip("/") or set(url) & set(' ?#"<>'):
        raise ValueError("an address such as https://news.example.org/ was expected")
    return url if url.endswith("/") else f"{url}/"


class Settings(BaseSettings):
    """A newsroom's settings. `output` and a SQLite path are relative to the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, case_sensitive=False
    )

    title: str = Field("newsdesk", min_length=1, max_length=200, description="The name of the newsroom.")
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        "http://127.0.0.1:8080/", description="Where readers see the published folder."
    )
    language: str = Field(
        "en",
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="The language of the published pages.",
    )
    database_url: str = Field("sqlite:///newsdesk.db", description="The database.")
    output: Path = Field(Path("public"), description="The folder that is published.")
    fetch: Fetching = Fetching()
    poll: Polling = Polling()
    curation: Curation = Curation()
    serve: Serving = Serving()
    retention: Retention = Retention()
    editions: tuple[Edition, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over the file, which is handed in as the initial values."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _together(self) -> Settings:
        slugs = [edition.slug for edition in self.editions]
        for slug in slugs:
            if slugs.count(slug) > 1:
                raise ValueError(f"editions: the slug {slug!r} is given twice")
            if slug in RESERVED_SLUGS:
                raise ValueError(f"editions: the slug {slug!r} is the name of another published file")
        if self.poll.min_interval > self.poll.max_interval:
            raise ValueError("poll.min_interval is longer than poll.max_interval")
        self._keep_the_database_unpublished()
        return self

    def _keep_the_database_unpublished(self) -> None:
        path = self.database_url.removeprefix("sqlite:///")
        if path == self.database_url or path in {"", ":memory:"}:
            return
        if Path(path).absolute().is_relative_to(self.output.absolute()):
            raise ValueError(f"database_url: {path} lies in the published folder, {self.output}")


def load(path: Path | None) -> Settings:
    """The settings of a newsroom: the environment over the file over the defaults.

    `path` None means ./newsdesk.toml where there is one. Raises SettingsError naming file, line
    where known, key, what was expected, and for an unknown key the nearest known one.
    """
    _refuse_unknown_variables(os.environ)
    if path is None and Path("newsdesk.toml").is_file():
        path = Path("newsdesk.toml")
    text = _text(path) if path is not None else ""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is no TOML: {error}", "mend the line named") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError("\n".join(_told(error, path, text)), "mend the settings named") from error


def _text(path: Path) -> str:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read: {error.strerror}", "name a settings file with --config"
        ) from error
    if len(body) > LARGEST:
        raise SettingsError(f"{path}: has {len(body):,} bytes", "name a settings file with --config")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text", "save it as UTF-8") from error


def _refuse_unknown_variables(variables: Mapping[str, str]) -> None:
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in sorted(variables):
        first = name.partition("__")[0].upper()
        if not first.startswith(PREFIX) or first in known or name.startswith(NOT_SETTINGS):
            continue
        raise SettingsError(f"{name}: is no setting{_nearest(first, known)}", "unset the variable")


def _told(error: ValidationError, path: Path | None, text: str) -> Iterator[str]:
    """Each fault in one line."""
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        wrong = (
            "is no setting" + _nearest(str(fault["loc"][-1]), _siblings(fault["loc"]))
            if _unknown(fault)
            else _expected(fault)
        )
        yield f"{_where(fault['loc'], path, text)}: {key}{': ' if key else ''}{wrong}"


def _unknown(fault: ErrorDetails) -> bool:
    return fault["type"] == "extra_forbidden"


def _expected(fault: ErrorDetails) -> str:
    said = fault["msg"].removeprefix("Value error, ")
    given = fault["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float) else ""
    return f"{said[:1].lower()}{said[1:]}{shown}"


def _where(loc: tuple[int | str, ...], path: Path | None, text: str) -> str:
    """The variable, or the file and line, that a fault stands in."""
    variable = PREFIX + "__".join(str(part) for part in loc).upper()
    if loc and variable in {name.upper() for name in os.environ}:
        return variable
    line = _line(loc, text)
    return f"{path or 'settings'}:{line}" if line else str(path or "settings")


def _line(loc: tuple[int | str, ...], text: str) -> int | None:
    """The line on which a key stands, found by its table's header: good enough for a message."""
    names = [part for part in loc if isinstance(part, str)]
    table, left = "", next((part for part in loc if isinstance(part, int)), 0)
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split("#")[0].strip()
        if bare.startswith("["):
            table = bare.strip("[] ")
            left -= table == names[0] and bare.startswith("[[")
        key = bare.partition("=")[0].strip().strip("\"'")
        if (
            names[:1] == [key]
            or (len(names) > 1 and key == names[-1] and table == names[0] and left < 0)
            or (len(names) > 1 and key == names[-1] and table == names[0] and "[[" not in text)
        ):
            return number
    return None


def _siblings(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that are known beside the last of a path."""
    model: type[BaseModel] = Settings
    for part in loc[:-1]:
        if isinstance(part, str):
            model = TABLES.get(part, model)
    return list(model.model_fields)


TABLES: dict[str, type[BaseModel]] = {
    "fetch": Fetching,
    "poll": Polling,
    "curation": Curation,
    "serve": Serving,
    "retention": Retention,
    "editions": Edition,
}


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; {near[0]} is one" if near else f"; there are {', '.join(known)}"
