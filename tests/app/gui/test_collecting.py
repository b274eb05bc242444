"""The collector of cycles works in the thread of the window, and nowhere else while a window is there."""

from __future__ import annotations

import gc
import threading
import weakref

from app.gui.collecting import collected_here


class Ring:
    """Something that only the collector frees."""

    def __init__(self, freed_in: list[int]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: freed_in.append(threading.get_ident()))


def test_cycles_are_freed_in_the_thread_of_the_window_whoever_leaves_them(qt_app, qtbot) -> None:
    freed_in: list[int] = []
    assert not gc.isenabled()

    def leave_many() -> None:
        for _ in range(5_000):
            Ring(freed_in)

    worker = threading.Thread(target=leave_many)
    worker.start()
    worker.join()
    assert freed_in == []
    qtbot.waitUntil(lambda: len(freed_in) > 0)
    assert set(freed_in) == {threading.get_ident()}


def test_what_was_on_is_on_again() -> None:
    gc.enable()
    with collected_here():
        assert not gc.isenabled()
    assert gc.isenabled()
