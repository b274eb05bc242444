from __future__ import annotations

import hashlib
import os
import random
import zlib
from pathlib import Path

import pytest

from extractors.sources.host import reader_of
from parsers.ewf import BadRange, EwfImage, is_ewf
from parsers.ewf_header import acquisition_notes
from parsers.ewf_names import segment_name, segment_paths
from parsers.ewf_segments import Segment
from tests.evidence_builders.images import SIGNATURE, have, run_tool, write_e01

CHUNK = 64 * 512


def media(chunks: float, seed: int = 1) -> bytes:
    """Text, noise and zeros, so that chunks compress well, badly and almost to nothing."""
    rng = random.Random(seed)
    data = bytearray()
    while len(data) < chunks * CHUNK:
        data += b"made-up line %d\n" % rng.randrange(100) * 900 + rng.randbytes(9000) + bytes(40000)
    return bytes(data[: int(chunks * CHUNK) // 512 * 512])


def open_set(first: Path) -> EwfImage:
    segments = []
    for path in segment_paths(first):
        stream = path.open("rb", buffering=0)
        segments.append(Segment(path.name, path.stat().st_size, reader_of(stream), stream.close))
    return EwfImage(segments)


def read_all(path: Path) -> tuple[bytes, list[str], list[BadRange]]:
    image = open_set(path)
    try:
        return b"".join(image.stream_chunks()), list(image.problems), image.bad_ranges()
    finally:
        image.close()


def flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0xFF
    path.write_bytes(raw)


def find(path: Path, kind: bytes, nth: int = 0) -> int:
    """Where the data of a section begins."""
    raw, at = path.read_bytes(), -1
    for _ in range(nth + 1):
        at = raw.index(kind.ljust(16, b"\0"), at + 1)
    return at + 76


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("sectors", [16, 64, 1024])
@pytest.mark.parametrize("per_segment", [None, 7])
def test_the_media_come_out_as_they_went_in(tmp_path, packed, sectors, per_segment):
    data = media(33.5)
    write_e01(tmp_path / "a.E01", data, packed=packed, sectors_per_chunk=sectors, chunks_per_segment=per_segment)
    assert read_all(tmp_path / "a.E01") == (data, [], [])


def test_random_access_gives_the_same_bytes(tmp_path):
    data = media(400)
    write_e01(tmp_path / "a.E01", data, chunks_per_segment=90)
    image = open_set(tmp_path / "a.E01")
    rng = random.Random(2)
    for _ in range(300):
        at, size = rng.randrange(len(data)), rng.choice([1, 512, 5000, 100_000, 1 << 20])
        assert image.read_at(at, size) == data[at : at + size]
    assert image.read_at(len(data), 10) == b""
    assert image.read_at(len(data) - 3, 10) == data[-3:]
    image.close()


def test_notes_stored_hash_and_bad_sectors_are_told(tmp_path):
    data = media(3)
    write_e01(tmp_path / "a.E01", data, errors=((10, 4), (99, 1)))
    image = open_set(tmp_path / "a.E01")
    assert image.layout.notes == {
        "case number": "CASE-1",
        "evidence number": "ABC/1",
        "description": "made-up disk",
        "examiner": "Ann Example",
        "notes": "nothing real",
        "acquisition tool version": "1.0",
        "acquisition system": "Test",
        "acquired (as recorded)": "2026 1 31 10 20 30",
        "system time at acquisition (as recorded)": "2026 1 31 10 20 31",
    }
    assert image.layout.hashes == [("md5", hashlib.md5(data).hexdigest())]
    assert image.layout.errors == [(10, 4), (99, 1)]
    image.close()


@pytest.mark.parametrize("packed", [True, False])
def test_a_damaged_chunk_reads_as_zeros_and_the_rest_is_read(tmp_path, packed):
    data = media(20)
    write_e01(tmp_path / "a.E01", data, packed=packed)
    flip(tmp_path / "a.E01", find(tmp_path / "a.E01", b"sectors") + (300 if packed else 20))
    got, problems, bad = read_all(tmp_path / "a.E01")
    assert got == bytes(CHUNK) + data[CHUNK:]
    reason = "cannot be inflated" if packed else "checksum does not match"
    assert (problems, bad) == ([], [BadRange(0, 0, 0, CHUNK, reason)])


def test_a_damaged_table_is_read_from_its_copy(tmp_path):
    data = media(20)
    for place in (2, 30):  # in its head, in its entries
        write_e01(tmp_path / "a.E01", data, chunks_per_segment=6)
        flip(tmp_path / "a.E02", find(tmp_path / "a.E02", b"table") + place)
        got, problems, bad = read_all(tmp_path / "a.E01")
        assert (got, bad, len(problems)) == (data, [], 1)
        assert problems[0].startswith("a.E02: the ")


def test_a_table_lost_with_its_copy_costs_its_own_chunks_and_shifts_no_others(tmp_path):
    data = media(20)
    write_e01(tmp_path / "a.E01", data, chunks_per_segment=6)
    for kind in (b"table", b"table2"):
        flip(tmp_path / "a.E02", find(tmp_path / "a.E02", kind) + 2)
    got, problems, bad = read_all(tmp_path / "a.E01")
    assert got == data[: 6 * CHUNK] + bytes(6 * CHUNK) + data[12 * CHUNK :]
    assert bad == [BadRange(6, 11, 6 * CHUNK, 6 * CHUNK, "its chunk table is lost")]
    assert len(problems) == 2


def test_a_broken_chain_of_sections_shifts_no_later_segment(tmp_path):
    data = media(20)
    write_e01(tmp_path / "a.E01", data, chunks_per_segment=6)
    flip(tmp_path / "a.E02", find(tmp_path / "a.E02", b"table") - 30)
    got, problems, bad = read_all(tmp_path / "a.E01")
    assert got == data[: 6 * CHUNK] + bytes(6 * CHUNK) + data[12 * CHUNK :]
    assert bad == [BadRange(6, 11, 6 * CHUNK, 6 * CHUNK, "its chunk table is lost")]
    assert "fails its checksum; reading stops there" in problems[0]


def test_a_last_segment_cut_short_gives_what_stands_before_it(tmp_path):
    data = media(20)
    paths = write_e01(tmp_path / "a.E01", data, chunks_per_segment=6)
    os.truncate(paths[-1], 400)
    got, problems, bad = read_all(tmp_path / "a.E01")
    assert (got, bad) == (data[: 18 * CHUNK], [])
    assert problems == [
        "a.E04 is cut short in the section 'sectors' at byte 13",
        f"a.E04 is cut short: no section follows at byte {problems[1].rpartition(' ')[2]}",
        f"the set is incomplete: {18 * CHUNK} of {20 * CHUNK} bytes of the media have chunk tables",
    ]


def test_a_missing_segment_is_named(tmp_path):
    paths = write_e01(tmp_path / "a.E01", media(20), chunks_per_segment=6)
    paths[-1].unlink()
    image = open_set(tmp_path / "a.E01")
    assert image.problems[0] == "segment a.E04 is missing: the set goes on after this file"
    image.close()
    write_e01(tmp_path / "a.E01", media(20), chunks_per_segment=6)
    paths[1].unlink()
    with pytest.raises(ValueError, match=r"^segment a\.E02 is missing, though a\.E03 is there$"):
        open_set(tmp_path / "a.E01")


def test_segments_are_found_whatever_the_case_of_their_names(tmp_path):
    paths = write_e01(tmp_path / "a.E01", media(20), chunks_per_segment=6)
    paths[1].rename(tmp_path / "A.e02")
    assert [path.name for path in segment_paths(paths[0])] == ["a.E01", "A.e02", "a.E03", "a.E04"]


def test_a_later_segment_is_no_place_to_begin(tmp_path):
    paths = write_e01(tmp_path / "a.E01", media(20), chunks_per_segment=6)
    with pytest.raises(ValueError, match=r"not the first segment: give a\.E01"):
        open_set(paths[1])


def test_segments_are_named_to_the_end_of_the_alphabet():
    names = [segment_name(number, "E") for number in (1, 99, 100, 101, 126, 775, 776)]
    assert names == ["E01", "E99", "EAA", "EAB", "EBA", "EZZ", "FAA"]
    assert segment_name(100, "s") == "saa"
    with pytest.raises(ValueError, match="more segments"):
        segment_name(100 + 26 * 26 * 22, "E")


def test_offsets_beyond_31_bits_are_followed(tmp_path):
    data = media(6)
    for packed in (False, True):
        (path,) = write_e01(tmp_path / "a.E01", data, packed=packed, last_at=(2 << 30) + 16)
        assert path.stat().st_size > 2 << 30
        assert read_all(path) == (data, [], [])


def test_an_empty_file_and_other_signatures_are_refused_in_one_line(tmp_path):
    for content, text in (
        (b"", r"a\.E01 is empty \(0 bytes\)"),
        (b"EVF2\r\n\x81\x00" + bytes(100), "signature"),
        (b"nothing of the kind", "signature"),
        (SIGNATURE + bytes(200), "no volume section"),
    ):
        (tmp_path / "a.E01").write_bytes(content)
        with pytest.raises(ValueError, match=text) as refused:
            open_set(tmp_path / "a.E01")
        assert "\n" not in str(refused.value)
    assert [is_ewf(head) for head in (SIGNATURE, b"EVF2\r\n\x81\x00", b"", b"EVF")] == [True, True, False, False]


def test_any_byte_turned_is_reported_or_harmless_and_never_a_crash(tmp_path):
    data = media(3)
    write_e01(tmp_path / "a.E01", data)
    whole = (tmp_path / "a.E01").read_bytes()
    rng = random.Random(5)
    changed = 0
    for at in sorted({*range(0, 400, 3), *(rng.randrange(len(whole)) for _ in range(400))}):
        raw = bytearray(whole)
        raw[at] ^= 1 << rng.randrange(8)
        (tmp_path / "b.E01").write_bytes(raw)
        try:
            got, problems, bad = read_all(tmp_path / "b.E01")
        except ValueError as error:
            assert "\n" not in str(error)
            continue
        if got != data:
            changed += 1
            assert problems or bad
    assert changed > 100


def test_a_chunk_that_inflates_without_end_is_cut_at_its_size(tmp_path):
    bomb = zlib.compress(bytes(20 << 20))
    (path,) = write_e01(tmp_path / "a.E01", random.Random(3).randbytes(CHUNK))
    raw = bytearray(path.read_bytes())
    at = find(path, b"sectors")
    assert len(raw) - at > len(bomb)
    raw[at : at + len(bomb)] = bomb
    path.write_bytes(raw)
    assert read_all(path) == (bytes(CHUNK), [], [BadRange(0, 0, 0, CHUNK, "inflates to more than a chunk")])


FORMATS = ["smart", "ewf", "ftk", "encase2", "encase5", "encase6", "encase7", "linen6"]


@pytest.mark.skipif(not have("ewfacquire"), reason="ewfacquire is not installed")
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("compression", "sectors"), [("none", 16), ("fast", 64), ("best", 256), ("empty-block", 64)])
def test_what_ewfacquire_writes_reads_as_what_it_was_given(tmp_path, form, compression, sectors):
    data = media(90)
    (tmp_path / "disk.raw").write_bytes(data)
    run_tool(
        "ewfacquire", "-u", "-q", "-f", form, "-c", compression, "-b", sectors, "-S", 1 << 20, "-C", "CASE-1",
        "-t", tmp_path / "out", tmp_path / "disk.raw",
    )  # fmt: skip
    first = next(path for path in tmp_path.iterdir() if path.suffix.lower() in (".e01", ".s01"))
    assert read_all(first) == (data, [], [])
    image = open_set(first)
    assert ("md5", hashlib.md5(data).hexdigest()) in image.layout.hashes
    assert image.layout.notes["case number"] == "CASE-1"
    image.close()


def test_libewf_reads_the_same_from_the_sets_of_the_corpus(corpus):
    pyewf = pytest.importorskip("pyewf")
    for name in ("plaso/image.E01", "sleuthkit/data/image.E01"):
        handle = pyewf.handle()
        handle.open(pyewf.glob(str(corpus / name)))
        theirs = handle.read(handle.get_media_size())
        stored = handle.get_hash_value("MD5")
        handle.close()
        assert read_all(corpus / name) == (theirs, [], [])
        assert hashlib.md5(theirs).hexdigest() == stored
    with pytest.raises(ValueError, match="is empty"):
        open_set(corpus / "sleuthkit/data/bogus.E01")


def test_libewf_reads_the_same_from_a_split_set(tmp_path):
    pyewf = pytest.importorskip("pyewf")
    paths = write_e01(tmp_path / "a.E01", media(300), chunks_per_segment=40)
    handle = pyewf.handle()
    handle.open([str(path) for path in paths])
    assert read_all(paths[0])[0] == handle.read(handle.get_media_size())
    handle.close()


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="elsewhere a folder cannot be listed without a trace")
def test_looking_for_segments_leaves_the_access_time_of_their_folder(tmp_path):
    (tmp_path / "a.E01").write_bytes(b"made up")
    os.utime(tmp_path, ns=(10**18, 2 * 10**18))
    assert segment_paths(tmp_path / "a.E01") == [tmp_path / "a.E01"]
    assert tmp_path.stat().st_atime_ns == 10**18


