"""imo's database on iOS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from evidence_store.records import Account, Attachment, Call, Contact, Group, Message, Moment, Party, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import Extra, Rows, each_record, named, rows_by_key
from parsers.nskeyedarchiver import unarchive
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

_MESSAGE: Final = (
    *("ZISSENT", "ZSENDERTS", "ZTS", "ZTYPE", "ZSTATE", "ZA_UID", "ZALIAS", "ZBUID", "ZCONTACT_ALIAS", "ZTEXT"),
    *("ZIMDATA", "ZBATCH_ID", "ZNUM_RETRIES"),
)
_CONTACT: Final = (
    *("ZBUID", "ZALIAS", "ZDISPLAY", "ZPH_NAME", "ZPHONE", "ZDIGIT_PHONE", "ZIS_GROUP", "ZBLOCK_STATE"),
    *("ZFAV_STATE", "ZMUTED_STATE"),
)
_RECENT: Final = ("ZBUID", "ZALIAS", "ZTEXT", "ZTS", "ZTYPE", "ZSTATE", "ZNUM_UNREAD")
_CALL: Final = ("ZBUID", "ZDISPLAY", "ZTS", "ZCALL_TYPE", "ZCHAT_TYPE")
_SETTING: Final = ("ZKEY", "ZSTRING_VAL")
_OWN_ID, _OWN_NAME = "imo_account_uid", "imo_account_alias"  # no other setting is read: some are secrets
_SERVICE: Final = "imo"
_DIRECTIONS: Final[dict[Any, Literal["in", "out"]]] = {None: "in", 0: "in", 1: "out"}
_DELETED: Final = "__deleted_im"
_KINDS: Final = {"video_uploaded": "video", "audio_uploaded": "voice message", "sticker": "sticker"}
_PLAIN, _PHOTO, _TAKEN_BACK = 0, 1, 12  # ZTYPE
_SURE_FROM_NS, _SURE_TO_NS = 946_684_800 * 10**9, 3_786_912_000 * 10**9  # 2000 to 2090


@extractor(
    id="ios.imo",
    version=1,
    title="imo for iOS",
    files=("**/IMODb2.sqlite",),
    tables=({"ZIMOCHATMSG": {"Z_PK", "ZTS", "ZBUID", "ZTEXT"}},),
    emits=(Message, Contact, Group, Call, Account),
    privacy="communications",
    layouts="IMODb2.sqlite of 2018 to 2023",
    tested_on="research image of 2023: 16 messages, 4 contacts, 2 conversations",
    limits="Where the files of messages are kept is not told. The list of calls has been built to the declared layout.",
)
def imo(file: EvidenceFile) -> Iterator[Found]:
    """Every message, contact, conversation and call of the lists, and the own account.

    Times are nanoseconds since 1970: `ZTS` that of the service, `ZSENDERTS` that of the sender's clock.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if unknown := lacking(db, {"ZIMOCHATMSG": {"Z_PK", "ZTS", "ZBUID", "ZTEXT"}}):
        yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    contacts: Rows = {
        row["ZBUID"]: row for row in rows_by_key(db, "ZIMOCONTACT", _CONTACT, gaps).values() if row["ZBUID"] is not None
    }
    settings = {
        row["ZKEY"]: row
        for row in rows_by_key(db, "ZIMOKEYVAL", _SETTING, gaps).values()
        if row["ZKEY"] in (_OWN_ID, _OWN_NAME)
    }
    own = _own(settings)
    if own is not None:
        yield Present(1)
        yield Account(
            locator=f"ZIMOKEYVAL:Z_PK={settings[_OWN_ID]['Z_PK']}",
            service=_SERVICE,
            name=own.name,
            identifiers=(own,),
            text="\n".join(one for one in (own.name, own.identifier) if one),
        )
    yield from each_record(db, "ZIMOCHATMSG", _MESSAGE, lambda row, doubts: _message(row, contacts, own, doubts))
    for table, columns, make in (
        ("ZIMOCONTACT", _CONTACT, _contact),
        ("ZIMORECENTCHAT", _RECENT, _recent),
        ("ZIMORECENTCALL", _CALL, _call),
    ):
        if not lacking(db, {table: {"Z_PK", "ZBUID"}}):
            yield from each_record(db, table, columns, make)
    yield from gaps


def _own(settings: Rows) -> Party | None:
    number, name = (settings.get(key) for key in (_OWN_ID, _OWN_NAME))
    identifier = number["ZSTRING_VAL"] if number is not None else None
    if not isinstance(identifier, str) or not identifier:
        return None
    shown = name["ZSTRING_VAL"] if name is not None else None
    return Party(str(identifier), "account", str(shown) if isinstance(shown, str) and shown else None)


