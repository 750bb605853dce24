"""What is answered at once is what would be answered with a look at everything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import readymade, serve
from aggregator.folder import Folder
from aggregator.published import PublishedFiles
from aggregator.readymade import LARGEST, MOST, Ready, Readymade, question

Headers = Sequence[tuple[bytes, bytes]]
FEED = '<rss version="2.0"><channel><item><guid>a</guid></item></channel></rss>' + " " * 2_000
MODIFIED = b"Tue, 14 Nov 2023 22:13:20 GMT"
ASKED = {
    b"accept-encoding": (b"gzip", b"br;q=0.5, gzip", b"identity;q=0, *", b""),
    b"if-none-match": (b"{tag}", b'W/{tag}, "x"', b'"x"', b"*", b""),
    b"if-modified-since": (MODIFIED, b"Mon, 20 Nov 2000 00:00:00 GMT", b"yesterday"),
    b"a-im": (b"feed", b"vcdiff"),
    b"user-agent": (b"feedparser/6", b"NetNewsWire"),
}
some_headers = st.lists(
    st.sampled_from(sorted(ASKED)).flatmap(
        lambda name: st.sampled_from(ASKED[name]).map(lambda value: (name, value))
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> PublishedFiles:
    folder = tmp_path_factory.mktemp("public")
    (folder / "gone").mkdir()
    (folder / "index.html").write_text("front " * 500)
    (folder / "recent-news.rss").write_text(FEED)
    (folder / "sources.opml").write_text("<opml/>")
    (folder / "gone" / "old.html").write_text("withdrawn")
    for file in folder.rglob("*.*"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return serve.application(folder)


def scope(method: str, path: str, headers: Headers = ()) -> dict[str, Any]:
    return {"type": "http", "method": method, "path": path, "headers": headers}


async def looked_at(published: PublishedFiles, asked: dict[str, Any]) -> Ready:
    """What is answered with a look at everything."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("no body is asked for")

    await published(asked, receive, send)
    body = b"".join(message["body"] for message in sent[1:])
    return Ready(sent[0]["status"], readymade.head(sent[0]["headers"]), body)


@given(
    st.sampled_from(["GET", "HEAD", "OPTIONS", "POST"]),
    st.sampled_from(
        [
            "/",
            "/recent-news.rss",
            "/sources.opml",
            "/old.html",
            "/gone/old.html",
            "/x.rss",
            "/healthz",
            "/../x",
        ]
    ),
    some_headers,
)
async def test_what_is_answered_at_once_is_what_a_look_at_everything_answers(
    published: PublishedFiles, method: str, path: str, headers: Headers
) -> None:
    served = published.folder.read("recent-news.rss")
    assert served is not None
    tag = served.tags["gzip"].encode()
    asked = scope(method, path, [(name, value.replace(b"{tag}", tag)) for name, value in headers])
    anew, again = published.at_once(asked), published.at_once(asked)
    assert anew == again
    if anew is not None:
        assert anew == await looked_at(published, asked)


@pytest.mark.parametrize(
    ("method", "path", "headers", "is_ready"),
    [
        ("GET", "/recent-news.rss", [], True),
        ("HEAD", "/", [(b"accept-encoding", b"gzip")], True),
        ("GET", "/recent-news.rss", [(b"if-none-match", b"*")], True),
        ("GET", "/recent-news.rss", [(b"cookie", b"a"), (b"x-forwarded-for", b"::1")], True),
        ("GET", "/recent-news.rss", [(b"a-im", b"feed")], False),
        ("GET", "/recent-news.rss", [(b"if-none-match", b'"a"'), (b"if-none-match", b'"b"')], False),
        ("GET", "/recent-news.rss", [(b"if-none-match", b'"a", ' * 100)], False),
        ("POST", "/recent-news.rss", [], False),
        ("GET", "/none.rss", [], False),
        ("GET", "/old.html", [], False),
        ("GET", "/healthz", [], False),
    ],
    ids=[
        "a file", "its head", "what a reader has", "what is not looked at", "its changes", "tags twice",
        "very many tags", "a method for no file", "no file", "what was withdrawn", "the health",
    ],
)  # fmt: skip
def test_answers_at_once_are_those_of_files_that_are_there(
    published: PublishedFiles, method: str, path: str, headers: Headers, is_ready: bool
) -> None:
    assert (published.at_once(scope(method, path, headers)) is not None) is is_ready


def test_a_file_that_changes_or_goes_is_answered_as_it_is_at_once(tmp_path: Path) -> None:
    published, asked = serve.application(tmp_path), scope("GET", "/a.html")
    (tmp_path / "a.html").write_text("before")
    before = published.at_once(asked)
    (tmp_path / "new").write_text("after")
    (tmp_path / "new").rename(tmp_path / "a.html")
    after = published.at_once(asked)
    (tmp_path / "a.html").unlink()
    assert (before and before.body, after and after.body) == (b"before", b"after")
    assert published.at_once(asked) is None


def test_how_long_an_answer_is_fresh_changes_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("front")
    published, asked = serve.application(tmp_path), scope("GET", "/a.html")
    before = published.at_once(asked)
    published.freshen(lambda name: 300)
    after = published.at_once(asked)
    assert before is not None
    assert after is not None
    assert (b"max-age=60\r\n" in before.head, b"max-age=300\r\n" in after.head) == (True, True)


def test_a_long_document_goes_out_in_pieces_instead(tmp_path: Path) -> None:
    (tmp_path / "long.html").write_bytes(b"x" * (LARGEST + 1))
    (tmp_path / "full.html").write_bytes(b"x" * LARGEST)
    published = serve.application(tmp_path)
    assert published.at_once(scope("GET", "/long.html")) is None
    assert published.at_once(scope("GET", "/full.html")) is not None
    assert published.at_once(scope("GET", "/long.html", [(b"if-none-match", b"*")])) is not None


def test_answers_count_as_others_do(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("front")
    published = serve.application(tmp_path)
    for _ in range(3):
        published.at_once(scope("GET", "/a.html", [(b"if-none-match", b"*")]))
    assert published.answered == {304: 3}


def test_no_more_answers_are_kept_than_may_be_and_bodies_only_by_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("front")
    folder = Folder(tmp_path)
    kept, served = Readymade(folder), folder.read("a.html")
    assert served is not None
    answer = Ready(200, b"\r\n", served.bodies["identity"])
    asked = [question("GET", f"/{number}", []) for number in range(MOST + 1)]
    for one in asked:
        assert one is not None
        kept.keep(one, "a.html", served, answer)
    found = [kept.find(one) for one in asked if one is not None]
    assert found == [None, *[answer] * MOST]
