"""The photo library of iOS: what was changed in it, what is hidden in it, and where it came from."""

from __future__ import annotations

from typing import Any

import pytest

from evidence_store.records import Location, MediaItem
from tests.extractors.test_ios_photos import ADDED, CHANGED, at, put, read

PLACE = "place of the file, as the library keeps it"


def one(**columns: Any) -> MediaItem:
    """A picture with these columns, as it should come out where they say nothing more."""
    (found,) = (each for each in read(put("ZASSET", Z_PK=1, **columns)) if isinstance(each, MediaItem))
    return found


@pytest.mark.parametrize(("state", "word"), [(2, "edited"), (3, "adjusted by the camera")])
def test_what_the_camera_adjusted_is_not_said_to_be_edited(state: int, word: str) -> None:
    assert one(ZADJUSTMENTSSTATE=state, ZADJUSTMENTTIMESTAMP=CHANGED) == MediaItem(
        locator="ZASSET:Z_PK=1", service="Photos", moments=(at(word, CHANGED),), flags=(word,)
    )


def test_a_plain_film_has_no_flag_for_it_and_states_of_the_library_have() -> None:
    found = one(
        ZKIND=1,
        ZKINDSUBTYPE=100,
        ZVISIBILITYSTATE=2,
        ZACTIVELIBRARYSCOPEPARTICIPATIONSTATE=1,
        ZCLOUDSERVERPUBLISHDATE=ADDED,
        ZCLOUDDELETESTATE=1,
    )
    assert found == MediaItem(
        locator="ZASSET:Z_PK=1",
        service="Photos",
        moments=(at("published in iCloud", ADDED),),
        flags=("video", "not shown in the library", "in the library shared with others"),
        extra=(("ZCLOUDDELETESTATE", 1),),
    )


@pytest.mark.parametrize(
    ("place", "extra"),
    [
        ((51.5, -0.125), ((PLACE, "50.0, -0.125"),)),
        ((-180.0, -180.0), ((PLACE, "50.0, -0.125"),)),
        ((50.0001, -0.125), ()),
    ],
)
def test_a_place_and_a_zone_that_were_changed_are_told(
    place: tuple[float, float], extra: tuple[tuple[str, str], ...]
) -> None:
    found = read(
        put("ZASSET", Z_PK=1, ZLATITUDE=place[0], ZLONGITUDE=place[1]),
        put("ZEXTENDEDATTRIBUTES", Z_PK=1, ZASSET=1, ZLATITUDE=50.0, ZLONGITUDE=-0.125),
        put("ZADDITIONALASSETATTRIBUTES", Z_PK=1, ZASSET=1, ZTIMEZONEOFFSET=0, ZINFERREDTIMEZONEOFFSET=3600),
    )
    item = found[1]
    assert item.extra == (("ZINFERREDTIMEZONEOFFSET", 3600), *extra, ("ZTIMEZONEOFFSET", 0))
    assert [(each.lat, each.lon) for each in found if isinstance(each, Location)] == [place] * (place[0] > -90)


def test_a_picture_that_was_shared_in_a_conversation_names_it() -> None:
    album = put("ZGENERICALBUM", Z_PK=9, ZKIND=1509, ZIMPORTSESSIONID="iMessage;-;+447700900101")
    found = read(put("ZASSET", Z_PK=1, ZSAVEDASSETTYPE=12, ZCONVERSATION=9), album)
    assert found[1] == MediaItem(
        locator="ZASSET:Z_PK=1",
        service="Photos",
        extra=(
            ("conversation that it was shared in", "iMessage;-;+447700900101"),
            ("ZSAVEDASSETTYPE", "12 (shared with you)"),
        ),
    )
