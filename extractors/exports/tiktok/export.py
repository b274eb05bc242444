"""A TikTok export (user_data.json, user_data_tiktok.json): direct messages, comments, videos watched, logins and more.

The names of its sections have changed over the years; the lists inside kept theirs, and are known by those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from evidence_store.records import (
    Account,
    Attachment,
    Contact,
    DeviceFact,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Record,
    Search,
    WebVisit,
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, Values, not_an_object, rest
from extractors.matching import without_copy_mark
from parsers.json_pieces import END, JsonDamaged, Path, pieces

SERVICE: Final = "TikTok"
_NAMED: Final = 40  # of the parts that are not read
_SEARCHED: Final = 1 << 30  # bytes of a file that is looked through for the account first
_CHAT: Final = re.compile(r"(?:Chat History with )?(?P<name>.+?):?")
_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:Activity|Your Activity|Ads and data|App Settings|Comment|Direct Messages?|Post|'
    rb"Video|Profile|Profile And Settings|Tik[Tt]ok Live|Tik[Tt]ok Shop(?:ping)?|Location Review|Likes and Favorites|"
    rb'Poll|Shop|Income Plus Wallet Transactions|Recently Deleted Posts)"\s*:\s*(?:\{|null)'
)
_OWN_NAME: Final = "user_data_tiktok.json"  # which no other service uses
_CHATS: Final = ("ChatHistory", "GroupChat")  # of two; of several, since 2025
_SECRET: Final = re.compile(r"token|password|secret", re.IGNORECASE)
_DATES: Final = ("Date", "date")
Maker = Callable[[Values, Row, str], Record]


def looks_like(head: bytes) -> bool:
    """By the name of the first section; the file's own name or its lists decide."""
    return _STARTS.match(head) is not None


@extractor(
    id="tiktok.export",
    version=4,
    title="TikTok: messages, comments, videos, searches, logins of an export (JSON)",
    files=("**/user_data.json", "**/user_data_tiktok.json"),
    emits=(Message, Account, Contact, DeviceFact, Search, WebVisit),
    privacy="communications",
    layouts="JSON of 2020 to 2026: Activity or Your Activity, Direct Messages and Group Chat, Comment, Profile",
    tested_on="documented schema, no device data",
    limits="A file that can be edited; the account was not examined. Its times state no zone. Direct messages name "
    "who wrote them; the account itself is known where its profile is in the file. Videos, purchases, settings and "
    "the text form of all but messages are not read; lists that are not read are named.",
)
def export(file: EvidenceFile) -> Iterator[Found]:
    """Every row of the lists that are known, in stored order.

    References:
    - TikTok Help Centre, "Requesting your data"; public readers of user_data.json
    """
    if not looks_like(file.head) and not without_copy_mark(file.path).lower().endswith(_OWN_NAME):
        return
    values, rows, left = Values(file), 0, set()
    owner = _owner(file)
    try:
        for path, value in _pieces(file):
            kind = _list_of(path)
            if kind is None:
                if value not in (None, "", [], {}):
                    left.add(" / ".join(str(part) for part in path[:3] if isinstance(part, str)))
                continue
            rows += 1
            values.locator = (
                f"{'.'.join(map(str, path[:-1]))}[{path[-1]}]" if isinstance(path[-1], int) else _dotted(path)
            )
            yield from _one(values, path, value, kind, owner)
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield Present(rows)
    if file.size > _SEARCHED:
        words = f"which side is the account is not known: it is not looked for in more than {_SEARCHED:,} bytes"
        yield Problem("value", "no-owner", words)
    if left:
        more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        yield Problem("note", "not-read", f"not read: {', '.join(sorted(left)[:_NAMED])}{more}")


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _entered(path: Path) -> bool:
    """Sections, the lists in them, and conversations; a profile comes whole."""
    return (len(path) <= 3 and path[-1:] != ("ProfileMap",)) or (len(path) == 4 and path[2] in _CHATS)


def _pieces(file: EvidenceFile) -> Iterator[tuple[Path, Any]]:
    with file.open() as stream:
        for path, value in pieces(stream, _entered):
            if value is not END and path:
                yield path, value


def _owner(file: EvidenceFile) -> str | None:
    """The user name of the account, where the profile is in the file; a damaged file has none."""
    if file.size > _SEARCHED:
        return None
    try:
        for path, value in _pieces(file):
            if path[-1] == "ProfileMap" and isinstance(value, dict):
                name = value.get("userName")
                return name if isinstance(name, str) and name else None
    except JsonDamaged:
        pass
    return None


