"""Made-up evidence: one invented story in the forms that an investigator is handed. Everything in it is fiction.

People are named "Example" or "Specimen" in one language or another, and numbers come from the ranges that Ofcom keeps
free for drama. The same call gives the same bytes on every platform: nothing depends on the clock, the zone, the
system's SQLite or a file system driver.
"""

from __future__ import annotations

from pathlib import Path

from app.demo_evidence.android import android_zip
from app.demo_evidence.memory_stick import memory_stick
from app.demo_evidence.whatsapp import whatsapp_zip

__all__ = ["android_zip", "build", "memory_stick", "whatsapp_zip"]


def build(folder: Path) -> list[Path]:
    """Writes the three pieces of evidence into `folder` (made if needed) and gives their paths.

    A phone extraction as a zip, the image of a memory stick with deleted files, and an exported group chat with
    attachments. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [
        android_zip(folder / "Phone extraction.zip"),
        memory_stick(folder / "Memory stick.dd"),
        whatsapp_zip(folder / "WhatsApp Chat with Thursday Readers.zip"),
    ]
