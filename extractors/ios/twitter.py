"""X (Twitter) for iOS: the posts and profiles that the application keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Contact, Message, Party, Problem, Quoted
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, read_database, stored
from extractors.ios.core_data import Rows, each_record, named, rows_by_key
from parsers.sqlite_file import EvidenceDatabase, Row, lacking

SERVICE: Final = "X"
_POST_EXTRA: Final = (
    *("retweetedStatusId", "quotedStatusId", "source", "lang", "retweetCount", "favoriteCount", "withheldScope"),
    *("withheldInCountries",),
)
_POST: Final = (
    *("text", "date", "userId", "inReplyToStatusId", "inReplyToUsername", "favorited", "updatedAt"),
    *("possiblySensitive", *_POST_EXTRA),
)
_USER_EXTRA: Final = (
    *("id", "location", "url", "statusesCount", "favoritesCount", "followingCount", "followersCount"),
    *("profileImageUrl",),
)
_USER: Final = (
    *("screenName", "name", "description", "protected", "verified", "following", "createdDate", "updatedAt"),
    *_USER_EXTRA[1:],
)
_NEEDED: Final = {"Statuses": {"id", "text", "date", "userId"}, "Users": {"id", "screenName"}}


@extractor(
    id="ios.twitter",
    version=1,
    title="Posts and profiles kept by X for iOS",
    files=("**/twitter.db",),
    tables=(_NEEDED,),
    emits=(Message, Contact),
    privacy="communications",
    layouts="twitter.db of 2013 to 2017",
    tested_on="research data of 2015: 67 posts, 25 profiles",
    limits="What was loaded to be shown: a post stands here whoever wrote it, and also if nobody read it. Direct "
    "messages and lists are not read.",
)
def ios_twitter(file: EvidenceFile) -> Iterator[Found]:
    """Every row of `Statuses` and `Users`. Times are seconds since 1970.

    References:
    - the layout as the file itself declares it
    """
    yield from read_database(file, _read)


def _read(db: EvidenceDatabase) -> Iterator[Found]:
    if lacking(db, _NEEDED):
        return  # the name is a common one
    gaps: list[Problem] = []
    users = rows_by_key(db, "Users", _USER, gaps, key="id")
    mine: Rows = rows_by_key(db, "MyRetweets", ("myRetweetId",), gaps, key="statusId")
    yield from each_record(db, "Statuses", _POST, lambda row, doubts: _post(row, users, mine, doubts), key="id")
    yield from each_record(db, "Users", _USER, _user, key="id")
    yield from gaps


def _post(row: Row, users: Rows, mine: Rows, doubts: Doubts) -> Message:
    author = users.get(row["userId"]) if type(row["userId"]) is int else None
    again = mine.get(row["id"])
    replied = row["inReplyToStatusId"]
    other = doubts.text(row["inReplyToUsername"], "inReplyToUsername")
    quotes = Quoted(stored(replied), Party(other, "x") if other else None) if replied not in (None, 0) else None
    moments = [doubts.moment("posted", row["date"], "s", "date")]
    if row["updatedAt"] not in (None, 0):
        moments.append(doubts.moment("stored", row["updatedAt"], "s", "updatedAt"))
    words = (("favourite", "favorited"), ("marked as sensitive", "possiblySensitive"))
    return Message(
        locator=doubts.locator,
        service=SERVICE,
        moments=tuple(moments),
        flags=(
            "post",
            *(word for word, column in words if row[column] == 1),
            *(("in the list of own reposts",) if again is not None else ()),
        ),
        extra=(
            *named(row, _POST_EXTRA, (None, "", 0)),
            *((("myRetweetId", stored(again["myRetweetId"])),) if again is not None else ()),
        ),
        sender=_party(author, doubts) if author is not None else _number(row["userId"]),
        text=doubts.text(row["text"], "text"),
        key=stored(row["id"]),
        quotes=quotes,
    )


def _number(value: Any) -> Party | None:
    return Party(stored(value), "x") if value not in (None, "") else None


def _party(row: Row, doubts: Doubts) -> Party:
    where = f"Users:id={row['id']}"
    name = doubts.text(row["name"], f"{where} name") or None
    return Party(doubts.text(row["screenName"], f"{where} screenName") or stored(row["id"]), "x", name)


def _user(row: Row, doubts: Doubts) -> Contact:
    party = _party(row, doubts)
    about = doubts.text(row["description"], "description") or None
    times = (("account created", "createdDate"), ("stored", "updatedAt"))
    states = (("followed", "following"), ("protected", "protected"), ("verified", "verified"))
    return Contact(
        locator=doubts.locator,
        service=SERVICE,
        moments=tuple(
            doubts.moment(word, row[column], "s", column) for word, column in times if row[column] not in (None, 0)
        ),
        flags=tuple(word for word, column in states if row[column] == 1),
        extra=named(row, _USER_EXTRA, (None, "", 0)),
        name=party.name,
        identifiers=(party,),
        text="\n".join(one for one in (party.name, party.identifier, about) if one),
    )