def _list_of(path: Path) -> str | None:
    """By which list a value is known; None for one that is not read."""
    if path[-1] == "ProfileMap":
        return "ProfileMap"
    if len(path) == 5 and path[2] in _CHATS:
        return str(path[2])
    if len(path) != 4 or not isinstance(path[3], int):
        return None
    name = str(path[2])
    if name == "VideoList":
        watched = str(path[1]) in ("Video Browsing History", "Watch History")
        return "VideoList" if watched else None
    return name if name in _MAKERS else None


def _one(values: Values, path: Path, value: Any, kind: str, owner: str | None) -> Iterator[Found]:
    if not isinstance(value, dict):
        yield not_an_object(value, values.locator, "an entry")
        return
    if kind in _CHATS:
        yield _message(values, value, str(path[3]), owner, of_two=kind == "ChatHistory")
    else:
        yield _MAKERS[kind](values, value, kind)
    yield from values.drain()


def _moments(values: Values, row: Row, meaning: str) -> tuple[Moment, ...]:
    name = next((one for one in _DATES if row.get(one)), None)
    return (values.written(meaning, row, name),) if name else ()


def _extra(row: Row, *known: str) -> tuple[tuple[str, str | int | float | None], ...]:
    return rest({key: value for key, value in row.items() if not _SECRET.search(key)}, frozenset({*_DATES, *known}))


def _message(values: Values, row: Row, chat: str, owner: str | None, *, of_two: bool) -> Message:
    match = _CHAT.fullmatch(chat)
    name = match["name"] if match else chat
    sender = values.words(row, "From")
    out = sender == owner if owner is not None and sender else None
    text = values.words(row, "Content")
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, "sent"),
        extra=_extra(row, "From", "Content"),
        conversation=name,
        title=name,
        direction=None if out is None else "out" if out else "in",
        sender=_party(sender),
        recipients=(Party(name, "tiktok"),) if out and of_two else (),
        text=text,
    )


def _party(name: str | None) -> Party | None:
    return Party(name, "tiktok") if name else None


def _comment(values: Values, row: Row, kind: str) -> Message:
    """A comment that the account left under a video."""
    photo = values.words(row, "photo")
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, "sent"),
        flags=("comment",),
        attachments=(Attachment(photo.rpartition("/")[2] or "photo", state="omitted"),)
        if photo not in (None, "N/A")
        else (),
        extra=_extra(row, "comment"),
        conversation="comments",
        title="comments",
        direction="out",
        text=values.words(row, "comment"),
    )


def _visit(values: Values, row: Row, kind: str) -> WebVisit:
    return WebVisit(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, "recorded"),
        flags=("video",),
        extra=_extra(row, "Link", "link"),
        url=values.words(row, "Link") or values.words(row, "link"),
    )


def _search(values: Values, row: Row, kind: str) -> Search:
    return Search(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, "recorded"),
        extra=_extra(row, "SearchTerm"),
        text=values.words(row, "SearchTerm"),
    )


def _login(values: Values, row: Row, kind: str) -> DeviceFact:
    glance = ("DeviceModel", "DeviceSystem", "IP", "Carrier")
    return DeviceFact(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, "recorded"),
        extra=_extra(row),
        name="login",
        value=", ".join(part for one in glance if (part := values.words(row, one))),
    )


_PEOPLE: Final = {"FansList": "follower", "Following": "followed", "BlockList": "blocked"}


def _person(values: Values, row: Row, kind: str) -> Contact:
    name = values.words(row, "UserName")
    return Contact(
        locator=values.locator,
        service=SERVICE,
        moments=_moments(values, row, "recorded"),
        flags=(_PEOPLE[kind],),
        extra=_extra(row, "UserName"),
        name=name,
        identifiers=(Party(name, "tiktok", name),) if name else (),
    )


def _profile(values: Values, row: Row, kind: str) -> Account:
    name = values.words(row, "displayName") or values.words(row, "userName")
    fields = (("userName", "tiktok"), ("emailAddress", "email"), ("telephoneNumber", "phone"))
    found = [
        Party(value, scheme, name) for key, scheme in fields if (value := values.words(row, key)) not in (None, "None")
    ]
    return Account(
        locator=values.locator,
        service=SERVICE,
        extra=_extra(row, "userName", "emailAddress", "telephoneNumber", "displayName", "bioDescription"),
        name=name,
        identifiers=tuple(found),
        text=values.words(row, "bioDescription"),
    )


_MAKERS: Final[dict[str, Maker]] = {
    "CommentsList": _comment,
    "VideoList": _visit,
    "SearchList": _search,
    "LoginHistoryList": _login,
    "FansList": _person,
    "Following": _person,
    "BlockList": _person,
    "ProfileMap": _profile,
}
