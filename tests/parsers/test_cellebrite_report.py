from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import cellebrite_report
from parsers.cellebrite_parts import Fact, Model, Part, TaggedFile
from parsers.cellebrite_report import DEEPEST, NAMESPACE, looks_like, read_report
from tests.evidence_builders.cellebrite import field, many, model, one, party, report, tagged

FILE = tagged("/data/data/com.example/databases/a.db", "files\\Database\\a.db", 16, sha256="AB" * 32, deleted="Deleted")
MESSAGE = model(
    "InstantMessage",
    field("Body", "grüße <&> made up"),
    field("TimeStamp", "2026-10-25T01:30:00.000+01:00", "TimeStamp"),
    one("From", party("+447700900101", "Anna Example", owner=True, id="a")),
    many("To", party("+447700900102", id="b"), party("+447700900103", id="c")),
    '<multiField name="Notes" type="String"><value>one</value><value>two</value></multiField>',
    '<field name="Subject" type="String"><empty/></field>',
    id="m1",
    deleted="Deleted",
)
WHOLE = report({"InstantMessage": [MESSAGE]}, [FILE])


def parts(data: bytes, models: bool = True) -> list[Part]:
    return list(read_report(io.BytesIO(data), models))


def until_error(data: bytes) -> tuple[list[Part], str]:
    found: list[Part] = []
    try:
        found.extend(read_report(io.BytesIO(data)))
    except ValueError as error:
        return found, str(error)
    return found, ""


def somebody(identifier: str, role: str, owner: str, name: str, own_id: str) -> Model:
    fields = {"Identifier": identifier, "Role": role, "IsPhoneOwner": owner, **({"Name": name} if name else {})}
    return Model("Party", own_id, "Intact", "High", "0", fields)


def test_facts_files_and_models_come_out_whole_and_in_order():
    assert [part for part in parts(WHOLE) if not isinstance(part, TaggedFile)] == [
        Fact("Report", "name", "Example & one"),
        Fact("Report", "reportVersion", "5.2.0.0"),
        Fact("Report", "extractionType", "FileSystem"),
        Fact("Source extraction", "0", "File system FileSystem"),
        Fact("Device Info", "DeviceInfoDetectedPhoneModel", "Example One"),
        Fact("Additional Fields", "UFED_PA_Version", "7.60"),
        Model(
            "InstantMessage",
            "m1",
            "Deleted",
            "High",
            "0",
            {"Body": "grüße <&> made up", "TimeStamp": "2026-10-25T01:30:00.000+01:00"},
            {"Notes": ["one", "two"]},
            {
                "From": [somebody("+447700900101", "General", "True", "Anna Example", "a")],
                "To": [
                    somebody("+447700900102", "General", "False", "", "b"),
                    somebody("+447700900103", "General", "False", "", "c"),
                ],
            },
        ),
    ]


def test_a_tagged_file_has_its_place_on_the_device_and_in_the_container():
    (found,) = [part for part in parts(WHOLE) if isinstance(part, TaggedFile)]
    assert found == TaggedFile(
        "/data/data/com.example/databases/a.db",
        "Userdata (ExtX)",
        16,
        found.id,
        "Deleted",
        "files\\Database\\a.db",
        [("CreationTime", "2026-10-25T01:30:00.000+01:00"), ("ModifyTime", "2026-10-25T00:30:00.000+00:00")],
        [("SHA-256", "ab" * 32)],
    )


def test_without_models_reading_ends_with_the_list_of_files():
    filler = [model("Call", field("Source", "x" * 1000)) for _ in range(500)]
    data = report({"Call": filler}, [FILE])
    stream = io.BytesIO(data)
    found = list(read_report(stream, models=False))
    assert [type(part) for part in found].count(TaggedFile) == 1
    assert not any(isinstance(part, Model) for part in found)
    assert stream.tell() < len(data) // 2


def test_a_value_in_base64_is_decoded_where_it_is_text():
    rows = [
        model("Note", f'<field name="Body"><value format="Base64String">{text}</value></field>')
        for text in ("bWFkZSB1cA==", "/w==", "no base 64")
    ]
    assert [part.fields["Body"] for part in parts(report({"Note": rows})) if isinstance(part, Model)] == [
        "made up", "/w==", "no base 64"
    ]  # fmt: skip


