"""The archive of X: direct messages of two and of groups, posts, the account and its people."""

from __future__ import annotations

import json

import pytest

from evidence_store.records import (
    Account,
    Attachment,
    Contact,
    DeviceFact,
    Group,
    Member,
    Message,
    Moment,
    Party,
    Present,
    Problem,
    Reaction,
    Search,
)
from extractors.exports.x.archive import archive
from extractors.exports.x.direct_messages import direct_messages
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import BROKEN, assert_no_entry_is_lost, broken_rows

WHEN = "2023-01-01T10:00:00.123Z"
SENT = Moment("sent", 1672567200123000, WHEN, "B")
ANN, BEN = Party("1", "x"), Party("2", "x")
OWNER = {"account.js": b'window.YTD.account.part0 = [ {"account": {"accountId": "1"}} ]'}
ROW = {"senderId": "2", "recipientId": "1", "text": "Hello", "id": "77", "createdAt": WHEN, "mediaUrls": [], "urls": []}


def assigned(name, rows):
    return f"window.YTD.{name}.part0 = ".encode() + json.dumps(rows).encode()


def dms(events, key="1-2", name="direct_messages", others=OWNER):
    data = assigned(name, [{"dmConversation": {"conversationId": key, "messages": events}}])
    return MemoryFile(f"archive/data/{name.replace('_', '-')}.js", data, others=others)


def message(**fields):
    plain = {
        "locator": "direct_messages[0].messages[0]",
        "service": "X",
        "moments": (SENT,),
        "conversation": "1-2",
        "direction": "in",
    }
    return Message(**{**plain, "sender": BEN, "recipients": (ANN,), "text": "Hello", "key": "77", **fields})


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        ({}, {}),
        ({"senderId": "1", "recipientId": "2"}, {"sender": ANN, "recipients": (BEN,), "direction": "out"}),
        (
            {
                "mediaUrls": ["https://example.org/dm/77/abc.jpg"],
                "urls": [{"url": "https://t.co/a", "expanded": "https://example.org/", "display": "example.org"}],
                "reactions": [{"senderId": "1", "reactionKey": "like", "createdAt": WHEN}],
                "editHistory": [{"editText": "Helo"}],
            },
            {
                "flags": ("edited",),
                "attachments": (Attachment("abc.jpg", "archive/data/direct_messages_media/77-abc.jpg"),),
                "extra": (("link", "https://t.co/a -> https://example.org/"), ("earlier text", "Helo")),
                "reactions": (Reaction("like", ANN, Moment("reacted", 1672567200123000, WHEN, "B")),),
            },
        ),
    ],
)  # fmt: skip
def test_each_kind_of_message_comes_out_whole(row, fields):
    assert list(direct_messages(dms([{"messageCreate": {**ROW, **row}}]))) == [message(**fields), Present(1)]


def test_without_the_account_beside_there_is_no_direction():
    found = list(direct_messages(dms([{"messageCreate": ROW}], others={})))
    assert found == [message(direction=None), Present(1)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            b'window.YTD.account.part0 = [ {"account": {"accountId": "1',
            "cannot be read (the JSON cannot be read on: it breaks off",
        ),
        (b"\x00\xff", "cannot be read ("),
        (b'window.YTD.account.part0 = [ {"account": {"accountId": 1}} ]', "names no account"),
        (b'window.YTD.account.part0 = [ {"profile": {}} ]', "names no account"),
        (b"window.YTD.account.part0 = [ ]", "names no account"),
    ],
)
def test_an_account_beside_that_names_nobody_costs_the_direction_and_is_told(data, reason):
    problem, *rest = direct_messages(dms([{"messageCreate": ROW}], others={"account.js": data}))
    assert (problem.kind, problem.code) == ("value", "no-owner")
    assert problem.detail.startswith(f"which side is the account is not known: account.js {reason}")
    assert rest == [message(direction=None), Present(1)]


