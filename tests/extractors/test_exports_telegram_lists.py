"""The pages of Telegram Desktop's HTML export that tell of the account; who wrote what was forwarded in a row."""

from __future__ import annotations

from evidence_store.records import Account, Contact, DeviceFact, Message, Moment, Party, Present, Problem
from extractors.exports.telegram.export_html import export_html
from extractors.exports.telegram.lists_html import lists_html
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.telegram_html import HEAD, message, page, text


def entry(name: str, *details: str, subname: str = "", info: str = "") -> str:
    parts = [("pull_right info details", info), ("name bold", name), ("subname bold", subname)]
    parts += [("details_entry details", one) for one in details]
    inside = "".join(f'<div class="{kind}">\n{words}\n</div>' for kind, words in parts if words)
    picture = '<div class="pull_left userpic_wrap"></div>'
    return f'<div class="entry clearfix">\n{picture}<div class="body">{inside}</div></div>'


def read(name: str, body: str, **others: bytes) -> list[object]:
    data = (HEAD + body).encode()
    return list(lists_html(MemoryFile(f"Export/{name}", data, mime="text/html", zone="Europe/London", others=others)))


def at(meaning: str, raw: str, utc_us: int) -> Moment:
    return Moment(meaning, utc_us, raw, "C", "Europe/London, operator")


def test_contacts_come_out_with_number_and_date() -> None:
    body = entry("Ben Example", "+44 7700 900102", info="01.03.2026 10:30:00")
    body += entry("Deleted Account", info="01.01.1970 01:00:00")
    ben = Party("+44 7700 900102", "phone", "Ben Example")
    assert read("lists/contacts.html", body) == [
        Contact(
            locator="line 15", service="Telegram", name="Ben Example", identifiers=(ben,),
            moments=(at("recorded", "01.03.2026 10:30:00", 1_772_361_000_000_000),),
        ),
        Contact(locator="line 22", service="Telegram", name="Deleted Account"),
        Present(2),
    ]  # fmt: skip


def test_frequent_contacts_and_sessions_come_out() -> None:
    assert read("lists/frequent.html", entry("Ben Example", "Rating: 1.5", info="calls"))[0] == Contact(
        locator="line 15", service="Telegram", flags=("frequent contact",), name="Ben Example",
        extra=(("category", "calls"), ("details", "Rating: 1.5")),
        identifiers=(Party("Ben Example", "name", "Ben Example"),),
    )  # fmt: skip
    details = ("192.0.2.1 – Leeds, UK", "Last active: 01.03.2026 10:30:00", "Created: 28.02.2026 10:30:00")
    session = entry("Telegram Android 11.0", *details, subname="Phone, Android 14")
    assert read("lists/sessions.html", session)[0] == DeviceFact(
        locator="line 15", service="Telegram", name="session", value="Telegram Android 11.0, Phone, Android 14",
        moments=(
            at("last active", "01.03.2026 10:30:00", 1_772_361_000_000_000),
            at("created", "28.02.2026 10:30:00", 1_772_274_600_000_000),
        ),
        extra=(("address and place", "192.0.2.1 – Leeds, UK"),),
    )  # fmt: skip
    web = read("lists/web_sessions.html", entry("example.org", details[0], info="@example_bot"))[0]
    assert isinstance(web, DeviceFact)
    assert (web.name, web.extra[1]) == ("web session", ("bot", "@example_bot"))


def test_the_account_comes_out_of_the_first_page() -> None:
    values = {"First name": "Ann", "Last name": "Example", "Phone number": "+44 7700 900101", "Username": "@ann_ex"}
    rows = "".join(
        f'<div class="row"><div class="label details">\n{label}\n</div><div class="value bold">\n{value}\n</div></div>'
        for label, value in {**values, "Bio": "Sailing"}.items()
    )
    name = "Ann Example"
    body = f'<div class="personal_info clearfix"><div class="rows names">{rows}</div></div>'
    found = read("export_results.html", body)
    assert found == [
        Account(
            locator="line 15", service="Telegram", name=name, text="Sailing",
            identifiers=(Party("+44 7700 900101", "phone", name), Party("@ann_ex", "telegram", name)),
        ),
        Present(1),
    ]  # fmt: skip


def test_other_pages_get_no_word_an_unknown_one_and_one_with_json_beside_do() -> None:
    assert list(lists_html(MemoryFile("site/lists/contacts.html", b"<html><body>Contacts</body></html>"))) == []
    assert read("export_results.html", "<p>nothing</p>") == [Present(0)]
    unknown = Problem("schema", "unknown-layout", "a page of an export without an entry that is known")
    assert read("lists/contacts.html", "<p>nothing</p>") == [Present(0), unknown]
    document = b'{"about": "The data of Telegram", "contacts": {}}'
    twice = read("lists/contacts.html", entry("Ben"), **{"../result.json": document})
    words = "../result.json is an export as JSON: where it is of the same account, each entry comes out of both"
    assert twice[1:] == [Present(1), Problem("note", "twice", words)]


def test_what_was_forwarded_in_a_row_keeps_its_author() -> None:
    def forwarded(name: str, words: str) -> str:
        named = f'<div class="from_name">\n{name} <span class="date details" title="28.02.2026 09:00:00"></span></div>'
        return f'<div class="forwarded body">{named if name else ""}{text(words)}</div>'

    data = page(
        message(1, forwarded("Ben Example", "one")),
        message(2, forwarded("", "two"), sender=""),
        message(3, text("three"), sender=""),
    )
    found = [one for one in export_html(MemoryFile("E/messages.html", data)) if isinstance(one, Message)]
    assert [one.extra for one in found] == [
        (("forwarded_from", "Ben Example"), ("forwarded date", "28.02.2026 09:00:00")),
        (("forwarded_from", "Ben Example"),),
        (),
    ]