def _when(meaning: str, value: Any, column: str, doubts: Doubts) -> Moment:
    """The moment of a count of nanoseconds since 1970."""
    if type(value) is int and _SURE_FROM_NS < value < _SURE_TO_NS:
        return Moment(meaning, value // 1000, str(value), "A")
    note = "not recorded" if value is None else "zero" if value == 0 else "not a plausible time"
    doubts.add("time", f"{column}: {note}: {stored(value)}")
    return Moment(meaning, None, stored(value), "A", "", note)


def _message(row: Row, contacts: Rows, own: Party | None, doubts: Doubts) -> Message:
    direction = _DIRECTIONS.get(row["ZISSENT"])
    thread = doubts.text(row["ZBUID"], "ZBUID")
    contact = contacts.get(thread)
    is_group = contact is not None and contact["ZIS_GROUP"] == 1
    title = doubts.text(row["ZCONTACT_ALIAS"], "ZCONTACT_ALIAS") or None
    author = doubts.text(row["ZA_UID"], "ZA_UID")
    name = doubts.text(row["ZALIAS"], "ZALIAS") or None
    data = _data(row["ZIMDATA"], doubts)
    attachments, more = _files(data)
    meaning = {"in": "received", "out": "sent"}.get(direction or "", "recorded")
    moments: tuple[Moment, ...] = (_when(meaning, row["ZTS"], "ZTS", doubts),)
    if row["ZSENDERTS"] not in (None, 0):
        moments += (_when("sent by the sender's clock", row["ZSENDERTS"], "ZSENDERTS", doubts),)
    return Message(
        locator=doubts.locator,
        service=_SERVICE,
        moments=moments,
        flags=tuple(_flags(row, data)),
        attachments=attachments,
        extra=(*named(row, ("ZTYPE", "ZSTATE", "ZBATCH_ID", "ZNUM_RETRIES"), (None, "", 0)), *more),
        conversation=thread,
        title=title,
        direction=direction,
        sender=own if direction == "out" else Party(author, "account", name) if author and direction else None,
        recipients=(Party(thread, "account", title),) if direction == "out" and thread and not is_group else (),
        text=doubts.text(row["ZTEXT"], "ZTEXT"),
    )


def _data(value: Any, doubts: Doubts) -> dict[str, Any]:
    """What a message carries beyond its text."""
    if value is None:
        return {}
    try:
        found = unarchive(value) if isinstance(value, bytes) else None
    except ValueError as error:
        doubts.add("ZIMDATA", f"ZIMDATA: {error}")
        return {}
    return found if isinstance(found, dict) else {}


def _files(data: dict[str, Any]) -> tuple[tuple[Attachment, ...], Extra]:
    objects = data.get("objects")
    found: list[Attachment] = []
    extra: list[tuple[str, str]] = []
    for one in objects if isinstance(objects, list) else ():
        if not isinstance(one, dict):
            continue
        name, key, about = one.get("filename"), one.get("object_id"), one.get("type_specific_params")
        mime = about.get("mime") if isinstance(about, dict) else None
        shown = next((word for word in (name, key) if isinstance(word, str) and word), "file")
        found.append(Attachment(shown, None, mime if isinstance(mime, str) else None))
        if isinstance(key, str) and key:
            extra.append(("object_id", key))
    return tuple(found), tuple(extra)


def _flags(row: Row, data: dict[str, Any]) -> Iterator[str]:
    kind, word = row["ZTYPE"], data.get("type")
    if word == _DELETED or kind == _TAKEN_BACK:
        yield "deleted by sender"
    elif isinstance(word, str) and word in _KINDS:
        yield _KINDS[word]
    elif kind not in (None, _PLAIN, _PHOTO):
        yield f"type {stored(kind)}"
    if row["ZISSENT"] not in _DIRECTIONS:
        yield f"ZISSENT {stored(row['ZISSENT'])}"


def _contact(row: Row, doubts: Doubts) -> Contact:
    key, alias, display, listed = (
        doubts.text(row[column], column) or None for column in ("ZBUID", "ZALIAS", "ZDISPLAY", "ZPH_NAME")
    )
    number = doubts.text(row["ZPHONE"], "ZPHONE") or doubts.text(row["ZDIGIT_PHONE"], "ZDIGIT_PHONE")
    name = display or alias or listed
    identifiers = [Party(key, "account", name)] if key else []
    identifiers += [Party(number)] if number else []
    states = (("group", "ZIS_GROUP"), ("blocked", "ZBLOCK_STATE"), ("favourite", "ZFAV_STATE"))
    told = (("alias", alias), ("name in the address book", listed), ("ZDIGIT_PHONE", row["ZDIGIT_PHONE"]))
    extra = tuple((word, str(value)) for word, value in told if isinstance(value, str) and value != name and value)
    return Contact(
        locator=doubts.locator,
        service=_SERVICE,
        flags=tuple(word for word, column in states if row[column] == 1),
        extra=extra,
        name=name,
        identifiers=tuple(identifiers),
        text="\n".join(dict.fromkeys(one for one in (name, alias, listed, key, number) if one)) or None,
    )


def _recent(row: Row, doubts: Doubts) -> Group:
    """An entry of the list of conversations, with the beginning of its last message."""
    title = doubts.text(row["ZALIAS"], "ZALIAS") or None
    shown = doubts.text(row["ZTEXT"], "ZTEXT") or None
    return Group(
        locator=doubts.locator,
        service=_SERVICE,
        moments=(_when("last message", row["ZTS"], "ZTS", doubts),),
        flags=("entry of the list of conversations",),
        extra=(
            *((("last message", shown),) if shown else ()),
            *named(row, ("ZTYPE", "ZSTATE", "ZNUM_UNREAD"), (None, 0)),
        ),
        conversation=doubts.text(row["ZBUID"], "ZBUID"),
        title=title,
        text="\n".join(one for one in (title, shown) if one) or None,
    )


def _call(row: Row, doubts: Doubts) -> Call:
    """An entry of the list of calls; in which direction is not told by a column that is known."""
    key = doubts.text(row["ZBUID"], "ZBUID")
    name = doubts.text(row["ZDISPLAY"], "ZDISPLAY") or None
    told: Extra = (("ZBUID", key), ("ZDISPLAY", name)) if key else ()
    return Call(
        locator=doubts.locator,
        service=_SERVICE,
        moments=(_when("started", row["ZTS"], "ZTS", doubts),),
        flags=(f"type {stored(row['ZCALL_TYPE'])}",),
        extra=(*told, *named(row, ("ZCALL_TYPE", "ZCHAT_TYPE"))),
        conversation=key,
        text=name,
    )
