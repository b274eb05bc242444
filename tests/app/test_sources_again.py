"""Going back to a source: its bytes compared again, one of its pictures shown, and nothing shown of a changed one."""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from app.cases import Case, CaseError
from app.demo_evidence import memory_stick
from app.sources_again import SourceCheck, check_sources, render_picture, render_pictures
from evidence_store import schema
from tests.evidence_builders.archives import write_folder, write_tar, write_zip
from tests.evidence_builders.cases import read_into
from tests.evidence_builders.media import jpeg, png

# Lying on its side: its white corner is at the top left as stored, at the top right once it is upright.
TREE = {
    "DCIM/side.jpg": jpeg(160, 80, taken="2026:05:11 10:00:00", orientation=6),
    "DCIM/small.png": png(40, 20),
    "notes.txt": b"made up",
}
CONTAINERS = ("tree", "tree.zip", "tree.tar", "tree.tar.gz")


def write_tar_gz(path: Path, tree: dict[str, bytes]) -> Path:
    return write_tar(path, tree, "w:gz")


def write_sources(folder: Path) -> list[Path]:
    write_folder(folder / "tree", TREE)
    write_zip(folder / "tree.zip", TREE)
    write_tar(folder / "tree.tar", TREE)
    write_tar_gz(folder / "tree.tar.gz", TREE)
    return [*(folder / name for name in CONTAINERS), memory_stick(folder / "stick.dd")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Sources that nobody changes."""
    sources = write_sources(tmp_path_factory.mktemp("whole"))
    case, _ = read_into(tmp_path_factory.mktemp("case") / "case", *sources, jobs=2)
    yield case
    case.close()


@pytest.fixture
def one(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Case, Path]]:
    """A case of one source, and the source."""
    name = request.param
    write_sources(tmp_path / "evidence")
    case, _ = read_into(tmp_path / "case", tmp_path / "evidence" / name, exhibit="ABC/1")
    yield case, tmp_path / "evidence" / name
    case.close()


def file_ids(case: Case, like: str) -> dict[str, int]:
    """path of the source -> id of its first file of this kind."""
    with case.store.read() as connection:
        query = (
            select(schema.source.c.path, schema.file.c.id)
            .join(schema.source, schema.file.c.source_id == schema.source.c.id)
            .where(schema.file.c.path.like(like), schema.file.c.mime == "image/jpeg", schema.file.c.readable == 1)
            .order_by(schema.file.c.id.desc())
        )
        return {Path(row[0]).name: row[1] for row in connection.execute(query)}


def change(source: Path) -> None:
    """One byte of the source another; of a folder, one byte of its picture."""
    target = source / "DCIM/side.jpg" if source.is_dir() else source
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(data)


def remove(source: Path) -> None:
    if source.is_dir():
        shutil.rmtree(source)
    else:
        source.unlink()


def picture(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_sources_that_nobody_changed_are_the_same(whole: Case) -> None:
    told: list[int] = []
    found = check_sources(whole, told.append)
    compared = range(1, 6)
    assert found == [
        SourceCheck(f"EX/{place}", True, f"EX/{place}: read again, SHA-256, SHA-1 and MD5 agree") for place in compared
    ]
    assert told == sorted(told)
    assert told[-1] > 0
    assert list(whole.work.iterdir()) == []


@pytest.mark.parametrize("one", [*CONTAINERS, "stick.dd"], indirect=True)
def test_a_source_with_one_byte_changed_is_not_the_same(one: tuple[Case, Path]) -> None:
    case, source = one
    change(source)
    (found,) = check_sources(case)
    assert (found.exhibit, found.same is True) == ("ABC/1", False)
    assert str(source) in found.line
    assert "\n" not in found.line


@pytest.mark.parametrize("one", ["tree", "tree.zip", "tree.tar.gz"], indirect=True)
def test_a_source_that_is_gone_is_not_compared_and_not_shown(one: tuple[Case, Path]) -> None:
    case, source = one
    (file_id,) = file_ids(case, "%side.jpg").values()
    remove(source)
    assert check_sources(case) == [SourceCheck("ABC/1", None, f"ABC/1: {source} is not there: not compared")]
    with pytest.raises(CaseError) as refused:
        render_picture(case, file_id)
    assert str(refused.value) == f"{source} is not there: its files can be shown only while the source is at hand"


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_picture_is_shown_small_and_upright_from_any_container(whole: Case, name: str) -> None:
    image = picture(render_picture(whole, file_ids(whole, "%side.jpg")[name], max_side=80))
    assert (image.format, image.size, image.getexif()) == ("JPEG", (40, 80), {})
    right, left = image.getpixel((38, 1)), image.getpixel((1, 1))
    assert min(right) > 230
    assert min(left) < 200


def test_pictures_of_a_disk_image_are_shown(whole: Case) -> None:
    image = picture(render_picture(whole, file_ids(whole, "%")["stick.dd"], max_side=64))
    assert image.format == "JPEG"
    assert max(image.size) == 64


def test_several_pictures_are_made_in_one_go(whole: Case) -> None:
    wanted = sorted(file_ids(whole, "%side.jpg").values())
    assert len(wanted) == 4
    found = render_pictures(whole, wanted, 80)
    assert list(found) == wanted
    assert len(set(found.values())) == 1


def test_pictures_in_archives_at_the_same_place_of_two_sources_are_told_apart(tmp_path: Path) -> None:
    sources = []
    for number, name in enumerate(("one", "two")):
        packed = write_tar(tmp_path / f"{name}.made", {"p.jpg": jpeg(64, 48, taken=f"2026:07:0{number + 1} 12:00:00")})
        data = gzip.compress(packed.read_bytes(), compresslevel=0, mtime=0)
        sources.append(write_tar(tmp_path / f"{name}.tar", {"in.tar.gz": data}))
    assert len({source.stat().st_size for source in sources}) == 1
    case, _ = read_into(tmp_path / "case", *sources)
    wanted = list(file_ids(case, "%p.jpg").values())
    assert sorted(render_pictures(case, wanted)) == sorted(wanted)
    assert len(wanted) == 2
    case.close()


@pytest.mark.parametrize("one", ["tree", "tree.zip", "tree.tar", "tree.tar.gz", "stick.dd"], indirect=True)
def test_nothing_is_shown_of_a_picture_that_changed_since(one: tuple[Case, Path]) -> None:
    case, source = one
    file_id = next(iter(file_ids(case, "%").values()))
    if source.suffix == ".dd":
        # The first bytes of every picture on it.
        source.write_bytes(source.read_bytes().replace(b"\xff\xd8\xff", b"\xff\xd8\xfe"))
    else:
        other = {**TREE, "DCIM/side.jpg": jpeg(160, 80, taken="2026:05:11 10:00:00", orientation=6, seed=3)}
        remove(source)
        write = {"": write_folder, ".zip": write_zip, ".tar": write_tar, ".gz": write_tar_gz}[source.suffix]
        write(source, other)
    with pytest.raises(CaseError) as refused:
        render_picture(case, file_id)
    assert "\n" not in str(refused.value)
    assert list(case.work.iterdir()) == []


def test_what_is_no_file_of_the_case_cannot_be_shown(whole: Case) -> None:
    with pytest.raises(CaseError, match=r"^this file was not read: there is nothing to show$"):
        render_picture(whole, 99_999)


def test_a_file_that_is_no_picture_is_refused_in_one_line(whole: Case) -> None:
    with whole.store.read() as connection:
        query = select(schema.file.c.id).where(schema.file.c.path.like("%notes.txt")).limit(1)
        file_id = connection.execute(query).scalar_one()
    with pytest.raises(CaseError) as refused:
        render_picture(whole, file_id)
    assert "\n" not in str(refused.value)
    assert "notes.txt" in str(refused.value)
