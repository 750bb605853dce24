"""What requests to an address carry, with the secrets that settings only name, read when they are needed."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from config.options import Access
from config.settings import SettingsError

LARGEST = 16_000  # bytes of a secret; a request's headers are no longer with most servers


@dataclass(frozen=True, slots=True)
class Permit:
    """The headers of requests to an address and what lies below it. Printing it shows no secret."""

    url: str
    headers: Mapping[str, SecretStr]


def permits(accesses: Iterable[Access], environ: Mapping[str, str] | None = None) -> tuple[Permit, ...]:
    """The permits of a settings file; raises SettingsError naming each variable and file that is amiss."""
    reading = _Reading(os.environ if environ is None else environ)
    read = tuple(Permit(access.url, dict(reading.headers(access))) for access in accesses)
    if reading.faults:
        raise SettingsError("\n".join(reading.faults), "set what is named; nothing was changed")
    return read


class _Reading:
    """Reads secrets, and gathers what is wrong with them: never what they say."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def headers(self, access: Access) -> Iterator[tuple[str, SecretStr]]:
        if access.username is not None:
            password = self._one(access, access.password_env, access.password_file)
            pair = b64encode(f"{access.username}:{password}".encode()).decode()  # RFC 7617
            yield "Authorization", SecretStr(f"Basic {pair}")
        elif access.bearer_env or access.bearer_file:
            yield (
                "Authorization",
                SecretStr(f"Bearer {self._one(access, access.bearer_env, access.bearer_file)}"),
            )
        for name, value in self._named(access, access.headers, access.headers_env, access.headers_file):
            yield name, SecretStr(value)
        cookies = list(self._named(access, access.cookies, access.cookies_env, access.cookies_file))
        if cookies:
            yield "Cookie", SecretStr("; ".join(f"{name}={value}" for name, value in cookies))

    def _named(
        self, access: Access, plain: Mapping[str, str], env: Mapping[str, str], file: Mapping[str, Path]
    ) -> Iterator[tuple[str, str]]:
        yield from plain.items()
        yield from ((name, self._one(access, variable, None)) for name, variable in env.items())
        yield from ((name, self._one(access, None, path)) for name, path in file.items())

    def _one(self, access: Access, variable: str | None, file: Path | None) -> str:
        """A secret from a variable, else from a file, without the line end after it."""
        place = f"variable {variable}" if variable else f"file {file}"
        try:
            said = self.environ.get(variable, "") if variable else _text(file)
        except (OSError, ValueError) as error:
            said, place = "", f"{place} ({getattr(error, 'strerror', None) or 'is no text'})"
        secret = said.rstrip("\r\n")
        if not secret:
            self.faults.append(f"fetch.access: {access.url}: {place}: holds no secret")
        elif not (secret.isascii() and secret.isprintable()):
            self.faults.append(f"fetch.access: {access.url}: {place}: holds what cannot stand in a header")
        return secret


def _text(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open("rb") as opened:
        return opened.read(LARGEST).decode()
