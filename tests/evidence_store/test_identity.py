"""The one form in which numbers and addresses are compared, and who occurs across applications and sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store import queries
from evidence_store.identity import comparable, region_of
from evidence_store.people import Person, people
from evidence_store.records import Message, Moment, Party
from evidence_store.selection import Selection
from evidence_store.verify import verify
from tests.evidence_builders.android import SMS, message_store
from tests.evidence_builders.archives import write_zip
from tests.evidence_builders.case import build_case
from tests.evidence_builders.cases import read_into, table_rows, verdict_of

NUMBER = "+447700900123"
START = 1_772_357_400_000_000


@pytest.mark.parametrize(
    ("scheme", "identifier", "region", "expected"),
    [
        ("phone", "07700 900123", "GB", NUMBER),
        ("phone", "07700 900123", None, None),
        ("phone", "+44 (0)7700 900123", None, NUMBER),
        ("phone", "0044 7700 900123", "GB", NUMBER),
        ("phone", "tel:+447700900123", None, NUMBER),
        ("phone", "\u202a+44\u00a07700\u00a0900123\u202c", None, NUMBER),
        ("phone", "020 7946 0001", "GB", "+442079460001"),
        ("phone", "07700 900123", "FR", None),
        ("phone", "60777", "GB", None),
        ("phone", "BANK", "GB", None),
        ("phone", "", "GB", None),
        ("phone", "ann@example.org", "GB", "ann@example.org"),
        ("whatsapp", "447700900123@s.whatsapp.net", None, NUMBER),
        ("whatsapp", "447700900123:12@s.whatsapp.net", "FR", NUMBER),
        ("whatsapp", "98765432109876@lid", "GB", None),
        ("whatsapp", "447700900123-1400000000@g.us", "GB", None),
        ("apple id", "Ann@Example.ORG", None, "ann@example.org"),
        ("name", "+44 7700 900123", None, NUMBER),
        ("name", "Ann Example", "GB", None),
        ("discord", "7700900123", "GB", None),
    ],
)
def test_a_number_or_an_address_has_one_form(
    scheme: str, identifier: str, region: str | None, expected: str | None
) -> None:
    assert comparable(scheme, identifier, region) == expected


@given(st.sampled_from(["phone", "whatsapp", "email", "name"]), st.text(max_size=60), st.sampled_from([None, "GB"]))
def test_any_text_has_a_form_or_none(scheme: str, identifier: str, region: str | None) -> None:
    found = comparable(scheme, identifier, region)
    assert found is None or found == comparable(scheme, found, region)


def test_the_operators_region_comes_before_that_of_the_device() -> None:
    assert region_of({"device region": "FR"}) == "FR"
    assert region_of({"device region": "FR", "region for national numbers, operator": "GB"}) == "GB"
    assert region_of({"device region": "not a region"}) is None


def message(number: int, service: str, sender: Party) -> Message:
    moment = Moment("received", START + number, str(START + number), "A")
    return Message(
        locator=f"row {number}", service=service, moments=(moment,), direction="in", sender=sender, text="made up"
    )


def test_one_number_in_several_applications_is_found_as_one(tmp_path: Path) -> None:
    forms = [
        ("SMS", Party("+44 7700 900123", "phone", "Ann Example")),
        ("WhatsApp", Party("447700900123@s.whatsapp.net", "whatsapp")),
        ("SMS", Party("07700 900456")),
    ]
    case = build_case(tmp_path / "case", [message(n, *form) for n, form in enumerate(forms)])
    try:
        with case.store.read() as connection:
            found = people(connection)
            assert verify(connection).findings == ()
    finally:
        case.close()
    ann = Person(
        NUMBER,
        (("phone", "+44 7700 900123", "Ann Example"), ("whatsapp", "447700900123@s.whatsapp.net", None)),
        ("SMS", "WhatsApp"),
        ("ABC/1",),
        2,
        START,
        START + 1,
    )
    other = Person(None, (("phone", "07700 900456", None),), ("SMS",), ("ABC/1",), 1, START + 2, START + 2)
    assert found == [ann, other]


REGION = {"data/property/persistent_properties": b"\x0a\x1b\x0a\x12persist.sys.locale\x12\x05en-GB"}


@pytest.mark.parametrize(
    ("extra", "region", "expected"),
    [({}, None, None), ({}, "GB", NUMBER), (REGION, None, NUMBER), (REGION, "FR", None)],
)
def test_national_numbers_are_read_under_the_region_of_the_phone_or_the_operators(
    tmp_path: Path, extra: dict[str, bytes], region: str | None, expected: str | None
) -> None:
    sms = "INSERT INTO sms(_id,thread_id,address,date,type,body) VALUES(1,1,'07700 900123',1772357400000,1,'made up')"
    file = message_store(sms, schema=SMS)
    evidence = write_zip(tmp_path / "phone.zip", {file.path: file.open().read(), **extra})
    case, _ = read_into(tmp_path / "case", evidence, region=region)
    try:
        rows = table_rows(case.folder / "case.db", "SELECT identifier, comparable FROM party")
        assert (rows, verdict_of(case).findings) == ([("07700 900123", expected)], ())
        with case.store.read() as connection:
            for words in ("07700900123", "+44 7700 900123"):
                assert queries.count(connection, Selection(party=words)) == 1
    finally:
        case.close()