def test_a_group_has_its_events_and_members():
    events = [
        {"participantsLeave": {"userIds": ["3"], "createdAt": "2023-01-04T00:00:00Z"}},
        {"messageCreate": {**ROW, "recipientId": None}},
        {"conversationNameUpdate": {"initiatingUserId": "2", "name": "Friends", "createdAt": "2023-01-02T00:00:00Z"}},
        {"participantsJoin": {"initiatingUserId": "2", "userIds": ["3"], "createdAt": "2023-01-03T00:00:00Z"}},
        {"joinConversation": {
            "initiatingUserId": "2", "participantsSnapshot": ["1", "2"], "createdAt": "2023-01-01T00:00:00Z",
        }},
        {"newThing": {"createdAt": "2023-01-05T00:00:00Z"}},
    ]  # fmt: skip
    found = list(direct_messages(dms(events, "900", "direct_messages_group")))
    joined = Moment("joined", 1672704000000000, "2023-01-03T00:00:00Z", "B")
    left = Moment("left", 1672790400000000, "2023-01-04T00:00:00Z", "B")
    cleo = Party("3", "x")
    assert found[1] == message(
        locator="direct_messages_group[0].messages[1]", conversation="900", title="Friends", recipients=()
    )
    assert [(one.text, one.flags, one.sender) for one in (found[0], *found[2:6])] == [
        ("[participants left: 3]", ("system",), None),
        ("[name of the conversation changed: Friends]", ("system",), BEN),
        ("[participants added: 3]", ("system",), BEN),
        ("[conversation joined: 1, 2]", ("system",), BEN),
        ("[newThing]", ("system", "type newThing"), None),
    ]
    assert found[6:] == [
        Group(
            locator="direct_messages_group[0]", service="X", conversation="900", title="Friends",
            identifiers=(ANN, BEN, cleo),
            members=(Member(ANN), Member(BEN), Member(cleo, since=joined, until=left)),
        ),
        Present(7),
    ]  # fmt: skip


def test_no_event_is_lost_for_a_bad_value():
    rich = {**ROW, "mediaUrls": ["x"], "reactions": [{"senderId": "1", "createdAt": WHEN}], "editHistory": [{}]}
    rows = broken_rows(rich)
    found = list(direct_messages(dms([{"messageCreate": row} for row in rows] + [None, 5, {}, {"a": 1, "b": 2}])))
    assert sum(isinstance(one, Message) for one in found) == len(rows)
    assert sum(isinstance(one, Problem) and one.kind == "row" for one in found) == 4
    assert found[-1] == Present(len(rows) + 4)
    event = {"initiatingUserId": "2", "userIds": ["3"], "participantsSnapshot": ["1"], "createdAt": WHEN, "name": "x"}
    for name in ("joinConversation", "participantsLeave", "conversationNameUpdate"):
        rows = broken_rows(event)
        found = list(direct_messages(dms([{name: row} for row in rows], "900")))
        assert sum(isinstance(one, Message) for one in found) == len(rows)


@pytest.mark.parametrize("value", BROKEN)
def test_a_broken_conversation_costs_itself(value):
    data = assigned("direct_messages", [{"dmConversation": value}, value])
    found = list(direct_messages(MemoryFile("direct-messages.js", data)))
    assert isinstance(found[-1], Present)


DATA = "archive/data"


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        (
            "account",
            {"account": {
                "email": "ann@example.org", "username": "ann", "accountId": "1", "createdAt": WHEN,
                "accountDisplayName": "Ann", "createdVia": "web",
            }},
            Account(
                locator="account[0]", service="X", name="Ann", extra=(("createdVia", "web"),),
                moments=(Moment("created", 1672567200123000, WHEN, "B"),),
                identifiers=(
                    Party("1", "x", "Ann"), Party("ann", "x", "Ann"), Party("ann@example.org", "email", "Ann")
                ),
            ),
        ),
        (
            "tweets",
            {"tweet": {
                "id_str": "5", "full_text": "Look", "created_at": "Sun Jan 01 10:00:00 +0000 2023", "source": "web",
                "in_reply_to_status_id_str": "4", "coordinates": {"coordinates": [-0.1, 51.5]},
                "extended_entities": {"media": [{"media_url_https": "https://example.org/media/a.jpg"}]},
            }},
            Message(
                locator="tweets[0]", service="X", flags=("post",), conversation="posts", title="posts", direction="out",
                moments=(Moment("sent", 1672567200000000, "Sun Jan 01 10:00:00 +0000 2023", "B"),), text="Look",
                attachments=(Attachment("a.jpg", f"{DATA}/tweets_media/5-a.jpg"),), key="5", lat=51.5, lon=-0.1,
                extra=(("source", "web"), ("in reply to", "4")),
            ),
        ),
        (
            "deleted_tweets",
            {"tweet": {"id_str": "5", "full_text": "Gone", "created_at": "soon", "deleted_at": WHEN}},
            Message(
                locator="deleted_tweets[0]", service="X", flags=("deleted post",), conversation="posts", title="posts",
                text="Gone",
                moments=(
                    Moment("sent", None, "soon", "C", note="not a date and time"),
                    Moment("deleted", 1672567200123000, WHEN, "B"),
                ),
                direction="out", key="5", deleted=True,
            ),
        ),
        (
            "follower",
            {"follower": {"accountId": "2", "userLink": "https://example.org/2"}},
            Contact(
                locator="follower[0]", service="X", flags=("follower",), extra=(("userLink", "https://example.org/2"),),
                identifiers=(BEN,),
            ),
        ),
        (
            "contact",
            {"contact": {"id": "9", "emails": ["cleo@example.org", 5], "phoneNumbers": ["+447700900103"]}},
            Contact(
                locator="contact[0]", service="X", flags=("uploaded contact",), extra=(("id", "9"),),
                identifiers=(Party("cleo@example.org", "email"), Party("+447700900103", "phone")),
            ),
        ),
        (
            "ip_audit",
            {"ipAudit": {"accountId": "1", "createdAt": WHEN, "loginIp": "192.0.2.1", "token": "secret"}},
            DeviceFact(
                locator="ip_audit[0]", service="X", moments=(Moment("recorded", 1672567200123000, WHEN, "B"),),
                name="login",
                value="192.0.2.1", extra=(("accountId", "1"), ("loginIp", "192.0.2.1")),
            ),
        ),
        (
            "saved_search",
            {"savedSearch": {"savedSearchId": "3", "query": "knots"}},
            Search(
                locator="saved_search[0]", service="X", flags=("saved",), extra=(("savedSearchId", "3"),), text="knots"
            ),
        ),
    ],
)  # fmt: skip
def test_each_kind_of_row_comes_out_whole(name, row, expected):
    found = list(archive(MemoryFile(f"{DATA}/{name}.js", assigned(name, [row, 7]))))
    assert [one for one in found if not isinstance(one, Problem) or one.kind == "row"] == [
        expected,
        Problem("row", "not-an-object", "7 where an entry should stand", f"{name}[1]"),
        Present(2),
    ]


