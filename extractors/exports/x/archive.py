"""Further files of an archive of X: the account, posts, contacts, followers, addresses from which it was used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

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
)
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import Row, Values, not_an_object, place_below, rest
from extractors.exports.x.reading import SERVICE, list_of, party, rows_of, tweeted
from parsers.json_pieces import JsonDamaged

_SECRET: Final = re.compile(r"token|password|secret", re.IGNORECASE)


class _Sort(NamedTuple):
    """What the rows of a list hold: under which key, made into a record by `make`, called `name`."""

    inner: str
    make: Callable[[Values, Row, str, str], Record]
    name: str


@extractor(
    id="x.archive",
    version=2,
    title="X (Twitter): account, posts, contacts, followers and logins of an archive",
    files=(
        *("**/account.js", "**/tweet*.js", "**/deleted-tweet*.js", "**/contact.js", "**/follower*.js"),
        *("**/following*.js", "**/block.js", "**/mute.js", "**/ip-audit.js", "**/saved-search.js"),
        *("**/phone-number.js", "**/screen-name-change.js"),
    ),
    emits=(Account, Message, Contact, DeviceFact, Search),
    privacy="communications",
    layouts="window.YTD lists of 2019 to 2025",
    tested_on="documented schema, no device data",
    limits="Files that can be edited; the account was not examined. Likes, lists, advertising and devices for "
    "notifications are not read. Posts say nothing of who saw them.",
)
def archive(file: EvidenceFile) -> Iterator[Found]:
    """Every row of a list that is known, in stored order.

    References:
    - X Help Centre, "How to download your X archive"; the README.txt of an archive
    """
    name = list_of(file.head)
    sort = _SORTS.get(name or "")
    if sort is None:
        return
    values, rows = Values(file), 0
    folder = _media_folder(file.path, name or "")
    try:
        for number, row in rows_of(file):
            rows += 1
            values.locator = f"{name}[{number}]"
            inner = row.get(sort.inner) if isinstance(row, dict) else None
            if inner is None and isinstance(row, dict) and sort.inner == "tweet" and "created_at" in row:
                inner = row  # archives of 2018 and 2019 have nothing around a post
            if not isinstance(inner, dict):
                yield not_an_object(row, values.locator, "an entry")
                continue
            yield sort.make(values, inner, sort.name, folder)
            yield from values.drain()
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield Present(rows)


def _dated(values: Values, row: Row, meaning: str, key: str) -> tuple[Moment, ...]:
    return (values.written(meaning, row, key),) if row.get(key) else ()


def _plain(row: Row, *known: str) -> tuple[tuple[str, str | int | float | None], ...]:
    return rest({key: value for key, value in row.items() if not _SECRET.search(key)}, frozenset(known))


def _account(values: Values, row: Row, name: str, folder: str) -> Account:
    shown_as = values.words(row, "accountDisplayName") or values.words(row, "username")
    fields = (("accountId", "x"), ("username", "x"), ("email", "email"), ("phoneNumber", "phone"))
    return Account(
        locator=values.locator,
        service=SERVICE,
        moments=_dated(values, row, "created", "createdAt"),
        extra=_plain(row, "accountId", "username", "email", "phoneNumber", "accountDisplayName", "createdAt"),
        name=shown_as,
        identifiers=tuple(
            Party(value, scheme, shown_as) for key, scheme in fields if (value := values.words(row, key))
        ),
    )


def _post(values: Values, row: Row, name: str, folder: str) -> Message:
    """A post, with its media in `folder`; `name` says whether it was deleted."""
    key = values.words(row, "id_str") or values.words(row, "id")
    entities = values.part(row, "extended_entities") or values.part(row, "entities")
    replied = values.words(row, "in_reply_to_status_id_str") or values.words(row, "in_reply_to_status_id")
    point = values.part(row, "coordinates").get("coordinates")
    place = {"lon": point[0], "lat": point[1]} if isinstance(point, list) and len(point) == 2 else {}
    files = []
    for one in values.rows(entities, "media"):
        address = _film(values, one) or values.words(one, "media_url_https") or values.words(one, "media_url") or ""
        file_name = address.partition("?")[0].rpartition("/")[2]
        where = place_below(folder, f"{key}-{file_name}") if file_name and key else None
        files.append(Attachment(file_name, where, state="" if where else "omitted"))
    kept = {one: row[one] for one in ("source", "lang", "in_reply_to_screen_name", "deleted_at") if row.get(one)}
    return Message(
        locator=values.locator,
        service=SERVICE,
        moments=(tweeted(values, row, "created_at"), *_dated(values, row, "deleted", "deleted_at")),
        deleted=name == "deleted post",
        flags=(name,),
        attachments=tuple(files),
        extra=(*rest(kept, frozenset({"deleted_at"})), *((("in reply to", replied),) if replied else ())),
        conversation="posts",
        title="posts",
        direction="out",
        text=_unescaped(values.words(row, "full_text") or values.words(row, "text")),
        key=key,
        lat=values.degrees(place, "lat", 90.0),
        lon=values.degrees(place, "lon", 180.0),
    )


def _unescaped(text: str | None) -> str | None:
    """The words of a post, in which three characters are written as pages write them."""
    return text and text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _film(values: Values, media: Row) -> str | None:
    """The address of a film in its best form, which is what an archive has; `media_url` is only its first picture."""
    found = [
        (values.whole(one, "bitrate") or 0, address)
        for one in values.rows(values.part(media, "video_info"), "variants")
        if values.words(one, "content_type") == "video/mp4" and (address := values.words(one, "url"))
    ]
    return max(found)[1] if found else None


def _media_folder(path: str, name: str) -> str:
    """Beside tweets.js lies tweets_media, beside the older tweet.js tweet_media; parts of a list share it."""
    folder, _, file_name = path.rpartition("/")
    stem = re.split(r"-part\d|\.", file_name)[0].replace("-", "_") if "tweet" in file_name.lower() else name
    return f"{folder}/{stem}_media".lstrip("/")


def _person(values: Values, row: Row, name: str, folder: str) -> Contact:
    someone = party(values.words(row, "accountId"))
    return Contact(
        locator=values.locator,
        service=SERVICE,
        flags=(name,),
        extra=_plain(row, "accountId"),
        identifiers=(someone,) if someone is not None else (),
    )


def _contact(values: Values, row: Row, name: str, folder: str) -> Contact:
    """An entry of the address book that the account uploaded."""
    shown_as = " ".join(part for one in ("firstName", "lastName") if (part := values.words(row, one))) or None
    found = []
    for key, scheme in (("emails", "email"), ("phoneNumbers", "phone")):
        listed: Any = row.get(key)
        found += [
            Party(one, scheme, shown_as) for one in (listed if isinstance(listed, list) else []) if isinstance(one, str)
        ]
    return Contact(
        locator=values.locator,
        service=SERVICE,
        flags=(name,),
        extra=_plain(row, "emails", "phoneNumbers", "firstName", "lastName"),
        name=shown_as,
        identifiers=tuple(found),
    )


def _fact(values: Values, row: Row, name: str, folder: str) -> DeviceFact:
    glance = ("loginIp", "phoneNumber", "changedFrom", "changedTo")
    inner = values.part(row, "screenNameChange") or row
    return DeviceFact(
        locator=values.locator,
        service=SERVICE,
        moments=_dated(values, inner, "recorded", "createdAt") or _dated(values, inner, "recorded", "changedAt"),
        extra=_plain(inner, "createdAt", "changedAt"),
        name=name,
        value=", ".join(part for one in glance if (part := values.words(inner, one))),
    )


def _search(values: Values, row: Row, name: str, folder: str) -> Search:
    return Search(
        locator=values.locator,
        service=SERVICE,
        flags=("saved",),
        extra=_plain(row, "query"),
        text=values.words(row, "query"),
    )


_SORTS: Final = {
    "account": _Sort("account", _account, "account"),
    "tweet": _Sort("tweet", _post, "post"),
    "tweets": _Sort("tweet", _post, "post"),
    "deleted_tweet": _Sort("tweet", _post, "deleted post"),
    "deleted_tweets": _Sort("tweet", _post, "deleted post"),
    "contact": _Sort("contact", _contact, "uploaded contact"),
    "follower": _Sort("follower", _person, "follower"),
    "following": _Sort("following", _person, "followed"),
    "block": _Sort("blocking", _person, "blocked"),
    "mute": _Sort("muting", _person, "muted"),
    "ip_audit": _Sort("ipAudit", _fact, "login"),
    "saved_search": _Sort("savedSearch", _search, "saved search"),
    "phone_number": _Sort("device", _fact, "phone number"),
    "screen_name_change": _Sort("screenNameChange", _fact, "name changed"),
}
