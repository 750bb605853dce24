"""The options as types with defaults. Who needs one is handed it; nobody reads a file for it here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from config.written import (
    Address,
    Cookie,
    Duration,
    Header,
    Network,
    Sent,
    Slug,
    Variable,
    Wait,
    Zone,
    listed,
    web_address,
    words,
)


class Options(BaseModel):
    """A table of the settings file: frozen, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _no_switch(cls, value: Any) -> Any:
        """Pydantic would read `port = true` as port 1."""
        if isinstance(value, bool):
            raise ValueError("neither true nor false was expected")
        return value


class Access(Options):
    """What requests to an address and what lies below it carry. A secret is named here, not written."""

    url: Address = Field(description="The address; what lies below it is meant too, another host never.")
    username: Sent | None = Field(None, pattern=r"^[^:]+$", description="The user name, for basic access.")
    password_env: Variable | None = Field(None, description="The variable that holds the password.")
    password_file: Path | None = Field(None, description="The file that holds the password.")
    bearer_env: Variable | None = Field(None, description="The variable that holds a bearer token.")
    bearer_file: Path | None = Field(None, description="The file that holds a bearer token.")
    headers: Mapping[Header, Sent] = Field({}, description="Headers, by name, that are no secret.")
    headers_env: Mapping[Header, Variable] = Field({}, description="The variables that hold headers.")
    headers_file: Mapping[Header, Path] = Field({}, description="The files that hold headers.")
    cookies: Mapping[Cookie, Sent] = Field({}, description="Cookies, by name, that are no secret.")
    cookies_env: Mapping[Cookie, Variable] = Field({}, description="The variables that hold cookies.")
    cookies_file: Mapping[Cookie, Path] = Field({}, description="The files that hold cookies.")

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        passwords = (self.password_env, self.password_file)
        bearers = (self.bearer_env, self.bearer_file)
        if (self.username is not None) != any(passwords) or all(passwords):
            raise ValueError("a username with a password_env or a password_file was expected")
        if all(bearers) or (any(passwords) and any(bearers)):
            raise ValueError("one password or one bearer token was expected")
        return self


class Fetching(Options):
    """How sources are asked."""

    timeout: float = Field(
        20.0, ge=1, le=600, description="Seconds in all for one source, from name look-up to last byte."
    )
    max_bytes: int = Field(
        10_000_000,
        ge=1_000,
        le=1_000_000_000,
        description="The largest document, before and after decompression.",
    )
    concurrency: int = Field(
        64,
        ge=1,
        le=1_000,
        description="How many requests are in flight at once; where some take longer than "
        "a quarter of a second, up to half as many again.",
    )
    host_gap: float = Field(
        2.0, ge=0, le=3_600, description="Seconds between two requests to one host and port; 0 for none."
    )
    allow_private_networks: Annotated[tuple[Network, ...], BeforeValidator(listed)] = Field(
        (), description="Networks that may be connected to though they are not public."
    )
    contact: str | None = Field(
        None,
        max_length=200,
        pattern=r"^[!-~]([ -~]*[!-~])?$",  # it stands in a header
        description="A page or address at which you can be reached, sent with each request.",
    )
    proxy: Address | None = Field(None, description="The HTTP proxy through which sources are asked.")
    access: Annotated[tuple[Access, ...], BeforeValidator(listed)] = Field(
        (), description="What requests to certain addresses carry: passwords, tokens, headers, cookies."
    )


