"""Settings: newsdesk.toml and NEWSDESK_* variables, read into the options.

What cannot be meant is refused.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from config import places
from config.errors import UsageFault
from config.options import (
    Access,
    Curation,
    Edition,
    Fetching,
    Polling,
    Publishing,
    Retention,
    Serving,
)
from config.places import Place
from config.written import Address, listed, web_address

PREFIX = "NEWSDESK_"
NOT_SETTINGS = re.compile(r"NEWSDESK_(CONFIG|EDITOR|WRITTEN|REMOVED|TEST_.*)")
LARGEST = 1_000_000  # bytes of a settings file
LONGEST_SHOWN = 60  # characters of a refused value
SQLITE = re.compile(r"sqlite(\+\w+)?:///([^?]*)")
IN_OUR_WORDS = {
    "model_type": "a table was expected",
    "tuple_type": "a list was expected",
    "missing": "is missing",
}
TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


class SettingsError(UsageFault):
    """Settings that cannot be meant: each fault in one line, with file, line where known, and key."""


class Settings(BaseSettings):
    """A newsroom's settings. `output` and a SQLite path are relative to the working directory.

    What is given in the program is taken as it is; `load` reads the file and the environment.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, enable_decoding=False
    )

    title: str = Field("newsdesk", min_length=1, max_length=200, description="The name of the newsroom.")
    base_url: Annotated[str, AfterValidator(web_address)] = Field(
        "http://127.0.0.1:8080/", description="Where readers see the published folder."
    )
    language: str = Field(
        "en",
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="The language of the published pages.",
    )
    rights: str = Field("", max_length=500, description="What may be done with the feeds, in one sentence.")
    icon: Address | None = Field(None, description="A small square picture for the feeds.")
    logo: Address | None = Field(None, description="A picture for the feeds, twice as wide as high.")
    database_url: str = Field("sqlite:///newsdesk.db", min_length=1, description="The database.")
    output: Path = Field(Path("public"), description="The folder that is published.")
    private: Path = Field(Path("private"), description="The folder of the editions that need a token.")
    theme: Path | None = Field(None, description="A folder of templates that replace those of the pages.")
    fetch: Fetching = Fetching()
    poll: Polling = Polling()
    curation: Curation = Curation()
    publish: Publishing = Publishing()
    serve: Serving = Serving()
    retention: Retention = Retention()
    editions: Annotated[tuple[Edition, ...], BeforeValidator(listed)] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given, lest a variable move the sample newsroom into a real database."""
        return (init_settings,)

    @field_validator("editions")
    @classmethod
    def _each_slug_once(cls, editions: tuple[Edition, ...]) -> tuple[Edition, ...]:
        for slug, times in Counter(edition.slug for edition in editions).items():
            if times > 1:
                raise ValueError(f"one edition with the slug {slug} was expected, not {times}")
        return editions

    @model_validator(mode="after")
    def _keep_the_database_unpublished(self) -> Self:
        path = sqlite_path(self.database_url)
        output = self.output.resolve()
        if path is not None and (path.is_relative_to(output) or output.is_relative_to(path)):
            raise ValueError(f"database_url: {path} lies in the published folder, {output}")
        return self

    @model_validator(mode="after")
    def _keep_private_editions_unpublished(self) -> Self:
        private, output = self.private.resolve(), self.output.resolve()
        is_within = private.is_relative_to(output) or output.is_relative_to(private)
        if is_within and any(edition.is_private for edition in self.editions):
            raise ValueError(f"private: {private} and the published folder, {output}, lie in one another")
        return self


def sqlite_path(database_url: str) -> Path | None:
    """The file of a SQLite database; None for one in memory or of another kind."""
    found = SQLITE.match(database_url)
    return Path(found[2]).resolve() if found and found[2] not in {"", ":memory:"} else None


def load(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a newsroom: the environment over the file over the defaults.

    `path` None means the file that NEWSDESK_CONFIG names, else ./newsdesk.toml where there is one.
    Raises SettingsError naming file or variable, line where known, key, what was expected, and for
    an unknown key the nearest known one.
    """
    variables = os.environ if environ is None else environ
    path = path or _found(variables)
    text = _text(path) if path else ""
    values = _merged(_toml(text, path), _given(variables))
    faults = [*_unknown_variables(variables), *_private_keys(values, path, text)]
    try:
        settings = Settings(**values)
    except ValidationError as error:
        lines = places.lines(text)
        faults += (_told(fault, path, lines, variables) for fault in error.errors())
    if faults:
        raise SettingsError("\n".join(dict.fromkeys(faults)), "mend what is named; nothing was changed")
    return settings


