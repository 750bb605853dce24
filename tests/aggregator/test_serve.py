"""The published folder over HTTP: what readers and their caches rely on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from aggregator import files, pack, serve
from aggregator.folder import MOST_KEPT, Folder


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
    assert set(got.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_health_is_answered(reader: TestClient) -> None:
    assert reader.get("/healthz").text == "status ok\n"


def test_a_script_of_another_site_may_read_a_feed(reader: TestClient) -> None:
    asked = reader.options(
        "/recent-news.json", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    )
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert "If-None-Match" in asked.headers["access-control-allow-headers"]
    assert reader.get("/recent-news.json").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in reader.get("/").headers


LONG = "news " * 1_000


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br, gzip", "br"),
        ("zstd, gzip;q=0.5", "zstd"),
        ("gzip, br;q=0", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("", None),
        ("gzip;q=0", None),
        ("deflate", None),
    ],
)
def test_a_reader_gets_the_coding_it_wants_with_a_tag_of_its_own(
    reader: TestClient, folder: Path, accepted: str, coding: str | None
) -> None:
    write(folder, "recent-news.rss", LONG)
    got = reader.get("/recent-news.rss", headers={"Accept-Encoding": accepted})
    plain = reader.get("/recent-news.rss", headers={"Accept-Encoding": "identity"})
    assert (got.headers.get("content-encoding"), got.text) == (coding, LONG)
    assert (got.headers["etag"] == plain.headers["etag"]) == (coding is None)
    assert got.headers["vary"].startswith("Accept-Encoding")
    again = reader.get("/recent-news.rss", headers={"If-None-Match": got.headers["etag"]})
    assert again.status_code == 304


def write(folder: Path, name: str, text: str) -> None:
    """A file with its variants, as publishing leaves them."""
    for ending, packed in pack.variants(name, text.encode(), ("gz", "br", "zst")).items():
        (folder / f"{name}{ending}").write_bytes(packed)
    (folder / name).write_text(text)


def test_a_variant_of_another_version_is_not_served(reader: TestClient, folder: Path) -> None:
    """Between two renames of a publish, the new file stands beside an old variant, or the other way."""
    write(folder, "recent-news.rss", LONG)
    (folder / "recent-news.rss").write_text(LONG.upper())
    got = reader.get("/recent-news.rss", headers={"Accept-Encoding": "br"})
    assert (got.headers.get("content-encoding"), got.text) == (None, LONG.upper())
    (folder / "recent-news.rss").write_text(LONG + "!")
    (folder / "recent-news.rss.br").write_bytes(b"no brotli")
    assert reader.get("/recent-news.rss", headers={"Accept-Encoding": "br"}).text == LONG + "!"


ATOM = "<feed>\n  <title>News</title>\n{}</feed>\n"
RSS = "<rss><channel><title>News</title>\n{}</channel></rss>\n"


def entry(name: str, text: str = "") -> dict[str, str]:
    """An entry as each format has it."""
    return {
        ".atom": f"  <entry>\n    <id>{name}</id><summary>{text}</summary>\n  </entry>\n",
        ".rss": f"    <item>\n      <guid>{name}</guid><description>{text}</description>\n    </item>\n",
        ".json": json.dumps({"id": name, "summary": text}),
    }


def document(ending: str, *entries: dict[str, str]) -> str:
    texts = [entry[ending] for entry in entries]
    if ending == ".json":
        return f'{{"version": "1", "items": [{", ".join(texts)}]}}'
    return {".atom": ATOM, ".rss": RSS}[ending].format("".join(texts))


@pytest.mark.parametrize("ending", [".atom", ".rss", ".json"])
def test_who_has_an_earlier_version_gets_what_is_new_or_changed_alone(
    reader: TestClient, folder: Path, ending: str
) -> None:
    """RFC 3229 with the instance manipulation `feed`."""
    path = folder / f"recent-news{ending}"
    path.write_text(document(ending, entry("b"), entry("a")))
    first = reader.get(f"/{path.name}")
    path.write_text(document(ending, entry("c"), entry("b", "put right"), entry("a")))
    headers = {"A-IM": "feed", "If-None-Match": first.headers["etag"]}
    got = reader.get(f"/{path.name}", headers=headers)
    assert (got.status_code, got.headers["im"]) == (226, "feed")
    wanted = document(ending, entry("c"), entry("b", "put right"))
    if ending == ".json":
        assert got.json() == json.loads(wanted)
    else:
        assert got.text == wanted
    whole = reader.get(f"/{path.name}")
    assert (whole.status_code, whole.text) == (200, path.read_text())
    assert "no-store" in got.headers["cache-control"]
    assert got.headers["etag"] == whole.headers["etag"]
    assert reader.get(f"/{path.name}", headers={"If-None-Match": got.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"A-IM": "feed"},
        {"A-IM": "feed", "If-None-Match": '"never seen"'},
        {"A-IM": "vcdiff", "If-None-Match": "{}"},
        {"If-None-Match": "{}"},
    ],
    ids=["no version", "an unknown version", "another manipulation", "none asked for"],
)
def test_else_a_reader_gets_the_whole(reader: TestClient, folder: Path, headers: dict[str, str]) -> None:
    path = folder / "recent-news.atom"
    path.write_text(document(".atom", entry("a")))
    tag = reader.get("/recent-news.atom").headers["etag"]
    path.write_text(document(".atom", entry("b"), entry("a")))
    given = {name: value.replace("{}", tag) for name, value in headers.items()}
    got = reader.get("/recent-news.atom", headers=given)
    assert (got.status_code, got.text) == (200, path.read_text())


def test_what_was_withdrawn_is_gone_and_its_page_says_so(reader: TestClient, folder: Path) -> None:
    (folder / "gone" / "editors-pick").mkdir(parents=True)
    (folder / "gone" / "editors-pick" / "7.html").write_text("withdrawn")
    for path in ("/editors-pick/7.html", "/gone/editors-pick/7.html"):
        got = reader.get(path)
        assert (got.status_code, got.text) == (410, "withdrawn")
    (folder / "editors-pick").mkdir()
    (folder / "editors-pick" / "7.html").write_text("picked again")
    assert reader.get("/editors-pick/7.html").text == "picked again"


def test_a_link_out_of_the_folder_is_not_followed(reader: TestClient, folder: Path) -> None:
    (folder / "link.json").symlink_to(folder.parent / "newsdesk.db")
    (folder / "away").symlink_to(folder.parent)
    (folder.parent / "x.html").write_text("secret")
    assert [reader.get(path).status_code for path in ("/link.json", "/away/x.html")] == [404, 404]


def test_a_page_may_not_be_framed(reader: TestClient) -> None:
    assert "frame-ancestors 'none'" in reader.get("/").headers["content-security-policy"]
    assert "content-security-policy" not in reader.get("/recent-news.rss").headers


def test_memory_holds_no_more_of_the_files_than_it_may(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.html").write_bytes(os.urandom(5_000_000).hex()[:5_000_000].encode())
    files = Folder(tmp_path)
    for number in range(20):
        served = files.read(f"{number}.html")
        assert served is not None
        assert files.size <= MOST_KEPT
    assert files.size > 0


async def slow_down() -> dict[str, object]:
    return {"database": "is locked"}


def test_who_is_not_ready_says_why(folder: Path) -> None:
    with TestClient(serve.application(folder, serve.Told(unready=slow_down))) as client:
        got = client.get("/readyz")
        assert (got.status_code, got.text) == (503, "database is locked\n")
    with TestClient(serve.application(folder)) as client:
        assert client.get("/readyz").status_code == 200


def test_the_answers_are_counted(reader: TestClient) -> None:
    reader.get("/")
    reader.get("/none.rss")
    said = reader.get("/metrics")
    assert said.headers["content-type"].startswith("text/plain")
    assert 'newsdesk_answers_total{status="200"} 1.0' in said.text
    assert 'newsdesk_answers_total{status="404"} 1.0' in said.text
