"""What each kind of page shows: a pick alone, a section, a day; and what it tells machines."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import lxml.html
import pytest
from drawn import BASE, PICKED, day, edition, entry, find, front, gone, permalink, section, shelf, words

from feeds import dates, pagewords
from feeds.entries import Editorial, Link
from feeds.shelves import Named, Shelf

NOTE = "<p>Read <em>the index</em>.</p>"


def links(document: lxml.html.HtmlElement, path: str = "//a") -> list[str]:
    return [link.get("href") for link in find(document, path)]


def data(document: lxml.html.HtmlElement) -> dict[str, object]:
    [script] = find(document, "//script[@type='application/ld+json']")
    found: dict[str, object] = json.loads(script.text)
    return found


def test_a_pick_leads_to_its_own_page_by_its_date_and_the_page_back_to_its_edition() -> None:
    picks = shelf("editors-pick", entry(editorial=PICKED))._replace(permalinks=("editors-pick/7.html",))
    assert links(edition(picks), "//.picked//a") == ["editors-pick/7.html"]
    document = permalink(picks)
    assert links(document, "//.kicker/a") == ["../editors-pick.html"]
    assert "../index.html" in links(document)
    assert links(document, "//.read/a") == ["https://harbour.example/1"]
    assert words(document, "//h1") == ["Cranes inspected"]


def test_every_link_within_the_folder_is_relative_to_where_the_page_lies() -> None:
    picks = shelf("editors-pick", entry(editorial=PICKED))._replace(permalinks=("editors-pick/7.html",))
    listed = section(picks, shelf(), Named("City desk", "city"))
    within = [link for link in links(listed) if "://" not in link and not link.startswith("#")]
    assert set(within) == {
        "../index.html",
        "../section/city.html",
        "../city.rss",
        "../city.atom",
        "../city.json",
        "../editors-pick/7.html",
        "../sources.opml",
    }


def test_a_page_that_stands_in_the_place_of_another_has_absolute_links() -> None:
    document = gone()
    within = [link for link in links(document) if not link.startswith("#")]
    assert within
    assert all(link.startswith(BASE) for link in within)


def test_a_withdrawn_pick_is_said_to_be_so_since_when_and_kept_out_of_search_engines() -> None:
    document = gone()
    assert words(document, "//h1") == ["This pick was withdrawn"]
    assert words(document, "//main//time") == ["25 November 2026, 12:00 UTC"]
    assert [meta.get("content") for meta in find(document, "//meta[@name='robots']")] == ["noindex"]


def test_a_note_is_shown_as_it_was_meant_and_cleaned_once_more() -> None:
    hostile = NOTE + "<script>alert(1)</script>"
    document = permalink(shelf("editors-pick", entry(editorial=PICKED), note=hostile))
    assert words(document, "//.note/.words/p/em") == ["the index"]
    assert "alert" not in words(document, "//.note")[0]


def test_a_correction_is_told_before_the_note() -> None:
    said = Editorial(editors=("Inès",), correction="The cranes are eleven, not twelve.")
    document = permalink(shelf("editors-pick", entry(editorial=said), note=NOTE))
    [story] = words(document, "//article")
    assert story.index("Corrected: The cranes are eleven, not twelve.") < story.index("Read the index.")


def test_who_else_tells_a_story_is_named() -> None:
    elsewhere = Link(href="https://quay.example/2", rel="related", hreflang="fr", title="Le Quai")
    document = permalink(shelf("editors-pick", entry(editorial=PICKED, links=(elsewhere,))))
    assert words(document, "//.related") == ["Also in Le Quai"]
    assert find(document, "//.related/a")[0].get("hreflang") == "fr"


def test_a_day_shows_what_was_picked_beside_what_came_and_leads_to_its_neighbours() -> None:
    document = day(shelf("", entry(editorial=PICKED)), shelf("", entry(title="Tide gauge read")))
    assert words(document, "//h1") == ["Monday, 20 November 2023"]
    assert words(document, "//.column//h2") == ["What the desk picked", "The news"]
    assert words(document, "//.column//h3") == ["Cranes inspected", "Tide gauge read"]
    assert links(document, "//a[@rel='prev']") == ["../days/2023-11-18.html"]
    assert links(document, "//a[@rel='next']") == []


def test_a_section_is_marked_where_one_is_and_offers_the_feeds_of_its_edition() -> None:
    document = section(shelf(""), shelf("", entry()), Named("City desk", "city"))
    assert words(document, "//.sections//a[@aria-current='page']") == ["City"]
    assert links(document, "//link[@rel='alternate']") == [f"{BASE}city.atom", f"{BASE}city.rss"]
    assert words(document, "//.column//h2") == ["The news"]  # nothing is picked of it
    assert not find(section(shelf(""), shelf("")), "//link[@rel='alternate']")


def test_a_pick_tells_machines_whose_article_it_is_and_when_it_was_picked() -> None:
    document = permalink(shelf("editors-pick", entry(editorial=PICKED, language="en"), note=NOTE))
    said = data(document)
    assert (said["@type"], said["url"], said["datePublished"]) == (
        "WebPage",
        f"{BASE}editors-pick/7.html",
        "2023-11-20T13:56:00Z",
    )
    assert said["mainEntity"] == {
        "@type": "NewsArticle",
        "headline": "Cranes inspected",
        "url": "https://harbour.example/1",
        "inLanguage": "en",
        "datePublished": "2023-11-19T08:00:00Z",
        "publisher": {
            "@type": "Organization",
            "name": "Harbour Ledger",
            "url": "https://harbour.example/",
        },
    }
    found = {meta.get("property"): meta.get("content") for meta in find(document, "//meta[@property]")}
    assert found["og:type"] == "article"
    assert found["og:description"] == "Read the index."
    assert found["og:url"] == f"{BASE}editors-pick/7.html"


def test_a_list_tells_machines_what_it_lists_in_its_order() -> None:
    listed = data(
        front(shelf("recent-news", entry(), entry(title="Second", guid="https://harbour.example/2")))
    )
    assert listed["@type"] == "CollectionPage"
    assert [item["name"] for item in listed["mainEntity"]["itemListElement"]] == [  # type: ignore[index]
        "Cranes inspected",
        "Second",
    ]


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("fa", "rtl"), ("en", "ltr"), ("az-Arab", "rtl"), ("ur-Latn", "ltr")],
)
def test_pages_are_read_the_way_their_language_is(language: str, direction: str) -> None:
    assert pagewords.direction(language) == direction
    assert edition(shelf(), language).get("dir", "ltr") == direction


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("عودة AB", "rtl"),
        ("AB עברית", "ltr"),
        ("12 – «שלום»", "rtl"),
        ("12:30", "rtl"),
        ("", "rtl"),
        ("港口", "ltr"),
    ],
)
def test_a_text_is_read_the_way_of_its_first_letter_that_tells(text: str, found: str) -> None:
    assert pagewords.way(text, otherwise="rtl") == found


def test_words_that_are_in_another_language_than_the_page_say_so() -> None:
    """A page in Arabic says "Published" in English; one in German too."""
    for language in ("ar", "de-AT"):
        document = edition(shelf("x", entry(editorial=PICKED), note=NOTE), language)
        ours = find(document, "//.label | //.skip | //time/..")
        assert len(ours) >= 3
        assert {element.get("lang") for element in ours} == {"en"}
    assert not find(edition(shelf("x", entry()), "en-GB"), "/html/body//*[@lang]")
    assert not find(edition(shelf("x", entry()), "fr-CA"), "/html/body//*[@lang]")


def test_a_story_is_laid_out_the_way_its_own_words_are_read() -> None:
    arabic = entry(title="عودة الملاحة", guid="https://harbour.example/2")
    shown = find(edition(shelf("x", arabic, entry())), "//article")
    assert [story.get("dir") for story in shown] == ["rtl", None]
    [dated] = find(shown[0], ".//time")
    assert dated.getparent().get("dir") == "ltr"  # the page's own words stay whole within it


@pytest.mark.parametrize(("said", "direction"), [("ليس الأحد.", "rtl"), ("Not on Sunday.", "ltr")])
def test_a_correction_is_laid_out_the_way_its_own_words_are_read(said: str, direction: str) -> None:
    arabic = entry(title="عودة الملاحة", editorial=Editorial(editors=("Inès",), correction=said))
    [correction] = find(permalink(shelf("x", arabic)), "//.correction")
    assert correction.get("dir") == direction


def test_the_page_s_own_words_and_the_name_they_lead_to_stand_in_one_order() -> None:
    """In a page in Arabic, "All of" is English, and stands at the left of what it names."""
    [link] = find(front(shelf("recent-news", entry()), language="ar"), "//.all/a")
    assert link.get("dir") == "ltr"
    arabic = entry(title="عودة الملاحة", editorial=PICKED)
    [link] = find(permalink(shelf("x", arabic)), "//.read/a")
    assert link.get("dir") == "ltr"


def test_the_front_page_leads_to_the_newest_day() -> None:
    old, new = entry(), entry(published=dates.read("2023-11-21T23:59:00-02:00"))
    assert "days/2023-11-22.html" in links(front(shelf("recent-news", old, new)))
    assert not [link for link in links(front(shelf())) if link.startswith("days/")]


def test_a_day_is_named_in_the_language_of_the_page() -> None:
    assert pagewords.human_day(datetime(2026, 8, 1, tzinfo=UTC).date(), "fr") == "samedi 1er août 2026"
    assert words(day(shelf(""), shelf(""), "fr"), "//h1") == ["lundi 20 novembre 2023"]


def test_a_shelf_without_pages_of_its_own_leads_nowhere() -> None:
    shown = Shelf("x", shelf("x", entry(editorial=PICKED)).feed)
    assert not find(edition(shown), "//.picked//a")
