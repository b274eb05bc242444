"""Telegram's result.json as its first versions wrote it, and in other languages."""

from __future__ import annotations

import json

from evidence_store.records import Contact, Message, Moment, Present
from extractors.exports.telegram.export_json import export_json, looks_like
from tests.evidence_builders.files import MemoryFile

ROW = {"id": 1, "type": "message", "date": "2018-11-18T20:09:04", "from": "Ben Example", "from_id": 700000002}


def read(document: object) -> list[object]:
    data = json.dumps(document, ensure_ascii=False).encode()
    return list(export_json(MemoryFile("ChatExport/result.json", data, mime="application/json", zone="UTC")))


def test_the_second_0_says_that_a_message_was_never_edited() -> None:
    rows = [
        {**ROW, "edited": "1970-01-01T05:00:00", "text": "east"},
        {**ROW, "edited": "1969-12-31T19:00:00", "text": "west"},
        {**ROW, "edited": "2018-11-18T20:10:00", "text": "edited"},
        {"id": 2, "type": "service", "date": ROW["date"], "edited": "1970-01-01T01:00:00", "action": "pin_message"},
    ]
    found = read({"name": "Ben Example", "type": "personal_chat", "id": 700000002, "messages": rows})
    messages = [one for one in found if isinstance(one, Message)]
    assert [(one.flags, [moment.meaning for moment in one.moments]) for one in messages] == [
        ((), ["sent"]),
        ((), ["sent"]),
        (("edited",), ["sent", "edited"]),
        (("system",), ["sent"]),
    ]


def test_a_contact_without_a_date_has_none() -> None:
    person = {"first_name": "Ben", "last_name": "Example", "phone_number": "+44 7700 900102"}
    dated = {**person, "date": "2018-03-01T10:00:00"}
    undated = {**person, "date": "1970-01-01T03:00:00"}
    found = read({"about": "Telegram", "contacts": {"about": "", "list": [dated, undated]}})
    assert [one.moments for one in found if isinstance(one, Contact)] == [
        (Moment("recorded", 1519898400000000, "2018-03-01T10:00:00", "C", "UTC, operator"),),
        (),
    ]


def test_an_account_is_known_by_its_lists_in_any_language() -> None:
    about = 'داده‌هایی که "درخواست" کردید'
    document = {"about": about, "contacts": {"about": about, "list": [{"first_name": "Ben", "last_name": ""}]}}
    assert [type(one) for one in read(document)] == [Contact, Present]
    assert not looks_like(json.dumps({"about": "another program", "items": []}).encode())
