"""Types that their first bytes alone do not settle: each function looks further into the first 4096 bytes of a file.

Each takes (head, size of the file) and gives the media type, or None for "this is something else". The format facts
come from the documents named in `parsers.signature_table`.
"""

from __future__ import annotations

import re
from typing import Final

from parsers import signature_table as table

_BOXES: Final = table.FIRST_ATOMS | {b"ftyp"}
_ODF_TYPE: Final = re.compile(rb"application/(?:epub\+zip|vnd\.oasis\.opendocument\.[a-z-]{3,40})")


def iso_media(head: bytes, size: int) -> str | None:
    box = head[4:8]
    if box not in _BOXES:
        return None
    if box != b"ftyp":
        plausible = int.from_bytes(head[:4], "big") <= max(size, 8)
        return "video/quicktime" if plausible else None
    brand = head[8:12]
    if brand == b"mif1":
        end = min(int.from_bytes(head[:4], "big"), len(head))
        compatible = {head[at : at + 4] for at in range(16, end - 3, 4)}
        return next((mime for name, mime in table.STILL_BRANDS if name in compatible), "image/heif")
    if brand.startswith(b"3g2"):
        return "video/3gpp2"
    if brand[:3] in (b"3gp", b"3gr", b"3gs", b"3ge", b"3gg"):
        return "video/3gpp"
    return table.BRANDS.get(brand, "video/mp4")


def zip_archive(head: bytes, size: int) -> str:
    name_end = 30 + int.from_bytes(head[26:28], "little")
    name = head[30:name_end]
    if name == b"mimetype":
        content = name_end + int.from_bytes(head[28:30], "little")
        stated = _ODF_TYPE.match(head, content)
        return stated[0].decode("ascii") if stated else table.ZIP
    if name == b"AndroidManifest.xml" or b"classes.dex" in head or b"com/android/build/gradle/" in head:
        return "application/vnd.android.package-archive"
    if name.startswith(b"META-INF/"):
        return (
            "application/vnd.android.package-archive" if b"AndroidManifest.xml" in head else "application/java-archive"
        )
    if name in (b"[Content_Types].xml", b"_rels/.rels") or name.startswith((b"docProps/", b"word/", b"xl/", b"ppt/")):
        inside = (mime for folder, mime in table.OFFICE_FOLDERS if folder in head)
        return next(inside, "application/x-ooxml" if b"_rels/.rels" in head else table.ZIP)
    return "application/vnd.google-earth.kmz" if name == b"doc.kml" else table.ZIP


def ole(head: bytes, size: int) -> str:
    return next((mime for name, mime in table.OLE_STREAMS if name in head), table.OLE)


def riff(head: bytes, size: int) -> str | None:
    return {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/x-wav"}.get(head[8:12])


def ogg(head: bytes, size: int) -> str:
    if head[28:35] in (b"\x80theora", b"\x01video\x00"):
        return "video/ogg"
    is_sound = head.startswith((b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC"), 28)
    return "audio/ogg" if is_sound else "application/ogg"


def matroska(head: bytes, size: int) -> str:
    return "video/webm" if b"webm" in head[:64] else "video/x-matroska"


def dos_program(head: bytes, size: int) -> str | None:
    new_header = int.from_bytes(head[60:64], "little")
    if head.startswith(b"PE\x00\x00", new_header):
        return "application/vnd.microsoft.portable-executable"
    return "application/x-dosexec" if len(head) >= 64 and b"\x00" in head[:64] else None


def cafebabe(head: bytes, size: int) -> str:
    # A universal Mach-O has its number of architectures here, a class file its version, which began at 45.
    return "application/x-mach-binary" if int.from_bytes(head[4:8], "big") < 40 else "application/java-vm"


def bitmap(head: bytes, size: int) -> str | None:
    fits = int.from_bytes(head[2:6], "little") in (size, 0) or head[6:10] == b"\x00\x00\x00\x00"
    return "image/bmp" if fits and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124) else None


def icon(head: bytes, size: int) -> str | None:
    count, reserved = int.from_bytes(head[4:6], "little"), head[9:10]
    return "image/vnd.microsoft.icon" if 0 < count < 256 and reserved in (b"\x00", b"\xff") else None


def truetype(head: bytes, size: int) -> str | None:
    tables = int.from_bytes(head[4:6], "big")
    return "font/ttf" if 0 < tables < 64 and head[12:16].isascii() and head[13:15].isalnum() else None


def android_chunk(head: bytes, size: int) -> str | None:
    """A compiled Android XML file or resource table: a chunk header whose length is that of the file."""
    if int.from_bytes(head[4:8], "little") != size:
        return None
    return "application/x-android-axml" if head[0] == 3 else "application/x-android-resources"


def bzip2(head: bytes, size: int) -> str | None:
    is_level = head[3:4].isdigit() and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")
    return "application/x-bzip2" if is_level else None


def mpeg_audio(head: bytes, size: int) -> str | None:
    """MP3 or ADTS AAC without a tag: a plausible frame header, and a second one where the first says that it stands."""
    if len(head) < 7 or head[1] & 0xE0 != 0xE0:
        return None
    length, mime = _adts_frame(head) if head[1] & 0xF6 == 0xF0 else _mp3_frame(head)
    if not length or length + 2 > len(head):
        return None
    same = head[length] == 0xFF and head[length + 1] == head[1]
    return mime if same else None


def _adts_frame(head: bytes) -> tuple[int, str]:
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return (length if length >= 7 and head[2] >> 2 & 15 < 13 else 0), "audio/aac"


def _mp3_frame(head: bytes) -> tuple[int, str]:
    version, layer, rate, speed = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or rate in (0, 15) or speed == 3:
        return 0, ""
    newest = version == 3
    kbits = (_MP3_KBITS if newest else _MP3_LOW_KBITS)[rate - 1]
    hertz = (44100, 48000, 32000)[speed] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if newest else 72) * kbits * 1000 // hertz + (head[2] >> 1 & 1), "audio/mpeg"


_MP3_KBITS: Final = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MP3_LOW_KBITS: Final = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
