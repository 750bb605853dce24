"""The pages a reader opens."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from drawn import (
    BASE,
    HARBOUR,
    PICKED,
    day,
    edition,
    entry,
    find,
    front,
    gone,
    masthead,
    permalink,
    section,
    shelf,
    words,
)

from feeds import dates, page, pagewords
from feeds.entries import Editorial, Feed
from feeds.shelves import Shelf


def test_the_front_page_leads_with_the_picks_and_names_every_other_edition() -> None:
    document = front(shelf(), shelf("tech", title="Technology"), shelf("editors-pick", title="Editor’s Pick"))
    assert words(document, "//.column//h2") == ["Editor’s Pick", "Recent News"]
    assert words(document, "//.others//li/a") == ["Technology"]
    assert [link.get("href") for link in find(document, "//.others//li/a")] == ["tech.html"]


def test_every_edition_can_be_discovered_and_subscribed_to_in_three_formats() -> None:
    document = front(shelf(), shelf("tech", title="Technology"))
    found = {(link.get("type"), link.get("href")) for link in find(document, "//link[@rel='alternate']")}
    assert found == {
        (f"application/{kind}", f"{BASE}{slug}.{ending}")
        for slug in ("recent-news", "tech")
        for kind, ending in (("rss+xml", "rss"), ("atom+xml", "atom"), ("feed+json", "json"))
    }
    links = [link.get("href") for link in find(document, "//.feeds/a")]
    assert links[:3] == ["recent-news.rss", "recent-news.atom", "recent-news.json"]
    assert "sources.opml" in [link.get("href") for link in find(document, "//a")]


def test_the_note_stands_before_the_summary_and_both_dates_are_shown() -> None:
    document = edition(shelf("editors-pick", entry(editorial=PICKED), note="<p>Read the index.</p>"))
    [story] = find(document, "//article")
    text = " ".join(story.text_content().split())
    assert text.index("What the desk says Read the index. Inès, Tom") < text.index("Every crane")
    stamps = [(time.getparent().text.strip(), time.get("datetime")) for time in find(story, ".//time")]
    assert stamps == [("Published", "2023-11-19T08:00:00Z"), ("Picked", "2023-11-20T13:56:00Z")]


def test_an_entry_names_its_source_and_links_to_its_page() -> None:
    document = edition(shelf("recent-news", entry()))
    [headline] = find(document, "//article/h2/a")
    assert (headline.get("href"), headline.get("rel")) == ("https://harbour.example/1", "noopener")
    assert words(document, "//.source") == ["Harbour Ledger"]
    assert words(document, "//.byline//time") == ["20 November 2023, 13:56 UTC"]


def test_markup_in_a_text_is_shown_and_not_obeyed() -> None:
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    note = Editorial(note=hostile, editors=(hostile,))
    source = HARBOUR.model_copy(update={"title": hostile})
    shown = entry(title=hostile, summary=hostile, editorial=note, origin=source)
    hostile_shelf = Shelf("x", Feed(title=hostile, description=hostile, entries=(shown,)), notes=(hostile,))
    for document in (edition(hostile_shelf), permalink(hostile_shelf), day(hostile_shelf, hostile_shelf)):
        assert not find(document, "//script[not(@type='application/ld+json')] | //img | //*[@onerror]")
        assert words(document, "//article//.editors | //article//.picked")
        json.loads(find(document, "//script")[0].text)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_an_address_that_is_not_http_is_no_link(url: str) -> None:
    document = edition(shelf("x", entry(url=url, origin=HARBOUR.model_copy(update={"url": url}))))
    assert words(document, "//article/h2") == ["Cranes inspected"]
    assert not find(document, "//article//a")


def test_the_page_runs_no_script_and_loads_nothing() -> None:
    """The one style is allowed by its hash; everything else is forbidden to the browser too."""
    shown = entry(
        image="https://pictures.example/a.png", content='<img src="https://pictures.example/b.png">'
    )
    raw = page.front(masthead(), [shelf("recent-news", shown)]).decode()
    [style] = re.findall(r"<style>(.*?)</style>", raw, re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in raw
    assert not re.search(
        r"<(script(?! type=.application/ld)|img|iframe|object)\b|\bstyle=|url\(|@import|src=", raw
    )


def test_an_edition_without_entries_says_so_kindly() -> None:
    document = front(shelf(), shelf("editors-pick", title="Editor’s Pick"))
    assert words(document, "//.empty") == ["Nothing here yet. The first story is on its way."] * 2
    assert not find(document, ".//time")


def test_entries_in_another_language_say_so() -> None:
    french, english = entry(guid="urn:x-t:1", language="fr", title="Marée"), entry(language="en")
    headlines = find(edition(shelf("x", french, english)), "//article/h2")
    assert [headline.get("lang") for headline in headlines] == ["fr", None]
    assert {headline.get("dir") for headline in headlines} == {"auto"}


def test_headings_are_in_order_and_landmarks_are_there() -> None:
    news, picks = shelf("recent-news", entry()), shelf("editors-pick", entry(editorial=PICKED))
    pages = [
        front(news, picks),
        edition(news),
        section(picks, news),
        day(picks, news),
        permalink(picks),
        gone(),
    ]
    for document in pages:
        levels = [int(heading.tag[1]) for heading in find(document, "//h1 | //h2 | //h3 | //h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        for landmark in ("/html/body/header", "//main[@id='news']", "/html/body/footer"):
            assert len(find(document, landmark)) == 1
        assert find(document, "/html/body/*")[0].get("href") == "#news"


def test_the_front_page_shows_the_beginning_of_a_long_edition_and_its_own_page_all() -> None:
    long = shelf("recent-news", *(entry(guid=f"urn:x-test:{n}") for n in range(page.ON_THE_FRONT + 5)))
    assert len(find(front(long), "//article")) == page.ON_THE_FRONT
    assert len(find(edition(long), "//article")) == page.ON_THE_FRONT + 5


def test_the_front_page_tells_the_newest_change_of_any_edition() -> None:
    later = entry(published=dates.read("2023-11-21T00:00:00Z"))
    document = front(shelf("recent-news", entry()), shelf("tech", later))
    assert words(document, "//.masthead//time") == ["21 November 2023, 00:00 UTC"]


def test_a_summary_that_repeats_the_title_is_shown_once() -> None:
    document = edition(shelf("x", entry(summary="Cranes inspected")))
    assert not find(document, "//.summary")


@pytest.mark.parametrize(
    ("at", "language", "written"),
    [
        ("2023-11-20T13:56:00Z", "en", "20 November 2023, 13:56 UTC"),
        ("2023-11-20T03:06:00Z", "en-GB", "20 November 2023, 03:06 UTC"),
        ("2023-11-20T13:56:00Z", "fr", "20 novembre 2023, 13\u00a0h\u00a056 UTC"),
        ("2023-08-01T03:06:00Z", "fr-CA", "1er août 2023, 3\u00a0h\u00a006 UTC"),  # only the first is ordinal
        ("2023-12-31T23:30:00-01:00", "en", "1 January 2024, 00:30 UTC"),
        ("2023-11-20T13:56:00Z", "de", "20 November 2023, 13:56 UTC"),  # the page's own words are English
    ],
)
def test_dates_are_written_for_people_in_the_language_of_the_page(
    at: str, language: str, written: str
) -> None:
    assert pagewords.human(datetime.fromisoformat(at), language) == written


def test_a_french_page_speaks_french() -> None:
    document = front(
        shelf(), shelf("editors-pick", entry(editorial=PICKED), note="<p>Lisez.</p>"), language="fr"
    )
    assert document.get("lang") == "fr"
    assert words(document, "//.label") == ["Le mot de la rédaction"]
    assert "Rien pour l’instant. Le premier article ne tardera pas." in words(document, "//.empty")


def test_both_languages_have_the_same_words() -> None:
    assert pagewords.FRENCH.keys() == pagewords.ENGLISH.keys()
    assert len(pagewords.FRENCH["months"].split()) == len(pagewords.ENGLISH["months"].split()) == 12


def test_two_processes_write_the_same_bytes() -> None:
    code = (
        "import sys; from feeds import page; from feeds.entries import Entry, Feed\n"
        "from feeds.shelves import Masthead, Shelf\n"
        "feed = Feed(title='t', entries=(Entry(guid='urn:x-test:1', title='a', categories=('b', 'c')),))\n"
        "paper = Masthead('T', 'https://x.example/', 'en')\n"
        "sys.stdout.buffer.write(page.front(paper, [Shelf('recent-news', feed)]))"
    )
    root = Path(page.__file__).parents[1]
    pages = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(pages) == 1
