from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.apfs import ApfsVolume, Snapshot, checksum, is_sound, superblocks, volumes, without_snapshots

SIZE = 4096
NAME = bytes(range(16))


def sealed(raw: bytearray) -> bytes:
    struct.pack_into("<Q", raw, 0, checksum(raw))
    return bytes(raw)


def block(*fields: tuple[int, str, object]) -> bytes:
    raw = bytearray(SIZE)
    for at, form, value in fields:
        struct.pack_into(form, raw, at, *(value if isinstance(value, tuple) else (value,)))
    return sealed(raw)


def node(rows: list[tuple[bytes, bytes]], flags: int) -> bytes:
    """A root node of a tree: leaf or not, with keys of a fixed size or not."""
    table = keys = values = b""
    for key, value in rows:
        at = len(values) + len(value)
        table += (
            struct.pack("<HH", len(keys), at) if flags & 4 else struct.pack("<4H", len(keys), len(key), at, len(value))
        )
        keys, values = keys + key, value + values
    raw = bytearray(SIZE)
    struct.pack_into("<HHIHH", raw, 32, flags | 1, 0 if flags & 2 else 1, len(rows), 0, len(table))
    raw[56 : 56 + len(table) + len(keys)] = table + keys
    raw[SIZE - 40 - len(values) : SIZE - 40] = values
    return sealed(raw)


def front(transaction: int, mapping: int = 3) -> bytes:
    return block((16, "<Q", transaction), (32, "4s", b"NXSB"), (36, "<IQ", (SIZE, 20)), (72, "16s", NAME),
                 (104, "<I", 2), (112, "<Q", 1), (160, "<Q", mapping), (184, "<Q", 1026))  # fmt: skip


def container() -> list[bytes]:
    """Blocks: 0 an old superblock, 1 and 2 the checkpoints, 3 the map, 4 its tree, 5 the volume, 6 to 8 snapshots."""
    mapped = struct.pack("<IIQ", 0, SIZE, 5)
    older = struct.pack("<IIQ", 0, SIZE, 9)
    volume = block(
        (32, "4s", b"APSB"), (56, "<Q", 0x20), (152, "<Q", 6), (184, "<5Q", (19, 3, 2, 0, 2)), (240, "16s", NAME),
        (256, "<QQ", (10**18, 1)), (272, "7s", b"made up"), (704, "7s", b"Example"), (964, "<H", 0x40),
    )  # fmt: skip
    kept = [
        (
            struct.pack("<Q", 1 << 60 | number),
            struct.pack("<QQQQQIIH", 0, 0, 10**18 + number, 0, 0, 0, 0, 5) + b"snap%d" % number,
        )
        for number in (7, 4)
    ]
    inner = [(struct.pack("<Q", 1 << 60 | number), struct.pack("<Q", at)) for number, at in ((4, 7), (7, 8))]
    return [
        front(2), front(3), front(5), block((48, "<Q", 4)),
        node([(struct.pack("<QQ", 1026, 1), older), (struct.pack("<QQ", 1026, 4), mapped),
              (struct.pack("<QQ", 1026, 9), older)], 2 | 4),
        volume, node(inner, 0), node(kept[1:], 2), node(kept[:1], 2), bytes(SIZE),
    ]  # fmt: skip


def reader(blocks: list[bytes]):
    raw = b"".join(blocks)
    return lambda at, size: raw[at : at + size]


def test_the_last_checkpoint_leads_to_the_volume_and_its_snapshots():
    read_at = reader(container())
    found = superblocks(read_at)
    assert [(one.block, one.transaction, one.sound) for one in found] == [(2, 5, True), (1, 3, True), (0, 2, True)]
    (volume,) = volumes(read_at, found[0])
    snapshots = (Snapshot("snap4", 4, 10**18 + 4), Snapshot("snap7", 7, 10**18 + 7))
    uuid = "00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert volume == ApfsVolume(
        5, "Example", uuid, "data", False, True, 19, 3, 2, 2, "made up", 10**18, snapshots, container()[5]
    )


def test_a_volume_of_a_later_transaction_than_the_checkpoint_is_not_taken():
    read_at = reader(container())
    with pytest.raises(ValueError, match="block 9 is no volume superblock"):
        volumes(read_at, superblocks(read_at)[1])


def test_damage_is_told_apart():
    blocks = container()
    for number, said in ((3, "the container's object map is damaged"), (4, "the tree's block 4 is damaged")):
        damaged = [*blocks]
        damaged[number] = blocks[number][:2000] + b"\xff" + blocks[number][2001:]
        with pytest.raises(ValueError, match=said):
            volumes(reader(damaged), superblocks(reader(damaged))[0])
    blocks[2] = blocks[2][:2000] + b"\xff" + blocks[2][2001:]
    found = superblocks(reader(blocks))
    assert [one.sound for one in found] == [False, True, True]
    with pytest.raises(ValueError, match="checksum is wrong"):
        volumes(reader(blocks), found[0])


def test_snapshots_that_go_in_a_circle_are_fewer_than_the_volume_keeps():
    blocks = container()
    blocks[6] = node([(struct.pack("<Q", 1 << 60), struct.pack("<Q", 6))], 0)
    (volume,) = volumes(reader(blocks), superblocks(reader(blocks))[0])
    assert (volume.kept, volume.snapshots) == (2, ())


def test_the_block_without_snapshots_is_sound_and_names_none():
    read_at = reader(container())
    (volume,) = volumes(read_at, superblocks(read_at)[0])
    raw = without_snapshots(volume)
    assert is_sound(raw)
    assert raw[152:160] == raw[216:224] == bytes(8)
    assert is_sound(volume.raw)


def test_a_checksum_holds_only_for_its_bytes():
    raw = container()[5]
    assert is_sound(raw)
    assert not is_sound(raw[:100] + bytes([raw[100] ^ 1]) + raw[101:])
    assert not is_sound(b"")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damage_anywhere_is_a_value_error_at_worst(data):
    raw = bytearray(b"".join(container()))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, 9)) * SIZE + data.draw(st.one_of(st.integers(8, 300), st.integers(8, SIZE - 9)))
        raw[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))
    if data.draw(st.booleans()):
        for number in range(10):
            raw[number * SIZE : (number + 1) * SIZE] = sealed(raw[number * SIZE : (number + 1) * SIZE])
    whole = bytes(raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw)
    try:
        for one in superblocks(lambda at, size: whole[at : at + size]):
            volumes(lambda at, size: whole[at : at + size], one)
    except ValueError as error:
        assert "\n" not in str(error)
