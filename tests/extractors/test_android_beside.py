"""Side tables of Android's databases: damage costs the rows that lie in it, and not those around."""

from __future__ import annotations

import pytest

from evidence_store.records import Contact, Group, Message, Party, Problem
from extractors.android.contacts import contacts
from extractors.android.google_messages import google_messages
from extractors.android.sms import messages
from tests.evidence_builders.android import CONTACTS, MMS, SMS, THREADS
from tests.evidence_builders.broken_pages import with_broken_leaf, with_broken_page_of, with_broken_root
from tests.evidence_builders.browsers import database
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.google_messages import RECENT

PATH = "data/data/com.android.providers.contacts/databases/contacts2.db"
INDEX = "CREATE INDEX data_raw_contact_id ON data(raw_contact_id);"
ROWS = "BEGIN;" + "".join(
    f"INSERT INTO raw_contacts(_id, display_name) VALUES({number}, 'Contact {number}');"
    f"INSERT INTO data(_id, mimetype_id, raw_contact_id, data1) VALUES({number}, 4, {number}, '+447700900{number}');"
    for number in range(100, 700)
)
ROWS += "COMMIT;"


def read(data: bytes) -> tuple[list[Contact], list[Problem]]:
    found = list(contacts(MemoryFile(PATH, data)))
    return [one for one in found if isinstance(one, Contact)], [one for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize("index", ["", INDEX], ids=["sorted", "by index"])
def test_a_damaged_page_costs_the_values_on_it_and_no_others(index: str) -> None:
    people, problems = read(with_broken_page_of(database(CONTACTS, ROWS, index), b"+447700900400"))
    assert [one.name for one in people] == [f"Contact {number}" for number in range(100, 700)]
    numbers = [one.identifiers[0].identifier for one in people if one.identifiers]
    lost = {f"+447700900{number}" for number in range(100, 700)} - set(numbers)
    assert "+447700900400" in lost
    assert len(lost) < 150
    assert len(set(numbers)) == len(numbers)
    assert {one.code for one in problems} == {"damaged-database"}
    assert "reading went on at rowid=" in problems[0].detail


def test_a_damaged_index_costs_nothing() -> None:
    people, problems = read(with_broken_root(database(CONTACTS, ROWS, INDEX), "data_raw_contact_id"))
    assert [one.identifiers[0].identifier for one in people] == [f"+447700900{number}" for number in range(100, 700)]
    assert all("all rows were found without its index" in one.detail for one in problems)


def test_values_without_their_contact_come_out_on_both_sides_of_damage() -> None:
    alone = ROWS + "DELETE FROM raw_contacts WHERE _id IN (101, 699);"
    people, _ = read(with_broken_page_of(database(CONTACTS, alone), b"+447700900400"))
    stray = [one.locator for one in people if "no row of this contact" in one.flags]
    assert stray == ["data:_id=101", "data:_id=699"]


def test_a_damaged_page_of_addresses_costs_the_members_on_it() -> None:
    rows = "BEGIN;" + "".join(
        f"INSERT INTO canonical_addresses VALUES({number}, '+447700900{number}');"
        f"INSERT INTO threads(_id, recipient_ids) VALUES({number}, '{number}');"
        f"INSERT INTO sms(_id, thread_id, date, type, body) VALUES({number}, {number}, 1349200000000, 3, 'draft');"
        for number in range(100, 700)
    )
    data = with_broken_page_of(database(SMS + MMS + THREADS, rows + "COMMIT;"), b"+447700900400")
    found = list(messages(MemoryFile("data/user_de/0/com.android.providers.telephony/databases/mmssms.db", data)))
    drafts = [one for one in found if isinstance(one, Message)]
    assert len(drafts) == 600
    assert (drafts[0].recipients, drafts[-1].recipients) == ((Party("+447700900100"),), (Party("+447700900699"),))
    assert len([one for one in drafts if not one.recipients]) < 300
    assert any("members of threads are not complete" in one.detail for one in found if isinstance(one, Problem))


def test_a_damaged_page_of_members_costs_the_members_on_it() -> None:
    rows = "BEGIN; INSERT INTO participants(_id, normalized_destination) VALUES(1, '+447700900101');" + "".join(
        f"INSERT INTO conversations(_id) VALUES({number});"
        f"INSERT INTO conversation_to_participants(conversation_id, participant_id) VALUES({number}, 1);"
        for number in range(1, 2001)
    )
    data = database(RECENT, rows + "COMMIT;")
    found = list(google_messages(MemoryFile("bugle_db", with_broken_leaf(data, "conversation_to_participants"))))
    groups = [one for one in found if isinstance(one, Group)]
    assert len(groups) == 2000
    assert (groups[0].members, groups[-1].members != ()) == ((), True)
    assert len([one for one in groups if not one.members]) < 700
