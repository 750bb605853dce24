"""A folder is brought to a plan: what is as it is to be is not rendered, whose files are others' are safe."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import NOON

from aggregator import files, manifest, publish, sqlite
from aggregator.bringing import A_FEW, Plan
from aggregator.newspaper import Document
from aggregator.publish import Published
from config.errors import HeldElsewhere, NewsdeskError, UsageFault

try:
    from compression import zstd
except ImportError:
    from backports import zstd

LONG = b"<p>All the news that is fit to be compressed.</p>\n" * 100


class Desk:
    """A folder, the documents it is to hold as name and bytes, and which of them were rendered."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rendered: list[str] = []

    def documents(self, bodies: dict[str, bytes]) -> list[Document]:
        return [
            Document(name, None, sha256(body).hexdigest(), self._render(name, body))
            for name, body in bodies.items()
        ]

    def _render(self, name: str, body: bytes) -> Callable[[], bytes]:
        def render() -> bytes:
            self.rendered.append(name)
            return body

        return render

    def bring(self, bodies: dict[str, bytes], **given: object) -> Published:
        self.rendered.clear()
        with publish.alone(self.folder):
            done = publish.write(self.folder, Plan(self.documents(bodies), **given), NOON)  # type: ignore[arg-type]
            publish.recorded(self.folder)
        return done

    def names(self) -> set[str]:
        found = (file for file in self.folder.rglob("*") if file.is_file())
        return {str(file.relative_to(self.folder)) for file in found if not file.name.startswith(".")}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "public")


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Each published file's inode and time."""
    return {
        str(file): (file.stat().st_ino, file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if not file.name.startswith(".")
    }


BODIES = {"index.html": LONG, "a.rss": LONG + b"a", "days/2023-11-20.html": LONG + b"b"}


def test_what_is_as_it_is_to_be_is_neither_rendered_nor_touched(desk: Desk) -> None:
    first = desk.bring(BODIES, compress=("gz",))
    assert (first.written, desk.rendered) == (list(BODIES), list(BODIES))
    before = stamps(desk.folder)
    second = desk.bring(BODIES, compress=("gz",))
    assert (second.written, second.unchanged, desk.rendered) == ([], list(BODIES), [])
    assert stamps(desk.folder) == before


def test_only_what_changed_is_rendered_and_written(desk: Desk) -> None:
    desk.bring(BODIES)
    before = stamps(desk.folder)
    done = desk.bring(BODIES | {"a.rss": b"new"})
    assert (done.written, desk.rendered) == (["a.rss"], ["a.rss"])
    changed = {name for name, stamp in stamps(desk.folder).items() if before[name] != stamp}
    assert {Path(name).name for name in changed} == {"public", "a.rss"} - {"public"}


def test_each_version_of_a_document_is_of_another_second(desk: Desk) -> None:
    seconds = []
    for version in range(4):
        desk.bring({"a.rss": b"%d" % version})
        seconds.append((desk.folder / "a.rss").stat().st_mtime_ns // 10**9)
    assert seconds == sorted(set(seconds))


def test_bytes_that_are_the_same_from_another_basis_are_not_written_again(desk: Desk) -> None:
    desk.bring(BODIES)
    before = stamps(desk.folder)
    documents = [Document(name, None, "another", lambda body=body: body) for name, body in BODIES.items()]
    done = publish.write(desk.folder, Plan(documents), NOON)
    assert (done.written, stamps(desk.folder)) == ([], before)


def edit(file: Path) -> None:
    file.write_bytes(b"somebody else was here")


def edit_as_long(file: Path) -> None:
    file.write_bytes(b"x" * file.stat().st_size)


def link(file: Path) -> None:
    other = file.with_name("elsewhere")
    file.rename(other)
    file.symlink_to(other)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("harm", [edit, edit_as_long, Path.unlink, link])
def test_what_somebody_else_changed_is_put_right(
    desk: Desk, harm: Callable[[Path], None], suffix: str
) -> None:
    desk.bring(BODIES, compress=("gz",))
    file = desk.folder / f"index.html{suffix}"
    before = file.read_bytes()
    harm(file)
    assert desk.bring(BODIES, compress=("gz",)).written == ["index.html"]
    assert desk.rendered == ["index.html"]
    assert file.read_bytes() == before
    assert not file.is_symlink()


def test_a_file_that_was_only_touched_gets_its_time_back_and_is_not_rendered(desk: Desk) -> None:
    desk.bring(BODIES)
    before = stamps(desk.folder)
    os.utime(desk.folder / "index.html")
    assert desk.bring(BODIES).written == desk.rendered == []
    assert stamps(desk.folder) == before


def test_what_is_not_listed_any_more_is_removed_with_its_variants(desk: Desk) -> None:
    desk.bring(BODIES, compress=("gz", "br", "zst"))
    done = desk.bring({"index.html": LONG}, compress=("gz", "br", "zst"))
    assert done.removed == ["a.rss", "days/2023-11-20.html"]
    assert desk.names() == {"index.html", "index.html.gz", "index.html.br", "index.html.zst"}
    assert not (desk.folder / "days").exists()
    assert desk.bring({"index.html": LONG}, compress=("gz", "br", "zst")).removed == []


def test_files_of_others_are_never_removed_unless_they_have_a_name_of_ours(desk: Desk) -> None:
    desk.folder.mkdir()
    for name in ("ours.rss", "theirs.rss"):
        (desk.folder / name).write_bytes(b"theirs")
    desk.bring({"ours.rss": b"ours"})
    assert (desk.folder / "ours.rss").read_bytes() == b"ours"
    desk.bring({})
    assert desk.names() == {"theirs.rss"}


def test_a_stale_file_that_somebody_else_has_changed_is_left_and_forgotten(desk: Desk) -> None:
    desk.bring(BODIES)
    edit(desk.folder / "a.rss")
    assert desk.bring({"index.html": LONG}).removed == ["days/2023-11-20.html"]
    assert desk.names() == {"index.html", "a.rss"}
    (desk.folder / "a.rss").write_bytes(BODIES["a.rss"])
    assert desk.bring({"index.html": LONG}).removed == []


def test_what_is_kept_under_a_prefix_stays_until_it_is_named_as_removed(desk: Desk) -> None:
    bodies = BODIES | {"days/2023-11-21.html": b"c", "days-off.html": b"d", "z.html": b"e"}
    desk.bring(bodies)
    done = desk.bring({}, kept=("days/",))
    assert set(done.removed) == set(bodies) - {"days/2023-11-20.html", "days/2023-11-21.html"}
    done = desk.bring({}, kept=("days/",), removed=("days/2023-11-20.html", "days/never.html"))
    assert done.removed == ["days/2023-11-20.html"]
    assert desk.names() == {"days/2023-11-21.html"}


def test_a_part_of_the_documents_makes_the_others_not_stale(desk: Desk) -> None:
    desk.bring(BODIES)
    assert desk.bring({"a.rss": b"new"}, whole=False).removed == []
    assert desk.names() == set(BODIES)


UNPACK = {"gz": gzip.decompress, "br": brotli.decompress, "zst": zstd.decompress}


def test_each_variant_unpacks_to_the_document_and_has_its_time(desk: Desk) -> None:
    desk.bring({"index.html": LONG}, compress=tuple(UNPACK))
    itself = desk.folder / "index.html"
    for suffix, unpack in UNPACK.items():
        variant = desk.folder / f"index.html.{suffix}"
        assert unpack(variant.read_bytes()) == LONG
        assert variant.stat().st_mtime_ns == itself.stat().st_mtime_ns


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("small.html", b"short"),
        ("noise.html", os.urandom(5_000)),  # no variant is smaller
        ("icon.png", LONG),  # no text
    ],
)
def test_a_variant_that_is_no_use_is_not_written(desk: Desk, name: str, body: bytes) -> None:
    desk.bring({name: body}, compress=tuple(UNPACK))
    assert desk.names() == {name}