@pytest.mark.parametrize("name", ["tweets", "account", "contact", "ip_audit"])
def test_no_entry_is_lost_for_a_bad_value(name):
    inner = {"tweets": "tweet", "ip_audit": "ipAudit"}.get(name, name)
    row = {
        "id_str": "5", "full_text": "x", "created_at": "Sun Jan 01 10:00:00 +0000 2023", "deleted_at": WHEN,
        "extended_entities": {"media": [{"media_url": "x"}]}, "coordinates": {"coordinates": [1, 2]}, "emails": ["x"],
        "createdAt": WHEN, "accountId": "1", "phoneNumbers": ["x"], "loginIp": "x",
    }  # fmt: skip

    def made(rows):
        return MemoryFile("x.js", assigned(name, [{inner: one} for one in rows]))

    assert_no_entry_is_lost(archive, made, row)


def test_a_file_that_breaks_off_gives_what_was_written():
    data = assigned("follower", [{"follower": {"accountId": "2"}}] * 2)[:-20]
    assert [type(one) for one in archive(MemoryFile("follower.js", data))] == [Contact, Problem, Present]


@pytest.mark.parametrize("data", [b"", b"[]", b"window.YTD.like.part0 = []", b"var x = [1]", b"\xff\x00"])
def test_what_is_none_of_these_says_nothing(data):
    assert [list(one(MemoryFile("account.js", data))) for one in (direct_messages, archive)] == [[], []]


@pytest.mark.parametrize(
    ("path", "listed", "folder"),
    [
        ("data/tweets.js", "tweets", "data/tweets_media"),
        ("data/tweets-part1.js", "tweets", "data/tweets_media"),
        ("data/tweets.js", "tweet", "data/tweets_media"),
        ("data/tweet.js", "tweet", "data/tweet_media"),
        ("tweet.js", "tweet", "tweet_media"),
        ("data/deleted-tweets.js", "deleted_tweets", "data/deleted_tweets_media"),
    ],
)
def test_media_of_posts_lie_in_the_folder_of_their_list_and_films_in_their_best_form(path, listed, folder):
    film = {"video_info": {"variants": [
        {"content_type": "application/x-mpegURL", "url": "https://example.org/v/list.m3u8"},
        {"content_type": "video/mp4", "bitrate": "256000", "url": "https://example.org/v/small.mp4?tag=1"},
        {"content_type": "video/mp4", "bitrate": "832000", "url": "https://example.org/v/large.mp4?tag=1"},
    ]}, "media_url_https": "https://example.org/thumb.jpg"}  # fmt: skip
    photo = {"media_url_https": "https://example.org/a.jpg"}
    row = {"tweet": {"id_str": "5", "extended_entities": {"media": [photo, film]}}}
    found = next(archive(MemoryFile(path, assigned(listed, [row]))))
    assert found.attachments == (
        Attachment("a.jpg", f"{folder}/5-a.jpg"), Attachment("large.mp4", f"{folder}/5-large.mp4"),
    )  # fmt: skip


def test_posts_of_early_archives_have_nothing_around_them_and_marks_of_pages_are_taken_back():
    row = {"id_str": "5", "created_at": "Wed Oct 10 20:19:24 +0000 2018", "full_text": "1 &lt; 2 &amp;amp; 3"}
    post, present = archive(MemoryFile("tweet.js", assigned("tweet", [row])))
    assert (post.locator, post.text, present) == ("tweet[0]", "1 < 2 &amp; 3", Present(1))
