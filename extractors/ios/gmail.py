"""Letters that Gmail on iOS keeps for searching without a connection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from evidence_store.records import Email, Party, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database
from extractors.ios.core_data import each_record
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_TABLE: Final = "offline_search_content"
_COLUMNS: Final = tuple(f"c{number}" for number in range(10))
_ACCOUNT: Final = re.compile(r"[^@/\s]+@[^@/\s]+\.[^@/\s]+")


@extractor(
    id="ios.gmail",
    version=1,
    title="Gmail: letters kept for searching offline",
    files=("**/searchsqlitedb",),
    tables=({"offline_search_content": {"id", "c0", "c9"}},),
    emits=(Email,),
    privacy="communications",
    layouts="searchsqlitedb with the table offline_search",
    tested_on="iOS 16 image: 21 letters",
    limits="These are copies of text alone, without headers, and only of some letters of the account. Attachments are "
    "not kept there. Runs of empty lines are shortened.",
)
def gmail(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `offline_search`: date in milliseconds, thread, message, from, to, cc, bcc, subject, body, has.

    The folder of the file is named after the account; a letter from that address is outgoing.

    References:
    - the layout as the file itself declares it
    """
    account = next((part for part in reversed(file.path.split("/")) if _ACCOUNT.fullmatch(part)), None)
    yield from read_database(file, lambda db: _read(db, account))


def _read(db: EvidenceDatabase, account: str | None) -> Iterator[Found]:
    if unknown := lacking(db, {_TABLE: {"id", *_COLUMNS}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    yield from each_record(db, _TABLE, _COLUMNS, lambda row, doubts: _letter(row, account, doubts), key="id")


def _letter(row: Row, account: str | None, doubts: Doubts) -> Email:
    senders = _parties(doubts.text(row["c3"], "from"))
    sender = senders[0] if senders else None
    body = doubts.text(row["c8"], "body")
    direction: Literal["in", "out"] | None = None
    if account and sender:
        direction = "out" if sender.identifier.lower() == account.lower() else "in"
    has = doubts.text(row["c9"], "has")
    return Email(
        locator=doubts.locator,
        service="Gmail",
        moments=() if row["c0"] is None else (doubts.moment("dated", row["c0"], "ms", "score"),),
        extra=(*((("account", account),) if account else ()), *((("has", has),) if has else ())),
        conversation=doubts.text(row["c1"], "itemServerPermId"),
        direction=direction,
        sender=sender,
        recipients=_parties(doubts.text(row["c4"], "to")),
        cc=_parties(doubts.text(row["c5"], "cc")),
        bcc=_parties(doubts.text(row["c6"], "bcc")),
        subject=doubts.text(row["c7"], "subject"),
        text=_shortened(body) if body else None,
        key=doubts.text(row["c2"], "messageServerPermId"),
    )


def _shortened(body: str) -> str | None:
    """The text with no more than one empty line in a row: the rest is what was left of the page's layout."""
    kept: list[str] = []
    for line in body.splitlines():
        words = line.strip()
        if words or (kept and kept[-1]):
            kept.append(words)
    return "\n".join(kept).rstrip("\n") or None


def _parties(text: str | None) -> tuple[Party, ...]:
    """ "A name, its address, another name, its address": a name may be missing, or be the address again."""
    found: list[Party] = []
    name: str | None = None
    for part in (text or "").split(", "):
        if "@" not in part or " " in part.strip():
            name = f"{name}, {part}" if name else part or None
        elif found and name is None and found[-1] == Party(part, "email"):
            continue
        else:
            found.append(Party(part, "email", name))
            name = None
    if name:
        found.append(Party(name, "name", name))
    return tuple(found)
