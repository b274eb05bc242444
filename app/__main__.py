"""Starts Assay: `python -m app`, and what the frozen program runs first."""

from __future__ import annotations

import multiprocessing
import sys

if __name__ == "__main__":
    # Before all else: a child of the frozen program is this file run again, and must not take its switches for words.
    multiprocessing.freeze_support()
    from app.cli import main

    sys.exit(main())
