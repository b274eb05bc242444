"""X (Twitter) for Android: posts, profiles, searches, direct messages and notices that the application keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Message, Notification, Party, Problem, Quoted, Search
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import Rows, each_record, named, rows_by_key
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

SERVICE: Final = "X"
_APP: Final = "com.twitter.android"
_POST_EXTRA: Final = ("quoted_tweet_id", "in_r_user_id", "source", "lang", "retweet_count", "favorite_count", "flags")
_POST: Final = (
    *("status_id", "author_id", "content", "r_content", "created", "in_r_status_id", "favorited", "retweeted"),
    *("latitude", "longitude", *_POST_EXTRA),
)
_USER_EXTRA: Final = (
    *("user_id", "web_url", "location", "followers", "friends", "statuses", "favorites", "friendship", "user_flags"),
    *("image_url",),
)
_USER: Final = ("username", "name", "description", "profile_created", "updated", *_USER_EXTRA)
_SEARCH: Final = ("type", "name", "query", "query_id", "time", "latitude", "longitude", "location")
_ENTRY: Final = ("entry_id", "conversation_id", "user_id", "created", "entry_type", "data")
_NOTICE: Final = ("type", "notif_id", "source_user_name", "s_name", "s_id", "notif_txt", "aggregation_data")
_NEEDED: Final = {"statuses": {"_id", "status_id", "author_id", "content"}, "users": {"user_id", "username"}}
_TEXT_MARK: Final = 0x6A  # of a text in the data of an entry: then its length, in one byte, and UTF-8
_FOUND: Final = "text found in data whose layout is not published"


@extractor(
    id="android.twitter",
    version=1,
    title="Posts, profiles and searches kept by X for Android",
    files=("**/com.twitter.android/databases/*-*.db", "**/twitter.db"),
    tables=(_NEEDED,),
    emits=(Message, Contact, Search, Notification),
    privacy="communications",
    layouts="databases of com.twitter.android of 2015 to 2018",
    tested_on="research data of 2015: 263 posts, 242 profiles, 1 search, 1 direct message, 2 notices",
    limits="What was loaded to be shown: a post stands here whoever wrote it, and also if nobody read it. Of a direct "
    "message the first text in its data is given, whose layout is not published. Trends and moments are not read.",
)
def android_twitter(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `statuses`, `users`, `search_queries`, `conversation_entries` and `notifications`.

    Times are milliseconds since 1970.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, lambda db: _read(db, file.path))


def _read(db: EvidenceDatabase, path: str) -> Iterator[Found]:
    if unknown := lacking(db, _NEEDED):
        # Other databases of the application have the same form of name; only this one has these tables.
        if {"statuses", "users"} <= set(db.tables()) and _APP in path.lower():
            yield Problem("schema", "unknown-layout", unknown)
        return
    gaps: list[Problem] = []
    users: Rows = {row["user_id"]: row for row in rows_by_key(db, "users", _USER, gaps, key="_id").values()}
    yield from each_record(db, "statuses", _POST, lambda row, doubts: _post(row, users, doubts), key="_id")
    yield from each_record(db, "users", _USER, _user, key="_id")
    if not lacking(db, {"search_queries": {"_id", "query"}}):
        yield from each_record(db, "search_queries", _SEARCH, _search, key="_id")
    if not lacking(db, {"conversation_entries": {"_id", "data"}}):
        yield from each_record(
            db, "conversation_entries", _ENTRY, lambda row, doubts: _entry(row, users, doubts), key="_id"
        )
    if not lacking(db, {"notifications": {"_id", "notif_txt"}}):
        yield from each_record(db, "notifications", _NOTICE, _notice, key="_id")
    yield from gaps


def _party(number: Any, users: Rows, doubts: Doubts) -> Party | None:
    row = users.get(number)
    if row is not None:
        return _profile(row, doubts)
    return Party(stored(number), "x") if number not in (None, "", 0) else None


def _profile(row: Row, doubts: Doubts) -> Party:
    where = f"users:_id={row['_id']}"
    name = doubts.text(row["name"], f"{where} name") or None
    return Party(doubts.text(row["username"], f"{where} username") or stored(row["user_id"]), "x", name)


def _degrees(value: Any, most: int) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if -most <= number <= most else None


def _post(row: Row, users: Rows, doubts: Doubts) -> Message:
    replied = row["in_r_status_id"]
    lat, lon = _degrees(row["latitude"], 90), _degrees(row["longitude"], 180)
    placed = lat is not None and lon is not None and bool(lat or lon)
    words = (("favourite", "favorited"), ("reposted", "retweeted"))
    shown, content = doubts.text(row["r_content"], "r_content"), doubts.text(row["content"], "content")
    more = (("r_content", shown),) if shown and shown != content else ()
    return Message(
        locator=doubts.locator,
        service=SERVICE,
        moments=(doubts.moment("posted", row["created"], "ms", "created"),),
        flags=("post", *(word for word, column in words if row[column] == 1)),
        extra=(*more, *named(row, _POST_EXTRA, (None, "", 0))),
        sender=_party(row["author_id"], users, doubts),
        text=content,
        key=stored(row["status_id"]),
        quotes=Quoted(stored(replied)) if replied not in (None, 0) else None,
        lat=lat if placed else None,
        lon=lon if placed else None,
    )


def _user(row: Row, doubts: Doubts) -> Contact:
    party = _profile(row, doubts)
    about = doubts.text(row["description"], "description") or None
    times = (("account created", "profile_created"), ("stored", "updated"))
    return Contact(
        locator=doubts.locator,
        service=SERVICE,
        moments=tuple(
            doubts.moment(word, row[column], "ms", column) for word, column in times if row[column] not in (None, 0, -1)
        ),
        extra=named(row, _USER_EXTRA, (None, "", 0)),
        name=party.name,
        identifiers=(party,),
        text="\n".join(one for one in (party.name, party.identifier, about) if one),
    )


def _search(row: Row, doubts: Doubts) -> Search:
    return Search(
        locator=doubts.locator,
        service=SERVICE,
        moments=(doubts.moment("searched", row["time"], "ms", "time"),),
        extra=named(row, ("name", "type", "query_id", "latitude", "longitude", "location"), (None, "", 0)),
        text=doubts.text(row["query"], "query"),
    )


def _entry(row: Row, users: Rows, doubts: Doubts) -> Message:
    text = _text_in(row["data"])
    return Message(
        locator=doubts.locator,
        service=SERVICE,
        moments=(doubts.moment("sent", row["created"], "ms", "created"),),
        flags=("direct message", _FOUND) if text else ("direct message",),
        extra=named(row, ("entry_type",), (None, 0)),
        conversation=doubts.text(row["conversation_id"], "conversation_id"),
        sender=_party(row["user_id"], users, doubts),
        text=text,
        key=stored(row["entry_id"]),
    )


def _text_in(data: Any) -> str | None:
    """The first text in the data of an entry."""
    at = -1
    while isinstance(data, bytes) and (at := data.find(_TEXT_MARK, at + 1)) >= 0:
        size = data[at + 1] if at + 1 < len(data) else 0
        piece = data[at + 2 : at + 2 + size]
        if size and len(piece) == size:
            try:
                return piece.decode()
            except UnicodeDecodeError:
                continue
    return None


def _notice(row: Row, doubts: Doubts) -> Notification:
    return Notification(
        locator=doubts.locator,
        service=SERVICE,
        extra=named(row, ("type", "notif_id", "source_user_name", "s_id", "aggregation_data"), (None, "", 0)),
        app=_APP,
        title=doubts.text(row["s_name"], "s_name"),
        text=doubts.text(row["notif_txt"], "notif_txt"),
    )
