from __future__ import annotations

import hashlib
import random
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store.records import Problem
from extractors.sources.base import Bytes, Image, SourceError
from extractors.sources.images import aff4
from extractors.sources.place import HostPlace
from tests.evidence_builders.aff4 import IMAGE, MAP, METHODS, STREAM, VOLUME, Container, folder_of, mapped, simple

DATA = Path(__file__).parents[3] / "data" / "aff4"
SCHEMA = "http://aff4.org/Schema#"


def media(size: int = 150_000, seed: int = 1) -> bytes:
    """Text, noise and zeros, so that chunks pack well, not at all and almost to nothing."""
    rng = random.Random(seed)
    data = bytearray()
    while len(data) < size:
        data += b"made-up line %d\n" % rng.randrange(100) * 400 + rng.randbytes(9000) + bytes(12000)
    return bytes(data[:size])


class Memory:
    """A place that stands in memory alone."""

    def __init__(self, raw: bytes) -> None:
        self.name, self.size, self.raw = "a.aff4", len(raw), raw

    def open(self) -> Bytes:
        return Bytes(
            self.size, lambda at, size: self.raw[at : at + size] if at >= 0 and size > 0 else b"", lambda: None
        )

    def names(self) -> list[str]:
        return [self.name]

    def beside(self, name: str) -> None:
        return None


def read_all(image: Image) -> bytes:
    assert image.chunks is not None
    return b"".join(image.chunks())


def opened(path: Path) -> Image:
    return aff4.open_image(HostPlace(path))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_the_media_come_out_as_they_went_in(tmp_path, method, packed):
    data = media()
    made = simple(data, method)
    made.packed = packed
    path = made.write(tmp_path / "a.aff4")
    assert aff4.detect(HostPlace(path), path.read_bytes()[:100])
    image = opened(path)
    assert read_all(image) == data
    assert (image.size, image.problems(), image.parts) == (len(data), [], ["a.aff4"])
    assert image.stored == [("sha1", hashlib.sha1(data).hexdigest()), ("md5", hashlib.md5(data).hexdigest())]
    assert image.facts["container version"] == "major=1 minor=0 tool=made up"
    image.close()


@pytest.mark.parametrize("name", ["zlib.aff4", "snappy.aff4", "lz4.aff4"])
def test_what_pyaff4_wrote_gives_the_hashes_that_it_stored(name):
    image = opened(DATA / name)
    got = read_all(image)
    assert image.stored == [("md5", hashlib.md5(got).hexdigest()), ("sha1", hashlib.sha1(got).hexdigest())]
    assert (image.size, got[5000:6000], image.problems()) == (len(got), bytes(1000), [])
    image.close()


def test_a_map_lays_streams_side_by_side(tmp_path):
    data = media(30_000)
    unknown = (b"UNKNOWN" * 200_000)[: 1 << 20]
    ranges = [
        (20_000, 10_000, 20_000, 0),
        (0, 5000, 0, 0),
        (5000, 3000, 7, 1),
        (8000, 2000, 0, 2),
        (12_000, 3000, 3, 3),
    ]
    targets = [f"{SCHEMA}UnknownData", f"{SCHEMA}SymbolicStreamA5", f"{SCHEMA}UnreadableData"]
    whole = data[:5000] + unknown[7:3007] + b"\xa5" * 2000 + bytes(2000)
    whole += (b"UNREADABLEDATA" * 300)[3:3003] + bytes(5000) + data[20_000:]
    image = opened(mapped(data, ranges, targets, whole).write(tmp_path / "a.aff4"))
    assert read_all(image) == whole
    rng = random.Random(3)
    for _ in range(100):
        at, size = rng.randrange(len(whole)), rng.choice([1, 512, 9000])
        assert image.read_at(at, size) == whole[at : at + size]
    assert image.problems() == [
        Problem("note", "acquisition-error", f"3000 bytes {text}", f"byte {at}+3000")
        for at, text in (
            (5000, "were not taken, and what they held is not known"),
            (12_000, "could not be read when the image was taken"),
        )
    ]
    image.close()


