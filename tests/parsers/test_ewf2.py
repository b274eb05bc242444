from __future__ import annotations

import hashlib
import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.sources.host import reader_of
from parsers.chunked import BadRange
from parsers.ewf2 import Ewf2Image
from parsers.ewf_names import segment_name, segment_names, segment_paths
from parsers.ewf_segments import Segment
from tests.evidence_builders.ewf2 import write_ex01

CHUNK = 16 * 512
DATA = Path(__file__).parents[1] / "data" / "ex01"


def media(chunks: int, seed: int = 1) -> bytes:
    """Chunks of text, of noise, of zeros and of a pattern."""
    rng = random.Random(seed)
    kinds = [
        lambda: (b"made-up line %d\n" % rng.randrange(100) * 900)[:CHUNK],
        lambda: rng.randbytes(CHUNK),
        lambda: bytes(CHUNK),
        lambda: b"Example!" * (CHUNK // 8),
    ]
    return b"".join(kinds[number % 4]() for number in range(chunks))


def open_set(first: Path) -> Ewf2Image:
    segments = []
    for path in segment_paths(first):
        stream = path.open("rb", buffering=0)
        segments.append(Segment(path.name, path.stat().st_size, reader_of(stream), stream.close))
    return Ewf2Image(segments)


def in_memory(*files: bytes) -> Ewf2Image:
    def reader(raw: bytes):
        return lambda offset, size: raw[offset : offset + size] if offset >= 0 and size > 0 else b""

    return Ewf2Image([Segment(f"a.Ex{n:02d}", len(raw), reader(raw), lambda: None) for n, raw in enumerate(files, 1)])


def read_all(image: Ewf2Image) -> tuple[bytes, list[str], list[BadRange]]:
    try:
        return b"".join(image.stream_chunks()), list(image.problems), image.bad_ranges()
    finally:
        image.close()


@pytest.mark.parametrize("method", [1, 2])
@pytest.mark.parametrize("per_segment", [None, 7])
def test_the_media_come_out_as_they_went_in(tmp_path, method, per_segment):
    data = media(33) + b"a last chunk that is short".ljust(512, b".")
    write_ex01(tmp_path / "a.Ex01", data, method=method, chunks_per_segment=per_segment, packed=True)
    assert read_all(open_set(tmp_path / "a.Ex01")) == (data, [], [])
    write_ex01(tmp_path / "b.Ex01", data, method=method, chunks_per_segment=per_segment, packed=False)
    assert read_all(open_set(tmp_path / "b.Ex01")) == (data, [], [])


def test_bzip2_without_its_head_and_end_is_read(tmp_path):
    data = media(9)
    write_ex01(tmp_path / "a.Ex01", data, method=2, bare_bzip2=True)
    image = open_set(tmp_path / "a.Ex01")
    assert read_all(image)[0] == data


@pytest.mark.parametrize("name", ["packed.Ex01", "plain.Ex01"])
def test_what_libewf_wrote_gives_the_hashes_that_it_stored(name):
    image = open_set(DATA / name)
    got, problems, bad = read_all(image)
    assert (len(got), problems, bad) == (94208, [], [])
    assert image.layout.hashes == [("md5", hashlib.md5(got).hexdigest()), ("sha1", hashlib.sha1(got).hexdigest())]
    notes = image.layout.notes
    assert {key: notes[key] for key in ("case number", "evidence number", "examiner", "description", "notes")} == {
        "case number": "CASE-1",
        "evidence number": "ABC/1",
        "examiner": "Ann Example",
        "description": "made-up disk",
        "notes": "nothing real",
    }


@pytest.mark.parametrize("packed", [True, False])
def test_libewf_reads_the_same(tmp_path, packed):
    pyewf = pytest.importorskip("pyewf")
    paths = write_ex01(tmp_path / "a.Ex01", media(50), packed=packed, chunks_per_segment=20, errors=((3, 2),))
    for names in ([str(path) for path in paths], [str(DATA / ("packed.Ex01" if packed else "plain.Ex01"))]):
        handle = pyewf.handle()
        handle.open(names)
        theirs = handle.read(handle.get_media_size())
        handle.close()
        assert read_all(open_set(Path(names[0]))) == (theirs, [], [])


def test_errors_of_the_acquisition_and_escaped_notes_are_told(tmp_path):
    write_ex01(tmp_path / "a.Ex01", media(4), errors=((10, 4), (99, 1)))
    image = open_set(tmp_path / "a.Ex01")
    assert image.layout.errors == [(10, 4), (99, 1)]
    assert image.layout.notes["notes"] == "two\nlines"
    image.close()


def test_random_access_gives_the_same_bytes(tmp_path):
    data = media(200)
    write_ex01(tmp_path / "a.Ex01", data, chunks_per_segment=90)
    image = open_set(tmp_path / "a.Ex01")
    rng = random.Random(2)
    for _ in range(200):
        at, size = rng.randrange(len(data)), rng.choice([1, 512, 5000, 100_000])
        assert image.read_at(at, size) == data[at : at + size]
    assert image.read_at(len(data), 10) == b""
    image.close()


def test_a_damaged_chunk_reads_as_zeros_and_the_rest_is_read(tmp_path):
    data = media(20)
    for packed, reason in ((True, "cannot be inflated"), (False, "checksum does not match")):
        (path,) = write_ex01(tmp_path / "a.Ex01", data, packed=packed)
        raw = bytearray(path.read_bytes())
        first = zlib.compress(data[:CHUNK])[:40] if packed else data[:40]
        raw[raw.index(first) + 8] ^= 0xFF
        got, problems, bad = read_all(in_memory(bytes(raw)))
        assert got == bytes(CHUNK) + data[CHUNK:]
        assert (problems, bad) == ([], [BadRange(0, 0, 0, CHUNK, reason)])


def test_a_lost_table_costs_its_own_chunks_and_shifts_no_others(tmp_path):
    data = media(20)
    paths = write_ex01(tmp_path / "a.Ex01", data, chunks_per_segment=6)
    files = [path.read_bytes() for path in paths]
    at = files[1].index((6).to_bytes(8, "little") + (6).to_bytes(8, "little"))
    for place, told in ((at, "the head of the table"), (at + 40, "fails its checksum")):
        damaged = bytearray(files[1])
        damaged[place] ^= 0x40
        got, problems, bad = read_all(in_memory(files[0], bytes(damaged), *files[2:]))
        assert got == data[: 6 * CHUNK] + bytes(6 * CHUNK) + data[12 * CHUNK :]
        assert bad == [BadRange(6, 11, 6 * CHUNK, 6 * CHUNK, "its chunk table is lost")]
        assert len(problems) == 1
        assert told in problems[0]


def test_a_segment_that_was_cut_gives_what_stands_whole_before_the_cut(tmp_path):
    data = media(20)
    paths = write_ex01(tmp_path / "a.Ex01", data, chunks_per_segment=6)
    files = [path.read_bytes() for path in paths]
    got, problems, bad = read_all(in_memory(*files[:2], files[2][:-30], files[3]))
    assert (got, bad) == (data, [])
    assert problems == ["a.Ex03 is cut short or damaged: no section ends where the file ends"]


def test_a_missing_last_segment_is_named(tmp_path):
    data = media(20)
    paths = write_ex01(tmp_path / "a.Ex01", data, chunks_per_segment=6)
    paths[-1].unlink()
    got, problems, _ = read_all(open_set(paths[0]))
    assert got == data[: 18 * CHUNK]
    assert problems == [
        "segment a.Ex04 is missing: the set goes on after this file",
        f"the set is incomplete: {18 * CHUNK} of {20 * CHUNK} bytes of the media have chunk tables",
    ]


def test_segments_are_named_as_encase_names_them():
    assert [f"E{segment_name(number, 'x')}".lower() for number in (1, 99, 100, 125, 126, 776)] == [
        *("ex01", "ex99", "exaa", "exaz", "exba", "eyaa")
    ]
    assert segment_names("a.Ex01", ["a.ex02", "a.Ex01", "a.E02"]) == ["a.Ex01", "a.ex02"]
    with pytest.raises(ValueError, match=r"^segment a\.Ex02 is missing, though a\.Ex03 is there$"):
        segment_names("a.Ex01", ["a.Ex01", "a.Ex03"])


def test_what_is_encrypted_or_no_such_set_is_refused_in_one_line(tmp_path):
    (path,) = write_ex01(tmp_path / "a.Ex01", media(2), encrypted=True)
    sound = write_ex01(tmp_path / "b.Ex01", media(2))[0].read_bytes()
    cases = [
        (path.read_bytes(), r"^a\.Ex01 is encrypted by the tool that made it, and is not read$"),
        (b"", r"^a\.Ex01 is empty \(0 bytes\)$"),
        (b"no such set at all, but long enough to be one", "its signature is wrong"),
        (sound[:32], "no device and case section"),
        (sound[:200], "no device and case section"),
    ]
    for raw, words in cases:
        with pytest.raises(ValueError, match=words) as refused:
            in_memory(raw)
        assert "\n" not in str(refused.value)


def test_a_chunk_that_inflates_without_end_is_cut_at_its_size(tmp_path):
    bomb = zlib.compress(bytes(4 << 20))
    (path,) = write_ex01(tmp_path / "a.Ex01", random.Random(3).randbytes(CHUNK), packed=True)
    raw = bytearray(path.read_bytes())
    at = raw.index(zlib.compress(random.Random(3).randbytes(CHUNK)))
    raw[at : at + len(bomb)] = bomb
    assert read_all(in_memory(bytes(raw))) == (
        bytes(CHUNK),
        [],
        [BadRange(0, 0, 0, CHUNK, "inflates to more than a chunk")],
    )


def test_a_plain_chunk_that_is_stored_too_short_reads_as_zeros(tmp_path):
    data = media(4)
    raw = bytearray(write_ex01(tmp_path / "a.Ex01", data, packed=False)[0].read_bytes())
    at = raw.index(struct.pack("<II", CHUNK + 4, 2))
    raw[at : at + 8] = struct.pack("<II", CHUNK - 1, 0)
    rows = at - 8
    raw[rows + 64 : rows + 68] = zlib.adler32(raw[rows : rows + 64]).to_bytes(4, "little")
    bad = [BadRange(0, 0, 0, CHUNK, "stored bytes are missing")]
    assert read_all(in_memory(bytes(raw))) == (bytes(CHUNK) + data[CHUNK:], [], bad)


def test_a_table_that_claims_chunks_far_away_is_left_out(tmp_path):
    (path,) = write_ex01(tmp_path / "a.Ex01", media(4))
    raw = bytearray(path.read_bytes())
    at = raw.index((4).to_bytes(8, "little"), raw.index(b"\x04\0\0\0\1\0\0\0") - 200)
    head = (1 << 60).to_bytes(8, "little") + raw[at : at + 8]
    raw[at - 8 : at + 8] = head
    raw[at + 8 : at + 12] = zlib.adler32(head).to_bytes(4, "little")
    image = in_memory(bytes(raw))
    assert image.size == 0
    assert image.problems[0] == f"a.Ex01: the table for chunk {1 << 60} does not follow the others"
    image.close()


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("sample")
    return write_ex01(folder / "a.Ex01", media(6), errors=((1, 1),))[0].read_bytes()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), max_size=4),
    st.integers(0, 1 << 20),
    st.booleans(),
)
def test_damage_anywhere_is_told_or_harmless_and_never_a_crash(sample, flips, cut, cutting):
    raw = bytearray(sample)
    for at, bits in flips:
        raw[at % len(raw)] ^= bits
    if cutting:
        del raw[cut % len(raw) :]
    try:
        got, problems, bad = read_all(in_memory(bytes(raw)))
    except ValueError as error:
        assert "\n" not in str(error)
        return
    assert len(got) < 1 << 20
    if got != media(6):
        assert problems or bad
