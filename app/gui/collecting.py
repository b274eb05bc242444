"""Python's collector of cycles, kept to the thread of the window.

The collector works in whichever thread happens to need memory. Where that is one of the background, it may destroy what
belongs to Qt there: Qt then holds its lock on signals and waits for Python's, while the window holds Python's and waits
for Qt's, and nothing moves any more.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

_EVERY_MS = 500


@contextmanager
def collected_here() -> Iterator[None]:
    """Until it is left, cycles are collected in this thread alone: twice a second, while its event loop runs."""
    was_on = gc.isenabled()
    gc.disable()
    timer = QTimer()
    timer.timeout.connect(_collect)
    timer.start(_EVERY_MS)
    try:
        yield
    finally:
        timer.stop()
        if was_on:
            gc.enable()


def _collect() -> None:
    """What the collector would have done by itself: the oldest generation whose turn it is."""
    counted = zip(gc.get_count(), gc.get_threshold(), strict=True)
    due = [place for place, (count, most) in enumerate(counted) if count > most]
    if due:
        gc.collect(max(due))