def test_gaps_read_as_the_stream_that_is_named_for_them(tmp_path):
    data = media(8192)
    whole = data + b"\xff" * 8192
    more = " ;\n  aff4:mapGapDefaultStream aff4:SymbolicStreamFF"
    image = opened(mapped(data, [(0, 8192, 0, 0)], [], whole, more).write(tmp_path / "a.aff4"))
    assert read_all(image) == whole
    image.close()


def test_streams_inside_the_volume_and_indexes_of_old_are_read(tmp_path):
    data = media()
    made = Container()
    made.add_image(f"{VOLUME}/disk", data)
    made.add_stream(f"{VOLUME}/disk", data, "snappy", old_index=True)
    image = opened(made.write(tmp_path / "a.aff4"))
    assert read_all(image) == data
    image.close()


def test_stripes_are_found_beside_the_container(tmp_path):
    data, other = media(40_000, 5), f"{STREAM}-second"
    whole = data[:20_000] + data[20_000:][::-1]
    ranges = [(0, 20_000, 0, 0), (20_000, 20_000, 0, 1)]
    for name, stream, part in (("a.aff4", STREAM, whole[:20_000]), ("b.aff4", other, whole[20_000:])):
        made = Container(volume=f"{VOLUME}-{name}")
        made.add_image(MAP, whole)
        made.add_map(MAP, ranges, [STREAM, other], f" ;\n  aff4:dependentStream <{STREAM}> , <{other}>")
        made.add_stream(stream, part)
        made.write(tmp_path / name)
    Container().write(tmp_path / "unrelated.aff4")
    (tmp_path / "text.aff4").write_bytes(b"no container at all")
    for first, second in (("a.aff4", "b.aff4"), ("b.aff4", "a.aff4")):
        image = opened(tmp_path / first)
        assert (read_all(image), image.parts) == (whole, [first, second])
        image.close()
    (tmp_path / "b.aff4").unlink()
    with pytest.raises(SourceError, match=r"^a\.aff4: its stream .*-second is in another container"):
        opened(tmp_path / "a.aff4")


def test_a_damaged_chunk_reads_as_zeros_and_the_rest_is_read(tmp_path):
    data = media()
    made = simple(data)
    name = f"{folder_of(STREAM)}/00000001"
    bevy = bytearray(made.members[name])
    bevy[10] ^= 0xFF
    made.members[name] = bytes(bevy)
    image = opened(made.write(tmp_path / "a.aff4"))
    at = 8 * 4096
    assert read_all(image) == data[:at] + bytes(4096) + data[at + 4096 :]
    detail = "chunk 8 read as zeros: cannot be inflated"
    assert image.problems() == [Problem("file", "bad-chunk", detail, f"byte {at}+4096")]
    image.close()


def test_problems_beyond_those_that_are_listed_are_counted(tmp_path, monkeypatch):
    made = simple(media())
    for number in (1, 3):
        name = f"{folder_of(STREAM)}/0000000{number}"
        made.members[name] = made.members[name][:10] + b"\xff\xff" + made.members[name][12:]
    image = opened(made.write(tmp_path / "a.aff4"))
    read_all(image)
    assert len(image.problems()) == 2
    monkeypatch.setattr(aff4, "MOST_LISTED", 1)
    assert image.problems()[1:] == [Problem("file", "bad-chunk", "1 more ranges of chunks read as zeros")]
    image.close()


def test_damage_that_no_chunk_shows_is_told_by_the_checksum_of_its_bevy(tmp_path):
    data = random.Random(6).randbytes(100_000)
    raw = bytearray(simple(data, "none").write(tmp_path / "a.aff4").read_bytes())
    raw[raw.index(data[40_000:40_100])] ^= 1
    image = aff4.open_image(Memory(bytes(raw)))
    assert read_all(image) != data
    assert len(image.problems()) == 1
    assert image.problems()[0].detail.startswith("bevy 1 (32768 bytes of the stream from byte 32768): the checksum")
    image.close()


