"""Abstract pictures as JPEG, with the metadata that a phone's camera would write. No photograph, no person."""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from app.demo_evidence.clock import london, london_offset

_MAKE, _MODEL, _ORIENTATION, _SOFTWARE, _DATE_TIME = 0x010F, 0x0110, 0x0112, 0x0131, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_ORIGINAL, _DIGITIZED, _OFFSET, _OFFSET_ORIGINAL, _SUBSEC_ORIGINAL = 0x9003, 0x9004, 0x9010, 0x9011, 0x9291
_START_OF_IMAGE: Final = b"\xff\xd8"


@dataclass(frozen=True, slots=True)
class Taken:
    """When (UTC) and where (WGS 84 degrees, or None for no GPS) a picture says it was taken."""

    when: datetime
    place: tuple[float, float] | None = None
    has_offset: bool = True


def photo(seed: int, taken: Taken, size: tuple[int, int] = (640, 480)) -> bytes:
    """A drawing with EXIF. The pixels repeat after 12 seeds; the metadata is each picture's own."""
    exif = _exif(taken, size)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    return _START_OF_IMAGE + segment + drawing(seed % 12, size)[2:]


@cache
def drawing(seed: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """A gradient under some shapes, as a JPEG without metadata; integers only, so that every machine draws the same."""
    noise = hashlib.sha256(f"picture {seed}".encode()).digest()
    width, height = size
    top, bottom = noise[0:3], noise[3:6]
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line(
            (0, y, width, y), fill=tuple((a * (height - y) + b * y) // height for a, b in zip(top, bottom, strict=True))
        )
    for index in range(5):
        x, y, radius = (
            (noise[6 + index] * width) // 256,
            (noise[11 + index] * height) // 256,
            20 + noise[16 + index] // 3,
        )
        colour = tuple(noise[21 + index : 24 + index])
        box = (x - radius, y - radius, x + radius, y + radius)
        if noise[16 + index] % 2:
            draw.ellipse(box, fill=colour)
        else:
            draw.rectangle(box, fill=colour)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80, optimize=False)
    return target.getvalue()


def _exif(taken: Taken, size: tuple[int, int]) -> bytes:
    local = london(taken.when).strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[_MAKE], exif[_MODEL], exif[_SOFTWARE] = "Specimen Devices", "Specimen One", "Made-up 1.0"
    exif[_ORIENTATION], exif[_DATE_TIME] = 1, local
    details = exif.get_ifd(_EXIF_IFD)
    details[_ORIGINAL] = details[_DIGITIZED] = local
    details[_SUBSEC_ORIGINAL] = f"{taken.when.second * 7 % 1000:03d}"
    if taken.has_offset:
        details[_OFFSET] = details[_OFFSET_ORIGINAL] = london_offset(taken.when)
    details[0xA002], details[0xA003] = size
    if taken.place:
        gps = exif.get_ifd(_GPS_IFD)
        latitude, longitude = taken.place
        gps[1], gps[2] = "N" if latitude >= 0 else "S", _degrees(latitude)
        gps[3], gps[4] = "E" if longitude >= 0 else "W", _degrees(longitude)
        gps[7] = tuple(IFDRational(part, 1) for part in (taken.when.hour, taken.when.minute, taken.when.second))
        gps[29] = taken.when.strftime("%Y:%m:%d")
    return exif.tobytes()


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    hundredths = round(abs(value) * 360_000)
    degrees, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    return IFDRational(degrees, 1), IFDRational(minutes, 1), IFDRational(rest, 100)
