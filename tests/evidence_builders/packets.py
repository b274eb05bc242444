"""XMP packets and IPTC blocks, made up, and the pictures that hold them."""

from __future__ import annotations

import struct
import zlib

from tests.evidence_builders.media import box, jpeg, png

NAMESPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#" '
    'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"'
)


def xmp(attributes: str = "", inner: str = "") -> bytes:
    """A packet with one description."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF {NAMESPACES}><rdf:Description rdf:about="" {attributes}>{inner}</rdf:Description></rdf:RDF>'
        '</x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def iptc(*values: tuple[int, bytes], utf8: bool = True) -> bytes:
    """Data sets of record 2."""
    start = b"\x1c\x01\x5a\x00\x03\x1b%G" if utf8 else b""
    return start + b"".join(b"\x1c\x02" + struct.pack(">BH", number, len(data)) + data for number, data in values)


def jpeg_holding(packet: bytes = b"", block: bytes = b"", extended: bytes = b"") -> bytes:
    """A JPEG with an XMP segment, an extended one in two parts, and an IPTC block among Photoshop's resources."""
    picture = jpeg(64, 48)
    segments = b""
    if packet:
        segments += _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + packet)
    half = len(extended) // 2
    for at, part in ((half, extended[half:]), (0, extended[:half])):  # out of order: the offsets say where it belongs
        if extended:
            head = b"http://ns.adobe.com/xmp/extension/\x00" + b"0" * 32 + struct.pack(">II", len(extended), at)
            segments += _segment(0xE1, head + part)
    if block:
        other = b"8BIM\x03\xed\x00\x00" + struct.pack(">I", 3) + b"abc\x00"
        resource = other + b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(block)) + block + b"\x00" * (len(block) & 1)
        segments += _segment(0xED, b"Photoshop 3.0\x00" + resource)
    return picture[:2] + segments + picture[2:]


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def png_holding(packet: bytes, *, compressed: bool = False) -> bytes:
    """A PNG with the packet in an iTXt chunk before its end."""
    picture = png(20, 10)
    text = zlib.compress(packet) if compressed else packet
    data = b"XML:com.adobe.xmp\x00" + bytes((compressed, 0)) + b"\x00\x00" + text
    chunk = struct.pack(">I", len(data)) + b"iTXt" + data + struct.pack(">I", zlib.crc32(b"iTXt" + data))
    return picture[:-12] + chunk + picture[-12:]


def webp_holding(packet: bytes) -> bytes:
    chunk = b"XMP " + struct.pack("<I", len(packet)) + packet + b"\x00" * (len(packet) & 1)
    head = b"VP8X" + struct.pack("<I", 10) + bytes((4, 0, 0, 0, 19, 0, 0, 9, 0, 0))
    return b"RIFF" + struct.pack("<I", 4 + len(head) + len(chunk)) + b"WEBP" + head + chunk


def tiff_holding(packet: bytes, block: bytes, order: str = "<") -> bytes:
    start = 8 + 2 + 2 * 12 + 4
    entries = struct.pack(order + "HHII", 700, 1, len(packet), start)
    entries += struct.pack(order + "HHII", 33723, 7, len(block), start + len(packet))
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    return mark + struct.pack(order + "I", 8) + struct.pack(order + "H", 2) + entries + b"\x00" * 4 + packet + block


def movie_holding(packet: bytes) -> bytes:
    """A film with the packet in a box of its own, and again among its user data."""
    marked = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), packet)
    return box(b"ftyp", b"qt  \x00\x00\x00\x00") + marked + box(b"moov", box(b"udta", box(b"XMP_", packet)))