STREAMED = ["encase1", "encase3", "encase4", "linen5", "linen7", "ewfx", "smart", "ftk"]


@pytest.mark.skipif(not have("ewfacquirestream"), reason="ewfacquirestream is not installed")
@pytest.mark.parametrize("form", STREAMED)
def test_sets_of_many_segments_from_ewfacquirestream_are_read(tmp_path, form):
    noise = random.Random(8).randbytes(3_600_000)
    data = (noise + media(20))[: 4_000_000 // 512 * 512]
    run_tool("ewfacquirestream", "-q", "-f", form, "-c", "fast", "-S", 1 << 20, "-t", tmp_path / "out", stdin=data)
    first = next(path for path in tmp_path.iterdir() if path.suffix.lower() in (".e01", ".s01"))
    assert len(segment_paths(first)) >= 3
    got, problems, bad = read_all(first)
    # What comes through a pipe may be filled up to a whole chunk.
    assert (got[: len(data)], set(got[len(data) :]) <= {0}, problems, bad) == (data, True, [], [])


@pytest.mark.skipif(not have("ewfacquire"), reason="ewfacquire is not installed")
def test_damage_to_each_section_is_told_and_costs_what_stands_in_it(tmp_path):
    data = media(70)
    (tmp_path / "disk.raw").write_bytes(data)
    run_tool(
        "ewfacquire", "-u", "-q", "-f", "encase6", "-c", "fast", "-d", "sha1", "-t", tmp_path / "out",
        tmp_path / "disk.raw",
    )  # fmt: skip
    raw = (tmp_path / "out.E01").read_bytes()
    kinds = (b"header2", b"header", b"volume", b"sectors", b"table", b"table2", b"data", b"digest", b"hash", b"done")
    told = {}
    for kind in kinds:
        at = raw.index(kind.ljust(16, b"\0"))
        for where, place in (("descriptor", at + 20), ("data", at + 76 + 3)):
            if (kind, where) == (b"done", "data"):
                continue
            damaged = bytearray(raw)
            damaged[place] ^= 0xFF
            (tmp_path / "out.E01").write_bytes(damaged)
            try:
                got, problems, bad = read_all(tmp_path / "out.E01")
            except ValueError as error:
                told[kind, where] = str(error)
                continue
            if problems or bad:
                told[kind, where] = "told"
            assert got == data or problems or bad, (kind, where)
    # `data` repeats `volume` and is not needed; `header` only adds to `header2`.
    quiet = {(kind, where) for kind in kinds for where in ("descriptor", "data")} - set(told) - {(b"done", "data")}
    assert quiet == {(b"data", "data")}


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1386674918", "1386674918 (2013-12-10T11:28:38Z)"),
        ("2026 1 31 10 20 30", "2026 1 31 10 20 30"),
        ("0", "0"),
        ("9" * 400, "9" * 400),
        ("١٢٣", "١٢٣"),
    ],
)
def test_a_time_of_acquisition_that_is_a_bare_number_stands_in_words_behind_it(stored: str, shown: str) -> None:
    header = f"1\nmain\nc\tm\tu\n{stored}\t{stored}\t{stored}\n\n"
    assert acquisition_notes(zlib.compress(header.encode())) == {
        "case number": stored,
        "acquired (as recorded)": shown,
        "system time at acquisition (as recorded)": shown,
    }
