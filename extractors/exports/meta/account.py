"""What an export of Facebook or Instagram says of the account: its profile, logins, devices, searches and people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import Account, Contact, DeviceFact, Location, Message, Present, Problem, Search
from extractors.base import EvidenceFile, Found, extractor
from extractors.exports.json_values import not_an_object
from extractors.exports.meta.encoding import Mended
from extractors.exports.meta.rows import (
    Listed,
    comment,
    coordinate,
    fact,
    last_location,
    person,
    profile,
    search,
    uploaded,
)
from parsers.json_pieces import END, JsonDamaged, Path, pieces

LISTS: Final = {
    "account_activity_v2": Listed("Facebook", fact, "account activity"),
    "account_accesses_v2": Listed("Facebook", fact, "login or logout"),
    "used_ip_address_v2": Listed("Facebook", fact, "IP address used"),
    "contact_verifications_v2": Listed("Facebook", fact, "verified contact"),
    "location_history_v2": Listed("Facebook", coordinate, "Facebook location history"),
    "comments_v2": Listed("Facebook", comment, "comment"),
    "active_sessions_v2": Listed("Facebook", fact, "session"),
    "recognized_devices_v2": Listed("Facebook", fact, "recognised device"),
    "searches_v2": Listed("Facebook", search, "search"),
    "friends_v2": Listed("Facebook", person, "friend"),
    "deleted_friends_v2": Listed("Facebook", person, "removed friend"),
    "received_requests_v2": Listed("Facebook", person, "friend request received"),
    "sent_requests_v2": Listed("Facebook", person, "friend request sent"),
    "followers_v2": Listed("Facebook", person, "follower"),
    "following_v2": Listed("Facebook", person, "followed"),
    "blocked_users_v2": Listed("Facebook", person, "blocked"),
    "address_book_v2": Listed("Facebook", uploaded, "uploaded contact"),
    "profile_v2": Listed("Facebook", profile, "profile"),
    "contacts_contact_info": Listed("Instagram", uploaded, "uploaded contact"),
    "account_history_login_history": Listed("Instagram", fact, "login"),
    "account_history_logout_history": Listed("Instagram", fact, "logout"),
    "account_history_registration_info": Listed("Instagram", fact, "registration"),
    "account_history_imprecise_last_known_location": Listed(
        "Instagram", last_location, "last known location, imprecise"
    ),
    "devices_devices": Listed("Instagram", fact, "device"),
    "searches_user": Listed("Instagram", search, "search"),
    "searches_keyword": Listed("Instagram", search, "search"),
    "searches_hashtag": Listed("Instagram", search, "search"),
    "searches_place": Listed("Instagram", search, "search"),
    "profile_user": Listed("Instagram", profile, "profile"),
    "relationships_followers": Listed("Instagram", person, "follower"),
    "relationships_following": Listed("Instagram", person, "followed"),
    "relationships_blocked_users": Listed("Instagram", person, "blocked"),
    "relationships_close_friends": Listed("Instagram", person, "close friend"),
    "relationships_follow_requests_sent": Listed("Instagram", person, "follow request sent"),
    "relationships_follow_requests_received": Listed("Instagram", person, "follow request received"),
    "relationships_permanent_follow_requests": Listed("Instagram", person, "recent follow request"),
    "relationships_restricted_users": Listed("Instagram", person, "restricted"),
    "relationships_hide_stories_from": Listed("Instagram", person, "hidden from stories"),
    "relationships_dismissed_suggested_users": Listed("Instagram", person, "dismissed suggestion"),
    "profile_profile_change": Listed("Instagram", fact, "profile change"),
    "comments_reels_comments": Listed("Instagram", comment, "comment"),
    "comments_story_comments": Listed("Instagram", comment, "comment"),
    "relationships_unfollowed_users": Listed("Instagram", person, "no longer followed"),
}
# Exports of 2018 to 2021 have the same without "_v2": names that others use too, in folders that others have not.
# "comments" is the name of too many lists to be one of them.
EARLY: Final = {
    name.removesuffix("_v2"): what for name, what in LISTS.items() if name.endswith("_v2") and name != "comments_v2"
}
_EARLY_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:'
    + "|".join(EARLY).encode()
    + rb')"\s*:\s*[\[{](?=[\s\S]*_?timestamp"\s*:\s*\d{10}\b)'
)
_EARLY_FOLDERS: Final = re.compile(
    r"(?:^|/)(?:friends|about_you|profile_information|search_history|security_and_login_information|"
    r"following_and_followers|location|facebook-[^/]*)/",
    re.IGNORECASE,
)
_BARE: Final = LISTS["relationships_followers"]  # followers_1.json has no name around its list
_BARE_COMMENTS: Final = LISTS["comments_reels_comments"]  # nor has post_comments_1.json
_STARTS: Final = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*\{\s*"(?:' + "|".join(LISTS).encode() + rb')"\s*:')
_BARE_STARTS: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*(?:"(?:title|media_list_data)"\s*:\s*(?:"[^"]*"|\[\s*\])\s*,\s*)*"string_list_data"\s*:'
)
_COMMENTS_START: Final = re.compile(
    rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*(?:"media_list_data"\s*:\s*\[[^\]]*\]\s*,\s*)?"string_map_data"\s*:\s*\{\s*"[^"]*"\s*:\s*\{'
)


_ALL: Final = {**LISTS, **EARLY}
_BOOKS: Final = ("address_book_v2", "address_book")  # their list stands one deeper


def looks_like(head: bytes) -> bool:
    """By the name around the list, which only these files have."""
    return any(one.match(head) for one in (_STARTS, _BARE_STARTS, _EARLY_STARTS, _COMMENTS_START))


@extractor(
    id="meta.account",
    version=3,
    title="Facebook and Instagram: profile, logins, searches, people, comments and places of an export (JSON)",
    types=("application/json",),
    claims=looks_like,
    emits=(Account, Contact, DeviceFact, Search, Location, Message),
    privacy="device",
    layouts="JSON files of 2018 and later with one list each, under its name",
    tested_on="documented schema, no device data",
    limits="Files that can be edited; the account was not examined. Of the many files of an export only those of the "
    "profile, security and logins, searches, friends, followers, uploaded contacts, comments and the location history "
    "of Facebook are read; labels are in the language of the account and shown as they are. Cookies and tokens are not "
    "shown.",
)
def account(file: EvidenceFile) -> Iterator[Found]:
    """Every row of every list that is known, in stored order; times are seconds.

    References:
    - Facebook Help Centre and Instagram Help Centre, "Download a copy of your information"
    """
    early = _EARLY_STARTS.match(file.head) is not None
    if not looks_like(file.head) or (early and not _EARLY_FOLDERS.search(file.path)):
        return
    bare = _BARE_COMMENTS if _COMMENTS_START.match(file.head) else _BARE
    if bare is _BARE_COMMENTS and "comments" not in file.path.rpartition("/")[2].lower():
        return
    values, rows, left = Mended(file), 0, set()
    try:
        with file.open() as stream:
            for path, value in pieces(stream, _entered):
                if value is END:
                    continue
                if (what := _what(path, bare)) is not None:
                    rows += 1
                    yield from _row(values, value, what, ".".join(map(str, path)))
                else:
                    left.add(str(path[0]))
    except JsonDamaged as error:
        yield Problem("file", "damaged-json", f"{error}; {rows} entries were read")
    yield Present(rows)
    if left:
        yield Problem("note", "not-read", f"not read: {', '.join(sorted(left))}")
    yield from values.about()


def _entered(path: Path) -> bool:
    if len(path) == 2:
        return path[1] == "address_book" and path[0] in _BOOKS
    return path == () or (len(path) == 1 and path[0] in _ALL and path[0] not in ("profile_v2", "profile"))


def _what(path: Path, bare: Listed) -> Listed | None:
    if path and isinstance(path[0], int):
        return bare
    return None if len(path) == 2 and path[0] in _BOOKS and path[1] == "address_book" else _ALL.get(str(path[0]))


def _row(values: Mended, value: Any, what: Listed, locator: str) -> Iterator[Found]:
    values.locator = locator
    if isinstance(value, dict):
        yield what.make(values, value, what)
        yield from values.drain()
    else:
        yield not_an_object(value, locator, "an entry")
