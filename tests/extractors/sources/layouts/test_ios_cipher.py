"""Files of an encrypted backup that are decrypted whole and in pieces."""

from __future__ import annotations

import io
import random

import pytest

from extractors.sources.base import SourceError
from extractors.sources.layouts import ios_cipher
from tests.evidence_builders.ios_backup import encrypted

KEY = b"k" * 32
WAYS = [(1 << 20, 1 << 20, 1 << 20), (0, 96, 32), (0, 80, 48), (0, 1 << 20, 16)]


@pytest.fixture(params=WAYS, ids=["at once", "even steps", "odd steps", "one piece"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(("AT_ONCE", "_PIECE", "_STEP"), request.param, strict=True):
        monkeypatch.setattr(ios_cipher, name, value)


def opened(plain: bytes, stored: bytes | None = None, said: int | None = None) -> io.BufferedReader:
    stored = encrypted(KEY, plain) if stored is None else stored
    size = len(plain) if said is None else said
    return ios_cipher.decrypted(io.BytesIO(stored), KEY, size, len(stored))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 31, 32, 33, 95, 96, 97, 1000, 4096, 5001])
def test_the_whole_and_any_part_are_the_plain_bytes(size: int) -> None:
    chance = random.Random(size)
    plain = chance.randbytes(size)
    with opened(plain) as stream:
        assert stream.read() == plain
        for _ in range(200):
            start, count = chance.randrange(size + 20), chance.randrange(size + 20)
            stream.seek(start)
            assert stream.read(count) == plain[start : start + count]


@pytest.mark.usefixtures("way")
def test_the_padding_has_the_last_word_and_a_file_without_it_is_whole() -> None:
    plain = random.Random(1).randbytes(1000)
    for said in (993, 1000, 1007):
        assert opened(plain, said=said).read() == plain
    assert opened(plain[:992], encrypted(KEY, plain[:992], pad=False)).read() == plain[:992]


@pytest.mark.usefixtures("way")
def test_a_file_that_ends_early_is_an_error_and_not_a_shorter_file() -> None:
    stored = encrypted(KEY, bytes(1000))
    with pytest.raises(SourceError, match="the stored file ends before byte"):
        ios_cipher.decrypted(io.BytesIO(stored[:-500]), KEY, 1000, len(stored)).read()


class Failing(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(5, "Input/output error")

    readinto = read  # type: ignore[assignment]


@pytest.mark.usefixtures("way")
def test_a_file_that_cannot_be_read_is_said_in_one_line() -> None:
    with pytest.raises(SourceError, match=r"^cannot be read.*: Input/output error$"):
        ios_cipher.decrypted(Failing(), KEY, 1000, 1008).read()
