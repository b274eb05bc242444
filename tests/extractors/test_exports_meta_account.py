"""What an export of Facebook or Instagram says of the account itself."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import (
    Account,
    Contact,
    DeviceFact,
    Location,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Search,
)
from extractors.exports.meta.account import LISTS, account, looks_like
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost

WHEN = 1672567200
RECORDED = (Moment("recorded", WHEN * 1_000_000, str(WHEN), "A"),)


def file_of(document, path="export/x.json"):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return MemoryFile(path, data, mime="application/json")


def labelled(**values):
    """Rows of Instagram: values under labels."""
    parts = {label.replace("_", " "): {"href": "", "value": value, "timestamp": 0} for label, value in values.items()}
    return {"title": "", "media_map_data": {}, "string_map_data": {**parts, "Time": {"value": "", "timestamp": WHEN}}}


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        (
            "account_activity_v2",
            {
                "action": "Login", "timestamp": WHEN, "ip_address": "192.0.2.1", "user_agent": "Mozilla",
                "datr_cookie": "abc", "city": "Leeds",
            },
            DeviceFact(
                locator="account_activity_v2.0", service="Facebook", moments=RECORDED, name="account activity",
                value="Login, Mozilla, 192.0.2.1",
                extra=(
                    ("action", "Login"), ("ip_address", "192.0.2.1"), ("user_agent", "Mozilla"), ("city", "Leeds"),
                ),
            ),
        ),
        (
            "used_ip_address_v2",
            {"ip": "192.0.2.1", "action": "Login", "timestamp": WHEN, "user_agent": "Mozilla"},
            DeviceFact(
                locator="used_ip_address_v2.0", service="Facebook", moments=RECORDED, name="IP address used",
                value="Login, Mozilla, 192.0.2.1",
                extra=(("ip", "192.0.2.1"), ("action", "Login"), ("user_agent", "Mozilla")),
            ),
        ),
        (
            "contact_verifications_v2",
            {"contact": "+447700900101", "contact_type": 4, "verification_time": WHEN},
            DeviceFact(
                locator="contact_verifications_v2.0", service="Facebook", name="verified contact",
                moments=(Moment("verified", WHEN * 1_000_000, str(WHEN), "A"),), value="+447700900101",
                extra=(("contact", "+447700900101"), ("contact_type", 4)),
            ),
        ),
        (
            "profile_profile_change",
            labelled(Changed="Username", Previous_Value="ann_ex", New_Value="ann_two"),
            DeviceFact(
                locator="profile_profile_change.0", service="Instagram", moments=RECORDED, name="profile change",
                value="Username, ann_two",
                extra=(("Changed", "Username"), ("Previous Value", "ann_ex"), ("New Value", "ann_two")),
            ),
        ),
        (
            "relationships_follow_requests_received",
            {"title": "", "string_list_data": [{"href": "https://a.example", "value": "ben_ex", "timestamp": WHEN}]},
            Contact(
                locator="relationships_follow_requests_received.0", service="Instagram", moments=RECORDED,
                flags=("follow request received",), extra=(("href", "https://a.example"),), name="ben_ex",
                identifiers=(Party("ben_ex", "instagram", "ben_ex"),),
            ),
        ),
        (
            "searches_v2",
            {
                "timestamp": WHEN, "title": "Ann searched Facebook",
                "attachments": [{"data": [{"text": '"caf\u00c3\u00a9"'}]}],
            },
            Search(
                locator="searches_v2.0", service="Facebook", moments=RECORDED, text="café",
                extra=(("title", "Ann searched Facebook"),),
            ),
        ),
        (
            "friends_v2",
            {"name": "Ben Example", "timestamp": WHEN},
            Contact(
                locator="friends_v2.0", service="Facebook", moments=RECORDED, flags=("friend",), name="Ben Example",
                identifiers=(Party("Ben Example", "name", "Ben Example"),),
            ),
        ),
        (
            "account_history_login_history",
            labelled(IP_Address="192.0.2.1", User_Agent="Instagram 1", Cookie_Name="****"),
            DeviceFact(
                locator="account_history_login_history.0", service="Instagram", moments=RECORDED, name="login",
                value="Instagram 1, 192.0.2.1", extra=(("IP Address", "192.0.2.1"), ("User Agent", "Instagram 1")),
            ),
        ),
        (
            "searches_keyword",
            labelled(Search="knots"),
            Search(
                locator="searches_keyword.0", service="Instagram", moments=RECORDED, text="knots",
                extra=(("Search", "knots"),),
            ),
        ),
        (
            "relationships_following",
            {"title": "", "string_list_data": [{"href": "https://x/ben", "value": "ben", "timestamp": WHEN}]},
            Contact(
                locator="relationships_following.0", service="Instagram", moments=RECORDED, flags=("followed",),
                name="ben", identifiers=(Party("ben", "instagram", "ben"),), extra=(("href", "https://x/ben"),),
            ),
        ),
        (
            "account_history_imprecise_last_known_location",
            labelled(Imprecise_Latitude="51.5", Imprecise_Longitude="-0.1"),
            Location(
                locator="account_history_imprecise_last_known_location.0", service="Instagram", moments=RECORDED,
                lat=51.5, lon=-0.1, source="last known location, imprecise",
            ),
        ),
        (
            "profile_user",
            labelled(Name="Ann Example", Username="ann", Email="ann@example.org", Phone_Number="+447700900101"),
            Account(
                locator="profile_user.0", service="Instagram", moments=RECORDED, name="Ann Example",
                identifiers=(
                    Party("ann", "instagram", "Ann Example"), Party("ann@example.org", "email", "Ann Example"),
                    Party("+447700900101", "phone", "Ann Example"),
                ),
                extra=(
                    ("Name", "Ann Example"), ("Username", "ann"), ("Email", "ann@example.org"),
                    ("Phone Number", "+447700900101"),
                ),
            ),
        ),
    ],
)  # fmt: skip
def test_each_kind_of_row_comes_out_whole(name, row, expected):
    assert [one for one in account(file_of({name: [row]})) if getattr(one, "kind", "") != "note"] == [
        expected,
        Present(1),
    ]


def test_a_profile_of_facebook_comes_out_whole():
    profile = {"name": {"full_name": "Ann Example"}, "emails": {"emails": ["ann@example.org", 5]}, "gender": "x"}
    assert list(account(file_of({"profile_v2": profile}))) == [
        Account(
            locator="profile_v2", service="Facebook", name="Ann Example",
            identifiers=(Party("ann@example.org", "email", "Ann Example"),),
            extra=(("emails", '{"emails":["ann@example.org",5]}'), ("gender", "x")),
        ),
        Present(1),
    ]  # fmt: skip


def test_a_profile_has_its_telephones():
    phones = [{"phone_type": "Mobile", "phone_number": "+447700900101", "verified": True}]
    found = next(iter(account(file_of({"profile_v2": {"name": {"full_name": "Ann"}, "phone_numbers": phones}}))))
    assert found.identifiers == (Party("+447700900101", "phone", "Ann"),)


def test_uploaded_contacts_of_both_services_come_out():
    cleo = Party("+447700900102", "phone", "Cleo Example")
    book = [{"name": "Cleo Example", "details": [{"contact_point": "+447700900102"}], "created_timestamp": WHEN}, 5]
    assert list(account(file_of({"address_book_v2": {"address_book": book, "other": []}}))) == [
        Contact(
            locator="address_book_v2.address_book.0", service="Facebook", flags=("uploaded contact",),
            moments=(Moment("created", WHEN * 1_000_000, str(WHEN), "A"),), name="Cleo Example", identifiers=(cleo,),
        ),
        Problem("row", "not-an-object", "5 where an entry should stand", "address_book_v2.address_book.1"),
        Problem("row", "not-an-object", "[] where an entry should stand", "address_book_v2.other"),
        Present(3),
    ]  # fmt: skip
    row = labelled(First_Name="Cleo", Last_Name="Example", Contact_Information="+447700900102")
    found = next(iter(account(file_of({"contacts_contact_info": [row]}))))
    assert (found.service, found.name, found.identifiers) == ("Instagram", "Cleo Example", (cleo,))


def test_places_that_facebook_recorded_come_out() -> None:
    rows = [
        {"name": "Leeds", "coordinate": {"latitude": 53.8, "longitude": -1.5}, "creation_timestamp": WHEN},
        {"name": "York", "creation_timestamp": WHEN},
    ]
    plain = {"service": "Facebook", "moments": RECORDED}
    assert list(account(file_of({"location_history_v2": rows}))) == [
        Location(
            locator="location_history_v2.0", lat=53.8, lon=-1.5, source="Facebook location history", text="Leeds",
            **plain,
        ),
        DeviceFact(locator="location_history_v2.1", name="Facebook location history", value="York", **plain),
        Present(2),
    ]  # fmt: skip


def test_comments_of_both_services_come_out() -> None:
    own = {"comment": {"timestamp": WHEN, "comment": "caf\u00c3\u00a9", "author": "Ann Example"}}
    facebook = {"timestamp": WHEN, "data": [own], "title": "Ann commented", "attachments": [{"data": []}]}
    plain = {"moments": RECORDED, "flags": ("comment",), "conversation": "comments", "title": "comments"}
    assert next(iter(account(file_of({"comments_v2": [facebook]})))) == Message(
        locator="comments_v2.0", service="Facebook", direction="out", text="café", **plain,
        sender=Party("Ann Example", "name", "Ann Example"),
        extra=(("title", "Ann commented"), ("attachments", '[{"data":[]}]')),
    )  # fmt: skip
    insta = {"media_list_data": [{"uri": ""}], **labelled(Comment="lovely", Media_Owner="ben_ex")}
    insta = {key: insta[key] for key in ("media_list_data", "string_map_data")}
    written = {"service": "Instagram", "direction": "out", "text": "lovely", "extra": (("Media Owner", "ben_ex"),)}
    bare = file_of([insta], "export/comments/post_comments_1.json")
    assert list(account(bare)) == [Message(locator="0", **written, **plain), Present(1)]
    assert looks_like(bare.head)
    assert list(account(file_of([insta], "export/other.json"))) == []
    reels = list(account(file_of({"comments_reels_comments": [insta]})))
    assert reels == [Message(locator="comments_reels_comments.0", **written, **plain), Present(1)]


@pytest.mark.parametrize(
    ("path", "expected"), [("export/friends/friends.json", [Contact, Present]), ("app/users/friends.json", [])]
)
def test_lists_of_early_exports_are_known_in_their_folders(path, expected):
    rows = {"friends": [{"name": "Ben Example", "timestamp": WHEN}]}
    assert [type(one) for one in account(file_of(rows, path))] == expected


def test_followers_have_no_name_around_their_list():
    rows = [{"title": "", "media_list_data": [], "string_list_data": [{"value": "ben", "timestamp": WHEN}]}, 5]
    assert list(account(file_of(rows, "followers_1.json"))) == [
        Contact(
            locator="0", service="Instagram", moments=RECORDED, flags=("follower",), name="ben",
            identifiers=(Party("ben", "instagram", "ben"),),
        ),
        Problem("row", "not-an-object", "5 where an entry should stand", "1"),
        Present(2),
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"profile_v2"}))
def test_no_entry_is_lost_for_a_bad_value(name):
    row = {
        **labelled(Search="x", Imprecise_Latitude="1", Imprecise_Longitude="2"), "timestamp": WHEN, "name": "x",
        "string_list_data": [{"value": "x", "timestamp": 1, "href": "y"}], "attachments": [{"data": [{"text": "x"}]}],
        "emails": {"emails": ["x"]}, "action": "x",
    }  # fmt: skip
    assert_no_entry_is_lost(account, lambda rows: file_of({name: rows}), row)


def test_a_file_that_breaks_off_gives_what_was_written():
    found = list(account(file_of(b'{"friends_v2": [{"name": "Ben Example"}, {"na')))
    assert [type(one) for one in found] == [Contact, Problem, Present]


@pytest.mark.parametrize("data", [b"", b"[]", b'{"friends": []}', b'[{"title": "x"}]', b"\xff\xfe"])
def test_what_is_none_of_these_says_nothing(data):
    assert (looks_like(data), list(account(file_of(data)))) == (False, [])


def test_secrets_stay_out_however_deep_they_stand_and_other_lists_are_named():
    session = {"device": "Phone", "datr_cookie": "hidden", "all": [{"access_token": "hidden", "ip": "192.0.2.1"}]}
    data = json.dumps({"active_sessions_v2": [{"session": session}], "other_list": [{"a": 1}]}).encode()
    found = list(account(MemoryFile("x.json", data, mime="application/json")))
    assert found[0].extra == (("session", '{"device":"Phone","all":[{"ip":"192.0.2.1"}]}'),)
    assert found[1:] == [Present(1), Problem("note", "not-read", "not read: other_list")]
