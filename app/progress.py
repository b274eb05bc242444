"""Progress on a terminal: a bar with an estimate; for programs: one JSON object a line on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict

from app.ingest.model import Progress


@contextmanager
def shown_progress(how: str | None) -> Iterator[Callable[[Progress], None] | None]:
    """A function to be called with each progress. `how`: "bar", "json", "none", or None for a bar on a terminal.

    What it gives has `pause` where it draws on the terminal: see `paused`.
    """
    if how is None:
        how = "bar" if sys.stderr.isatty() else "none"
    if how == "json":
        yield _print_json
    elif how == "bar":
        with _bar() as update:
            yield update
    else:
        yield None


def paused(on_progress: Callable[[Progress], None] | None) -> AbstractContextManager[None]:
    """While this is entered, nothing is drawn: the terminal is free for a question."""
    pause: Callable[[], AbstractContextManager[None]] = getattr(on_progress, "pause", nullcontext)
    return pause()


def _print_json(progress: Progress) -> None:
    sys.stderr.write(json.dumps(asdict(progress)) + "\n")
    sys.stderr.flush()


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.fields[source]} {task.description}", markup=False),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TextColumn("{task.fields[counts]}", markup=False),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None, source="", counts="")

        def update(progress: Progress) -> None:
            left = f", about {progress.eta_s:,.0f} s left" if progress.eta_s is not None else ""
            counts = f"{progress.files:,} files, {progress.items:,} items{left}"
            total = progress.total or None
            shown.update(
                task,
                description=progress.stage,
                total=total,
                completed=progress.done if total else 0,
                source=progress.source,
                counts=counts,
            )

        @contextmanager
        def pause() -> Iterator[None]:
            shown.stop()
            try:
                yield
            finally:
                shown.start()

        update.pause = pause  # type: ignore[attr-defined]
        yield update
