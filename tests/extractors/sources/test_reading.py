from __future__ import annotations

import hashlib
import io

import pytest

from extractors.sources.reading import RangeReader, buffered, file_chunks, hash_streams, joined

DATA = bytes(range(256)) * 5000


def reader_of(data: bytes, most: int = 1 << 30) -> RangeReader:
    return RangeReader(lambda offset, size: data[offset : offset + min(size, most)], len(data))


def test_a_range_reader_gives_the_same_bytes_as_a_file_would():
    stream, plain = buffered(reader_of(DATA)), io.BytesIO(DATA)
    for offset, whence, size in (
        (0, 0, 10),
        (-3, 2, 10),
        (700, 0, 70_000),
        (5, 1, 1),
        (-9, 1, 200_000),
        (3, 1, 4),
        (10**9, 0, 4),
        (0, 0, -1),
    ):
        assert stream.seek(offset, whence) == plain.seek(offset, whence)
        assert stream.read(size) == plain.read(size)
        assert stream.tell() == plain.tell()


def test_short_answers_of_the_source_are_read_on():
    assert buffered(reader_of(DATA, most=1000)).read() == DATA
    assert reader_of(DATA, most=1000).readall() == DATA


def test_a_position_before_the_start_is_refused():
    with pytest.raises(ValueError, match="before the start"):
        reader_of(DATA).seek(-1)


def test_a_range_reader_is_not_writable_and_tells_once_that_it_was_closed():
    closed: list[int] = []
    stream = RangeReader(lambda offset, size: b"", 0, on_close=lambda: closed.append(1))
    assert (stream.readable(), stream.seekable(), stream.writable()) == (True, True, False)
    stream.close()
    stream.close()
    assert closed == [1]


def test_three_hashes_in_one_pass_are_those_of_hashlib_whatever_the_chunks():
    expected = tuple(hashlib.new(name, DATA).hexdigest() for name in ("sha256", "sha1", "md5"))
    for step in (1 << 30, 4096, 999_999):
        steps: list[int] = []
        chunks = (DATA[i : i + step] for i in range(0, len(DATA), step))
        assert hash_streams(chunks, steps.append) == (len(DATA), *expected)
        assert sum(steps) == len(DATA)


def test_nothing_has_the_hashes_of_nothing():
    assert hash_streams(iter(())) == (0, *(hashlib.new(name).hexdigest() for name in ("sha256", "sha1", "md5")))


def test_an_error_while_reading_comes_through():
    def failing():
        yield b"x" * (3 << 20)
        raise OSError("the disk was pulled")

    with pytest.raises(OSError, match="pulled"):
        hash_streams(failing())


def test_chunks_are_joined_without_loss_and_files_are_read_whole(tmp_path):
    (tmp_path / "a.bin").write_bytes(DATA)
    assert b"".join(file_chunks(tmp_path / "a.bin", 1000)) == DATA
    sizes = [len(part) for part in joined(file_chunks(tmp_path / "a.bin", 1000), 64_000)]
    assert sizes == [64_000] * 20
