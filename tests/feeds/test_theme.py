"""A folder of templates can replace any of ours; one that is at fault is named, with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drawn import entry, masthead, shelf

from feeds import page, specimen, theme
from feeds.shelves import Masthead

TEMPLATES = sorted(path.name for path in theme.TEMPLATES.iterdir())


def themed(folder: Path, **templates: str) -> Masthead:
    for name, text in templates.items():
        (folder / f"{name}.{'css' if name == 'newspaper' else 'html'}").write_text(text)
    return masthead()._replace(theme=folder)


def test_a_template_of_the_theme_stands_in_the_place_of_ours(tmp_path: Path) -> None:
    drawn = page.edition(themed(tmp_path, edition="<p>{{ column.title }} & all</p>"), shelf(title="A < B"))
    assert drawn == b"<p>A &lt; B & all</p>"


def test_a_template_can_build_on_the_one_it_replaces(tmp_path: Path) -> None:
    own = '{% extends "newsdesk/layout.html" %}{% block feeds %}<link rel="icon" href="x.png">{% endblock %}'
    drawn = page.edition(themed(tmp_path, layout=own), shelf("recent-news", entry())).decode()
    assert '<link rel="icon" href="x.png">' in drawn
    assert "Cranes inspected" in drawn
    assert "application/rss+xml" not in drawn


def test_the_style_of_a_theme_is_the_one_that_the_page_allows(tmp_path: Path) -> None:
    ours = page.edition(masthead(), shelf()).decode()
    own = page.edition(themed(tmp_path, newspaper="body > p { color: red }"), shelf()).decode()
    assert "<style>body > p { color: red }</style>" in own
    allowed = [re.findall("style-src '(sha256-[^']+)'", drawn)[0] for drawn in (ours, own)]
    assert allowed[0] != allowed[1]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("front", "<p>\n{% if %}</p>", "front.html:2: Expected an expression"),
        ("permalink", "\n\n{{ story.headline }}", "permalink.html:3: .* has no attribute 'headline'"),
        ("gone", "{{ nobody }}", "gone.html:1: 'nobody' is undefined"),
        ("listing", "\n{{ 1 / 0 }}", "listing.html:2: ZeroDivisionError: division by zero"),
        ("edition", '{% extends "nowhere.html" %}', "edition.html:1: there is no template 'nowhere.html'"),
        ("newspaper", "a { {{ colour }} }", "newspaper.css:1: 'colour' is undefined"),
        ("parts", "{% macro dateline(at) %}{% endmacro %}", r"\w+.html:\d+: .*'?\w+'?"),
    ],
)
def test_a_template_at_fault_is_named_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(theme.BrokenTemplate, match=said) as raised:
        specimen.draw(themed(tmp_path, **{name: text}))
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(theme.BrokenTemplate, match="nowhere: is no folder"):
        page.edition(masthead()._replace(theme=tmp_path / "nowhere"), shelf())


def test_a_specimen_draws_every_template(tmp_path: Path) -> None:
    for name in TEMPLATES:
        (tmp_path / name).write_text("{{ nobody }}")
        with pytest.raises(theme.BrokenTemplate, match=re.escape(name)):
            specimen.draw(masthead()._replace(theme=tmp_path))
        (tmp_path / name).unlink()
    assert len(specimen.draw(masthead())) == 9


def test_a_change_of_a_template_changes_the_fingerprint(tmp_path: Path) -> None:
    ours, empty = theme.fingerprint(None), theme.fingerprint(tmp_path)
    themed(tmp_path, gone="<p>Gone</p>")
    one = theme.fingerprint(tmp_path)
    themed(tmp_path, gone="<p>Away</p>")
    assert ours == empty == theme.fingerprint(None)
    assert len({ours, one, theme.fingerprint(tmp_path)}) == 3


def test_what_is_published_is_escaped_in_a_theme_too(tmp_path: Path) -> None:
    own = "{% for story in column.stories %}<b>{{ story.entry.title }}</b>{% endfor %}"
    drawn = page.edition(themed(tmp_path, edition=own), shelf("x", entry(title="1 < 2")))
    assert drawn == b"<b>1 &lt; 2</b>"