def test_a_variant_that_is_no_longer_wanted_is_removed(desk: Desk) -> None:
    desk.bring({"index.html": LONG}, compress=("gz", "br"))
    desk.bring({"index.html": LONG}, compress=("br",))
    assert desk.names() == {"index.html", "index.html.br"}


def test_a_variant_left_from_before_the_manifest_was_lost_does_not_outlive_a_change(desk: Desk) -> None:
    desk.bring({"index.html": LONG}, compress=("gz",))
    (desk.folder / manifest.NAME).unlink()
    desk.bring({"index.html": b"short"}, compress=("gz",))
    assert desk.names() == {"index.html"}


def lose(file: Path) -> None:
    file.unlink()


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5_000])


def overwrite(file: Path) -> None:
    file.write_bytes(b"no database" * 1_000)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def of_another_version(file: Path) -> None:
    with manifest.told():
        connection = sqlite.module().connect(file)
        connection.execute("PRAGMA user_version = 99")
        connection.close()


@pytest.mark.parametrize("harm", [lose, cut_short, overwrite, empty, of_another_version])
def test_a_manifest_that_is_lost_or_broken_is_made_anew_and_nothing_is_removed(
    desk: Desk, harm: Callable[[Path], None]
) -> None:
    desk.bring(BODIES)
    before = stamps(desk.folder)
    harm(desk.folder / manifest.NAME)
    done = desk.bring({"index.html": LONG})
    assert (done.written, done.removed, desk.rendered[-1:]) == ([], [], ["index.html"])
    assert stamps(desk.folder) == before
    assert desk.bring({}).removed == ["index.html"]  # it is ours again, the others are not


