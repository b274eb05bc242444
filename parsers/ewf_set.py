"""What the two versions of EWF have in common once their sections are read: a set of segments with chunked media."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from parsers.chunked import BadRange, ChunkedMedia
from parsers.ewf_names import following_name
from parsers.ewf_segments import Layout, Segment

Load = Callable[[int, int], list[bytes | memoryview]]


class EwfSet:
    """The media inside a set, as bytes at an offset. `size` is what can be read of it; `problems` are the sentences
    about the set itself. The segments are its own: it closes them."""

    def __init__(self, segments: list[Segment], layout: Layout, load: Load, *, logical: bool) -> None:
        self._segments = segments
        self.names = [segment.name for segment in segments]
        self.layout = layout
        self.problems = layout.problems
        self.chunk_size = layout.chunk_size
        self.size = min(layout.media_size, layout.chunks * self.chunk_size)
        self._media = ChunkedMedia(self.size, self.chunk_size, load)
        if layout.ended and not layout.done:
            missing = following_name(self.names) or "that follows"
            self.problems.append(f"segment {missing} is missing: the set goes on after this file")
        if self.size < layout.media_size and not logical:
            self.problems.append(
                f"the set is incomplete: {self.size} of {layout.media_size} bytes of the media have chunk tables"
            )

    def measure(self, size: int | None) -> None:
        """Where the media end, by what the list of files of a logical set says; None: at the end of the last chunk."""
        most = self.layout.chunks * self.chunk_size
        if size is not None and size > most:
            self.problems.append(f"the set is incomplete: {most} of {size} bytes of the media have chunk tables")
        self.size = most if size is None else min(size, most)
        self._media.measure(self.size)

    def close(self) -> None:
        self._media.close()
        for segment in self._segments:
            segment.close()

    def bad_ranges(self) -> list[BadRange]:
        """The chunks met so far that could not be read, neighbours with the same reason joined."""
        return self._media.bad_ranges()

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes of the media at `offset`; fewer only at its end. Small repeated reads come from a cache."""
        return self._media.read_at(offset, size)

    def stream_chunks(self) -> Iterator[bytes]:
        """The whole media from front to end in pieces of some MiB, several groups being unpacked at the same time."""
        return self._media.stream_chunks()
