"""A small upright JPEG of a picture, for the screen and the report. It decodes hostile bytes: call it in a worker.

What it gives is made anew from the pixels: nothing of the picture's metadata, comments, thumbnails or what follows it
in the file goes along. The same bytes give the same JPEG with the same libraries.

References: CIPA DC-008 (orientation), the Pillow and libheif documentation.
"""

from __future__ import annotations

import functools
import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

# The largest phone sensors give 200 megapixels, always as JPEG or HEIC. JPEG is decoded at a fraction of its size.
_MOST_PIXELS: Final = 210_000_000
_MOST_DECODED: Final = 110_000_000
_QUALITY: Final = 82
# Named one by one: each decoder that Pillow has beyond these is one more that a hostile file could reach.
_FORMATS: Final = (
    JpegImagePlugin.JpegImageFile.format,
    PngImagePlugin.PngImageFile.format,
    GifImagePlugin.GifImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
    BmpImagePlugin.BmpImageFile.format,
    TiffImagePlugin.TiffImageFile.format,
    Jpeg2KImagePlugin.Jpeg2KImageFile.format,
    AvifImagePlugin.AvifImageFile.format,
)
_ORIENTATION: Final = 0x0112
_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What decoders have been seen to raise on damaged files.
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A JPEG with no side longer than was asked for. `note` says what is missing of the picture, or ""."""

    jpeg: bytes
    width: int
    height: int
    note: str


def render_jpeg(stream: BinaryIO, max_side: int) -> bytes:
    """The bytes of `render`, for those who have no place for its note."""
    return render(stream, max_side).jpeg


def render(stream: BinaryIO, max_side: int) -> Rendered:
    """A JPEG, PNG, GIF, WebP, BMP, TIFF, JPEG 2000, AVIF or HEIC picture as an upright JPEG of at most `max_side`
    pixels a side (never enlarged). Of a film-like picture the first frame; what is transparent becomes white.

    Raises ValueError for what cannot be decoded at all, and for more pixels than any phone takes. A picture that is cut
    short is drawn as far as it goes, and the note says so.
    """
    if max_side < 1:
        raise ValueError("a picture needs at least one pixel a side")
    try:
        return _render(stream, max_side, truncated=False)
    except ValueError as first:
        try:
            return _render(stream, max_side, truncated=True)
        except ValueError:
            raise first from None


def fingerprint(stream: BinaryIO) -> str:
    """64 bits in hexadecimal by which pictures that look alike can be found: pictures that differ in size, quality or
    format differ in few of the bits. The picture upright, in 9 x 8 levels of grey: is each darker than the next?

    What it can decode, and what it raises, is as with `render`.
    """
    formats = (*_FORMATS, "HEIF") if _has_heif() else _FORMATS
    stream.seek(0)
    try:
        with _limits(truncated=False), Image.open(stream, formats=formats) as image:
            levels = _small(image, 64).convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    except _DAMAGE as error:
        reason = str(error).partition("<_io")[0].strip()[:200] or type(error).__name__
        raise ValueError(f"the picture cannot be decoded: {reason}") from None
    pairs = [(levels[row + at], levels[row + at + 1]) for row in range(0, 72, 9) for at in range(8)]
    bits = "".join("1" if one < following else "0" for one, following in pairs)
    return f"{int(bits, 2):016x}"


def _render(stream: BinaryIO, max_side: int, *, truncated: bool) -> Rendered:
    formats = (*_FORMATS, "HEIF") if _has_heif() else _FORMATS
    stream.seek(0)
    try:
        with _limits(truncated), Image.open(stream, formats=formats) as image:
            small = _small(image, max_side)
            out = io.BytesIO()
            small.save(out, "JPEG", quality=_QUALITY, subsampling="4:2:0", optimize=False, progressive=False)
    except _DAMAGE as error:
        reason = str(error).partition("<_io")[0].strip()[:200] or type(error).__name__
        raise ValueError(f"the picture cannot be decoded: {reason}") from None
    note = "the picture is damaged or cut short; drawn as far as it could be decoded" if truncated else ""
    return Rendered(out.getvalue(), small.width, small.height, note)


def _small(image: Image.Image, max_side: int) -> Image.Image:
    if image.format in ("JPEG", "MPO"):
        image.draft("RGB", (max_side, max_side))
    if image.width * image.height > _MOST_DECODED:
        raise ValueError(f"{image.width} x {image.height} pixels are more than is decoded")
    turn = _UPRIGHT.get(_orientation(image))
    image.load()
    flat = _on_white(image)
    flat.thumbnail((max_side, max_side), Image.Resampling.BICUBIC)
    upright = flat.transpose(turn) if turn is not None else flat
    upright.info = {}  # Pillow would write comments and XMP from here into the new file
    return upright


def _orientation(image: Image.Image) -> int:
    try:
        stored = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGE:
        return 1
    return stored if isinstance(stored, int) else 1


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "L"):
        return image.copy()
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        above = image.convert("RGBA")
        white = Image.new("RGB", above.size, "white")
        white.paste(above, mask=above.getchannel("A"))
        return white
    return image.convert("RGB")


@contextmanager
def _limits(truncated: bool) -> Iterator[None]:
    """Pillow keeps its limits in module variables: set for this one picture and put back."""
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = _MOST_PIXELS, truncated
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = before


@functools.cache
def _has_heif() -> bool:
    try:
        import pi_heif  # there is no wheel for Windows on ARM
    except (ImportError, OSError):
        return False
    pi_heif.register_heif_opener()
    return True
