"""Archived object graphs."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime
from plistlib import UID
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.nskeyedarchiver import open_archive, unarchive
from tests.evidence_builders.ios_backup import BORN, CHANGED, MODIFIED, Made, archived


def archive(*objects: Any, top: Any = None) -> bytes:
    found = {"$archiver": "NSKeyedArchiver", "$version": 100_000, "$objects": ["$null", *objects]}
    return plistlib.dumps({**found, "$top": {"root": UID(1)} if top is None else top}, fmt=plistlib.FMT_BINARY)


def kind(name: str) -> dict[str, Any]:
    return {"$classname": name, "$classes": [name, "NSObject"]}


def test_the_fields_of_a_backups_record_are_followed_one_step() -> None:
    record = archived(Made("HomeDomain", "a/b", b"12345", key_class=4), label=b"\x04\0\0\0" + b"k" * 40)
    expected = {"LastModified": MODIFIED, "LastStatusChange": CHANGED, "Birth": BORN, "Size": 5, "Mode": 0o100644}
    expected |= {"Flags": 0, "GroupID": 501, "UserID": 501, "InodeNumber": 7, "ProtectionClass": 4}
    expected |= {"RelativePath": "a/b", "EncryptionKey": b"\x04\0\0\0" + b"k" * 40}
    assert open_archive(record).fields() == expected


def test_the_usual_classes_become_plain_values_and_others_say_their_name() -> None:
    data = archive(
        {"NS.keys": [UID(2), UID(3)], "NS.objects": [UID(4), UID(5)], "$class": UID(10)},
        "list",
        "thing",
        {"NS.objects": [UID(6), UID(7), UID(8), UID(0)], "$class": UID(11)},
        {"colour": UID(9), "$class": UID(12)},
        {"NS.data": b"\x01\x02", "$class": UID(13)},
        {"NS.string": "text", "$class": UID(14)},
        {"NS.time": 0.5, "$class": UID(15)},
        "red",
        *map(kind, ("NSDictionary", "NSArray", "Example", "NSData", "NSString", "NSDate")),
    )
    assert unarchive(data) == {
        "list": [b"\x01\x02", "text", datetime(2001, 1, 1, microsecond=500_000, tzinfo=UTC), None],
        "thing": {"colour": "red", "$class": "Example"},
    }


def test_a_circle_ends_at_the_reference_that_closes_it() -> None:
    data = archive({"parent": UID(1), "child": UID(2)}, {"parent": UID(1)})
    assert unarchive(data) == {"parent": UID(1), "child": {"parent": UID(1)}}


def test_references_that_only_lead_to_each_other_end_too() -> None:
    assert unarchive(archive(UID(2), UID(1))) == UID(1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (archive(*[{"NS.objects": [UID(n + 2)] * 20} for n in range(40)], "x"), "too many values"),
        (archive(*[{"NS.objects": [UID(n + 2)]} for n in range(500)], "x"), "levels"),
        (archive({"a": UID(77)}), "refers to object 77 of 2"),
        (archive({"NS.keys": [UID(1)], "NS.objects": []}), "1 keys and 0 values"),
        (archive(top=[]), "without objects"),
        (plistlib.dumps({"a": 1}), "not an NSKeyedArchiver archive"),
    ],
)
def test_an_archive_that_is_none_or_promises_too_much_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        unarchive(data)


def test_an_archive_without_its_root_object_has_no_fields() -> None:
    with pytest.raises(ValueError, match="no object 'root'"):
        open_archive(archive("x", top={})).fields()


_LEAVES = st.one_of(st.integers(0, 9).map(UID), st.text(max_size=3), st.integers(-5, 5), st.binary(max_size=3))
_NAMES = st.sampled_from(["NS.keys", "NS.objects", "NS.data", "NS.time", "$class", "$classname", "a"])
_OBJECTS = st.one_of(_LEAVES, st.dictionaries(_NAMES, st.one_of(_LEAVES, st.lists(_LEAVES, max_size=4)), max_size=4))


@settings(max_examples=200, deadline=None)
@given(st.lists(_OBJECTS, min_size=1, max_size=9))
def test_any_graph_is_read_or_refused(objects: list[Any]) -> None:
    data = archive(*objects)
    try:
        unarchive(data)
        open_archive(data).fields()
    except ValueError:
        return


def test_keys_within_keys_do_not_double_at_each_level() -> None:
    objects: list[object] = ["$null", *({"NS.keys": [UID(n + 2)], "NS.objects": [UID(0)]} for n in range(40)), "'\""]
    archive = {"$archiver": "NSKeyedArchiver", "$version": 100000, "$objects": objects, "$top": {"root": UID(1)}}
    with pytest.raises(ValueError, match="a key of"):
        unarchive(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY))