def test_a_bevy_that_is_missing_costs_its_own_chunks(tmp_path):
    data = media()
    made = simple(data)
    for ending in ("", ".index"):
        del made.members[f"{folder_of(STREAM)}/00000001{ending}"]
    image = opened(made.write(tmp_path / "a.aff4"))
    at = 8 * 4096
    assert read_all(image) == data[:at] + bytes(at) + data[2 * at :]
    detail = "chunks 8 to 15 read as zeros: bevy 1 is missing"
    assert image.problems() == [Problem("file", "bad-chunk", detail, f"byte {at}+{at}")]
    image.close()


def test_figures_that_are_not_plausible_are_refused_or_cut(tmp_path):
    made = simple(media())
    sound = made.statements[1]
    for change, words in (
        (('"4096"', '"99999999999"'), "not plausible"),
        (('"4096"', '"1"'), "not plausible"),
        (("Segment 8", "Segment 99999999999"), "not plausible"),
        (("rfc1950", "rfc9999"), "are not read"),
    ):
        made.statements[1] = sound.replace(*change)
        with pytest.raises(SourceError, match=words):
            opened(made.write(tmp_path / "a.aff4"))
    made.statements[1] = sound.replace('"150000"', f'"{1 << 45}"')
    image = opened(made.write(tmp_path / "a.aff4"))
    assert image.size == 5 * 8 * 4096
    assert image.problems()[0].detail == f"{STREAM}: {5 * 8 * 4096} of {1 << 45} bytes of the stream can be there"
    image.close()


def test_one_bevy_far_away_does_not_make_an_image_of_any_size(tmp_path):
    made = simple(media(8192))
    made.statements[1] = made.statements[1].replace('"8192"', f'"{1 << 45}"')
    made.members[f"{folder_of(STREAM)}/90000000"] = b""
    image = opened(made.write(tmp_path / "a.aff4"))
    assert image.size == (2 * 2 + 16) * 8 * 4096
    image.close()


@pytest.mark.parametrize("method", ["snappy", "lz4", "zlib", "deflate"])
def test_a_chunk_that_unpacks_to_more_than_a_chunk_is_not_believed(tmp_path, method):
    made = simple(bytes(4096), method)
    bomb = METHODS[method][1](bytes(12_288))
    made.members[f"{folder_of(STREAM)}/00000000"] = bomb
    made.members[f"{folder_of(STREAM)}/00000000.index"] = struct.pack("<QI", 0, len(bomb))
    image = opened(made.write(tmp_path / "a.aff4"))
    assert read_all(image) == bytes(4096)
    assert [problem.code for problem in image.problems()] == ["bad-chunk"]
    image.close()


def test_maps_in_circles_and_ranges_behind_the_end_are_refused(tmp_path):
    made = Container()
    made.add_image(MAP, bytes(100))
    made.add_map(MAP, [(0, 100, 0, 0)], [f"{MAP}-two"])
    made.add_map(f"{MAP}-two", [(0, 100, 0, 0)], [MAP])
    with pytest.raises(SourceError, match="deep in each other"):
        opened(made.write(tmp_path / "a.aff4"))
    image = opened(mapped(media(8192), [(0, 100, 8190, 0)], [], bytes(100)).write(tmp_path / "b.aff4"))
    with pytest.raises(SourceError, match=r"^byte 2 of the media lies behind the end of its stream$"):
        image.read_at(0, 100)
    image.close()


def test_overlapping_ranges_are_told(tmp_path):
    data = media(8192)
    ranges = [(0, 5000, 0, 0), (4000, 4192, 0, 1)]
    whole = data[:5000] + bytes(3192)
    image = opened(mapped(data, ranges, [f"{SCHEMA}Zero"], whole).write(tmp_path / "a.aff4"))
    assert (read_all(image), image.read_at(4500, 1000)) == (whole, whole[4500:5500])
    assert image.problems()[0].detail == f"the map {MAP}: two of its ranges hold byte 4000: the first is read"
    image.close()


