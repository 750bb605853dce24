"""One folder behind nginx and Caddy, by the files of config/deploy, and by newsdesk: the same answers."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest
from running import free_port, until

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "config" / "deploy"
FEED = b"<rss>" + b"news " * 1_000 + b"</rss>"
SERVE = """
import asyncio, sys
from pathlib import Path
from aggregator import serve
from aggregator.server import Server, listening
async def main():
    with listening("127.0.0.1", int(sys.argv[2])) as listener:
        await Server(serve.application(Path(sys.argv[1]))).serve_until_stopped(listener, lambda: None)
asyncio.run(main())
"""
PRIVATE = "private=Private(Path(sys.argv[3]), {'team': SecretStr('t' * 16)})"
SERVE_PRIVATE = f"""
from pydantic import SecretStr
from aggregator.private import Private
{SERVE.replace("Path(sys.argv[1])", f"Path(sys.argv[1]), {PRIVATE}")}"""


class Said(NamedTuple):
    """What is the same whoever serves."""

    status: int
    content_type: str
    coding: str
    body: bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("web") / "public"
    for name, body in {
        "index.html": b"<title>front</title>",
        "recent-news.rss": FEED,
        "recent-news.rss.gz": gzip.compress(FEED, mtime=0),
        "recent-news.atom": b"<feed/>",
        "recent-news.json": b"{}",
        "sources.opml": b"<opml/>",
        "sitemap.xml": b"<urlset/>",
        "robots.txt": b"User-agent: *",
        "editors-pick/1.html": b"<title>one</title>",
        "gone/editors-pick/2.html": b"<title>withdrawn</title>",
        ".newsdesk-lock": b"secret",
        "newsdesk.db": b"secret",
    }.items():
        (public / name).parent.mkdir(parents=True, exist_ok=True)
        (public / name).write_bytes(body)
    return public


def newsdesk(folder: Path, port: int) -> list[str]:
    return [sys.executable, "-c", SERVE, str(folder), str(port)]


def nginx(folder: Path, port: int) -> list[str]:
    """nginx with the server of config/deploy, without its certificate."""
    if not (program := shutil.which("nginx")):
        pytest.skip("nginx is not installed")
    server = (DEPLOY / "nginx.conf").read_text("utf-8")
    server = re.sub(r"(?m)^ +(ssl_certificate.*|listen \[.*);$", "", server)
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    server = server.replace("/var/lib/newsdesk/public", str(folder))
    config = folder.parent / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(
        f"{user} daemon off; pid {folder.parent}/nginx.pid; error_log {folder.parent}/nginx.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{server}\n}}\n"
    )
    return [program, "-c", str(config), "-e", str(folder.parent / "nginx.log")]


def caddy(folder: Path, port: int) -> list[str]:
    """Caddy with the site of config/deploy, without its certificate."""
    if not (program := shutil.which("caddy")):
        pytest.skip("Caddy is not installed")
    site = (DEPLOY / "Caddyfile").read_text("utf-8")
    site = site.replace("news.example.org {", f"http://127.0.0.1:{port} {{")
    config = folder.parent / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n}}\n{site.replace('/var/lib/newsdesk/public', str(folder))}")
    return [program, "run", "--config", str(config), "--adapter", "caddyfile"]


SERVERS = {"newsdesk": newsdesk, "nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module", params=SERVERS)
def port(request: pytest.FixtureRequest, folder: Path) -> Iterator[int]:
    number = free_port()
    words = SERVERS[request.param](folder, number)
    environ = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(folder.parent)}
    with started(words, environ, folder.parent / f"{request.param}.out", number):
        yield number


def _listens(process: subprocess.Popen[bytes], log: Path, port: int) -> str:
    assert process.poll() is None, log.read_text()
    with socket.socket() as asking:
        return "yes" if asking.connect_ex(("127.0.0.1", port)) == 0 else ""


@contextmanager
def started(words: list[str], environ: dict[str, str], log: Path, port: int) -> Iterator[None]:
    with log.open("w") as out, subprocess.Popen(words, env=environ, stdout=out, stderr=out) as process:
        try:
            until(lambda: _listens(process, log, port), 10)
            yield
        finally:
            process.terminate()


def get(port: int, path: str, **headers: str) -> tuple[Said, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(
            "GET", path, headers={name.replace("_", "-"): said for name, said in headers.items()}
        )
        answer = connection.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
        kind = said.get("content-type", "").lower()
        return Said(answer.status, kind, said.get("content-encoding", ""), body), said
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", Said(200, "text/html; charset=utf-8", "", b"<title>front</title>")),
        ("/recent-news.rss", Said(200, "application/rss+xml; charset=utf-8", "", FEED)),
        ("/recent-news.atom", Said(200, "application/atom+xml; charset=utf-8", "", b"<feed/>")),
        ("/recent-news.json", Said(200, "application/feed+json; charset=utf-8", "", b"{}")),
        ("/sources.opml", Said(200, "text/x-opml; charset=utf-8", "", b"<opml/>")),
        ("/sitemap.xml", Said(200, "application/xml", "", b"<urlset/>")),
        ("/robots.txt", Said(200, "text/plain; charset=utf-8", "", b"User-agent: *")),
        ("/editors-pick/1.html", Said(200, "text/html; charset=utf-8", "", b"<title>one</title>")),
        ("/editors-pick/2.html", Said(410, "text/html; charset=utf-8", "", b"<title>withdrawn</title>")),
    ],
)
def test_each_file_is_served_alike(port: int, path: str, said: Said) -> None:
    assert get(port, path)[0] == said


def test_what_is_compressed_already_is_handed_out_as_it_is(port: int) -> None:
    said, headers = get(port, "/recent-news.rss", Accept_Encoding="gzip")
    assert (said.status, said.coding, gzip.decompress(said.body)) == (200, "gzip", FEED)
    assert "accept-encoding" in headers["vary"].lower()


@pytest.mark.parametrize(
    "path", ["/editors-pick/3.html", "/.newsdesk-lock", "/newsdesk.db", "/..%2fnewsdesk.db"]
)
def test_nothing_else_is_served(port: int, path: str) -> None:
    said, _ = get(port, path)
    assert said.status in (400, 404)
    assert b"secret" not in said.body


def test_who_has_it_is_told_so(port: int) -> None:
    _, headers = get(port, "/recent-news.rss")
    assert get(port, "/recent-news.rss", If_None_Match=headers["etag"])[0].status == 304
    assert get(port, "/recent-news.rss", If_Modified_Since=headers["last-modified"])[0].status == 304


def test_a_page_says_what_browsers_may_not_do_with_it(port: int) -> None:
    _, headers = get(port, "/")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer-when-downgrade"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("server", [nginx, caddy])
def test_private_editions_are_passed_on_with_the_headers_of_the_daemon(
    server: Callable[[Path, int], list[str]], tmp_path: Path
) -> None:
    public, private = tmp_path / "public", tmp_path / "private"
    for folder in (public, private):
        folder.mkdir()
        (folder / "team.atom").write_text(f"<feed>{folder.name}</feed>")
    port, behind = free_port(), free_port()
    words = server(public, port)
    config = Path(words[2 if server is nginx else 3])
    config.write_text(config.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{behind}"))
    daemon = [sys.executable, "-c", SERVE_PRIVATE, str(public), str(behind), str(private)]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    with (
        started(daemon, environ, tmp_path / "daemon.out", behind),
        started(words, environ, tmp_path / "out", port),
    ):
        refused, _ = get(port, "/private/team.atom")
        said, headers = get(port, "/private/team.atom", Authorization=f"Bearer {'t' * 16}")
        addressed, _ = get(port, f"/private/team.atom?token={'t' * 16}")
    assert refused.status == 401
    assert said.body == addressed.body == b"<feed>private</feed>"
    assert headers["cache-control"] == "private, max-age=60"
    assert "access-control-allow-origin" not in headers
    assert headers["referrer-policy"] == "no-referrer"
