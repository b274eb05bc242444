"""Small upright pictures for the screen and the report."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from parsers import picture
from parsers.picture import fingerprint, render, render_jpeg
from tests.evidence_builders.media import jpeg, jpeg_with, png, shapes


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "JPEG2000", "AVIF"])
def test_every_kind_becomes_a_small_jpeg(kind: str) -> None:
    out = io.BytesIO()
    shapes(400, 300).save(out, kind)
    rendered = render(out, 100)
    assert (_opened(rendered.jpeg).format, _opened(rendered.jpeg).size) == ("JPEG", (100, 75))
    assert (rendered.width, rendered.height, rendered.note) == (100, 75, "")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_comes_out_upright(orientation: int) -> None:
    """The white corner of the stored picture goes where the camera says that it belongs."""
    corner = _white_corner(_opened(render_jpeg(io.BytesIO(jpeg(160, 120, orientation=orientation)), 80)))
    expected = {1: "top left", 2: "top right", 3: "bottom right", 4: "bottom left"}
    turned = {5: "top left", 6: "top right", 7: "bottom right", 8: "bottom left"}
    assert corner == {**expected, **turned}[orientation]
    upright = _opened(render_jpeg(io.BytesIO(jpeg(160, 120, orientation=orientation)), 80)).size
    assert upright == ((80, 60) if orientation < 5 else (60, 80))


def test_nothing_of_the_metadata_goes_along() -> None:
    out = io.BytesIO()
    source = Image.open(io.BytesIO(jpeg(64, 48, make="Examplecam", gps=(51.5, -0.1))))
    source.save(out, "JPEG", comment=b"Examplecomment", exif=source.getexif(), icc_profile=b"Exampleprofile" * 20)
    assert b"Examplecomment" in out.getvalue()
    assert b"Examplecam" in out.getvalue()
    rendered = render_jpeg(out, 64)
    assert b"Example" not in rendered
    assert set(_opened(rendered).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_same_picture_gives_the_same_bytes() -> None:
    data = jpeg(300, 200, orientation=6)
    assert render_jpeg(io.BytesIO(data), 128) == render_jpeg(io.BytesIO(data), 128)


def test_a_small_picture_is_not_enlarged() -> None:
    assert _opened(render_jpeg(io.BytesIO(png(20, 10)), 500)).size == (20, 10)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK", "I;16", "F"])
def test_every_way_of_storing_colours_is_drawn(mode: str) -> None:
    out = io.BytesIO()
    plain = shapes(32, 32)
    (plain.convert("L").convert("I").convert(mode) if mode == "I;16" else plain.convert(mode)).save(out, "TIFF")
    assert _opened(render_jpeg(out, 16)).size == (16, 16)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (16, 16), (200, 0, 0, 0)).save(out, "PNG")
    assert _opened(render_jpeg(out, 16)).getpixel((8, 8)) == (255, 255, 255)


def test_a_picture_cut_short_is_drawn_as_far_as_it_goes_and_says_so() -> None:
    whole = jpeg(400, 300)
    rendered = render(io.BytesIO(whole[: len(whole) * 2 // 3]), 100)
    assert (rendered.width, rendered.height) == (100, 75)
    assert rendered.note == "the picture is damaged or cut short; drawn as far as it could be decoded"


def test_more_pixels_than_any_phone_takes_are_an_error() -> None:
    data = bytearray(png(16, 16))
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with pytest.raises(ValueError, match=r"exceeds limit|decompression bomb"):
        render_jpeg(io.BytesIO(bytes(data)), 100)
    data[16:24] = struct.pack(">II", 12_000, 12_000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    with pytest.raises(ValueError, match="12000 x 12000 pixels are more than is decoded"):
        render_jpeg(io.BytesIO(bytes(data)), 100)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"<svg/>", b"%!PS-Adobe-3.0 EPSF", bytes(500)])
def test_what_is_no_picture_is_a_clear_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^the picture cannot be decoded: [^\n]+$"):
        render_jpeg(io.BytesIO(data), 100)


def test_a_side_of_no_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        render_jpeg(io.BytesIO(png(4, 4)), 0)


def test_a_damaged_exif_block_costs_only_the_orientation() -> None:
    assert _opened(render_jpeg(io.BytesIO(jpeg_with(b"MM\x00*\xff\xff\xff\xff")), 64)).size == (64, 48)


def test_the_limits_of_pillow_are_put_back() -> None:
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    with pytest.raises(ValueError, match="cannot be decoded"):
        render_jpeg(io.BytesIO(b"nothing"), 10)
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_picture_is_drawn_or_a_value_error(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"]))
    out = io.BytesIO()
    shapes(24, 16).save(out, kind)
    broken = bytearray(out.getvalue())
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        render_jpeg(io.BytesIO(bytes(broken)), 16)
    except ValueError as error:
        assert "\n" not in str(error)


def test_every_corpus_photo_is_drawn(corpus: Path) -> None:
    photos = [path for path in sorted(corpus.rglob("*")) if path.suffix.lower() in {".jpg", ".png", ".webp", ".gif"}]
    drawn, failed = 0, []
    for path in photos:
        try:
            with path.open("rb") as stream:
                render_jpeg(stream, 64)
            drawn += 1
        except ValueError:
            failed.append(path.name)
    assert failed == ["$I103S5F.jpg"]  # the record of a recycle bin
    assert drawn == 67


def test_the_phone_photos_in_heic_are_drawn(corpus: Path) -> None:
    if not picture._has_heif():
        pytest.skip("no HEIC decoder on this platform")
    sizes = []
    for path in sorted((corpus / "exif-samples" / "heic").iterdir()):
        with path.open("rb") as stream:
            rendered = render(stream, 320)
        sizes.append((rendered.width, rendered.height, rendered.note))
    assert sizes == [(248, 320, ""), (320, 213, "")]


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def _white_corner(image: Image.Image) -> str:
    wide, high = image.width - 3, image.height - 3
    corners = {"top left": (2, 2), "top right": (wide, 2), "bottom left": (2, high), "bottom right": (wide, high)}
    return max(corners, key=lambda name: sum(image.convert("RGB").getpixel(corners[name])))


def test_the_fingerprint_hardly_changes_with_size_quality_and_format() -> None:
    image = shapes(640, 480, seed=3)

    def stored(made: Image.Image, kind: str, **options: int) -> str:
        out = io.BytesIO()
        made.save(out, kind, **options)
        return fingerprint(out)

    first = stored(image, "PNG")
    same = [
        stored(image.resize((160, 120)), "PNG"),
        stored(image, "JPEG", quality=40),
        stored(image.resize((1280, 960)), "WEBP"),
    ]
    other = stored(shapes(640, 480, seed=11).transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG")

    def differ(one: str, two: str) -> int:
        return (int(one, 16) ^ int(two, 16)).bit_count()

    assert len(first) == 16
    assert max(differ(first, one) for one in same) <= 6
    assert differ(first, other) > 10


def test_what_cannot_be_decoded_has_no_fingerprint() -> None:
    with pytest.raises(ValueError, match="cannot be decoded"):
        fingerprint(io.BytesIO(b"\xff\xd8\xff\xe0 no picture"))
