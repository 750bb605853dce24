"""The secrets that settings only name, read when they are needed: what requests to an address carry, and the
tokens of private editions.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from config.options import Access, Edition
from config.settings import SettingsError

LARGEST = 16_000  # bytes of a secret; a request's headers are no longer with most servers
SHORTEST = 16  # characters of a token that is not to be guessed


@dataclass(frozen=True, slots=True)
class Permit:
    """The headers of requests to an address and what lies below it. Printing it shows no secret."""

    url: str
    headers: Mapping[str, SecretStr]


def permits(accesses: Iterable[Access], environ: Mapping[str, str] | None = None) -> tuple[Permit, ...]:
    """The permits of a settings file; raises SettingsError naming each variable and file that is amiss."""
    reading = _Reading(os.environ if environ is None else environ)
    read = tuple(Permit(access.url, dict(reading.headers(access))) for access in accesses)
    reading.refuse_faults()
    return read


def tokens(editions: Iterable[Edition], environ: Mapping[str, str] | None = None) -> dict[str, SecretStr]:
    """The tokens of the private editions, by slug; raises SettingsError naming each that is amiss."""
    reading = _Reading(os.environ if environ is None else environ)
    read = {edition.slug: SecretStr(reading.token(edition)) for edition in editions if edition.is_private}
    reading.refuse_faults()
    return read


class _Reading:
    """Reads secrets, and gathers what is wrong with them: never what they say."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def refuse_faults(self) -> None:
        if self.faults:
            raise SettingsError("\n".join(self.faults), "set what is named; nothing was changed")

    def token(self, edition: Edition) -> str:
        about = f"editions: {edition.slug}"
        token = self._one(about, edition.token_env, edition.token_file)
        if token and (len(token) < SHORTEST or " " in token):
            place = place_of(edition.token_env, edition.token_file)
            self.faults.append(
                f"{about}: {place}: holds no token of {SHORTEST} or more characters without a space"
            )
        return token

    def headers(self, access: Access) -> Iterator[tuple[str, SecretStr]]:
        about = f"fetch.access: {access.url}"
        if access.username is not None:
            password = self._one(about, access.password_env, access.password_file)
            pair = b64encode(f"{access.username}:{password}".encode()).decode()  # RFC 7617
            yield "Authorization", SecretStr(f"Basic {pair}")
        elif access.bearer_env or access.bearer_file:
            bearer = self._one(about, access.bearer_env, access.bearer_file)
            yield "Authorization", SecretStr(f"Bearer {bearer}")
        for name, value in self._named(about, access.headers, access.headers_env, access.headers_file):
            yield name, SecretStr(value)
        cookies = list(self._named(about, access.cookies, access.cookies_env, access.cookies_file))
        if cookies:
            yield "Cookie", SecretStr("; ".join(f"{name}={value}" for name, value in cookies))

    def _named(
        self, about: str, plain: Mapping[str, str], env: Mapping[str, str], file: Mapping[str, Path]
    ) -> Iterator[tuple[str, str]]:
        yield from plain.items()
        yield from ((name, self._one(about, variable, None)) for name, variable in env.items())
        yield from ((name, self._one(about, None, path)) for name, path in file.items())

    def _one(self, about: str, variable: str | None, file: Path | None) -> str:
        """A secret from a variable, else from a file, without the line end after it."""
        place = place_of(variable, file)
        try:
            said = self.environ.get(variable, "") if variable else _text(file)
        except (OSError, ValueError) as error:
            said, place = "", f"{place} ({getattr(error, 'strerror', None) or 'is no text'})"
        secret = said.rstrip("\r\n")
        if not secret:
            self.faults.append(f"{about}: {place}: holds no secret")
        elif not (secret.isascii() and secret.isprintable()):
            self.faults.append(f"{about}: {place}: holds what cannot stand in a header")
        return secret


def place_of(variable: str | None, file: Path | None) -> str:
    """Where a secret is kept, in words."""
    return f"variable {variable}" if variable else f"file {file}"


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open("rb") as opened:
        return opened.read(LARGEST).decode()
