"""What is public is a function of the database: the same rows, the same bytes, written whole or not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest
from makers import Clock, keep, rss, rss_item
from sqlmodel import col, select, update
from starlette.testclient import TestClient

from aggregator import app, serve
from aggregator.app import Newsdesk
from aggregator.daemon import Daemon
from config.errors import HeldElsewhere, UsageFault
from config.options import EDITORS_PICK, Edition
from curation.desk import Desk
from curation.tables import Publication
from feeds.tables import Item

EDITIONS = {
    f"{slug}.{ending}"
    for slug in ("recent-news", "editors-pick")
    for ending in ("rss", "atom", "json", "html")
}
SITE = {"index.html", "sources.opml", "sitemap.xml", "robots.txt"}


def pick(newsdesk: Newsdesk, number: int, **given: object) -> None:
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").pick(number, EDITORS_PICK, **given)  # type: ignore[arg-type]


def read(newsdesk: Newsdesk, name: str) -> feedparser.FeedParserDict:
    return feedparser.parse((newsdesk.settings.output / name).read_bytes())


def files(folder: Path) -> dict[str, bytes]:
    """The documents in a folder, without their compressed variants."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("[!.]*")
        if file.is_file() and file.suffix not in (".gz", ".br", ".zst")
    }


def test_every_edition_is_written_in_every_format(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    done = newsdesk.publish()
    assert set(done.written) == EDITIONS | SITE | {"days/2026-11-25.html"}
    assert set(files(newsdesk.settings.output)) == set(done.written)


def test_a_newsroom_without_items_publishes_valid_empty_feeds(newsdesk: Newsdesk) -> None:
    newsdesk.publish()
    assert read(newsdesk, "recent-news.rss").feed.title == "Recent News"
    assert read(newsdesk, "recent-news.atom").entries == []
    assert json.loads((newsdesk.settings.output / "editors-pick.json").read_bytes())["items"] == []


def test_publishing_twice_changes_no_byte_and_touches_no_file(newsdesk: Newsdesk, clock: Clock) -> None:
    keep(newsdesk, rss([rss_item("a"), rss_item("b")]))
    pick(newsdesk, 1, note="Read it")
    newsdesk.publish()
    output = newsdesk.settings.output
    before = {name: (body, (output / name).stat().st_mtime_ns) for name, body in files(output).items()}
    clock.move(hours=5)
    done = newsdesk.publish()
    assert done.written == []
    assert {
        name: (body, (output / name).stat().st_mtime_ns) for name, body in files(output).items()
    } == before


def test_an_edition_that_is_taken_out_of_the_settings_is_taken_out_of_the_folder(
    newsdesk: Newsdesk, tmp_path: Path, clock: Clock
) -> None:
    more = newsdesk.settings.model_copy(update={"editions": (Edition(slug="tech", title="Tech"),)})
    keep(newsdesk, rss([rss_item("a")]))
    Newsdesk(more, newsdesk.database, clock).publish()
    foreign = newsdesk.settings.output / "tech-notes.html"
    foreign.write_text("theirs")
    done = newsdesk.publish()
    assert done.removed == [f"tech.{ending}" for ending in ("atom", "html", "json", "rss")]
    left = {file.name for file in newsdesk.settings.output.glob("tech*")}
    assert left == {"tech-notes.html"}


def test_a_change_of_the_settings_that_readers_see_is_published(newsdesk: Newsdesk, clock: Clock) -> None:
    newsdesk.publish()
    other = newsdesk.settings.model_copy(update={"base_url": "https://other.example/"})
    done = Newsdesk(other, newsdesk.database, clock).publish()
    assert set(done.written) == EDITIONS | SITE - {"sources.opml"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_thousand_publishes_without_a_change_touch_nothing(newsdesk: Newsdesk, clock: Clock) -> None:
    keep(newsdesk, rss([rss_item(str(number)) for number in range(30)]))
    pick(newsdesk, 1, note="Read it")
    shown = set(newsdesk.publish().written)
    output = newsdesk.settings.output
    reader = TestClient(serve.application(output))

    def standing() -> dict[str, tuple[int, int]]:
        names = (file for file in output.rglob("[!.]*") if file.is_file())
        return {str(file): (file.stat().st_ino, file.stat().st_mtime_ns) for file in names}

    def tags() -> list[str]:
        return [reader.get(f"/{name}").headers["etag"] for name in sorted(EDITIONS)]

    before = standing(), tags()
    rendered = []
    for _ in range(1_000):
        clock.move(minutes=1)
        done = newsdesk.publish()
        rendered += [*done.written, *done.removed]
        assert {*EDITIONS, *SITE} <= set(done.unchanged)
    assert rendered == []
    assert (standing(), tags()) == before
    with newsdesk.database.reading() as session:
        assert {row.path for row in session.exec(select(Publication))} == shown


async def test_the_daemon_puts_right_within_a_minute_what_somebody_changed(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    async with newsdesk.poller() as poller:
        daemon = Daemon(newsdesk, poller)
        await daemon.publish()
        file = newsdesk.settings.output / "recent-news.rss"
        before = file.read_bytes()
        file.write_bytes(b"somebody else was here")
        await daemon.publish()
        assert file.read_bytes() != before  # a look at every tick would be a look too many
        clock.move(minutes=1)
        await daemon.publish()
        assert file.read_bytes() == before


@pytest.mark.parametrize("asked", [1, 2, 3], ids=["before", "while it is gathered", "while it is rendered"])
async def test_a_daemon_in_whose_place_another_came_writes_nothing_more(
    newsdesk: Newsdesk, asked: int
) -> None:
    turns = count(1)

    def still_ours() -> None:
        if next(turns) >= asked:
            raise HeldElsewhere("is held by another", "stop that one first")

    keep(newsdesk, rss([rss_item("a")]))
    async with newsdesk.poller() as poller:
        daemon = Daemon(newsdesk, poller, still_ours)
        await daemon.publish()
        await daemon.stop()
    assert daemon.replaced is not None
    assert [file for file in newsdesk.settings.output.rglob("[!.]*") if file.is_file()] == []
    with newsdesk.database.reading() as session:
        assert session.exec(select(Publication)).all() == []


ELSEWHERE = """
import sys
from aggregator import app, serve
site = {"title": "Example News", "base_url": "https://news.example/"}
chosen = app.chosen(**site, database_url=sys.argv[1], output=sys.argv[2])
with app.opened(chosen) as newsdesk:
    newsdesk.publish()
"""


def test_the_same_database_gives_the_same_bytes_in_another_zone_locale_and_hash_seed(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    keep(newsdesk, rss([rss_item(str(number), date="Mon, 20 Nov 2023 13:56:38 GMT") for number in range(9)]))
    pick(newsdesk, 3, note="Lisez-le")
    newsdesk.publish()
    root = Path(__file__).parents[2]
    elsewhere = {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(root),
    }
    words = [sys.executable, "-c", ELSEWHERE, newsdesk.settings.database_url, str(tmp_path / "other")]
    subprocess.run(words, cwd=root, env=elsewhere, check=True)
    assert files(tmp_path / "other") == files(newsdesk.settings.output)


def test_a_pick_changes_its_own_edition_alone(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    newsdesk.publish()
    pick(newsdesk, 1)
    shown_on = {"index.html", "sitemap.xml", "editors-pick/1.html", "days/2026-11-25.html"}
    assert set(newsdesk.publish().written) == shown_on | {
        name for name in EDITIONS if name.startswith("editors")
    }


def test_recent_news_is_dated_by_the_source_and_a_pick_by_the_editor(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", date="Mon, 20 Nov 2023 13:56:38 GMT")]))
    pick(newsdesk, 1, note="Read it", title="Our headline")
    newsdesk.publish()
    recent, chosen = (
        read(newsdesk, "recent-news.atom").entries[0],
        read(newsdesk, "editors-pick.atom").entries[0],
    )
    assert recent.published == "2023-11-20T13:56:38Z"
    assert datetime.fromisoformat(chosen.published) == newsdesk.now()
    assert chosen.newsdesk_published == "2023-11-20T13:56:38Z"
    assert (recent.title, chosen.title, chosen.newsdesk_note) == ("Title of a", "Our headline", "Read it")
    assert "Read it" in chosen.content[0].value


def test_an_entry_names_its_source_and_keeps_an_id_that_is_a_uri(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("https://site.example/a"), rss_item("17")], title="Them"))
    newsdesk.publish()
    entries = {entry.title: entry for entry in read(newsdesk, "recent-news.atom").entries}
    kept, made = entries["Title of https://site.example/a"], entries["Title of 17"]
    assert kept.id == "https://site.example/a"
    assert made.id.startswith("urn:uuid:")
    assert kept.source.title == made.source.title == "Them"


def test_a_feed_changes_its_date_only_when_what_it_shows_changes(newsdesk: Newsdesk, clock: Clock) -> None:
    first = newsdesk.now()
    keep(newsdesk, rss([rss_item("a")]))
    later = clock.move(hours=1)
    pick(newsdesk, 1)
    clock.move(hours=1)
    newsdesk.publish()
    dated = {
        name: datetime.fromisoformat(read(newsdesk, f"{name}.atom").feed.updated)
        for name in ("recent-news", "editors-pick")
    }
    assert dated == {"recent-news": first, "editors-pick": later}


def test_an_unpicked_item_is_gone_and_the_feed_is_dated_later_not_earlier(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    pick(newsdesk, 1)
    later = clock.move(hours=1)
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").unpick(1, EDITORS_PICK)
    newsdesk.publish()
    feed = read(newsdesk, "editors-pick.atom")
    assert feed.entries == []
    assert datetime.fromisoformat(feed.feed.updated) == later


def test_a_withdrawn_pick_loses_its_page_and_another_says_so(newsdesk: Newsdesk, clock: Clock) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    pick(newsdesk, 1)
    newsdesk.publish()
    output = newsdesk.settings.output
    assert (output / "editors-pick/1.html").is_file()
    clock.move(hours=2)
    with newsdesk.database.writing() as session:
        Desk(session, newsdesk.curation, newsdesk.now(), "ada").unpick(1, EDITORS_PICK)
    done = newsdesk.publish()
    assert done.removed == ["editors-pick/1.html"]
    assert not (output / "editors-pick/1.html").exists()
    assert b"This pick was withdrawn" in (output / "gone/editors-pick/1.html").read_bytes()
    assert b"editors-pick/1.html" not in (output / "sitemap.xml").read_bytes()
    clock.move(hours=2)
    pick(newsdesk, 1)
    assert newsdesk.publish().removed == ["gone/editors-pick/1.html"]
    assert (output / "editors-pick/1.html").is_file()


def test_pages_stand_as_they_are_until_they_are_drawn_anew(newsdesk: Newsdesk, clock: Clock) -> None:
    keep(newsdesk, rss([rss_item("a")]))
    clock.move(hours=2)
    newsdesk.publish()
    day = newsdesk.settings.output / "days/2026-11-25.html"
    day.write_text("worn")
    clock.move(hours=2)
    assert newsdesk.publish().written == []
    assert newsdesk.publish(anew=True).written == ["days/2026-11-25.html"]
    assert day.read_text() != "worn"


def test_the_map_of_the_site_names_the_pages_that_stand(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a")]), section="City & more")
    pick(newsdesk, 1)
    newsdesk.publish()
    found = ElementTree.fromstring((newsdesk.settings.output / "sitemap.xml").read_bytes())
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    named = {url.findtext("s:loc", "", space).removeprefix("https://news.example/") for url in found}
    standing = {name for name in files(newsdesk.settings.output) if name.endswith(".html")}
    assert named == (standing | {""}) - {"index.html"}
    robots = (newsdesk.settings.output / "robots.txt").read_text().splitlines()
    assert "Sitemap: https://news.example/sitemap.xml" in robots


def test_a_broken_theme_is_named_and_nothing_is_written(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "gone.html").write_text("<p>\n{{ nobody }}")
    chosen = {"database_url": f"sqlite:///{tmp_path / 'n.db'}", "output": tmp_path / "out"}
    with app.opened(app.chosen(**chosen, theme=tmp_path / "theme"), clock) as newsdesk:
        with pytest.raises(UsageFault, match=r"theme: .*gone\.html:2: 'nobody' is undefined"):
            newsdesk.publish()
        assert files(tmp_path / "out") == {}
        (tmp_path / "theme" / "gone.html").write_text("<p>Away")
        assert "index.html" in newsdesk.publish().written


def test_what_was_written_is_on_record_with_its_hash(newsdesk: Newsdesk) -> None:
    newsdesk.publish()
    newsdesk.publish()
    with newsdesk.database.reading() as session:
        rows = session.exec(select(Publication)).all()
    assert {row.path for row in rows} == EDITIONS | SITE
    assert len(rows) == len(EDITIONS | SITE)


def test_editions_filter_by_section_and_language_and_stay_within_their_limit(
    database_url: str, tmp_path: Path, clock: Clock
) -> None:
    editions = [{"slug": "tech", "section": "tech", "limit": 2}, {"slug": "en-francais", "language": "fr"}]
    chosen = app.chosen(database_url=database_url, output=tmp_path / "out", editions=editions)
    with app.opened(chosen, clock) as newsdesk:
        keep(
            newsdesk,
            rss([rss_item(f"t{number}") for number in range(3)]),
            "https://t.example/",
            section="tech",
        )
        keep(
            newsdesk,
            rss([rss_item("f")]).replace("<link>", "<language>fr-FR</language><link>", 1),
            "https://f.example/",
        )
        newsdesk.publish()
        assert len(read(newsdesk, "tech.rss").entries) == 2
        assert [entry.title for entry in read(newsdesk, "en-francais.rss").entries] == ["Title of f"]
        assert len(read(newsdesk, "recent-news.rss").entries) == 4


def test_only_the_files_of_one_edition_are_written_when_asked(newsdesk: Newsdesk) -> None:
    assert set(newsdesk.publish("editors-pick").written) == {
        name for name in EDITIONS if name.startswith("editors")
    }


def test_a_folder_that_cannot_be_written_is_named(newsdesk: Newsdesk) -> None:
    newsdesk.settings.output.write_text("in the way")
    with pytest.raises(UsageFault, match="public: cannot be written"):
        newsdesk.publish()


def test_a_hostile_item_in_the_database_costs_the_feed_nothing(
    newsdesk: Newsdesk, database_kind: str
) -> None:
    keep(newsdesk, rss([rss_item("a"), rss_item("b")]))
    nul = "\x00" if database_kind == "sqlite" else "\x01"  # PostgreSQL takes no NUL
    hostile = {"title": f"bad {nul} \x0b <script>", "content": f"<script>alert(1)</script>{nul}ok"}
    with newsdesk.database.connected(writing=True) as connection:
        connection.execute(update(Item).values(**hostile, url="javascript:alert(1)").where(col(Item.id) == 1))
    newsdesk.publish()
    assert len(read(newsdesk, "recent-news.rss").entries) == 2
    for body in files(newsdesk.settings.output).values():
        assert b"<script" not in body.replace(b'<script type="application/ld+json">', b"")
        assert b"javascript:" not in body


def test_sources_opml_lists_what_is_read(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([], title="Them"), section="tech")
    newsdesk.publish()
    assert (
        b'xmlUrl="https://site.example/feed.xml"' in (newsdesk.settings.output / "sources.opml").read_bytes()
    )