def test_the_disk_is_read_and_other_images_are_told(tmp_path):
    data = media(8192)
    made = Container()
    made.statements.append(f"<{IMAGE}-memory> a aff4:MemoryImage, aff4:Image ; aff4:dataStream <{STREAM}-memory> .")
    made.add_stream(f"{STREAM}-memory", bytes(4096))
    made.add_image(STREAM, data)
    made.add_stream(STREAM, data)
    image = opened(made.write(tmp_path / "a.aff4"))
    assert (read_all(image), image.problems()) == (data, [])
    image.close()
    made.add_image(STREAM, data, f"{IMAGE}-second")
    image = opened(made.write(tmp_path / "a.aff4"))
    told = "the container holds 1 more images of this sort, which are not read"
    assert image.problems() == [Problem("file", "aff4", told)]
    image.close()


def test_what_is_encrypted_or_no_image_is_refused_in_one_line(tmp_path):
    made = simple(media(8192))
    made.statements[1] = made.statements[1].replace("aff4:ImageStream", "aff4:ImageStream, aff4:EncryptedStream")
    cases = [(made, "is encrypted, and is not read"), (Container(), "holds no image")]
    broken = Container(statements=["<no end"])
    lost = Container()
    lost.add_image(STREAM, b"")
    cases += [(broken, "cannot be read at character"), (lost, "is not in the container")]
    for container, words in cases:
        path = container.write(tmp_path / "a.aff4")
        with pytest.raises(SourceError, match=words) as refused:
            opened(path)
        assert "\n" not in str(refused.value)
        assert str(refused.value).startswith("a.aff4")


def test_a_member_that_cannot_be_found_costs_only_what_it_says(tmp_path):
    data = media(8192)
    raw = bytearray(simple(data).write(tmp_path / "a.aff4").read_bytes())
    raw[raw.index(b"version.txt") - 30] ^= 1
    image = aff4.open_image(Memory(bytes(raw)))
    assert read_all(image) == data
    assert [problem.detail.split(" at")[0] for problem in image.problems()] == ["version.txt: no local header"]
    image.close()


def test_a_plain_zip_is_no_container(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("information.turtle", "")
    assert not aff4.detect(HostPlace(path), path.read_bytes()[:100])
    path.write_bytes(b"no zip at all")
    assert not aff4.detect(HostPlace(path), path.read_bytes()[:100])
    assert not aff4.detect(HostPlace(DATA / "logical.aff4"), (DATA / "logical.aff4").read_bytes()[:100])


def test_nothing_about_a_container_changes_by_reading_it(tmp_path):
    path = simple(media()).write(tmp_path / "a.aff4")

    def state() -> list[tuple[str, int, str]]:
        return [
            (one.name, one.stat().st_mtime_ns, hashlib.sha256(one.read_bytes()).hexdigest())
            for one in sorted(tmp_path.iterdir())
        ]

    before = state()
    image = opened(path)
    assert read_all(image) == media()
    image.close()
    assert state() == before


SAMPLES = [(DATA / f"{name}.aff4").read_bytes() for name in ("zlib", "snappy", "lz4")]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), max_size=4),
    st.integers(0, 1 << 20),
    st.booleans(),
)
def test_damage_anywhere_is_told_or_harmless_and_never_a_crash(raw, flips, cut, cutting):
    changed = bytearray(raw)
    for at, bits in flips:
        changed[at % len(changed)] ^= bits
    if cutting:
        del changed[cut % len(changed) :]
    try:
        image = aff4.open_image(Memory(bytes(changed)))
    except SourceError as error:
        assert "\n" not in str(error)
        return
    try:
        assert image.size < 1 << 40
        assert len(image.read_at(0, 1 << 20)) <= 1 << 20
    except SourceError as error:
        assert "\n" not in str(error)
    image.problems()
    image.close()
