"""The starter files and the reference name every option; samples and deployment files hold together."""

from __future__ import annotations

import re
from configparser import ConfigParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.folder import CONTENT_TYPES
from config import starters
from config.errors import UsageFault
from config.options import Access, Edition
from config.settings import NOT_SETTINGS, TABLES, VARIABLES, Settings, load
from config.written import spell
from feeds import opml, urls
from feeds.entries import Entry, Feed, Home
from feeds.parse import parse

CONFIG = Path(starters.__file__).parent
DEPLOY = CONFIG / "deploy"
STARTER = starters.FOLDER / "newsdesk.toml"
REFERENCE = CONFIG.parent / "docs" / "configuration.md"
PUBLISHED = {ending: kind for ending, kind in CONTENT_TYPES.items() if ending != ".xml"}

AT_THE_TOP = {name: Settings.model_fields[name] for name in Settings.model_fields if name not in TABLES}
OPTIONS = [
    *(("", name, field) for name, field in AT_THE_TOP.items() if name != "editions"),
    *((table, name, field) for table in TABLES for name, field in TABLES[table].model_fields.items()),
    *(("fetch.access", name, field) for name, field in Access.model_fields.items()),
    *(("editions", name, field) for name, field in Edition.model_fields.items()),
]
IDS = [f"{table}.{name}".strip(".") for table, name, _ in OPTIONS]


def deployment(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def with_examples(text: str) -> str:
    """The starter file with its commented examples switched on."""
    return re.sub(r"(?m)^# (?=\[\[|\w+ = )", "", text)


def under(table: str, text: str, heading: str) -> str:
    """The part of a text that stands under the heading of a table; all before the first for none."""
    parts = re.split(rf"(?m)^{heading}\[+([\w.]+)\]", text)
    return "".join(part for name, part in zip(["", *parts[1::2]], parts[::2], strict=True) if name == table)


def spelled(default: Any) -> str:
    """A default as the reference writes it."""
    match default:
        case timedelta():
            return f'"{spell(default)}"'
        case str() | Path():
            return f'"{default}"'
        case tuple():
            return str(list(default))
        case float():
            return f"{default:g}"
    return str(default)


def test_the_starter_file_says_the_defaults() -> None:
    assert load(STARTER, {}) == Settings()


@pytest.mark.parametrize(("table", "name", "field"), OPTIONS, ids=IDS)
def test_the_starter_file_names_every_option(table: str, name: str, field: Any) -> None:
    text = with_examples(STARTER.read_text("utf-8"))
    named = re.search(rf"(?m)(^|  # .*\bor ){name} = ", under(table, text, ""))
    assert named or f"\n[[{table}.{name}]]\n" in text


def test_the_examples_in_the_starter_file_can_be_switched_on(tmp_path: Path) -> None:
    file = tmp_path / "newsdesk.toml"
    file.write_text(with_examples(STARTER.read_text("utf-8")))
    read = load(file, {})
    assert [edition.slug for edition in read.editions] == ["editors-pick", "tech", "team"]
    assert read.fetch.contact
    assert len(read.fetch.access) == 2


@pytest.mark.parametrize(("table", "name", "field"), OPTIONS, ids=IDS)
def test_the_reference_tells_every_option_with_its_default(table: str, name: str, field: Any) -> None:
    part = under(table, REFERENCE.read_text("utf-8"), "## `")
    row = re.search(rf"(?m)^\| `{name}` \| .+ \| (.+) \| .+\.+ \|$", part)
    assert row, "it has no row in its table"
    if field.is_required():
        assert row[1] == "required"
    elif field.default is None:
        assert row[1] == "none"
    elif (table, name) != ("editions", "title"):
        assert row[1] == f"`{spelled(field.default)}`"


def test_the_reference_tells_no_option_that_does_not_exist() -> None:
    told = re.findall(r"(?m)^\| `(\w+)` \|", REFERENCE.read_text("utf-8"))
    assert sorted(told) == sorted(name for _, name, _ in OPTIONS)


def test_the_starter_list_has_sources_in_nested_sections_and_no_problem() -> None:
    list_ = opml.read((starters.FOLDER / "sources.opml").read_bytes())
    assert list_.problems == ()
    assert any("/" in (outline.section or "") for outline in list_.outlines)
    assert all(outline.url.startswith("https://") and outline.title for outline in list_.outlines)


def test_starter_files_are_written_once_and_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sources.opml").write_text("mine")
    done = dict(starters.write(tmp_path))
    assert done == {tmp_path / "newsdesk.toml": True, tmp_path / "sources.opml": False}
    assert (tmp_path / "sources.opml").read_text() == "mine"
    assert (tmp_path / "newsdesk.toml").read_bytes() == STARTER.read_bytes()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageFault, match="cannot be written"):
        list(starters.write(tmp_path / "file" / "folder"))


