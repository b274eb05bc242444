"""The messages of WhatsApp on iOS: table ZWAMESSAGE and the tables beside it."""

from __future__ import annotations

from typing import Any, Final

from evidence_store.records import Attachment, Message, Moment, Party
from extractors.chats.whatsapp.beside import Beside, Side
from extractors.chats.whatsapp.chat import Chat, Extra, Who
from extractors.chats.whatsapp.draft import Draft
from extractors.chats.whatsapp.events import sentence
from extractors.chats.whatsapp.ios_codes import (
    ABOUT_MEMBER,
    ACCOUNT_EVENT,
    ACCOUNT_EVENTS,
    CALLS,
    CONTACT,
    DELETED,
    DOCUMENT,
    GROUP_EVENT,
    GROUP_EVENTS,
    KINDS,
    LOCATION,
    MISSED,
    STATUS,
    VIDEO,
)
from extractors.chats.whatsapp.ios_metadata import metadata, receipts
from extractors.chats.whatsapp.ios_people import IosPeople
from extractors.chats.whatsapp.media_paths import file_name
from extractors.chats.whatsapp.parties import sort_of
from extractors.chats.whatsapp.vcards import card_text, card_words
from extractors.database import Doubts, stored
from parsers.sqlite_file import Row

TABLE: Final = "ZWAMESSAGE"
NEEDED: Final = {TABLE: {"Z_PK", "ZCHATSESSION", "ZISFROMME", "ZMESSAGEDATE", "ZTEXT"}}
COLUMNS: Final = (
    *("Z_PK", "ZCHATSESSION", "ZGROUPMEMBER", "ZISFROMME", "ZMESSAGEDATE", "ZSENTDATE", "ZMESSAGETYPE", "ZTEXT"),
    *("ZSTANZAID", "ZFROMJID", "ZTOJID", "ZSTARRED", "ZMESSAGESTATUS", "ZGROUPEVENTTYPE", "ZFLAGS"),
)
SIDES: Final = (
    Side(
        "ZWAMEDIAITEM",
        (
            *("ZMEDIALOCALPATH", "ZXMPPTHUMBPATH", "ZFILESIZE", "ZMOVIEDURATION", "ZTITLE", "ZVCARDSTRING"),
            *("ZVCARDNAME", "ZLATITUDE", "ZLONGITUDE", "ZMETADATA", "ZMEDIAURL", "ZAUTHORNAME"),
        ),
        key="ZMESSAGE",
        order="Z_PK",
    ),
    Side("ZWAMESSAGEINFO", ("ZRECEIPTINFO",), key="ZMESSAGE", order="Z_PK"),
    Side(
        "ZWAMESSAGEDATAITEM",
        ("ZMATCHEDTEXT", "ZTITLE", "ZSUMMARY", "ZCONTENT1", "ZCONTENT2"),
        key="ZMESSAGE",
        order="Z_PK",
    ),
)
_LINK: Final = {
    "ZMATCHEDTEXT": "link",
    "ZTITLE": "link title",
    "ZSUMMARY": "link description",
    "ZCONTENT1": "ZCONTENT1",
    "ZCONTENT2": "ZCONTENT2",
}
_BETWEEN_CARDS: Final = "_$!<VCard-Separator>!$_"
_SIDES: Final[dict[Any, Any]] = {0: "in", 1: "out"}
_POSTERS: Final = {"status": "s.whatsapp.net", "lid.status": "lid"}


