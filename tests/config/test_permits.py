"""Secrets are named in the settings and read from where they are kept; what is missing is told, not shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.access import permits, tokens
from config.options import Access, Edition
from config.settings import SettingsError, load

URL = "https://site.example/"


def test_a_secret_is_read_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    (permit,) = permits([Access(url=URL, bearer_file=tmp_path / "token")], {})
    assert permit.headers["Authorization"].get_secret_value() == "Bearer s3cret"
    assert "s3cret" not in f"{permit!r} {permit}"


def test_each_secret_that_is_missing_is_named_with_its_address(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    given = [
        Access(url=URL, bearer_env="NOT_SET"),
        Access(url=URL, username="ana", password_file=tmp_path / "none"),
        Access(
            url=URL, headers_env={"X": "EMPTY"}, cookies_file={"c": binary}, cookies_env={"d": "TWO_LINES"}
        ),
    ]
    with pytest.raises(SettingsError) as refused:
        permits(given, {"EMPTY": "", "TWO_LINES": "s3cret\r\nX: y"})
    lines = refused.value.message.split("\n")
    assert [line.split(": ")[2].split(" (")[0] for line in lines] == [
        "variable NOT_SET",
        f"file {tmp_path / 'none'}",
        "variable EMPTY",
        "variable TWO_LINES",
        f"file {binary}",
    ]
    assert all(line.startswith(f"fetch.access: {URL}: ") for line in lines)
    assert "s3cret" not in refused.value.message


@pytest.mark.parametrize(
    "given",
    [
        {"username": "ana"},
        {"password_env": "A"},
        {"username": "a:b", "password_env": "A"},
        {"username": "ana", "password_env": "A", "password_file": "b"},
        {"bearer_env": "A", "bearer_file": "b"},
        {"username": "ana", "password_env": "A", "bearer_env": "B"},
        {"password": "in the file"},
        {"headers": {"X Y": "1"}},
        {"headers": {"X": "1\r\nY: 2"}},
        {"headers": {"Host": "other.example"}},
        {"headers_env": {"Cookie": "A"}},
        {"cookies": {"a;b": "1"}},
        {"url": "https://ana:secret@site.example/"},
        {"url": "ftp://site.example/"},
        {"url": "https://site.example/?a=1"},
    ],
    ids=repr,
)
def test_an_access_that_cannot_be_meant_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Access(**{"url": URL} | given)


def test_a_misspelt_key_of_an_access_is_told_with_its_line_and_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "newsdesk.toml"
    file.write_text(f'[fetch]\ntimeout = 5\n[[fetch.access]]\nurl = "{URL}"\nbearer_evn = "A"\n')
    with pytest.raises(SettingsError) as refused:
        load(file, {})
    said = refused.value.message
    assert said == f"{file}:5: fetch.access.0.bearer_evn: is no setting; the nearest is bearer_env"


def test_an_access_can_be_given_as_a_variable() -> None:
    read = load(None, {"NEWSDESK_FETCH__ACCESS": f'[{{"url": "{URL}", "bearer_env": "A"}}]'})
    assert read.fetch.access == (Access(url=URL, bearer_env="A"),)


def test_the_tokens_of_private_editions_are_read_by_slug_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-token-of-the-board\n")
    given = [
        Edition(slug="board", token_file=tmp_path / "token"),
        Edition(slug="team", token_env="TEAM"),
        Edition(slug="tech"),
    ]
    read = tokens(given, {"TEAM": "a+token/of~the=team"})
    assert {slug: token.get_secret_value() for slug, token in read.items()} == {
        "board": "a-token-of-the-board",
        "team": "a+token/of~the=team",
    }
    assert "a-token" not in f"{read!r} {read}"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (None, "holds no secret"),
        ("", "holds no secret"),
        ("\n", "holds no secret"),
        ("fifteen-letters", "holds no token of 16 or more characters without a space"),
        ("sixteen letters, with spaces", "holds no token of 16 or more characters without a space"),
        ("sixteen-letters-é", "holds what cannot stand in a header"),
        ("two-lines-of-it\nthe-other-line", "holds what cannot stand in a header"),
    ],
)
def test_a_token_that_is_missing_or_could_be_guessed_is_refused_in_one_line(
    said: str | None, wrong: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        tokens([Edition(slug="team", token_env="TEAM")], {} if said is None else {"TEAM": said})
    assert refused.value.message == f"editions: team: variable TEAM: {wrong}"


def test_an_edition_has_one_token() -> None:
    with pytest.raises(ValidationError, match="not both"):
        Edition(slug="team", token_env="TEAM", token_file=Path("team"))


def test_a_private_edition_stands_below_the_published_address_in_a_folder_of_its_own() -> None:
    team, tech = Edition(slug="team", token_env="TEAM"), Edition(slug="tech")
    assert (team.is_private, team.path) == (True, "private/team")
    assert (tech.is_private, tech.path) == (False, "tech")
