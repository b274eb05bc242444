"""Where a worker shows what it is at: a few words in shared memory that the supervisor reads when it wants to.

A message for each of half a million files would cost more than reading them. A worker that dies leaves its last words.
"""

from __future__ import annotations

from multiprocessing.context import BaseContext

_ROOM = 240


class Beacon:
    """Written by one worker, read by the supervisor. Handed over when the process is started."""

    def __init__(self, context: BaseContext) -> None:
        self._label = context.RawArray("c", _ROOM)
        self._steps = context.RawValue("Q", 0)
        self._bytes = context.RawValue("Q", 0)
        self._files = context.RawValue("Q", 0)

    def step(self, label: str, read: int = 0) -> None:
        """The worker begins (or goes on with) this step, having read so many bytes since it last said so."""
        self._label.value = label.encode("ascii", "replace")[: _ROOM - 1]
        self._bytes.value += read
        self._steps.value += 1

    def read(self, count: int) -> None:
        """The worker goes on, having read so many bytes more."""
        self._bytes.value += count
        self._steps.value += 1

    def listed(self, count: int) -> None:
        """The worker goes on, having listed so many files more."""
        self._files.value += count
        self._steps.value += 1

    def clear(self) -> None:
        """No step has begun: said by the supervisor before it hands out a task."""
        self._label.value = b""
        self._files.value = 0

    @property
    def label(self) -> str:
        return bytes(self._label.value).decode("ascii", "replace")

    @property
    def steps(self) -> int:
        return int(self._steps.value)

    @property
    def files_listed(self) -> int:
        """Files that the task at work has listed."""
        return int(self._files.value)

    @property
    def bytes_read(self) -> int:
        return int(self._bytes.value)