class Reader:
    """Makes messages of the rows of one database; `folder` is the application's folder of shared files."""

    def __init__(self, people: IosPeople, doubts: Doubts, service: str, folder: str) -> None:
        self.people = people
        self.doubts = doubts
        self.service = service
        self._folder = folder

    def message(self, row: Row, found: Beside) -> Message:
        """A row of ZWAMESSAGE; `found` is what stands beside it."""
        doubts, kind = self.doubts, row["ZMESSAGETYPE"]
        flags = KINDS.get(kind, (f"type {'not recorded' if kind is None else stored(kind)}",))
        direction = None if "system" in flags else _SIDES.get(row["ZISFROMME"])
        chat = self.people.chat(row["ZCHATSESSION"])
        if not chat.known:
            doubts.add("chat", f"ZCHATSESSION {stored(row['ZCHATSESSION'])}: no session of that key is left")
        member = self.people.member(row["ZGROUPMEMBER"])
        if member is None and row["ZGROUPMEMBER"]:
            doubts.add("member", f"ZGROUPMEMBER {stored(row['ZGROUPMEMBER'])}: no member of that key is left")
        sender, recipients, lid = self._sides(row, direction, chat, member)
        text = doubts.text(row["ZTEXT"], "ZTEXT")
        draft = Draft(row, chat, direction, sender, recipients, [*flags], self._moments(row, direction), [*lid], text)
        if direction is None and "system" not in flags:
            draft.flag(f"ZISFROMME {stored(row['ZISFROMME'])}")
        if direction == "out" and row["ZMESSAGESTATUS"] is not None:
            status = row["ZMESSAGESTATUS"]
            draft.keep("status", f"{status} ({STATUS[status]})" if status in STATUS else status)
        if row["ZSTARRED"] == 1:
            draft.flag("starred")
        for item in found.get("ZWAMEDIAITEM", []):
            self._media_item(draft, kind, item)
        for info in found.get("ZWAMESSAGEINFO", []):
            receipts(draft, info["ZRECEIPTINFO"], self.people, doubts)
        for item in found.get("ZWAMESSAGEDATAITEM", []):
            for column, name in _LINK.items():
                draft.keep(name, item[column])
        if "system" in flags:
            self._event(draft, kind, member)
        draft.deleted = kind == DELETED
        return draft.message(doubts.locator, self.service, doubts.text(row["ZSTANZAID"], "ZSTANZAID"))

    def _sides(
        self, row: Row, direction: Any, chat: Chat, member: Who | None
    ) -> tuple[Party | None, tuple[Party, ...], Extra]:
        """(sender, recipients, privacy ids); those of a group are told by its own record."""
        name = chat.title if chat.sort == "person" else None
        if direction == "out":
            to = self._someone(row["ZTOJID"], "ZTOJID", name) if chat.sort in ("person", "unknown") else None
            other = to or chat.other
            return None, (other.party,) if other else (), other.lid if other else ()
        who = member or self._someone(row["ZFROMJID"], "ZFROMJID", name) or (chat.other if direction == "in" else None)
        if who is None and direction == "in" and (poster := poster_of(chat.key)):
            who = self.people.who(poster, chat.title)
        if direction is None:
            about = row["ZMESSAGETYPE"] == GROUP_EVENT and row["ZGROUPEVENTTYPE"] in ABOUT_MEMBER
            return (None if about or who is None else who.party), (), who.lid if who else ()
        return (who.party, (), who.lid) if who else (None, (), ())

    def _someone(self, jid: Any, column: str, name: str | None) -> Who | None:
        text = self.doubts.text(jid, column)
        return self.people.who(text, name) if text and sort_of(text) == "person" else None

    def _moments(self, row: Row, direction: Any) -> list[Moment]:
        doubts = self.doubts
        meaning = "sent" if direction else "recorded"
        found = [doubts.moment(meaning, row["ZMESSAGEDATE"], "cocoa s", "ZMESSAGEDATE")]
        if row["ZSENTDATE"] and row["ZSENTDATE"] != row["ZMESSAGEDATE"]:
            found.append(doubts.moment("recorded as sent", row["ZSENTDATE"], "cocoa s", "ZSENTDATE"))
        return found

    def _media_item(self, draft: Draft, kind: Any, item: Row) -> None:
        doubts = self.doubts
        title, name = doubts.text(item["ZTITLE"], "ZTITLE"), doubts.text(item["ZVCARDNAME"], "ZVCARDNAME")
        described = doubts.text(item["ZVCARDSTRING"], "ZVCARDSTRING") or ""
        if kind == CONTACT:
            cards = [card for card in described.split(_BETWEEN_CARDS) if card.strip()]
            draft.say("\n".join(word for card in cards if (word := card_words(card))) or name)
            for card in cards:
                draft.keep("vcard", card_text(card))
        elif kind == LOCATION:
            self._place(draft, item)
            draft.say(", ".join(part for part in (title, name) if part))
            draft.keep("place_name", title)
            draft.keep("place_address", name)
        elif kind == DELETED:
            draft.keep("deleted by", described)
        else:
            if self._file(draft, kind, item, described):
                draft.keep("file_hash", name)
            if kind != DOCUMENT:
                draft.say(title)
            if title != draft.text:
                draft.keep("title", title)
        if item["ZMOVIEDURATION"]:
            draft.keep("media_duration", item["ZMOVIEDURATION"])
        draft.keep("author name", item["ZAUTHORNAME"])
        metadata(draft, item["ZMETADATA"], self.people, doubts)

    def _place(self, draft: Draft, item: Row) -> None:
        lat, lon = item["ZLATITUDE"], item["ZLONGITUDE"]
        if not lat and not lon:
            return
        if all(type(one) in (int, float) and abs(one) <= most for one, most in ((lat, 90), (lon, 180))):
            draft.lat, draft.lon = float(lat), float(lon)
        else:
            self.doubts.add("place", f"latitude {lat!r}, longitude {lon!r} are no place")

    def _file(self, draft: Draft, kind: Any, item: Row, described: str) -> bool:
        """The file of a media item, and its preview, which is a file too. Whether there is any."""
        doubts = self.doubts
        recorded = doubts.text(item["ZMEDIALOCALPATH"], "ZMEDIALOCALPATH") or ""
        mime = described if "/" in described and len(described) < 128 else None
        given = doubts.text(item["ZTITLE"], "ZTITLE") if kind == DOCUMENT else None
        if recorded or mime:
            path = self._path(recorded)
            size = item["ZFILESIZE"]
            draft.attachments.append(
                Attachment(
                    given or file_name(recorded) or mime or "media",
                    path,
                    mime,
                    size if type(size) is int and size > 0 else None,
                    state="" if path else "not downloaded",
                )
            )
        if preview := doubts.text(item["ZXMPPTHUMBPATH"], "ZXMPPTHUMBPATH"):
            draft.attachments.append(Attachment(f"preview: {file_name(preview)}", self._path(preview)))
        return bool(draft.attachments)

    def _path(self, recorded: str) -> str | None:
        parts = [part for part in recorded.replace("\\", "/").split("/") if part not in ("", ".", "..")]
        if not parts:
            return None
        below = ["Message"] if parts[0] == "Media" and not self._folder.endswith("Library") else []
        return "/".join([*([self._folder] if self._folder else []), *below, *parts])

    def _event(self, draft: Draft, kind: Any, member: Who | None) -> None:
        code = draft.row["ZGROUPEVENTTYPE"]
        draft.keep("ZGROUPEVENTTYPE", code)
        names = {GROUP_EVENT: GROUP_EVENTS, ACCOUNT_EVENT: ACCOUNT_EVENTS}.get(kind, {})
        words = names.get(code) or (f"system event {kind}, {stored(code)}" if code is not None else "system event")
        about = [member.party.identifier] if member and kind == GROUP_EVENT and code in ABOUT_MEMBER else []
        for someone in about:
            draft.keep("participant", someone)
        if kind == ACCOUNT_EVENT and code in CALLS:
            draft.flag("call", *(["missed"] if code in MISSED else []), *(["video"] if code in VIDEO else []))
        actor = draft.sender.identifier if draft.sender else None
        draft.text = sentence(words, draft.text, actor, about)


def poster_of(chat: str) -> str | None:
    """Whose status a chat holds: there is one for each person, "447700900101@status" or "…@lid.status"."""
    user, _, server = chat.partition("@")
    return f"{user}@{_POSTERS[server]}" if user and server in _POSTERS else None


def shared_folder(database: str) -> str:
    """The folder below which recorded paths stand: that of the database, or in early versions the Library beside it."""
    folder = database.rpartition("/")[0]
    above, _, last = folder.rpartition("/")
    if last != "Documents":
        return folder
    return f"{above}/Library" if above else "Library"