def test_what_a_killed_publish_wrote_but_did_not_record_is_told_by_the_next(desk: Desk) -> None:
    desk.bring(BODIES)
    plan = Plan(desk.documents({"index.html": b"new", "a.rss": BODIES["a.rss"]}))
    publish.write(desk.folder, plan, NOON)
    done = publish.write(desk.folder, plan, NOON)
    assert (done.written, done.unchanged, done.removed) == (
        ["index.html"],
        ["a.rss"],
        ["days/2023-11-20.html"],
    )
    publish.recorded(desk.folder)
    assert publish.write(desk.folder, plan, NOON).changes == []


def test_a_fault_of_rendering_leaves_the_folder_as_it_was(desk: Desk) -> None:
    desk.bring(BODIES)
    before = stamps(desk.folder)

    def fail() -> bytes:
        raise RuntimeError("a fault")

    documents = [*desk.documents({"index.html": b"new"}), Document("z.html", None, "z", fail)]
    with pytest.raises(RuntimeError, match="a fault"):
        publish.write(desk.folder, Plan(documents), NOON)
    assert stamps(desk.folder) == before
    assert not (desk.folder / files.STAGED).exists()


def lost_after(times: int) -> Callable[[], None]:
    """Says so many times that we are still the ones to publish, and then that another is."""
    turns = count()

    def keep() -> None:
        if next(turns) >= times:
            raise HeldElsewhere("is held by another", "stop that one first")

    return keep


def test_who_is_no_longer_the_one_to_publish_touches_nothing(desk: Desk) -> None:
    desk.bring(BODIES)
    before = stamps(desk.folder)
    with pytest.raises(HeldElsewhere):
        publish.write(desk.folder, Plan(desk.documents({"index.html": b"new"})), NOON, lost_after(0))
    assert stamps(desk.folder) == before
    assert not (desk.folder / files.STAGED).exists()
    assert desk.bring(BODIES).written == []


def test_who_is_so_no_longer_in_the_midst_of_it_stops_and_the_next_goes_on(desk: Desk) -> None:
    names = [f"{number:03}.html" for number in range(3 * A_FEW)]
    desk.bring(dict.fromkeys(names, b"old"))
    new = dict.fromkeys(names, b"new")
    with pytest.raises(HeldElsewhere):
        publish.write(desk.folder, Plan(desk.documents(new)), NOON, lost_after(2))
    replaced = [name for name in names if (desk.folder / name).read_bytes() == b"new"]
    assert replaced == names[: 2 * A_FEW]
    assert desk.bring(new).written == names
    with pytest.raises(HeldElsewhere):
        publish.write(desk.folder, Plan([]), NOON, lost_after(3))
    assert desk.names() == set(names[2 * A_FEW :])


