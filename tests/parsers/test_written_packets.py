"""XMP packets and IPTC blocks: where they lie in a file, and what they say."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.iptc import iptc_time, read_iptc
from parsers.picture_packets import Packets, find_packets
from parsers.xmp import read_xmp
from tests.evidence_builders.packets import (
    iptc,
    jpeg_holding,
    movie_holding,
    png_holding,
    tiff_holding,
    webp_holding,
    xmp,
)

PACKET = xmp('xmp:CreateDate="2026-05-11T10:00:00+01:00"', "<dc:title>At the quay</dc:title>")
BLOCK = iptc((120, b"A caption"), (25, b"quay"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (jpeg_holding(PACKET, BLOCK), Packets((PACKET,), BLOCK)),
        (jpeg_holding(PACKET, extended=b"<second/>"), Packets((PACKET, b"<second/>"))),
        (jpeg_holding(), Packets()),
        (png_holding(PACKET), Packets((PACKET,))),
        (png_holding(PACKET, compressed=True), Packets((PACKET,))),
        (webp_holding(PACKET), Packets((PACKET,))),
        (tiff_holding(PACKET, BLOCK), Packets((PACKET,), BLOCK)),
        (tiff_holding(PACKET, BLOCK, ">"), Packets((PACKET,), BLOCK)),
        (movie_holding(PACKET), Packets((PACKET, PACKET))),
        (b"GIF89a", Packets()),
        (b"", Packets()),
    ],
)
def test_packets_are_found_where_each_kind_of_file_keeps_them(data: bytes, expected: Packets) -> None:
    assert find_packets(io.BytesIO(data)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png_holding(PACKET), (f"XMP or IPTC not read: a packet of {len(PACKET) + 22} bytes, more than 100",)),
        (png_holding(b"<x/>" * 200, compressed=True), ("XMP or IPTC not read: a compressed packet of more than 100",)),
        (webp_holding(PACKET), (f"XMP or IPTC not read: a packet of {len(PACKET)} bytes, more than 100",)),
        (
            tiff_holding(PACKET, BLOCK * 9),
            tuple(
                f"{size} bytes of {of} are not read" for size, of in ((len(PACKET), "XMP"), (9 * len(BLOCK), "IPTC"))
            ),
        ),
        (jpeg_holding(PACKET), ("more than 0 MiB of XMP is not read",)),
    ],
)
def test_a_packet_beyond_the_bound_is_told(data: bytes, expected: tuple[str, ...], monkeypatch) -> None:
    monkeypatch.setattr("parsers.picture_packets._MOST", 100)
    found = find_packets(io.BytesIO(data))
    assert (found.xmp, found.iptc) == ((), None)
    assert len(found.problems) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found.problems, expected, strict=True))


def test_a_large_packet_beside_a_small_one_costs_only_itself(monkeypatch) -> None:
    monkeypatch.setattr("parsers.picture_packets._MOST", 100)
    problem = f"{len(PACKET)} bytes of XMP are not read: more than 100"
    assert find_packets(io.BytesIO(tiff_holding(PACKET, BLOCK))) == Packets((), BLOCK, (problem,))


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (jpeg_holding(PACKET), "segments"),
        (png_holding(PACKET), "chunks"),
        (webp_holding(PACKET), "chunks"),
        (tiff_holding(PACKET, b"IPTC block"), "entries"),
    ],
)
def test_parts_that_are_not_looked_at_are_told(data: bytes, parts: str, monkeypatch) -> None:
    monkeypatch.setattr("parsers.picture_packets._MOST_PARTS", 1)
    found = find_packets(io.BytesIO(data)).problems
    assert found == (f"XMP or IPTC is looked for in the first 1 {parts}, and there may be more of them",)


def test_every_form_of_a_property_comes_out_by_its_name() -> None:
    packet = xmp(
        'xmp:CreatorTool="Example 1"',
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>At the quay</rdf:li></rdf:Alt></dc:title>"
        "<dc:subject><rdf:Bag><rdf:li>quay</rdf:li><rdf:li>ferry</rdf:li></rdf:Bag></dc:subject>"
        "<xmpMM:History><rdf:Seq><rdf:li rdf:parseType='Resource'><stEvt:action>saved</stEvt:action></rdf:li>"
        "<rdf:li><rdf:Description stEvt:action='converted'/></rdf:li></rdf:Seq></xmpMM:History>"
        "<other:thing xmlns:other='urn:example'>odd</other:thing>",
    )
    assert read_xmp(packet) == [
        ("xmp:CreatorTool", "Example 1"),
        ("dc:title", "At the quay"),
        ("dc:subject", "quay"),
        ("dc:subject", "ferry"),
        ("xmpMM:History/stEvt:action", "saved"),
        ("xmpMM:History/stEvt:action", "converted"),
        ("{urn:example}:thing", "odd"),
    ]


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le", "utf-16", "utf-8-sig"])
def test_packets_in_other_encodings_are_read(codec: str) -> None:
    text = xmp("", "<dc:title>Am Kai: schön</dc:title>").decode().replace("\ufeff", "")
    assert read_xmp(text.encode(codec)) == [("dc:title", "Am Kai: schön")]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"<x",
        b"no packet",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
    ],
)
def test_what_is_no_xml_or_has_entities_is_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match="no XMP"):
        read_xmp(packet)


def test_data_sets_come_out_with_their_character_set() -> None:
    block = iptc((105, "Über den Kai".encode()), (80, b"Ada Example"), (99, b"no name"), (60, b"100000+0100"))
    assert read_iptc(block) == [
        ("headline", "Über den Kai"),
        ("author", "Ada Example"),
        ("time created", "100000+0100"),
    ]
    assert read_iptc(iptc((90, b"Z\xfcrich"), utf8=False)) == [("city", "Zürich")]
    assert read_iptc(iptc((90, b"Bath"))[:-2]) == [("city", "Ba")]


def test_what_is_no_iptc_is_refused() -> None:
    with pytest.raises(ValueError, match="does not begin"):
        read_iptc(b"something else")


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("20260511", "100000+0100", ("2026:05:11 10:00:00", "+01:00")),
        ("20260511", "100000", ("2026:05:11 10:00:00", "")),
        ("20260511", "", ("", "")),
        ("2026", "100000", ("", "")),
    ],
)
def test_a_date_without_a_time_is_no_moment(day: str, time: str, expected: tuple[str, str]) -> None:
    assert iptc_time(day, time) == expected


@given(st.binary(max_size=400), st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFFxxxxWEBP", b"II*\x00", b""]))
def test_any_bytes_have_packets_or_none(data: bytes, start: bytes) -> None:
    found = find_packets(io.BytesIO(start + data))
    for packet in found.xmp:
        try:
            read_xmp(packet)
        except ValueError as error:
            assert str(error).startswith("no XMP")


@given(st.binary(max_size=400))
def test_any_block_is_read_or_refused(data: bytes) -> None:
    for one in (data, b"\x1c\x02" + data):
        try:
            assert all(isinstance(text, str) for _, text in read_iptc(one))
        except ValueError as error:
            assert "does not begin" in str(error)
