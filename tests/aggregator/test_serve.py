"""The published folder over HTTP: what readers and their caches rely on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aggregator import files, serve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    public = tmp_path / "public"
    public.mkdir()
    for name in ("index.html", "recent-news.rss", "recent-news.atom", "recent-news.json", "sources.opml"):
        (public / name).write_text(f"this is {name}")
    (tmp_path / "newsdesk.db").write_text("secret")
    (public / ".newsdesk-index.html.1").write_text("half written")
    (public / "newsdesk.db").write_text("secret")
    (public / "folder.rss").mkdir()
    return public


@pytest.fixture
def reader(folder: Path) -> Iterator[TestClient]:
    with TestClient(serve.application(folder)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/recent-news.rss", "application/rss+xml; charset=utf-8"),
        ("/recent-news.atom", "application/atom+xml; charset=utf-8"),
        ("/recent-news.json", "application/feed+json; charset=utf-8"),
        ("/sources.opml", "text/x-opml; charset=utf-8"),
    ],
)
def test_each_file_has_its_content_type_and_validators(
    reader: TestClient, path: str, content_type: str
) -> None:
    got = reader.get(path)
    assert (got.status_code, got.headers["content-type"]) == (200, content_type)
    assert got.text == f"this is {path.strip('/') or 'index.html'}"
    assert got.headers["etag"].startswith('"')
    assert got.headers["last-modified"].endswith("GMT")
    assert got.headers["x-content-type-options"] == "nosniff"


def test_head_says_what_get_would_without_a_body(reader: TestClient) -> None:
    got, headed = reader.get("/recent-news.rss"), reader.head("/recent-news.rss")
    assert headed.content == b""
    same = ("etag", "last-modified", "content-type", "content-length")
    assert [headed.headers[name] for name in same] == [got.headers[name] for name in same]


def test_a_reader_that_has_it_gets_304_without_a_body(reader: TestClient) -> None:
    first = reader.get("/recent-news.rss")
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"If-None-Match": etag},
        {"If-None-Match": f'"other", W/{etag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": modified},
        {"If-None-Match": etag, "If-Modified-Since": "Mon, 20 Nov 2000 00:00:00 GMT"},
    ):
        got = reader.get("/recent-news.rss", headers=headers)
        assert (got.status_code, got.content, got.headers["etag"]) == (304, b"", etag), headers


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": "Fri, 20 Nov 2043 00:00:00 GMT"},
        {"If-Modified-Since": "Mon, 20 Nov 2000 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Mon, 20 Nov 0000 00:00:00 GMT"},
    ],
    ids=["another tag", "the tag counts, not the date", "an older date", "no date", "year 0"],
)
def test_a_reader_that_has_something_else_gets_the_file(reader: TestClient, headers: dict[str, str]) -> None:
    assert reader.get("/recent-news.rss", headers=headers).status_code == 200


def test_a_changed_file_has_another_tag_at_once(reader: TestClient, folder: Path) -> None:
    before = reader.get("/index.html").headers["etag"]
    files.place(files.Stage(folder).put("index.html", b"this is news", 1_700_000_000 * 10**9))
    got = reader.get("/index.html", headers={"If-None-Match": before})
    assert (got.status_code, got.text) == (200, "this is news")


@pytest.mark.parametrize(
    "path",
    [
        "/newsdesk.db",
        "/.newsdesk-index.html.1",
        "/../newsdesk.db",
        "/%2e%2e/newsdesk.db",
        "/..%2fnewsdesk.db",
        "/folder.rss",
        "/folder.rss/",
        "/none.rss",
        "/%00.rss",
        "/index.html/",
        "/a\\b.rss",
    ],
)
def test_nothing_but_published_files_is_served(reader: TestClient, path: str) -> None:
    got = reader.get(path)
    assert got.status_code == 404
    assert "secret" not in got.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_other_methods_are_refused_with_those_allowed(reader: TestClient, method: str) -> None:
    got = reader.request(method, "/recent-news.rss")
    assert got.status_code == 405
    assert set(got.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_health_is_answered(reader: TestClient) -> None:
    assert reader.get("/healthz").text == "status ok\n"