def test_what_was_left_staged_is_swept_away(desk: Desk) -> None:
    (desk.folder / files.STAGED).mkdir(parents=True)
    (desk.folder / files.STAGED / "7").write_bytes(b"half")
    desk.bring({})
    assert not (desk.folder / files.STAGED).exists()


def test_a_link_in_the_place_of_our_own_folder_or_lock_costs_nobody_a_file(
    desk: Desk, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_bytes(b"precious")
    desk.folder.mkdir()
    (desk.folder / files.STAGED).symlink_to(elsewhere)
    (desk.folder / f"{files.BESIDE}lock").symlink_to(elsewhere / "precious")
    desk.bring(BODIES)
    assert (elsewhere / "precious").read_bytes() == b"precious"
    assert desk.names() == set(BODIES)


@pytest.mark.parametrize("name", ["../a", "/a", "a/../b", ".a", "a/.b", "a/b/c/d/e", "", "a/", "a\0"])
def test_a_document_has_a_name_within_the_folder(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        Document(name, None, "", bytes)


@pytest.mark.parametrize("name", ["index.html", "days/2023-11-20.html"])
def test_a_folder_in_the_way_of_a_document_is_named_and_nothing_is_written(desk: Desk, name: str) -> None:
    (desk.folder / name).mkdir(parents=True)
    with pytest.raises(UsageFault, match=f"{name}: cannot be written: a folder is in the way"):
        desk.bring(BODIES)
    assert desk.names() == set()


def test_a_file_in_the_way_of_a_folder_is_named(desk: Desk) -> None:
    desk.bring({"days": b"a file"})
    with pytest.raises(UsageFault, match="days: cannot be written"):
        desk.bring(BODIES)
    assert desk.names() == {"days"}


def test_a_full_disk_leaves_the_folder_as_it_was(desk: Desk) -> None:
    resource = pytest.importorskip("resource")
    desk.bring(BODIES)
    before = stamps(desk.folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(NewsdeskError, match="the disk is full") as told:
            desk.bring({"index.html": b"new", "a.rss": b"x" * 200_000})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert told.value.exit_status == 1
    assert stamps(desk.folder) == before
    assert not (desk.folder / files.STAGED).exists()


BODIES_OF = st.sampled_from([b"short", LONG, LONG + b"more"])
NAMES = ["index.html", "a.rss", "days/1.html", "days/2.html"]
ISSUES = st.lists(st.dictionaries(st.sampled_from(NAMES), BODIES_OF), min_size=1, max_size=4)


@settings(max_examples=25)
@given(issues=ISSUES, harmed=st.sampled_from(NAMES), compress=st.sampled_from([(), ("gz",), ("gz", "br")]))
def test_whatever_was_there_the_folder_is_as_planned_and_what_is_not_ours_stays(
    issues: list[dict[str, bytes]], harmed: str, compress: tuple[str, ...]
) -> None:
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        desk = Desk(Path(folder))
        (desk.folder / "theirs.html").write_bytes(b"theirs")
        for bodies in issues:
            desk.bring(bodies, compress=compress)
            (desk.folder / harmed).unlink(missing_ok=True)
        last = issues[-1]
        assert set(desk.bring(last, compress=compress).written) == {harmed} & set(last)
        found = {name: (desk.folder / name).read_bytes() for name in desk.names()}
        documents = {name: body for name, body in found.items() if not name.endswith((".gz", ".br"))}
        assert documents == last | {"theirs.html": b"theirs"}
        packed = {name for name in found if name not in documents}
        assert packed == {
            f"{name}.{suffix}" for name, body in last.items() if len(body) > 1_000 for suffix in compress
        }
