"""Undoes the codings of a body (RFC 9110 §8.4.1) within limits, and knows whether it is whole. Pure.

The client could unpack too, but takes a body that was cut short for a whole one.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
MOST_CODINGS = 2
MOST_MEMBERS = 10_000  # beginning one costs time, though there be nothing in it
PIECE = 65_536  # bytes unpacked at a time
LARGEST_WINDOW = 23  # 8 MB, as a power of 2: no more is allowed on the web (RFC 9659 §3)


class Broken(ValueError):
    """The body is not what its coding says."""


class TooLarge(ValueError):
    """The body is larger than is allowed, which is so many bytes."""


class Coding(Protocol):
    """One coding being undone; `ended` once what began is whole."""

    @property
    def ended(self) -> bool: ...

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        """What is in the next bytes, in pieces of a bounded size."""


class Deflated:
    """gzip, also of several members, or deflate, also without the header that it should have."""

    WITH_A_HEADER = zlib.MAX_WBITS | 32  # zlib's or gzip's, told apart by its first bytes
    BARE = -zlib.MAX_WBITS

    def __init__(self) -> None:
        self._member = zlib.decompressobj(self.WITH_A_HEADER)
        self._members = 0

    @property
    def ended(self) -> bool:
        return self._member.eof

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        packed = self._unpadded(packed)
        while packed:
            if self.ended or not self._members:
                self._begin(packed[0])
            yield from self._inflate(packed)
            packed = self._unpadded(self._member.unused_data)

    def _unpadded(self, packed: bytes) -> bytes:
        """What is left without the zeros that may stand after a member."""
        return packed.lstrip(b"\0") if self.ended else packed

    def _begin(self, first: int) -> None:
        """Begin a member, by its first byte: bare deflate begins neither as gzip does nor as zlib."""
        has_header = first == 0x1F or first & 0x0F == 8
        self._member = zlib.decompressobj(self.WITH_A_HEADER if has_header else self.BARE)
        self._members = counted(self._members)

    def _inflate(self, packed: bytes) -> Iterator[bytes]:
        piece = self._member.decompress(packed, PIECE)
        while piece:
            yield piece
            piece = self._member.decompress(self._member.unconsumed_tail, PIECE) if not self.ended else b""


class Brotli:
    """Brotli (RFC 7932): one stream, after which nothing may come."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    @property
    def ended(self) -> bool:
        return bool(self._stream.is_finished())

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        yield self._stream.process(packed, output_buffer_limit=PIECE)
        while not self._stream.can_accept_more_data():
            yield self._stream.process(b"", output_buffer_limit=PIECE)


class Zstandard:
    """Zstandard (RFC 8878), also of several frames."""

    def __init__(self) -> None:
        self._frames = 0
        self._frame = self._begin()

    def _begin(self) -> zstd.ZstdDecompressor:
        self._frames = counted(self._frames)
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW})

    @property
    def ended(self) -> bool:
        return self._frame.eof

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        while packed:
            if self.ended:
                self._frame = self._begin()
            yield self._frame.decompress(packed, PIECE)
            while not self._frame.needs_input and not self.ended:
                yield self._frame.decompress(b"", PIECE)
            packed = self._frame.unused_data if self.ended else b""


def counted(members: int) -> int:
    """One member more; raises Broken for one too many."""
    if members >= MOST_MEMBERS:
        raise Broken(f"the compressed document has more than {MOST_MEMBERS:,} members")
    return members + 1


CODINGS: dict[str, type[Deflated | Brotli | Zstandard]] = {
    "gzip": Deflated,
    "x-gzip": Deflated,
    "deflate": Deflated,
    "br": Brotli,
    "zstd": Zstandard,
}
REFUSED = frozenset({"compress", "x-compress", "dcb", "dcz"})


class Unpacker:
    """Undoes a Content-Encoding, the last coding first; none yields more than `most` bytes.

    A word that is no coding (`identity`, `utf-8`) means none. Raises Broken for codings that were not
    asked for.
    """

    def __init__(self, content_encoding: str, most: int) -> None:
        words = [word for part in content_encoding.lower().split(",") if (word := part.strip())]
        codings = [CODINGS[word] for word in words if word in CODINGS]
        if len(codings) > MOST_CODINGS or not REFUSED.isdisjoint(words):
            raise Broken(f"Content-Encoding {content_encoding[:100]!r} was not asked for")
        self._codings: list[Coding] = [coding() for coding in reversed(codings)]
        self._most = most
        self._sizes = [0] * len(codings)
        self._arrived = False

    @property
    def whole(self) -> bool:
        """Whether what has arrived may be all of the body; an empty body may, whatever its coding."""
        return not self._arrived or all(coding.ended for coding in self._codings)

    def unpack(self, packed: bytes) -> Iterator[bytes]:
        """What is in the next bytes of the body; raises Broken, or TooLarge before memory is filled."""
        self._arrived = self._arrived or bool(packed)
        pieces: Iterable[bytes] = (packed,)
        for layer in range(len(self._codings)):
            pieces = self._undone(layer, pieces)
        try:
            yield from pieces
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise Broken(f"the body is not in its coding: {error}") from error

    def _undone(self, layer: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for packed in pieces:
            for piece in self._codings[layer].unpack(packed):
                self._sizes[layer] += len(piece)
                if self._sizes[layer] > self._most:
                    raise TooLarge(f"{self._most:,}")
                yield piece