class Polling(Options):
    """When sources are asked."""

    tick: float = Field(5.0, ge=0.1, le=3_600, description="Seconds between two looks at what is due.")
    min_interval: Duration = Field(
        timedelta(minutes=15),
        ge=timedelta(seconds=1),
        le=timedelta(days=30),
        description="The shortest time between two polls of one source.",
    )
    max_interval: Duration = Field(
        timedelta(hours=24),
        ge=timedelta(seconds=1),
        le=timedelta(days=30),
        description="The longest time between two polls of a source that answers.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_interval > self.max_interval:
            raise ValueError("a min_interval no longer than max_interval was expected")
        return self


class Curation(Options):
    """How picks come to be seen."""

    hold: Wait = Field(timedelta(), description="How long a pick waits before readers see it.")
    app_hold: Wait = Field(timedelta(minutes=5), description="The same, for picks made in a reader app.")
    quorum: int = Field(
        1, ge=1, le=100, description="How many editors must pick an item before readers see it."
    )
    zone: Zone | None = Field(
        None, description="The time zone that editors mean, such as Europe/Paris; else that of the terminal."
    )


class Serving(Options):
    """Where the published files are served."""

    host: str = Field("127.0.0.1", min_length=1, description="The address listened on.")
    port: int = Field(8080, ge=0, le=65_535, description="The port listened on; 0 for any that is free.")
    public_url: Annotated[str, AfterValidator(web_address)] | None = Field(
        None, description="The address at which hubs reach this daemon, so that they can tell of changes."
    )


class Publishing(Options):
    """What is written beside the documents, and what is done after a change of the published folder."""

    compress: Annotated[tuple[Literal["gz", "br", "zst"], ...], BeforeValidator(listed)] = Field(
        ("gz", "br", "zst"), description="The compressed variants beside each document: gz, br, zst."
    )
    command: Annotated[tuple[Annotated[str, Field(pattern=r"^[^\x00]*$")], ...], BeforeValidator(words)] = (
        Field((), description="The command that is run after a change in the folder, such as rsync.")
    )
    command_timeout: Duration = Field(
        timedelta(minutes=5),
        ge=timedelta(seconds=1),
        le=timedelta(days=1),
        description="How long the command may take; then it is killed, and has failed.",
    )
    hub: Address | None = Field(
        None, description="The WebSub hub that feeds name, and that is told of their changes."
    )


class Retention(Options):
    """How long what is read is kept."""

    items: Duration = Field(
        timedelta(days=365),
        ge=timedelta(days=1),
        le=timedelta(days=36_500),
        description="How long an item is kept after it was first seen; picked and published ones stay.",
    )
    publications: Duration = Field(
        timedelta(days=365),
        ge=timedelta(days=1),
        le=timedelta(days=36_500),
        description="How long it is kept what was public when; an edition's history stays.",
    )


FILTERS = frozenset({"section", "language", "source", "tag"})  # with the rule recent only
PROMISES = frozenset({"min", "max_age", "fresh", "expire"})  # with the rule picks only
PRIVATE = "private/"  # how the names of a private edition's files begin, below the published address


class Edition(Options):
    """A published feed: what it is called, what fills it, how long it is."""

    slug: Slug = Field(description="Its name in file names and addresses.")
    title: str = Field("", min_length=1, max_length=200, description="Its title; else its slug.")
    description: str = Field("", max_length=1_000, description="One sentence about it.")
    rule: Literal["recent", "picks"] = Field(
        "recent", description="What fills it: all that is recent, or what editors pick."
    )
    section: str | None = Field(None, description="Only items of sources in this section (rule recent).")
    language: str | None = Field(None, description="Only items in this language (rule recent).")
    source: int | None = Field(
        None, ge=1, description="Only items of this source, by its number (rule recent)."
    )
    tag: str | None = Field(None, description="Only items with this tag (rule recent).")
    limit: int = Field(50, ge=1, le=1_000, description="How many entries at most.")
    min: int = Field(0, ge=0, le=1_000, description="How many live picks are wanted (rule picks).")
    max_age: Annotated[Duration, Field(ge=timedelta(minutes=1))] | None = Field(
        None, description="How long a pick is shown (rule picks)."
    )
    fresh: Annotated[Duration, Field(ge=timedelta(minutes=1))] | None = Field(
        None, description="The longest time between two new picks (rule picks)."
    )
    expire: Literal["oldest"] | None = Field(
        None, description="What makes room where the limit is reached: the oldest pick (rule picks)."
    )
    token_env: Variable | None = Field(
        None, description="The variable that holds the token without which nobody reads it."
    )
    token_file: Path | None = Field(
        None, description="The file that holds the token without which nobody reads it."
    )

    @property
    def is_private(self) -> bool:
        """Whether only who has its token reads it."""
        return self.token_env is not None or self.token_file is not None

    @property
    def path(self) -> str:
        """How the names of its files begin, below the published address."""
        return f"{PRIVATE}{self.slug}" if self.is_private else self.slug

    @model_validator(mode="after")
    def _has_one_token(self) -> Self:
        if self.token_env is not None and self.token_file is not None:
            raise ValueError("a token_env or a token_file was expected, not both")
        return self

    @model_validator(mode="after")
    def _asks_what_its_rule_can_do(self) -> Self:
        rule = "picks" if self.slug == "editors-pick" and "rule" not in self.model_fields_set else self.rule
        refused = FILTERS if rule == "picks" else PROMISES
        given = {name for name in refused if getattr(self, name) not in (None, 0)}
        if given:
            raise ValueError(f"no {' or '.join(sorted(given))} was expected with the rule {rule}")
        if self.min > self.limit:
            raise ValueError("a min no greater than the limit was expected")
        return self


RECENT_NEWS = Edition(slug="recent-news", title="Recent News", rule="recent")
EDITORS_PICK = Edition(slug="editors-pick", title="Editor's Pick", rule="picks")


def editions(configured: Sequence[Edition] = ()) -> tuple[Edition, ...]:
    """The editions of a newsroom: the two that always exist, then the others in their order.

    Naming one of the two changes only the keys that are given.
    """
    by_slug = {edition.slug: edition for edition in configured}
    always = [_changed(one, by_slug.pop(one.slug, one)) for one in (RECENT_NEWS, EDITORS_PICK)]
    return (*always, *map(_titled, by_slug.values()))


def _changed(edition: Edition, configured: Edition) -> Edition:
    given = {name: getattr(configured, name) for name in configured.model_fields_set}
    return edition.model_copy(update=given)


def _titled(edition: Edition) -> Edition:
    return edition if edition.title else edition.model_copy(update={"title": edition.slug})