def _found(variables: Mapping[str, str]) -> Path | None:
    if named := variables.get(f"{PREFIX}CONFIG"):
        return Path(named)
    usual = Path("newsdesk.toml")
    return usual if usual.exists() else None


def _text(path: Path) -> str:
    """A settings file's text, with or without a byte order mark."""
    another = "name a settings file with --config"
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}", another) from error
    except ValueError as error:  # a NUL in the name
        raise SettingsError(f"{str(path)!r}: is no file name", another) from error
    if len(body) > LARGEST:
        raise SettingsError(f"{path}: is longer than {LARGEST:,} bytes", another)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text (byte {error.start})", "save it as UTF-8") from error


def _toml(text: str, path: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise SettingsError(f"{path}: nests too deep", "mend the file") from error
    except ValueError as error:  # also a number of thousands of digits, which is no TOMLDecodeError
        place = TOML_PLACE.search(str(error))
        where = f"{path}:{place[1]}:{place[2]}" if place else f"{path}"
        said = TOML_PLACE.sub("", str(error))
        raise SettingsError(f"{where}: is no TOML: {said[:1].lower()}{said[1:]}", "mend the line") from error


def _given(variables: Mapping[str, str]) -> dict[str, Any]:
    """What the environment sets, nested as the file is."""
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in variables.items() if name in VARIABLES}
    return source()


def _merged(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    tables = {name: _merged(under[name], over[name]) for name in over if _is_table(under, over, name)}
    return {**under, **over, **tables}


def _is_table(under: Mapping[str, Any], over: Mapping[str, Any], name: str) -> bool:
    return isinstance(under.get(name), dict) and isinstance(over[name], dict)


def paths() -> Iterator[tuple[str, ...]]:
    """Every setting, as the names that lead to it: ("title",), ("fetch", "timeout")…"""
    for name in Settings.model_fields:
        yield from ((name, key) for key in TABLES[name].model_fields) if name in TABLES else [(name,)]


TABLES: dict[str, type[BaseModel]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
}
VARIABLES = frozenset(PREFIX + "__".join(path).upper() for path in paths())


def _unknown_variables(variables: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in VARIABLES and not NOT_SETTINGS.fullmatch(name):
            yield f"{name}: is no setting{_nearest(name, sorted(VARIABLES))}"


def _private_keys(values: dict[str, Any], path: Path | None, text: str) -> Iterator[str]:
    """Take out the keys that BaseSettings would take as arguments of its own, such as _env_file."""
    private = [name for name in values if name.startswith("_")]
    lines = places.lines(text) if private else {}
    for name in private:
        del values[name]
        yield f"{_place((name,), path, lines)}: {name}: is no setting"


def _told(
    fault: ErrorDetails, path: Path | None, lines: Mapping[Place, int], variables: Mapping[str, str]
) -> str:
    """A fault in one line."""
    place = fault["loc"]
    if fault["type"] == "extra_forbidden":
        wrong = f"is no setting{_nearest(str(place[-1]), _keys_beside(place))}"
    else:
        wrong = _expected(fault)
    key = ".".join(map(str, place))
    return ": ".join(part for part in (_where(place, path, lines, variables), key, wrong) if part)


def _expected(fault: ErrorDetails) -> str:
    said = IN_OUR_WORDS.get(fault["type"]) or fault["msg"].removeprefix("Value error, ").replace("\n", " ")
    given = fault["input"]
    shown = f", not {given!r:.{LONGEST_SHOWN}}" if isinstance(given, str | int | float) else ""
    return f"{said[:1].lower()}{said[1:]}{shown}"


def _where(place: Place, path: Path | None, lines: Mapping[Place, int], variables: Mapping[str, str]) -> str:
    """The variable, or the file and line, in which a fault stands."""
    for near in _nearer(place):
        variable = PREFIX + "__".join(map(str, near)).upper()
        if variable in VARIABLES and variable in variables:
            return variable
    return _place(place, path, lines)


def _place(place: Place, path: Path | None, lines: Mapping[Place, int]) -> str:
    """The file, and the line that names a key, else that of the table it would stand in."""
    line = next((lines[near] for near in _nearer(place) if near in lines), None)
    return f"{path}:{line}" if line else str(path or "")


def _nearer(place: Place) -> Iterator[Place]:
    """A place, and what it lies in, from the inside out."""
    return (place[:length] for length in range(len(place), 0, -1))


def _keys_beside(place: Place) -> list[str]:
    """The keys that are known beside the last of a path."""
    table = place[0] if len(place) > 1 else ""
    if place[:2] == ("fetch", "access") and len(place) > 2:
        return list(Access.model_fields)
    model = Edition if table == "editions" else TABLES.get(str(table), Settings)
    return list(model.model_fields)


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; the nearest is {near[0]}" if near else f"; there are {', '.join(known)}"
