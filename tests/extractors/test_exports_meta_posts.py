"""Posts, stories and reels of Instagram and Facebook."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evidence_store.records import Attachment, Message, Moment, Present, Problem
from extractors.exports.meta.posts import looks_like, posts
from tests.evidence_builders.files import MemoryFile
from tests.extractors.broken_json import assert_no_entry_is_lost

WHEN = 1672567200
RECORDED = Moment("recorded", WHEN * 1_000_000, str(WHEN), "A")
TAKEN = Moment("taken, as recorded", (WHEN - 60) * 1_000_000, str(WHEN - 60), "A")
EXIF = {"latitude": 51.5, "longitude": -0.125, "taken_timestamp": WHEN - 60, "upload_ip": "192.0.2.1"}
PICTURE = {
    "uri": "media/posts/202301/1.jpg",
    "creation_timestamp": WHEN,
    "media_metadata": {"photo_metadata": {"exif_data": [EXIF]}},
    "title": "caf\u00c3\u00a9",
}
FILE = Attachment("1.jpg", "insta/media/posts/202301/1.jpg")


def file_of(document: Any, path: str = "insta/media/posts_1.json") -> MemoryFile:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return MemoryFile(path, data, mime="application/json")


def post(locator: str, what: str, **fields: Any) -> Message:
    plain = {"service": "Instagram", "conversation": "posts", "title": "posts", "direction": "out", "flags": (what,)}
    return Message(**{**plain, "locator": locator, "moments": (RECORDED, TAKEN), "lat": 51.5, "lon": -0.125, **fields})


def test_posts_and_stories_of_instagram_come_out_with_place_and_address() -> None:
    note = "texts written byte by byte, as this service does, and read as the UTF-8 they are: 1"
    shown = {"attachments": (FILE,), "extra": (("upload_ip", "192.0.2.1"),), "text": "café"}
    bare = file_of([{"media": [PICTURE]}])
    assert looks_like(bare.head)
    assert list(posts(bare)) == [post("0", "post", **shown), Present(1), Problem("note", "encoding-mended", note)]
    stories = list(posts(file_of({"ig_stories": [PICTURE, 7]}, "insta/media/stories.json")))
    assert stories[0] == post("ig_stories.0", "story", **shown)
    assert stories[1] == Problem("row", "not-an-object", "7 where a post should stand", "ig_stories.1")
    gone = next(iter(posts(file_of({"ig_recently_deleted_media": [{"media": [PICTURE], "title": "x"}]}))))
    assert isinstance(gone, Message)
    assert (gone.deleted, gone.text) == (True, "x\ncafé")


def test_posts_of_facebook_come_out_with_links_and_media() -> None:
    row = {
        "timestamp": WHEN,
        "attachments": [
            {"data": [{"media": {**PICTURE, "uri": "posts/media/1.jpg", "title": ""}}]},
            {"data": [{"external_context": {"url": "https://example.org/"}}]},
        ],
        "data": [{"post": "At the quay"}, {"update_timestamp": WHEN}],
        "title": "Ann Example added a photo.",
    }
    found = list(posts(file_of([row], "fb/posts/your_posts_1.json")))
    assert found == [
        post(
            "0", "post", service="Facebook", text="At the quay\nAnn Example added a photo.",
            attachments=(Attachment("1.jpg", "fb/posts/media/1.jpg"),),
            extra=(("link", "https://example.org/"), ("upload_ip", "192.0.2.1")),
        ),
        Present(1),
    ]  # fmt: skip
    assert list(posts(file_of([row], "fb/other/list.json"))) == []


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'[{"media": [{"id": 1}]}]', b'[{"timestamp": 1672567200}]'])
def test_what_is_none_of_these_says_nothing(data: bytes) -> None:
    assert list(posts(file_of(data))) == []


def test_no_post_is_lost_for_a_bad_value() -> None:
    row = {"media": [PICTURE], "title": "x", "creation_timestamp": WHEN, "attachments": [], "data": []}
    assert_no_entry_is_lost(posts, lambda rows: file_of({"ig_reels_media": rows}), row)
