"""What stands beside the messages of Signal's database: files, reactions, mentions, polls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Attachment, Problem
from extractors.chats.signal.people import People
from extractors.chats.whatsapp.beside import Side, SideTables
from extractors.database import Doubts, each_row, selecting, stored
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

Beside = dict[str, list[Row]]
_ATTACHMENT: Final = (
    *("_id", "content_type", "data_file", "data_size", "file_name", "caption", "voice_note", "video_gif", "quote"),
    *("sticker_pack_id", "sticker_emoji", "transfer_state"),
)
_PART: Final = (
    *("_id", "ct", "_data", "data_size", "file_name", "caption", "voice_note", "video_gif", "quote"),
    *("sticker_pack_id", "sticker_emoji", "pending_push"),
)
_REACTION: Final = ("_id", "message_id", "is_mms", "author_id", "emoji", "date_sent")
_MENTION: Final = ("_id", "message_id", "recipient_id", "range_start", "range_length")
_POLL: Final = ("_id", "message_id", "question", "allow_multiple_votes", "end_message_id")
_OPTION: Final = ("_id", "poll_id", "option_text", "option_order")
_VOTE: Final = ("_id", "poll_id", "poll_option_id", "voter_id", "vote_state")
# Values of `vote_state`; 0 says nothing, and is what votes of others have.
_TAKEN_BACK: Final = 3
_CAST: Final = (None, 0, 4, _TAKEN_BACK)
_UNDER_WAY: Final = {1: "not taken back yet", 2: "not sent yet"}


class Places:
    """Where the files of attachments are: by number beside a decrypted backup, on a phone in its folder."""

    def __init__(self, database: str) -> None:
        folder, _, _ = database.rpartition("/")
        above, _, last = folder.rpartition("/")
        self._device = f"{above}/app_parts/" if last.lower() == "databases" else ""
        self._backup = f"{folder}/attachments/" if folder else "attachments/"

    def of(self, number: Any, recorded: Any) -> str | None:
        """The path of the file of a row; None where the row names none."""
        if not self._device:
            return f"{self._backup}{number}"
        name = stored(recorded).replace("\\", "/").rpartition("/")[2]
        return None if name in ("", ".", "..") else self._device + name


class Sides:
    """The rows beside those of one table of messages, handed out in rising order."""

    def __init__(self, db: EvidenceDatabase, table: str, places: Places) -> None:
        self._places = places
        self._file_table = "attachment" if not lacking(db, {"attachment": {"message_id"}}) else "part"
        sides = [] if table == "sms" else [self._files()]
        self._gaps: list[Problem] = []
        self._reactions = _old_reactions(db, table, self._gaps)
        if self._reactions is None:
            sides.append(Side("reaction", _REACTION, "message_id", "_id"))
        if table != "sms":
            sides += [Side("mention", _MENTION, "message_id", "_id"), Side("poll", _POLL, "message_id", "_id")]
        self._tables = SideTables(db, tuple(sides), keep=("reaction",))
        self._polls = _polls(db, self._gaps) if table != "sms" else ({}, {})

    def _files(self) -> Side:
        if self._file_table == "attachment":
            return Side("attachment", _ATTACHMENT, "message_id", "_id")
        return Side("part", _PART, "mid", "seq, _id")

    def of(self, number: Any) -> Beside:
        """What belongs to a message, by table."""
        found = self._tables.of(number)
        if self._reactions and number in self._reactions:
            found = {**found, "reaction": self._reactions.pop(number)}
        if "poll" in found:
            options, votes = self._polls
            numbers = [row["_id"] for row in found["poll"]]
            found = {
                **found,
                "poll_option": [row for one in numbers for row in options.get(one, ())],
                "poll_vote": [row for one in numbers for row in votes.get(one, ())],
            }
        return found

    def finish(self) -> Iterator[Problem]:
        """What belonged to no message, and what could not be read."""
        yield from self._tables.finish()
        yield from self._gaps

    def lone_reactions(self) -> Iterator[Row]:
        """Those that belong to no message, when all have been asked for."""
        yield from self._tables.left["reaction"]
        for rows in (self._reactions or {}).values():
            yield from rows

    def attachments(self, side: Beside, doubts: Doubts) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
        """The files of a message, and the flags that they give it."""
        rows = side.get(self._file_table, ())
        flags = []
        found = []
        for row in rows:
            modern = self._file_table == "attachment"
            recorded, mime = row["data_file" if modern else "_data"], row["content_type" if modern else "ct"]
            where = f"{self._file_table}:_id={row['_id']}"
            name = doubts.text(row["file_name"], f"{where} file_name") or f"attachment {row['_id']}"
            name = f"quoted: {name}" if row["quote"] else name  # a preview of what the message answers
            path = self._places.of(row["_id"], recorded) if recorded not in (None, "") else None
            size = doubts.number(row["data_size"], f"{where} data_size")
            kind = doubts.text(mime, f"{where} type")
            found.append(Attachment(name, path, kind, size or None, state="" if path else "not downloaded"))
            if row["quote"]:
                continue
            flags += ["voice message"] if row["voice_note"] else []
            flags += ["GIF"] if row["video_gif"] else []
            flags += ["sticker"] if row["sticker_pack_id"] else []
        return tuple(found), tuple(flags)


def _old_reactions(db: EvidenceDatabase, table: str, gaps: list[Problem]) -> dict[Any, list[Row]] | None:
    """While there were two tables of messages, the number of a message was not enough; None where it is."""
    if lacking(db, {"reaction": {"is_mms", "message_id"}}) or table == "message":
        return {} if table == "sms" else None
    found: dict[Any, list[Row]] = {}
    for row in each_row(db, "reaction", selecting(db, "reaction", _REACTION), gaps):
        if bool(row["is_mms"]) == (table == "mms"):
            found.setdefault(row["message_id"], []).append(row)
    return found


def _polls(db: EvidenceDatabase, gaps: list[Problem]) -> tuple[dict[Any, list[Row]], dict[Any, list[Row]]]:
    """(options, votes), each by poll."""
    found: list[dict[Any, list[Row]]] = []
    for table, columns in (("poll_option", _OPTION), ("poll_vote", _VOTE)):
        rows: dict[Any, list[Row]] = {}
        if not lacking(db, {table: {"_id", "poll_id"}}):
            for row in each_row(db, table, selecting(db, table, columns), gaps):
                rows.setdefault(row["poll_id"], []).append(row)
        found.append(rows)
    return found[0], found[1]


def polls_and_mentions(side: Beside, people: People, doubts: Doubts) -> list[tuple[str, str | int]]:
    """What stands beside a message and has no field: who is mentioned, what a poll offers, captions."""
    found: list[tuple[str, str | int]] = []
    for row in side.get("mention", ()):
        party = people.party(row["recipient_id"])
        found.append(("mention", (party.name or party.identifier) if party else "nobody"))
    votes = side.get("poll_vote", ())
    for row in side.get("poll_option", ()):
        text = doubts.text(row["option_text"], "option_text") or ""
        found += _votes(text, [one for one in votes if one["poll_option_id"] == row["_id"]], people)
    found += [
        ("poll ended by message", stored(row["end_message_id"]))
        for row in side.get("poll", ())
        if row["end_message_id"] not in (None, 0)
    ]
    for table in ("attachment", "part"):
        found += [("caption", stored(row["caption"])) for row in side.get(table, ()) if row["caption"]]
    return found


def _votes(option: str, rows: list[Row], people: People) -> list[tuple[str, str | int]]:
    """An option with those who voted for it; a vote that was taken back stays in its table, and is told apart."""
    counted = [row for row in rows if row["vote_state"] != _TAKEN_BACK]
    names = ", ".join(name for row in counted if (name := _voter(row, people)))
    found: list[tuple[str, str | int]] = [
        ("poll option", f"{option}: {len(counted)} votes{f' ({names})' if names else ''}")
    ]
    taken_back = [_voter(row, people) or "nobody" for row in rows if row["vote_state"] == _TAKEN_BACK]
    return found + [("poll vote taken back", f"{option}: {name}") for name in taken_back]


def _voter(row: Row, people: People) -> str:
    party, state = people.party(row["voter_id"]), row["vote_state"]
    if party is None:
        return ""
    said = "" if state in _CAST else f" ({_UNDER_WAY.get(state, f'vote_state {stored(state)}')})"
    return (party.name or party.identifier) + said
