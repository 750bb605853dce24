"""Private editions over HTTP: all that a reader may ask for, and what those without the token are told."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from aggregator import serve
from aggregator.metrics import Metrics
from aggregator.private import Private

TEAM, BOARD = "team+token/of~sixteen=", "board-token-of-sixteen"
FEED = "<feed><entry>one</entry></feed>"

PATHS = (
    "team.atom",
    "team.html",
    "team/1.html",
    "team/none.html",
    "old.atom",
    "none.atom",
    "robots.txt",
    "gone/team/2.html",
    "",
    ".newsdesk-manifest",
    "x/%2e%2e/%2e%2e/public/index.html",
)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    public, private = tmp_path / "public", tmp_path / "private"
    for place, text in {
        public / "index.html": "front page",
        public / "recent-news.atom": "<feed/>",
        private / "team.atom": FEED,
        private / "team.html": "the team's page",
        private / "team" / "1.html": "a pick",
        private / "gone" / "team" / "2.html": "withdrawn",
        private / "team" / "archive-1.rss": "<rss/>",
        private / "board.atom": "<feed>board</feed>",
        private / "robots.txt": "secret",
        private / "old.atom": "secret",
        private / ".newsdesk-manifest": "secret",
        tmp_path / "team.db": "secret",
    }.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return public, private


@pytest.fixture
def reader(folders: tuple[Path, Path]) -> Iterator[TestClient]:
    public, private = folders
    tokens = {"team": SecretStr(TEAM), "board": SecretStr(BOARD)}
    with TestClient(serve.application(public, private=Private(private, tokens))) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        (bearer(TEAM), ""),
        ({"Authorization": f"bearer   {TEAM} "}, ""),
        (basic("ana", TEAM), ""),
        (basic("", TEAM), ""),
        ({}, f"?token={TEAM}"),
        ({}, "?token=team%2Btoken%2Fof~sixteen%3D"),
        ({}, f"?x=1&token={TEAM}&y"),
        (basic("ana", "wrong"), f"?token={TEAM}"),
    ],
    ids=[
        "bearer",
        "spaces",
        "basic",
        "no user",
        "in the address",
        "encoded",
        "among others",
        "a program's own password",
    ],
)
@pytest.mark.parametrize(
    ("name", "text"), [("team.atom", FEED), ("team.html", "the team's page"), ("team/1.html", "a pick")]
)
def test_who_gives_the_token_is_answered(
    reader: TestClient, headers: dict[str, str], query: str, name: str, text: str
) -> None:
    got = reader.get(f"/private/{name}{query}", headers=headers)
    assert (got.status_code, got.text) == (200, text)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({}, "?token="),
        ({}, "?token"),
        ({}, "?Token=" + TEAM),
        ({}, "?token=" + TEAM[:-1]),
        ({}, "?token=%FF%00%zz"),
        (bearer(""), ""),
        (bearer("wrong"), ""),
        (bearer(BOARD), ""),
        (bearer(TEAM.upper()), ""),
        (bearer(f"{TEAM}, {TEAM}"), ""),
        ({"Authorization": TEAM}, ""),
        ({"Authorization": f"Basic {TEAM}"}, ""),
        ({"Authorization": f"Token {TEAM}"}, ""),
        ({"Authorization": "Basic !"}, ""),
        ({"Authorization": "Basic"}, ""),
        (basic(TEAM, ""), ""),
        ({"Cookie": f"token={TEAM}"}, ""),
    ],
)
def test_everybody_else_is_told_the_same_whatever_is_asked_for(
    reader: TestClient, headers: dict[str, str], query: str
) -> None:
    for method, path in product(("GET", "HEAD", "OPTIONS", "POST"), PATHS):
        assert_refused(reader, method, path, headers, query)


def assert_refused(reader: TestClient, method: str, path: str, headers: dict[str, str], query: str) -> None:
    got = reader.request(method, f"/private/{path}{query}", headers={"If-None-Match": "*"} | headers)
    assert (got.status_code, got.text) == (401, "" if method == "HEAD" else "Unauthorized\n")
    assert dict(got.headers) == {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-type": "text/plain; charset=utf-8",
        "vary": "Authorization",
        "x-robots-tag": "noindex",
        "www-authenticate": 'Basic realm="private", charset="UTF-8", Bearer realm="private"',
        "cache-control": "no-store",
        "content-length": "13",
    }


def test_the_answer_is_for_one_reader_alone(reader: TestClient) -> None:
    for name in ("team.atom", "team.html"):
        got = reader.get(f"/private/{name}", headers=bearer(TEAM))
        assert got.headers["cache-control"] == "private, max-age=60"
        assert got.headers["vary"].split(", ")[0] == "Authorization"
        assert got.headers["referrer-policy"] == "no-referrer"
        assert got.headers["x-robots-tag"] == "noindex"
        assert [header for header in got.headers if header.startswith("access-control")] == []
        assert "cross-origin-resource-policy" not in got.headers
    public = reader.get("/recent-news.atom")
    assert public.headers["access-control-allow-origin"] == "*"
    assert public.headers["cache-control"] == "public, max-age=60"


def test_it_has_validators_heads_codings_and_changes_as_what_is_public(
    reader: TestClient, folders: tuple[Path, Path]
) -> None:
    file = folders[1] / "team.atom"
    file.write_text(FEED.replace("one", "one" * 1_000))
    first = reader.get("/private/team.atom", headers=bearer(TEAM))
    assert first.headers["vary"] == "Authorization, Accept-Encoding, A-IM"
    assert first.headers["content-encoding"] == "gzip"
    current = {"If-None-Match": first.headers["etag"]}
    again = reader.get("/private/team.atom", headers=bearer(TEAM) | current)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, max-age=60"
    headed = reader.head("/private/team.atom", headers=basic("ana", TEAM))
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["etag"] == first.headers["etag"]
    file.write_text(file.read_text().replace("</feed>", "<entry>two</entry></feed>"))
    got = reader.get("/private/team.atom", headers=bearer(TEAM) | current | {"A-IM": "feed"})
    assert (got.status_code, got.text) == (226, "<feed><entry>two</entry></feed>")
    assert got.headers["cache-control"] == "no-store, im"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("team/2.html", 410, "withdrawn"),
        ("team/archive-1.rss", 200, "<rss/>"),
        ("team/none.html", 404, "Not Found\n"),
        ("team.none", 404, "Not Found\n"),
        ("team", 404, "Not Found\n"),
        ("team/", 404, "Not Found\n"),
    ],
)
def test_with_the_token_it_is_told_what_is_there(
    reader: TestClient, path: str, status: int, text: str
) -> None:
    got = reader.get(f"/private/{path}", headers=bearer(TEAM))
    assert (got.status_code, got.text) == (status, text)
    assert "public" not in got.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/private/team/%2e%2e/%2e%2e/public/index.html",
        "/private/team/..%2f..%2fpublic/index.html",
        "/private/team/%2e%2e/board.atom",
        "/private/team/..%2fboard.atom",
        "/private/team.x/%2e%2e/%2e%2e/team.db",
        "/private/team/.newsdesk-manifest",
        "/private/team//1.html",
        "/private/team%00.atom",
        "/x/..%2fprivate/team.atom",
        "/..%2fprivate%2fteam.atom",
        "/Private/team.atom",
        "//private/team.atom",
    ],
)
def test_no_way_leads_out_of_an_edition_nor_round_its_token(reader: TestClient, path: str) -> None:
    with_token = reader.get(path, headers=bearer(TEAM))
    assert with_token.status_code in (401, 404)
    without = reader.get(path)
    assert without.status_code in (401, 404)
    assert "front page" not in with_token.text + without.text
    assert "board" not in with_token.text


def test_an_address_that_hides_the_name_leads_to_the_same_question(reader: TestClient) -> None:
    for path in ("/%70rivate/team.atom", "/private%2fteam.atom"):
        assert reader.get(path).status_code == 401
        assert reader.get(path, headers=bearer(TEAM)).text == FEED


def test_what_leads_elsewhere_is_not_followed(reader: TestClient, folders: tuple[Path, Path]) -> None:
    public, private = folders
    (private / "team" / "3.html").symlink_to(public / "index.html")
    (public / "leak.html").symlink_to(private / "team.html")
    assert reader.get("/private/team/3.html", headers=bearer(TEAM)).status_code == 404
    assert reader.get("/leak.html").status_code == 404


def test_where_no_edition_is_private_there_is_no_such_place(folders: tuple[Path, Path]) -> None:
    public, _ = folders
    (public / "private").mkdir()
    (public / "private" / "team.atom").write_text("somebody else's")
    with TestClient(serve.application(public)) as client:
        assert client.get("/private/team.atom").status_code == 404
        assert client.get("/private/").status_code == 404


def test_answers_are_counted_with_the_others_and_no_figure_tells_a_token(folders: tuple[Path, Path]) -> None:
    private = Private(folders[1], {"team": SecretStr(TEAM)})
    with TestClient(serve.application(folders[0], metrics=Metrics(), private=private)) as client:
        client.get(f"/private/team.atom?token={TEAM}")
        client.get("/private/team.atom")
        figures = client.get("/metrics").text
    assert 'newsdesk_answers_total{status="200"} 1.0' in figures
    assert 'newsdesk_answers_total{status="401"} 1.0' in figures
    assert "team" not in figures
    assert TEAM not in repr(private)
