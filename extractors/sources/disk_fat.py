"""FAT as stored: where a directory entry stands, and which clusters a deleted file most probably had.

A deleted FAT file keeps its size and its first cluster; the chain between its clusters is gone. Two facts narrow it
down: a cluster that is in use, or where another deleted file begins, is not part of it. Times narrow it further.

References: "Microsoft Extensible Firmware Initiative FAT32 File System Specification"; "exFAT file system
specification", Microsoft; The Sleuth Kit, implementation notes on FAT (how directory entries are numbered); Digital
Forensics Tool Testing image 6 (files deleted in pieces that are mixed with each other).
"""

from __future__ import annotations

import re
import struct
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final

ENTRY: Final = 32
FIRST_NUMBER: Final = 3  # The Sleuth Kit numbers the first directory entry 3
MOST_CLUSTERS: Final = 1 << 26
MOST_NEIGHBOURS: Final = 10_000
USED, BEGINS, CLAIMED, SETTLED = 1, 2, 3, 4  # 0: free
FREE: Final = re.compile(rb"\x00+")
FREE_OR_CLAIMED: Final = re.compile(rb"[\x00\x03]+")


@dataclass(frozen=True, slots=True)
class Recovered:
    """(first sector of the volume, sectors) of each piece, or none where nothing can be had; `why` in plain words.

    `degree` is how sure it is: the first cluster is recorded, so that one cluster is likely; what follows is assumed.
    """

    pieces: tuple[tuple[int, int], ...]
    why: str
    blocked_at: int | None = None  # the sector of a first cluster that is in use
    degree: str = "likely"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deleted directory entry still says."""

    number: int
    cluster: int
    size: int
    is_directory: bool
    created: int  # a DOS date and time, only to be compared
    written: int  # the later of the two


class FatVolume:
    """A FAT12, 16, 32 or exFAT volume at `start` of an image. Raises ValueError when its boot sector makes no sense."""

    def __init__(self, read_at: Callable[[int, int], bytes], start: int, bits: int) -> None:
        self.sector: int
        self.cluster_sectors: int
        self._cluster_sector: int
        self._read_at = read_at
        self._start = start
        self.bits = bits  # 12, 16, 32; 64 for exFAT
        boot = read_at(start, 512)
        if len(boot) < 512:
            raise ValueError("no boot sector")
        if bits == 64:
            self._fat_sector, _, heap, count = struct.unpack_from("<IIII", boot, 80)
            if not 9 <= boot[108] <= 12 or boot[109] > 25:
                raise ValueError("the boot sector's sizes make no sense")
            self.sector, self.cluster_sectors = 1 << boot[108], 1 << boot[109]
            self._entries_sector = self._cluster_sector = heap
            self.clusters = count
            return
        self.sector, self.cluster_sectors, self._fat_sector, fats, root = struct.unpack_from("<HBHBH", boot, 11)
        if self.sector not in (512, 1024, 2048, 4096) or not self.cluster_sectors or not fats:
            raise ValueError("the boot sector's sizes make no sense")
        length = struct.unpack_from("<H", boot, 22)[0] or struct.unpack_from("<I", boot, 36)[0]
        total = struct.unpack_from("<H", boot, 19)[0] or struct.unpack_from("<I", boot, 32)[0]
        self._entries_sector = self._fat_sector + fats * length
        self._cluster_sector = self._entries_sector + -(-root * ENTRY // self.sector)
        room = length * self.sector * 8 // bits - 2
        self.clusters = max(0, min(room, (total - self._cluster_sector) // self.cluster_sectors))

    def entry(self, number: int) -> bytes:
        """The 32 bytes of the directory entry with this number, or b"" where there is none."""
        if number < FIRST_NUMBER:
            return b""
        place = self._start + self._entries_sector * self.sector + (number - FIRST_NUMBER) * ENTRY
        raw = self._read_at(place, ENTRY)
        return raw if len(raw) == ENTRY else b""

    def deleted(self, number: int) -> Deleted | None:
        """What the directory entry with this number, known to be a deleted one, still says."""
        raw = self.entry(number)
        if not raw or raw[0] == 0 or raw[11] & 0x3F == 0x0F:
            return None
        time, date = struct.unpack_from("<HH", raw, 14)
        high, written_time, written_date, low, size = struct.unpack_from("<HHHHI", raw, 20)
        cluster = high << 16 | low if self.bits == 32 else low
        created, written = date << 16 | time, written_date << 16 | written_time
        return Deleted(number, cluster, size, bool(raw[11] & 0x10), created, max(created, written))

    def recover(self, entries: list[Deleted]) -> dict[int, Recovered]:
        """The most probable clusters of every deleted file of the volume, by the number of its directory entry.

        Raises ValueError when the volume has more clusters than are looked at.
        """
        return _Recovery(self, entries, self._state()).found

    def _state(self) -> bytearray:
        """One byte for each cluster, from number 0: is it in use?"""
        if self.clusters > MOST_CLUSTERS:
            raise ValueError(f"{self.clusters} clusters are more than deleted files are looked for in")
        count = self.clusters + 2
        raw = self._read_at(self._start + self._fat_sector * self.sector, -(-count * self.bits // 8))
        if self.bits == 12:
            pairs = raw.ljust(len(raw) + 2, b"\xff")
            values = [
                (pairs[n * 3 // 2] | pairs[n * 3 // 2 + 1] << 8) >> (4 if n & 1 else 0) & 0xFFF
                for n in range(min(count, len(raw) * 2 // 3))
            ]
            return bytearray(map(bool, values))
        # The order of the bytes does not matter for "is it zero"; the top four bits of a FAT32 entry are reserved.
        if self.bits != 16 and any(entry & 0xF0 for entry in raw[3::4]):
            whole = raw[: len(raw) // 4 * 4]
            return bytearray(entry & 0x0FFFFFFF != 0 for (entry,) in struct.iter_unpack("<I", whole))
        size = self.bits // 8
        return bytearray(map(bool, array("H" if size == 2 else "I", raw[: len(raw) // size * size])))

    def count(self, size: int) -> int:
        """How many clusters so many bytes take."""
        return -(-size // (self.sector * self.cluster_sectors))

    def sectors(self, cluster: int, count: int) -> tuple[int, int]:
        """(first sector of the volume, sectors) of `count` clusters."""
        return self._cluster_sector + (cluster - 2) * self.cluster_sectors, count * self.cluster_sectors


class _Recovery:
    """Hands out free clusters to deleted files.

    First to those whose clusters are free in one piece and contain no other's beginning. The others were stored in
    pieces. In the order in which they were last written, each gets the next clusters that nobody else has; but what was
    written before another file was made cannot have skipped that file, and so lies before its beginning. Where there
    is no room, a file that only seemed to lie in one piece has to give way.
    """

    def __init__(self, volume: FatVolume, entries: list[Deleted], state: bytearray) -> None:
        self.found: dict[int, Recovered] = {}
        self._volume = volume
        self._state = state
        self._whole: dict[int, list[Deleted]] = {}
        self._made = sorted((entry.cluster, entry.created) for entry in entries)
        for entry in entries:
            if 2 <= entry.cluster < len(state) and not state[entry.cluster]:
                state[entry.cluster] = BEGINS
        # Of two entries with one beginning (a file that was renamed) the longer goes first and the other is its start.
        files = [entry for entry in entries if not entry.is_directory and entry.size]
        files.sort(key=lambda entry: (entry.cluster, -entry.size, entry.number))
        pending = [entry for entry in files if not self._in_one_piece(entry)]
        pending.sort(key=lambda entry: (entry.written, entry.cluster))
        for entry in pending:  # grows by those that give way
            pending += self._in_pieces(entry)

    def _in_one_piece(self, entry: Deleted) -> bool:
        """Settles an entry whose clusters are in a row, or that is beyond help."""
        state, first, count = self._state, entry.cluster, self._volume.count(entry.size)
        if not 2 <= first < len(state):
            self.found[entry.number] = Recovered((), "its first cluster is not recorded")
        elif state[first] == USED:
            self.found[entry.number] = Recovered(
                (), "its first cluster is in use again", self._volume.sectors(first, 1)[0]
            )
        elif first in self._whole or self._free(first + 1, count - 1):
            if first not in self._whole:
                state[first + 1 : first + count] = bytes([CLAIMED]) * (count - 1)
            self._whole.setdefault(first, []).append(entry)
            why = "one free cluster" if count == 1 else f"{count} free clusters in a row, assumed to be stored so"
            self.found[entry.number] = Recovered((self._volume.sectors(first, count),), why)
        else:
            return False
        return True

    def _free(self, first: int, count: int) -> bool:
        return first + count <= len(self._state) and self._state.count(0, first, first + count) == count

    def _in_pieces(self, entry: Deleted) -> list[Deleted]:
        """Settles an entry that must lie in pieces; gives those that have to give way to it."""
        begin = bisect_left(self._made, (entry.cluster + 1, 0))
        behind = islice(self._made, begin, begin + MOST_NEIGHBOURS)
        stop = next((cluster for cluster, made in behind if made > entry.written), len(self._state))
        runs = self._fit(entry, stop, FREE) or self._fit(entry, stop, FREE_OR_CLAIMED)
        runs = runs or self._fit(entry, len(self._state), FREE)
        if not runs:
            self.found[entry.number] = Recovered((), "too few free clusters follow its first one")
            return []
        why = "free clusters in pieces, assumed to skip those of other files"
        pieces = tuple(self._volume.sectors(*run) for run in runs)
        self.found[entry.number] = Recovered(pieces, why, degree="possible")
        ousted = [owner for first, count in runs for owner in self._oust(first, count)]
        for first, count in runs:
            self._state[first : first + count] = bytes([SETTLED]) * count
        return ousted

    def _fit(self, entry: Deleted, stop: int, free: re.Pattern[bytes]) -> list[tuple[int, int]]:
        """(first cluster, clusters) of the pieces before `stop`, or [] where there are too few."""
        missing = self._volume.count(entry.size) - 1
        runs, at = [(entry.cluster, 1)], entry.cluster + 1
        while missing and (match := free.search(self._state, at, stop)):
            take = min(missing, match.end() - match.start())
            if match.start() == sum(runs[-1]):
                runs[-1] = (runs[-1][0], runs[-1][1] + take)
            else:
                runs.append((match.start(), take))
            missing -= take
            at = match.start() + take
        return [] if missing else runs

    def _oust(self, first: int, count: int) -> list[Deleted]:
        ousted = []
        while (at := self._state.find(CLAIMED, first, first + count)) >= 0:
            # What is claimed lies in a row behind its own beginning.
            begin = self._state.rfind(BEGINS, 0, at)
            owners = self._whole.pop(begin)
            taken = self._volume.count(owners[0].size)
            self._state[begin + 1 : begin + taken] = bytes(taken - 1)
            ousted += owners
        return ousted
