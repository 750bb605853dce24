"""Settings: the environment over the file over the defaults, and each fault in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Settings, SettingsError, load

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a settings file."""

    def written(text: str) -> Path:
        file = tmp_path / "n.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def refused(path: Path | None, **variables: str) -> str:
    """What is said of settings that are refused, with the file's name alone."""
    with pytest.raises(SettingsError) as error:
        load(path, variables)
    assert error.value.exit_status == 2
    assert error.value.remedy
    return str(error.value).replace(f"{path}", "n.toml")


def test_without_file_and_variables_the_defaults_hold() -> None:
    assert load(None, {}) == Settings()


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(write: Write) -> None:
    file = write('title = "File"\nlanguage = "fr"\n[poll]\nmin_interval = "1h"\ntick = 9\n')
    read = load(file, {"NEWSDESK_TITLE": "Variable", "NEWSDESK_POLL__TICK": "7"})
    assert (read.title, read.language, read.poll.tick) == ("Variable", "fr", 7)
    assert read.poll.min_interval == timedelta(hours=1)
    assert read.poll.max_interval == timedelta(hours=24)


def test_a_variable_can_add_to_a_table_that_the_file_lacks() -> None:
    assert load(None, {"NEWSDESK_SERVE__PORT": "0"}).serve.port == 0


def test_lists_can_be_given_as_variables() -> None:
    read = load(
        None,
        {
            "NEWSDESK_EDITIONS": '[{"slug": "tech", "section": "tech"}]',
            "NEWSDESK_FETCH__ALLOW_PRIVATE_NETWORKS": "10.0.0.0/8,::1",
        },
    )
    assert read.editions[0].section == "tech"
    assert len(read.fetch.allow_private_networks) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", ()),
        ("rsync -a 'public/' \"web:/srv/the news\"", ("rsync", "-a", "public/", "web:/srv/the news")),
        ('["sh", "-c", "cp -r \\"$NEWSDESK_OUTPUT\\" /srv"]', ("sh", "-c", 'cp -r "$NEWSDESK_OUTPUT" /srv')),
        ("echo $HOME; ls *", ("echo", "$HOME;", "ls", "*")),  # no shell
    ],
)
def test_a_command_is_a_text_split_into_words_or_a_list_of_them(
    write: Write, given: str, words: tuple[str, ...]
) -> None:
    assert load(None, {"NEWSDESK_PUBLISH__COMMAND": given}).publish.command == words
    listed = f"[publish]\ncommand = {list(words)}\n"
    assert load(write(listed), {}).publish.command == words


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('command = "echo \'a"', 'command: a command with its quotes closed was expected, not "echo \'a"'),
        ("command = 5", "command: a list was expected, not 5"),
        ("compress = ['lzma']", "compress.0: input should be 'gz', 'br' or 'zst', not 'lzma'"),
        ("command_timeout = 0", "command_timeout: input should be greater than or equal to 1 second"),
    ],
)
def test_what_cannot_follow_a_publish_is_refused(write: Write, line: str, said: str) -> None:
    assert refused(write(f"[publish]\n{line}")) == f"n.toml:2: publish.{said}"


