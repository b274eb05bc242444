from __future__ import annotations

import random
import threading

from parsers import chunked
from parsers.chunked import BadRange, ChunkedMedia

DATA = random.Random(1).randbytes(100_500)


def media(size: int = len(DATA), chunk: int = 1000, bad: tuple[int, ...] = ()) -> ChunkedMedia:
    def load(first: int, stop: int) -> list[bytes | memoryview]:
        return [
            made.zeros(n, "made bad") if n in bad else DATA[n * chunk : n * chunk + made.length(n)]
            for n in range(first, stop)
        ]

    made = ChunkedMedia(size, chunk, load)
    return made


def test_ranges_and_the_whole_give_the_same_bytes():
    made = media()
    assert b"".join(made.stream_chunks()) == DATA
    rng = random.Random(2)
    for _ in range(200):
        at, size = rng.randrange(len(DATA)), rng.choice([1, 999, 5000, 200_000])
        assert made.read_at(at, size) == DATA[at : at + size]
    assert [made.read_at(len(DATA), 5), made.read_at(-1, 5), made.read_at(3, 0)] == [b"", b"", b""]
    made.close()


def test_many_threads_get_the_same_bytes():
    made = media()
    wrong: list[int] = []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(100):
            at = rng.randrange(len(DATA))
            if made.read_at(at, 20_000) != DATA[at : at + 20_000]:
                wrong.append(at)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.close()
    assert wrong == []


def test_bad_chunks_are_told_neighbours_together():
    made = media(bad=(3, 4, 7, 100))
    assert b"".join(made.stream_chunks())[3000:5000] == bytes(2000)
    assert made.bad_ranges() == [
        BadRange(3, 4, 3000, 2000, "made bad"),
        BadRange(7, 7, 7000, 1000, "made bad"),
        BadRange(100, 100, 100_000, 500, "made bad"),
    ]
    made.close()


def test_more_bad_chunks_than_are_kept_are_told_together(monkeypatch):
    monkeypatch.setattr(chunked, "MOST_BAD", 2)
    made = media(bad=(1, 2, 3, 50, 100))
    assert len(b"".join(made.stream_chunks())) == len(DATA)
    told = made.bad_ranges()
    assert sum(one.last - one.first + 1 for one in told) >= 5
    assert told[-1].reason == "many of these cannot be read"
    made.close()
