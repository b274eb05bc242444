from __future__ import annotations

import pytest

from parsers.vmdk_descriptor import Descriptor, Extent, is_descriptor, read_descriptor

HEAD = b'# Disk DescriptorFile\nversion=1\nCID=ABCD1234\nparentCID=ffffffff\ncreateType="twoGbMaxExtentFlat"\n'


def test_everything_in_a_descriptor_is_read():
    text = HEAD.replace(b"ffffffff", b"0badcafe") + (
        b'parentFileNameHint="base.vmdk"\n\n# Extent description\nRW 4192256 FLAT "a-f001.vmdk" 0\n'
        b'RDONLY 100 FLAT "a-f002.vmdk" 7\nRW 5 ZERO\nrw 2048 sparse "a-s003.vmdk"\n# a remark\nddb.uuid = "60"\n'
    )
    assert read_descriptor(text) == Descriptor(
        "abcd1234",
        "twoGbMaxExtentFlat",
        "base.vmdk",
        "0badcafe",
        [
            Extent("RW", 4192256 * 512, "FLAT", "a-f001.vmdk", 0),
            Extent("RDONLY", 51200, "FLAT", "a-f002.vmdk", 3584),
            Extent("RW", 2560, "ZERO", "", 0),
            Extent("RW", 1 << 20, "SPARSE", "a-s003.vmdk", 0),
        ],
    )


@pytest.mark.parametrize(
    ("encoding", "stored"),
    [
        ("windows-1252", "café.raw".encode("cp1252")),
        ("UTF-8", "café.raw".encode()),
        ("", "café.raw".encode()),
        ("", "café.raw".encode("latin-1")),
        ("punycode", "café.raw".encode()),
        ("hex", "café.raw".encode()),
        ("windows-99999", "café.raw".encode()),
    ],
)
def test_names_are_in_the_encoding_that_is_named_where_it_is_a_usual_one(encoding, stored):
    text = HEAD + f'encoding="{encoding}"\n'.encode() + b'RW 1 FLAT "' + stored + b'" 0\n'
    assert [extent.name for extent in read_descriptor(text).extents] == ["café.raw"]


@pytest.mark.parametrize("raw", [b"", b"KDMV", b"no descriptor", b"x # Disk DescriptorFile"])
def test_what_is_no_descriptor_is_refused(raw):
    assert not is_descriptor(raw)
    with pytest.raises(ValueError, match=r"^it has no VMDK descriptor$"):
        read_descriptor(raw)


def test_more_extents_than_can_be_are_refused():
    with pytest.raises(ValueError, match=r"^its descriptor lists more than 4096 extents$"):
        read_descriptor(HEAD + b"RW 1 ZERO\n" * 5000)


def test_what_follows_a_zero_byte_is_not_part_of_it():
    assert read_descriptor(HEAD + b'RW 1 ZERO\n\0RW 1 FLAT "x"\n').extents == [Extent("RW", 512, "ZERO", "", 0)]