def test_a_large_chat_comes_in_pieces_that_hold_every_message_once(monkeypatch):
    monkeypatch.setattr(cellebrite_report, "PIECE", 20_000)
    messages = [model("InstantMessage", field("Body", f"{number}"), id=f"m{number}") for number in range(300)]
    chat = model("Chat", field("Source", "Example"), many("Messages", *messages, kind="InstantMessage"), id="c")
    found = [part for part in parts(report({"Chat": [chat, chat]})) if isinstance(part, Model)]
    assert len(found) > 4
    assert {(part.id, part.fields["Source"]) for part in found} == {("c", "Example")}
    assert [part.more for part in found].count(False) == 2
    bodies = [inner.fields["Body"] for part in found for inner in part.models.get("Messages", [])]
    assert bodies == [str(number) for number in range(300)] * 2


def test_a_value_that_is_too_long_is_cut_and_the_model_says_so(monkeypatch):
    monkeypatch.setattr(cellebrite_report, "LONGEST_VALUE", 100_000)
    found = parts(report({"Note": [model("Note", field("Body", "x" * 500_000))]}))[-1]
    assert isinstance(found, Model)
    assert (found.cut, 0 < len(found.fields["Body"]) <= 100_000) == (True, True)


def test_a_model_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(cellebrite_report, "LARGEST", 100_000)
    found, reason = until_error(report({"Note": [MESSAGE, model("Note", *[field("a", "b")] * 1000)]}))
    assert reason == "a model of more than 100000 characters, with all it holds"
    assert [type(part) for part in found if not isinstance(part, Fact)] == [Model]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the XML is damaged"),
        (b"made up", "the XML is damaged"),
        (WHOLE.replace(b"utf-8", b"made-up", 1), "the XML is damaged: unknown encoding: made-up"),
        (b"<project/>", "not a report of Cellebrite"),
        (f'<other xmlns="{NAMESPACE}2.0"/>'.encode(), "not a report of Cellebrite"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + WHOLE[38:], "a document type"),
        (f'<project xmlns="{NAMESPACE}2.0">'.encode() + b"<a>" * (DEEPEST + 1), "more than 100 elements"),
    ],
)
def test_what_is_no_report_is_refused(data: bytes, reason: str):
    found, message = until_error(data)
    assert message.startswith(reason)
    assert [part for part in found if not isinstance(part, Fact)] == []


def test_a_tag_without_end_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(cellebrite_report, "_LONGEST_TAG", 1 << 20)
    data = f'<project xmlns="{NAMESPACE}2.0"><a b="'.encode() + b"x" * (4 << 20)
    stream = io.BytesIO(data)
    with pytest.raises(ValueError, match="a tag of more than 1048576 bytes"):
        list(read_report(stream))
    assert stream.tell() < 2 << 20


def test_damage_costs_what_lies_behind_it():
    data = report({"InstantMessage": [MESSAGE, MESSAGE.replace('id="m1"', 'id="m2"')]})
    found, reason = until_error(data[: data.rindex(b"</model></modelType>") - 10])
    assert [part.id for part in found if isinstance(part, Model)] == ["m1"]
    assert reason.startswith("the XML is damaged: ")


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_report_is_known_and_read_in_both_encodings(codec: str):
    data = WHOLE.decode().replace('encoding="utf-8"', f'encoding="{codec}"').encode(codec)
    assert looks_like(data[:4096])
    assert parts(data) == parts(WHOLE)
    assert not looks_like(b"<project/>")


class Dribbling(io.BytesIO):
    """Gives one byte at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(1, size or 0))


def test_the_size_of_reads_changes_nothing():
    assert list(read_report(Dribbling(WHOLE))) == parts(WHOLE)


def pieces() -> Iterator[bytes]:
    yield from (b"<model>", b"</model>", b"<value>", b"</file>", b"<taggedFiles>", b"]]>", b"&a;", b"\0", b"<!--", b'"')


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE)), st.sampled_from([*pieces()]) | st.binary(max_size=20)), max_size=4),
    st.booleans(),
)
def test_no_bytes_make_it_fail_otherwise_than_with_a_value_error(changes: list[tuple[int, bytes]], insert: bool):
    data = WHOLE
    for at, junk in changes:
        data = data[:at] + junk + data[at if insert else at + len(junk) :]
    for models in (True, False):
        with contextlib.suppress(ValueError):
            assert len(parts(data, models)) < 100
