"""Places: the line on which each key of a TOML text stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import places
from config.places import Place


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a = 1\nb = 2", ("b",), 2),
        ("\n# a = 1\n  a = 1", ("a",), 3),
        ("[t]\nb = 1\n[u]\nb = 2", ("u", "b"), 4),
        ("[t] # of [u]\nb = 1", ("t",), 1),
        ("[t.u]\nb = 1", ("t", "u", "b"), 2),
        ("[t]\nu.b = 1", ("t", "u", "b"), 2),
        ("'a b'.\"c.d\" = 1", ("a b", "c.d"), 1),
        ("x = 1\nt = {b = 1}", ("t", "b"), 2),
        ("[[e]]\ns = 1\n[[e]]\ns = 2", ("e", 1, "s"), 4),
        ("[[e]]\n[[e]]\n[t]\n[[e]]", ("e", 2), 4),
        ("[[e]]\n[[e]]", ("e",), 1),
        ("e = [\n  {s = 1},\n  {s = 2},\n]", ("e", 1, "s"), 1),
        pytest.param('a = """\nb = 1\n[t]\n"""\nb = 2', ("b",), 5, id="a string of several lines hides none"),
        pytest.param("a = [\n  1, # ]\n  2,\n]\nb = 2", ("b",), 5, id="nor does a list"),
        pytest.param("a = '[t]'\nb = 2", ("b",), 2, id="what looks like a heading in a string is none"),
        pytest.param("a = 1\r\nb = 2\r\n", ("b",), 2, id="lines may end as on Windows"),
        pytest.param("a = '\u2028\x85'\nb = 2", ("b",), 2, id="only a line feed ends a line of TOML"),
    ],
)
def test_a_place_has_the_line_on_which_its_statement_begins(text: str, place: Place, line: int) -> None:
    assert places.lines(text)[place] == line


def test_a_table_and_its_key_are_places_of_their_own() -> None:
    assert places.lines("[t]\n\nb = [7]") == {("t",): 1, ("t", "b"): 3, ("t", "b", 0): 3}


STATEMENTS = {
    "# [t]\n": 1,
    "\n": 1,
    "{} = 1\n": 1,
    "[{}]\n": 1,
    "{} = [\n 1,\n]\n": 3,
    "{} = '''\n[no]\n'''\n": 3,
    "{}.b = {{c = '#'}} # [t]\n": 1,
}


@settings(max_examples=100)
@given(st.lists(st.sampled_from(list(STATEMENTS)), max_size=12))
def test_every_statement_stands_on_its_own_line(shapes: list[str]) -> None:
    text, expected, line = "", set(), 1
    for number, shape in enumerate(shapes):
        text += shape.format(f"k{number}")
        expected |= {(f"k{number}", line)} if "{}" in shape else set()
        line += STATEMENTS[shape]
    found = {(place[-1], line) for place, line in places.lines(text).items()}
    assert expected <= found


@pytest.mark.timeout(20)
def test_a_list_of_many_lines_costs_no_time_but_the_lines_behind_it() -> None:
    text = "a = 1\nb = [\n" + "1,\n" * 100_000 + "]\nc = 1"
    assert places.lines(text) == {("a",): 1}
