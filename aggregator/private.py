"""The private editions over HTTP: their files go to whoever gives an edition's token, in one of three ways.

    Authorization: Bearer TOKEN     Authorization: Basic ANYBODY:TOKEN     ?token=TOKEN

Anybody else is answered alike, whatever is asked for: an edition, one that there is not, no edition at all.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote_to_bytes

from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from aggregator.folder import Folder
from aggregator.published import Answer, Fresh, PublishedFiles, deliver, headers_of, nowhere, plain
from config.options import PRIVATE

ROUTE = f"/{PRIVATE}{{name:path}}"
REALM = 'realm="private"'
CHALLENGES = f'Basic {REALM}, charset="UTF-8", Bearer {REALM}'  # RFC 7617 §2, RFC 6750 §3
TO_NOBODY = {"vary": "Authorization", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
REFUSED = plain(401, TO_NOBODY | {"www-authenticate": CHALLENGES, "cache-control": "no-store"})
FOR_SCRIPTS = ("access-control-", "cross-origin-")  # what lets those of other sites read


@dataclass(frozen=True, slots=True)
class Private:
    """The folder of the private editions, and the token of each, by slug."""

    folder: Path
    tokens: Mapping[str, SecretStr]


class PrivateFiles:
    """The folder for those who have a token; below /private/, a bare ASGI application."""

    def __init__(self, private: Private, fresh: Fresh, answered: Counter[int]) -> None:
        self._files = PublishedFiles(Folder(private.folder), nowhere, fresh, answered)
        tokens = {slug: token.get_secret_value().encode() for slug, token in private.tokens.items()}
        self._digests = {slug: _digest(token) for slug, token in tokens.items()}
        self._of_none = secrets.token_bytes(32)  # a digest that no token has

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix(f"/{PRIVATE}")
        answer = self.answer(scope["method"], name, headers_of(scope), scope["query_string"])
        self._files.answered[answer.status] += 1
        await deliver(answer, send, with_body=scope["method"] != "HEAD")

    def answer(self, method: str, name: str, headers: Mapping[str, str], query: bytes = b"") -> Answer:
        """What somebody is answered who asks for a name; the names of headers are in small letters."""
        slug = name.partition("/")[0].partition(".")[0]
        token = self._digests.get(slug, self._of_none)
        offered = [*_authorized(headers.get("authorization", "")), *_addressed(query)]
        if not any(hmac.compare_digest(_digest(one), token) for one in offered):
            return REFUSED
        return _to_one(self._files.answer(method, name, headers))


def _digest(token: bytes) -> bytes:
    """Of one length, so that comparing takes one time."""
    return sha256(token).digest()


def _authorized(header: str) -> Iterator[bytes]:
    """The token in a header: as it is, or as the password of anybody."""
    scheme, _, value = header.strip().partition(" ")
    given = value.strip().encode("latin-1")
    if scheme.lower() == "bearer":
        yield given
    elif scheme.lower() == "basic":
        try:
            yield b64decode(given, validate=True).partition(b":")[2]
        except ValueError:
            return


def _addressed(query: bytes) -> Iterator[bytes]:
    """The tokens in an address; a plus sign is one, since no token has a space."""
    for member in query.split(b"&"):
        name, _, value = member.partition(b"=")
        if name == b"token":
            yield unquote_to_bytes(value)


def _to_one(answer: Answer) -> Answer:
    """An answer for one reader: no shared cache keeps it, no other site's script reads it."""
    said = {name: value for name, value in answer.headers.items() if not name.startswith(FOR_SCRIPTS)}
    vary = ", ".join(filter(None, (TO_NOBODY["vary"], said.get("vary"))))
    cache = said.get("cache-control", "no-cache").replace("public", "private")
    return replace(answer, headers=said | TO_NOBODY | {"vary": vary, "cache-control": cache})