@pytest.fixture(scope="module")
def newsroom() -> dict[starters.Sample, Feed]:
    """The sample newsroom, read."""
    return {
        sample: parse(
            (starters.NEWSROOM / sample.file).read_bytes(),
            url=f"https://sample.example/{sample.file}",
            home=Home(zone=sample.zone),
        )
        for sample in starters.samples()
    }


def entries(newsroom: dict[starters.Sample, Feed]) -> list[Entry]:
    return [entry for feed in newsroom.values() for entry in feed.entries]


def test_the_newsroom_lists_every_sample_document(newsroom: dict[starters.Sample, Feed]) -> None:
    documents = {file.name for file in starters.NEWSROOM.iterdir()} - {"newsroom.toml"}
    assert {sample.file for sample in newsroom} == documents


def test_the_newsroom_is_of_every_format_and_of_two_languages(newsroom: dict[starters.Sample, Feed]) -> None:
    assert {Path(sample.file).suffix for sample in newsroom} == {".rss", ".atom", ".json"}
    assert {sample.language for sample in newsroom} == {"fr", "en"}


def test_each_sample_source_has_a_front_page_of_named_entries(newsroom: dict[starters.Sample, Feed]) -> None:
    assert all(feed.title and len(feed.entries) >= 6 for feed in newsroom.values())
    assert all(entry.title and entry.content and entry.guid and entry.url for entry in entries(newsroom))


def test_samples_lead_to_no_real_site(newsroom: dict[starters.Sample, Feed]) -> None:
    addresses = [entry.url or "" for entry in entries(newsroom)]
    linked = [
        address for entry in entries(newsroom) for address in re.findall(r'="(https?:[^"]+)', entry.content)
    ]
    assert all(re.match(r"https://[\w.-]+\.example/", address) for address in addresses + linked)


def test_samples_are_of_november_2023_but_for_one_without_a_date(
    newsroom: dict[starters.Sample, Feed],
) -> None:
    dates = [entry.published.at if entry.published else None for entry in entries(newsroom)]
    assert dates.count(None) == 1
    assert all((date.year, date.month) == (2023, 11) for date in dates if date)


def test_one_story_is_told_by_two_french_sources_after_an_english_one(
    newsroom: dict[starters.Sample, Feed],
) -> None:
    told = [entry for entry in entries(newsroom) if re.search("wild weekend", entry.title, re.IGNORECASE)]
    french = [entry for entry in told if entry.title.lower().startswith("les gagnants et les perdants")]
    english = [entry for entry in told if entry.title == "OpenAI's Wild Weekend: The Winners and Losers"]
    assert len(french) == 2
    assert len({entry.url for entry in french}) == 2
    assert len({urls.canonical(entry.url or "") for entry in french}) == 1
    raw = [entry.published.raw for entry in french if entry.published]
    assert "2023-11-20 13:56:38" in raw
    assert english[0].published
    assert english[0].published.at
    assert english[0].published.known_by == "offset"
    assert english[0].published.at < datetime(2023, 11, 20, 12, 56, 38, tzinfo=UTC)


