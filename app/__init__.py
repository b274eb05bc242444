"""The program: command line, cases, ingest, reporting, window."""

from __future__ import annotations

VERSION = "0.1.0"
PROGRAM = f"Assay {VERSION}"