def test_what_is_given_in_the_program_is_not_moved_by_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else NEWSDESK_DATABASE_URL would have the sample newsroom write into a real database."""
    monkeypatch.setenv("NEWSDESK_DATABASE_URL", "sqlite:///real.db")
    monkeypatch.setenv("NEWSDESK_LANGUAGE", "fr")
    given = Settings(database_url="sqlite:///sample.db")
    assert (given.database_url, given.language) == ("sqlite:///sample.db", "en")


def test_the_file_is_the_one_named_else_the_variables_else_the_usual_one(
    write: Write, tmp_path: Path
) -> None:
    (tmp_path / "newsdesk.toml").write_text('title = "usual"')
    (tmp_path / "other.toml").write_text('title = "by variable"')
    variables = {"NEWSDESK_CONFIG": "other.toml"}
    assert load(write('title = "named"'), variables).title == "named"
    assert load(None, variables).title == "by variable"
    assert load(None, {}).title == "usual"


@pytest.mark.parametrize(
    "name",
    [
        "NEWSDESK_CONFIG",
        "NEWSDESK_EDITOR",
        "NEWSDESK_TEST_POSTGRES",
        "NEWSDESK_WRITTEN",  # for a command that publishing runs, which may run newsdesk
        "NEWSDESK_REMOVED",
        "HOME",
    ],
)
def test_variables_that_are_no_settings_are_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    assert load(None, {name: "x"}) == Settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tilte = 'a'", "n.toml:1: tilte: is no setting; the nearest is title"),
        ("\n[fetch]\ntimeot = 4", "n.toml:3: fetch.timeot: is no setting; the nearest is timeout"),
        ("fetch.timeot = 4", "n.toml:1: fetch.timeot: is no setting; the nearest is timeout"),
        ("[serve]\nxyz = 4", "n.toml:2: serve.xyz: is no setting; there are host, port, public_url"),
        ("_env_file = 'a'", "n.toml:1: _env_file: is no setting"),
        ("__pydantic_self__ = 1", "n.toml:1: __pydantic_self__: is no setting"),
        ("title = 5", "n.toml:1: title: input should be a valid string, not 5"),
        ("fetch = 5", "n.toml:1: fetch: a table was expected, not 5"),
        ("editions = 5", "n.toml:1: editions: a list was expected, not 5"),
        ("[serve]\nport = true", "n.toml:2: serve.port: neither true nor false was expected, not True"),
        (
            "[poll]\nmin_interval = '5 minutes'",
            "n.toml:2: poll.min_interval: a duration such as 90s, 15m, 24h, 3d, 2w or 1y was expected, "
            "not '5 minutes'",
        ),
        (
            "# first\n\n[poll]\nmax_interval = '1m'",
            "n.toml:3: poll: a min_interval no longer than max_interval was expected",
        ),
        (
            "[fetch]\n'allow_private_networks' = ['::1', '10.0.0.1/8']",
            "n.toml:2: fetch.allow_private_networks.1: a network such as 192.168.1.0/24 was expected, "
            "its host bits zero, not '10.0.0.1/8'",
        ),
        (
            "[[editions]]\nslug = 'a'\n[fetch]\n[[editions]]\nslug = 'b'\nlimit = 0",
            "n.toml:6: editions.1.limit: input should be greater than or equal to 1, not 0",
        ),
        ("[[editions]]\nslug = 'a'\n\n[[editions]]\ntitle = 'B'", "n.toml:4: editions.1.slug: is missing"),
        pytest.param(
            'title = """\n[serve]\nport = 1\n"""\n[serve]\nport = -1',
            "n.toml:6: serve.port: input should be greater than or equal to 0, not -1",
            id="what stands in a string of several lines sets nothing",
        ),
        (
            "[[editions]]\nslug = 'index'",
            "n.toml:2: editions.0.slug: a slug that is not the name of another published file was expected, "
            "not 'index'",
        ),
        (
            "[[editions]]\nslug = 'a'\n[[editions]]\nslug = 'a'",
            "n.toml:1: editions: one edition with the slug a was expected, not 2",
        ),
    ],
)
def test_a_fault_is_told_with_its_line_its_key_and_what_was_expected(
    write: Write, text: str, said: str
) -> None:
    assert refused(write(text)) == said


@pytest.mark.timeout(20)
def test_thousands_of_faults_are_told_in_good_time(write: Write) -> None:
    told = refused(write("".join(f"key{number} = 1\n" for number in range(3_000)))).splitlines()
    assert told[-1].startswith("n.toml:3000: key2999: is no setting")


def test_the_line_told_is_that_of_the_key_in_its_own_table(write: Write) -> None:
    text = "[poll]\nmin_interval = 'no'\n[serve]\nhost = ''\n[curation]\nquorum = 0 # [serve]\nhold = 'no'\n"
    told = refused(write(text)).splitlines()
    places = ["n.toml:2: poll.min_interval", "n.toml:7: curation.hold", "n.toml:6: curation.quorum"]
    assert len(told) == 4
    assert all(line.startswith(place) for line, place in zip(told, places, strict=False))
    assert told[3].startswith("n.toml:4: serve.host")


def test_all_faults_are_told_at_once_one_line_each(write: Write) -> None:
    told = refused(
        write("title = 5\nlanguage = 'français'"),
        NEWSDESK_SERVE__PORT="x",
        NEWSDESK_TITEL="x",
        NEWSDESK_B="x",
    ).splitlines()
    assert len(told) == 5


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NEWSDESK_TITEL", "x", "NEWSDESK_TITEL: is no setting; the nearest is NEWSDESK_TITLE"),
        (
            "NEWSDESK_FETCH__TIMEOT",
            "4",
            "NEWSDESK_FETCH__TIMEOT: is no setting; the nearest is NEWSDESK_FETCH__TIMEOUT",
        ),
        (
            "NEWSDESK_FETCHING__TIMEOUT",
            "4",
            "NEWSDESK_FETCHING__TIMEOUT: is no setting; the nearest is NEWSDESK_FETCH__TIMEOUT",
        ),
        ("NEWSDESK_TITLE__X", "4", "NEWSDESK_TITLE__X: is no setting; the nearest is NEWSDESK_TITLE"),
        (
            "NEWSDESK_FETCH__TIMEOUT",
            "",
            "NEWSDESK_FETCH__TIMEOUT: fetch.timeout: input should be a valid number, "
            "unable to parse string as a number, not ''",
        ),
        (
            "NEWSDESK_EDITIONS",
            "[{",
            "NEWSDESK_EDITIONS: editions: a list, in JSON or with commas, was expected, not '[{'",
        ),
        (
            "NEWSDESK_EDITIONS",
            "tech",
            "NEWSDESK_EDITIONS: editions.0: a table was expected, not 'tech'",
        ),
    ],
)
def test_a_fault_of_a_variable_names_the_variable(name: str, value: str, said: str) -> None:
    assert refused(None, **{name: value}) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\nb = \n", "n.toml:2:5: is no TOML: invalid value"),
        ("title = 'a'\ntitle = 'b'\n", "n.toml:2:12: is no TOML: cannot overwrite a value"),
        pytest.param("a = " + "[" * 5_000, "n.toml: nests too deep", id="too deep for the parser"),
    ],
)
def test_broken_toml_is_told_with_line_and_column(write: Write, text: str, said: str) -> None:
    assert refused(write(text)) == said


def test_a_number_of_thousands_of_digits_is_a_fault_and_no_crash(write: Write) -> None:
    assert refused(write("a = " + "1" * 5_000)).startswith("n.toml: is no TOML: ")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert refused(missing) == "n.toml: cannot be read: No such file or directory"
    assert refused(tmp_path) == "n.toml: cannot be read: Is a directory"
    assert "missing.toml" in refused(None, NEWSDESK_CONFIG=str(missing))
    assert "is no file name" in refused(Path("a\0b"))


def test_a_directory_with_the_usual_name_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "newsdesk.toml").mkdir()
    assert refused(None) == "newsdesk.toml: cannot be read: Is a directory"


def test_a_file_is_utf_8_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "n.toml"
    file.write_bytes(b"\xef\xbb\xbftitle = '\xc3\xa9'\r\n")
    assert load(file, {}).title == "é"
    file.write_bytes(b"title = '\xe9'")
    assert refused(file) == "n.toml: is not UTF-8 text (byte 9)"


def test_a_file_of_more_than_a_megabyte_is_refused(write: Write) -> None:
    assert refused(write("#" * 1_000_001)) == "n.toml: is longer than 1,000,000 bytes"
    assert load(write("#" * 1_000_000), {}) == Settings()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://news.example.org", "https://news.example.org/"),
        ("https://news.example.org/", "https://news.example.org/"),
        ("http://[::1]:8080/desk", "http://[::1]:8080/desk/"),
    ],
)
def test_the_base_url_ends_in_a_slash(given: str, read: str) -> None:
    assert Settings(base_url=given).base_url == read


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example.org",
        "/news",
        "ftp://news.example.org/",
        "https://",
        "https:///news",
        "https://news.example.org/?a=1",
        "https://news.example.org/#a",
        "https://me@news.example.org/",
        "https://news.example.org:port/",
        "https://news.example.org:99999/",
        "https://[::1/",
        "https://news example.org/",
        "https://news.example.org/\n",
    ],
)
def test_a_base_url_that_is_no_plain_web_address_is_refused(url: str) -> None:
    assert "base_url" in refused(None, NEWSDESK_BASE_URL=url)


@pytest.mark.parametrize(
    ("database_url", "output"),
    [
        ("sqlite:///public/newsdesk.db", "public"),
        ("sqlite+pysqlite:///public/deep/newsdesk.db?timeout=5", "public"),
        ("sqlite:///newsdesk.db", "."),
        ("sqlite:///a/../public/newsdesk.db", "public"),
        pytest.param("sqlite:///public", "public", id="one and the same"),
        pytest.param("sqlite:///newsdesk.db", "newsdesk.db/public", id="the folder in the database"),
        pytest.param("sqlite:///link/newsdesk.db", "public", id="by a symbolic link"),
    ],
)
def test_a_database_that_would_be_published_is_refused(
    tmp_path: Path, database_url: str, output: str
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "public")
    told = refused(None, NEWSDESK_DATABASE_URL=database_url, NEWSDESK_OUTPUT=output)
    assert "lies in the published folder" in told


@pytest.mark.parametrize(
    ("database_url", "output"),
    [
        ("sqlite:///newsdesk.db", "public"),
        ("sqlite:///public/../newsdesk.db", "public"),
        ("sqlite:///publication/newsdesk.db", "public"),
        ("sqlite://", "."),
        ("sqlite:///:memory:", "."),
        ("postgresql://desk@db/public", "public"),
    ],
)
def test_a_database_beside_the_published_folder_is_taken(database_url: str, output: str) -> None:
    read = load(None, {"NEWSDESK_DATABASE_URL": database_url, "NEWSDESK_OUTPUT": output})
    assert (read.database_url, read.output) == (database_url, Path(output))


def test_what_is_refused_is_shown_shortened() -> None:
    assert len(refused(None, NEWSDESK_LANGUAGE="x" * 10_000)) < 200


@pytest.mark.parametrize(
    ("private", "output"),
    [
        ("public/private", "public"),
        ("public", "public"),
        ("private", "private/public"),
        (".", "public"),
        pytest.param("link/private", "public", id="by a symbolic link"),
    ],
)
def test_private_editions_are_never_put_into_the_published_folder(
    tmp_path: Path, private: str, output: str
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "public")
    folders = {"NEWSDESK_PRIVATE": private, "NEWSDESK_OUTPUT": output}
    told = refused(None, NEWSDESK_EDITIONS='[{"slug": "team", "token_env": "TEAM"}]', **folders)
    assert "lie in one another" in told
    assert load(None, folders | {"NEWSDESK_DATABASE_URL": "sqlite://"}).output == Path(output)