def test_samples_show_a_podcast_and_keep_no_tracking_pixel(newsroom: dict[starters.Sample, Feed]) -> None:
    assert any(entry.enclosures for entry in entries(newsroom))
    sources = "".join((starters.NEWSROOM / sample.file).read_text("utf-8") for sample in newsroom)
    assert "https://pixel." in sources, "there is one to clean away"
    assert not any("https://pixel." in entry.content for entry in entries(newsroom))


def unit(name: str = "newsdesk.service") -> ConfigParser:
    read = ConfigParser(strict=False, interpolation=None)  # systemd lets a key stand more than once
    read.optionxform = str  # type: ignore[assignment, method-assign]  # keys keep their case
    read.read_string(deployment(name))
    return read


def test_the_unit_runs_the_daemon_as_a_user_of_its_own_in_a_folder_of_its_own() -> None:
    service = unit()["Service"]
    assert service["Type"] == "exec"
    assert service["ExecStart"].endswith("/newsdesk run")
    assert service["User"] == "newsdesk"
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert unit()["Install"]["WantedBy"] == "multi-user.target"


def test_the_unit_of_a_worker_differs_from_the_daemon_s_by_its_command_alone() -> None:
    worker = dict(unit("newsdesk-worker@.service")["Service"])
    assert worker.pop("ExecStart").endswith("/newsdesk worker")
    daemon = dict(unit()["Service"])
    del daemon["ExecStart"]
    assert worker == daemon


def test_the_unit_and_the_guide_say_one_way_to_install() -> None:
    said = re.findall(r"(?m)^#   (sudo .*[^\\])$", deployment("newsdesk.service"))
    guide = (CONFIG.parent / "docs" / "guide.md").read_text("utf-8")
    assert len(said) >= 6
    assert [line for line in said if f"\n{line}\n" not in guide] == []


def test_the_unit_does_not_restart_what_a_restart_cannot_mend() -> None:
    assert unit()["Service"]["RestartPreventExitStatus"] == str(UsageFault.exit_status)


def test_the_container_runs_the_daemon_unprivileged_and_asks_after_its_health() -> None:
    last = deployment("Containerfile").rpartition("\nFROM ")[2]
    assert re.search(r"(?m)^USER newsdesk$", last)
    assert re.search(r"(?m)^VOLUME /var/lib/newsdesk$", last)
    assert re.search(rf"(?ms)^HEALTHCHECK .*:{Settings().serve.port}/healthz", last)
    assert last.strip().endswith('ENTRYPOINT ["newsdesk"]\nCMD ["run"]')


@pytest.mark.parametrize("name", ["compose.yaml", "cluster.yaml"])
def test_compose_builds_from_what_is_there_and_declares_its_volumes(name: str) -> None:
    text = deployment(name)
    assert "\t" not in text
    context = DEPLOY / re.search(r"context: (\S+)", text)[1]  # type: ignore[index]
    assert (context / "pyproject.toml").is_file()
    assert (context / re.search(r"dockerfile: (\S+)", text)[1]).is_file()  # type: ignore[index]
    mounted = set(re.findall(r"(?m)^      - (\w+):/", text))
    declared = set(re.findall(r"(?m)^  (\w+):$", text.partition("\nvolumes:\n")[2]))
    assert mounted == declared


@pytest.mark.parametrize(("ending", "kind"), PUBLISHED.items())
def test_web_servers_answer_with_the_content_types_that_newsdesk_does(ending: str, kind: str) -> None:
    bare, name = kind.partition(";")[0], ending[1:]
    assert re.search(rf"(?m)^ +{re.escape(bare)} {name};$", deployment("nginx.conf"))
    if name != "html":  # Caddy knows it
        assert f"@{name} path *{ending}" in deployment("Caddyfile")
        assert f'header @{name} Content-Type "{kind}"' in deployment("Caddyfile")


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda file: file.name)
def test_deployment_files_set_no_variable_that_is_refused(file: Path) -> None:
    named = re.findall(r"\bNEWSDESK_[A-Z_]+", file.read_text("utf-8"))
    assert [name for name in named if name not in VARIABLES and not NOT_SETTINGS.fullmatch(name)] == []
