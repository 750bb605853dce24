"""How texts of anybody are shown on a terminal."""

from __future__ import annotations

import pytest

from curation.terminal import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        (12, "12"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x9b0m", " [31mred 0m"),
        ("left \N{RIGHT-TO-LEFT OVERRIDE}thgir", "left  thgir"),
        (
            "می\N{ZERO WIDTH NON-JOINER}شود",
            "می\N{ZERO WIDTH NON-JOINER}شود",
        ),  # Persian is misspelt without it
        ("ශ්\N{ZERO WIDTH JOINER}රී", "ශ්\N{ZERO WIDTH JOINER}රී"),  # after a mark: Sinhala
        ("👨\N{ZERO WIDTH JOINER}👧", "👨 👧"),  # terminals disagree how wide such a picture is
        ("\N{ZERO WIDTH JOINER}a", " a"),
    ],
    ids=ascii,
)
def test_a_text_of_anybody_is_one_line_that_commands_no_terminal(text: object, shown: str) -> None:
    assert one_line(text) == shown
