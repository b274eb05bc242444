"""Evidence in: `add_source` registers, reads, merges and seals one source, or goes on where it was stopped."""

from __future__ import annotations

from app.ingest.model import IngestError, IngestResult, Progress, SourceRequest, Stopped
from app.ingest.run import add_source, resume

__all__ = ["IngestError", "IngestResult", "Progress", "SourceRequest", "Stopped", "add_source", "resume"]
