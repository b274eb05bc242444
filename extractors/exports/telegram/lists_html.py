"""The pages of Telegram Desktop's HTML export that tell of the account itself: who it is, contacts and sessions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evidence_store.records import Account, Contact, DeviceFact, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.telegram.chats import SERVICE
from extractors.exports.telegram.export_html import is_an_export, page_moment
from extractors.matching import without_copy_mark
from parsers.html_pieces import Node, elements

_AS_JSON: Final = ("result.json", "../result.json")
_DATED: Final = re.compile(r"(Last active|Created): (.+)")
_UNSET: Final = ("01.01.1970 ", "31.12.1969 ")  # the second 0, as local time
_PARTIES: Final = {"Phone number": "phone", "Username": "telegram"}


@extractor(
    id="telegram.lists_html",
    version=1,
    title="Telegram Desktop export (HTML): the account, its contacts and sessions",
    files=(
        *("**/export_results.html", "**/lists/contacts.html", "**/lists/frequent.html", "**/lists/sessions.html"),
        "**/lists/web_sessions.html",
    ),
    beside=_AS_JSON,
    emits=(Account, Contact, DeviceFact),
    privacy="device",
    layouts="pages of Telegram Desktop 1.3 to 6",
    tested_on="documented schema, no device data",
    limits="Pages that can be edited; the account was not examined. They have no numbers of people. Times are local to "
    "the computer that exported. Pictures of the profile and stories are not read in this form.",
)
def lists_html(file: EvidenceFile) -> Iterator[Found]:
    """Every entry of a list, in stored order; of the first page the names, number and words of the account.

    References:
    - Telegram Desktop (public source): Telegram/SourceFiles/export/output/export_output_html.cpp
    """
    if b"page_wrap" not in file.head:
        return  # other programs have pages of these names
    name, rows = without_copy_mark(file.path).rpartition("/")[2].lower(), 0
    try:
        with file.open() as stream:
            for node in elements(stream, _wanted):
                found = _record(node, name, file)
                if found is not None:
                    rows += 1
                    yield found
    except ValueError as error:
        yield Problem("file", "damaged-page", f"{error}; {rows} entries were read")
    yield Present(rows)
    if not rows and name != "export_results.html":
        yield Problem("schema", "unknown-layout", "a page of an export without an entry that is known")
    elif rows and (beside := next((one for one in _AS_JSON if is_an_export(file, one)), None)):
        words = f"{beside} is an export as JSON: where it is of the same account, each entry comes out of both"
        yield Problem("note", "twice", words)


def _wanted(tag: str, classes: frozenset[str]) -> bool:
    return "entry" in classes or "personal_info" in classes


def _record(node: Node, name: str, file: EvidenceFile) -> Account | Contact | DeviceFact | None:
    if "personal_info" in node.classes:
        return _account(node) if name == "export_results.html" else None
    called, info = _text(node, "name", "bold"), _text(node, "info")
    around = node.first("body") or node
    details = [words for one in around.children("details_entry") if (words := one.text())]
    locator = f"line {node.line}"
    if name == "contacts.html":
        parties = tuple(Party(one, "phone", called) for one in details)
        moments = _moments("recorded", info, file)
        return Contact(locator=locator, service=SERVICE, moments=moments, name=called, identifiers=parties)
    if name == "frequent.html":
        return Contact(
            locator=locator,
            service=SERVICE,
            flags=("frequent contact",),
            extra=(*(("category", one) for one in (info,) if one), *(("details", one) for one in details)),
            name=called,
            identifiers=(Party(called, "name", called),) if called else (),
        )
    return None if name == "export_results.html" else _session(node, name, called, info, details, file)


def _session(
    node: Node, name: str, called: str | None, info: str | None, details: list[str], file: EvidenceFile
) -> DeviceFact:
    dated = [(match[1], match[2]) for one in details if (match := _DATED.fullmatch(one))]
    others = [one for one in details if _DATED.fullmatch(one) is None]
    return DeviceFact(
        locator=f"line {node.line}",
        service=SERVICE,
        moments=tuple(one for word, when in dated for one in _moments(word.lower(), when, file)),
        extra=(*(("address and place", one) for one in others), *(("bot", one) for one in (info,) if one)),
        name="web session" if name == "web_sessions.html" else "session",
        value=", ".join(part for part in (called, _text(node, "subname")) if part),
    )


def _account(node: Node) -> Account | None:
    """Names and number under their labels, which are English in every language of the program."""
    rows = {_text(row, "label") or "": _text(row, "value") for row in node.all("row")}
    called = " ".join(part for label in ("First name", "Last name") if (part := rows.get(label))) or None
    parties = tuple(Party(value, scheme, called) for label, scheme in _PARTIES.items() if (value := rows.get(label)))
    if called is None and not parties:
        return None
    return Account(locator=f"line {node.line}", service=SERVICE, name=called, identifiers=parties, text=rows.get("Bio"))


def _text(node: Node, *classes: str) -> str | None:
    found = node.first(*classes)
    return found.text() or None if found is not None else None


def _moments(meaning: str, stored: str | None, file: EvidenceFile) -> tuple[Moment, ...]:
    if not stored or stored.startswith(_UNSET):
        return ()
    return (page_moment(meaning, stored, file.zone, file.zone_by),)
