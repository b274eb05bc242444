"""Notes of iOS, of every layout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evidence_store.records import Account, Attachment, Moment, Note, Present, Problem
from extractors.ios.notes import notes
from extractors.ios.notes_older import notes_older
from tests.evidence_builders.apple_notes import body, run, table
from tests.evidence_builders.browsers import database, with_log
from tests.evidence_builders.files import MemoryFile
from tests.evidence_builders.ios_stores import NOTES, NOTES_OLDER, hexed
from tests.extractors.broken import assert_no_row_is_lost, with_broken_values

HOME = "private/var/mobile/Containers/Shared/AppGroup/0A1B"
PATH = f"{HOME}/NoteStore.sqlite"
OLDER = "private/var/mobile/Library/Notes/notes.sqlite"
OBJECT = "ZICCLOUDSYNCINGOBJECT"
ATTACHMENT, MEDIA, NOTE, ACCOUNT, FOLDER, INLINE = 3, 4, 5, 6, 7, 8
CREATED, MODIFIED = 794050200.5, 794050260.25


def put(key: int, entity: int | None, **columns: Any) -> str:
    """One object of the note store."""
    row = {"Z_PK": key, "Z_ENT": entity, **columns}
    cells = [hexed(one) if isinstance(one, bytes) else "NULL" if one is None else repr(one) for one in row.values()]
    return f"INSERT INTO {OBJECT}({','.join(row)}) VALUES({','.join(cells)});"


def data(key: int, note: int | None, stored: bytes | None) -> str:
    return (
        f"INSERT INTO ZICNOTEDATA(Z_PK,ZNOTE,ZDATA) VALUES({key},{'NULL' if note is None else note},"
        f"{'NULL' if stored is None else hexed(stored)});"
    )


def at(meaning: str, seconds: float) -> Moment:
    return Moment(meaning, round(seconds * 1_000_000) + 978_307_200_000_000, str(seconds), "A")


STORE = [
    put(1, ACCOUNT, ZIDENTIFIER="ACC-1", ZNAME="iCloud", ZUSERRECORDNAME="_u1"),
    put(2, FOLDER, ZTITLE2="Lists", ZIDENTIFIER="F-1", ZOWNER=1, ZFOLDERTYPE=0),
    put(3, FOLDER, ZTITLE2="Recently Deleted", ZIDENTIFIER="TrashFolder-CloudKit", ZOWNER=1, ZFOLDERTYPE=1),
]
HASHTAG = "com.apple.notes.inlinetextattachment.hashtag"
TEXT = "Shops\nmilk\nbread\n\ufffc\n\ufffc\n\ufffc see"
RUNS = (
    run("Shops\n"),
    run("milk\n", done=True),
    run("bread\n", done=False),
    run("\ufffc", embedded=("AT-1", "public.jpeg")),
    run("\n"),
    run("\ufffc", embedded=("AT-2", "com.apple.notes.table")),
    run("\n"),
    run("\ufffc", embedded=("IN-1", HASHTAG)),
    run(" see", link="https://example.org/shop"),
)
FULL = [
    *STORE,
    put(
        10,
        NOTE,
        ZTITLE1="Shops",
        ZFOLDER=2,
        ZACCOUNT4=1,
        ZNOTEDATA=20,
        ZCREATIONDATE3=CREATED,
        ZMODIFICATIONDATE1=MODIFIED,
        ZISPINNED=1,
        ZSERVERSHAREDATA=b"\x01",
        ZIDENTIFIER="N-1",
    ),
    put(
        11, ATTACHMENT, ZNOTE=10, ZMEDIA=12, ZIDENTIFIER="AT-1", ZTYPEUTI="public.jpeg", ZFILESIZE=77, ZOCRSUMMARY="Bus"
    ),
    put(12, MEDIA, ZIDENTIFIER="ME-1", ZFILENAME="bus.jpg", ZGENERATION1="1_G"),
    put(
        13,
        ATTACHMENT,
        ZNOTE=10,
        ZIDENTIFIER="AT-2",
        ZTYPEUTI="com.apple.notes.table",
        ZMERGEABLEDATA1=table([["Day", "Where"], ["Mon", "Station"]]),
    ),
    put(
        14,
        INLINE,
        ZNOTE1=10,
        ZIDENTIFIER="IN-1",
        ZTYPEUTI1="com.apple.notes.inlinetextattachment.hashtag",
        ZALTTEXT="#go",
    ),
    "INSERT INTO ZICLOCATION(Z_PK,ZATTACHMENT,ZLATITUDE,ZLONGITUDE) VALUES(1,11,51.5,-0.125);",
    data(20, 10, body(TEXT, *RUNS)),
]
SHOPS = Note(
    locator=f"{OBJECT}:Z_PK=10",
    service="Notes",
    moments=(at("created", CREATED), at("modified", MODIFIED)),
    flags=("pinned", "shared"),
    attachments=(Attachment("bus.jpg", f"{HOME}/Accounts/ACC-1/Media/ME-1/1_G/bus.jpg", None, 77),),
    extra=(
        ("account", "iCloud"),
        ("ZIDENTIFIER", "N-1"),
        ("link", "https://example.org/shop"),
        ("text recognised by the device", "Bus"),
        ("place of an attachment", "51.5, -0.125"),
        ("hashtag", "#go"),
    ),
    title="Shops",
    folder="Lists",
    text="Shops\n[x] milk\n[ ] bread\n[bus.jpg]\nDay | Where\nMon | Station\n#go see",
)
ICLOUD = Account(
    locator=f"{OBJECT}:Z_PK=1",
    service="Notes",
    extra=(("ZIDENTIFIER", "ACC-1"), ("ZUSERRECORDNAME", "_u1")),
    name="iCloud",
)


def read(*scripts: str) -> list[Any]:
    return list(notes(MemoryFile(PATH, database(NOTES, *scripts))))


def test_a_note_comes_out_whole_with_all_that_it_holds() -> None:
    assert read(*FULL) == [Present(1), ICLOUD, Present(1), SHOPS]


def test_drawings_and_scans_name_the_picture_that_is_kept_of_them() -> None:
    drawn: dict[str, Any] = {"ZNOTE": 10, "ZTYPEUTI": "com.apple.drawing.2"}
    found = read(
        *STORE,
        put(10, NOTE, ZFOLDER=2, ZACCOUNT4=1),
        data(20, 10, body("")),
        put(11, ATTACHMENT, ZIDENTIFIER="AT-1", **drawn),
        put(12, ATTACHMENT, ZIDENTIFIER="AT-2", ZFALLBACKIMAGEGENERATION="1_G", **drawn),
        put(13, ATTACHMENT, ZIDENTIFIER="AT-3", ZISPASSWORDPROTECTED=1, **drawn),
        put(14, ATTACHMENT, ZIDENTIFIER="AT-4", ZNOTE=10, ZFALLBACKPDFGENERATION="2_G", ZTITLE="Scan"),
        put(15, ATTACHMENT, ZIDENTIFIER="../AT-5", ZADDITIONALINDEXABLETEXT="Words", ZSUMMARY="Sum", **drawn),
        put(16, ATTACHMENT, ZIDENTIFIER="AT-6", ZNOTE=10, ZTYPEUTI="public.url"),
    )
    kept = f"{HOME}/Accounts/ACC-1/FallbackImages"
    name = "com.apple.drawing.2"
    assert found[3].attachments == (
        Attachment(name, f"{kept}/AT-1.jpg", "image/jpeg"),
        Attachment(name, f"{kept}/AT-2/1_G/FallbackImage.png", "image/png"),
        Attachment(name, f"{kept}/AT-3.jpg.encrypted", "image/jpeg"),
        Attachment("Scan", f"{HOME}/Accounts/ACC-1/FallbackPDFs/AT-4/2_G/FallbackPDF.pdf", "application/pdf"),
        Attachment(name, None, "image/jpeg"),
    )
    told = (("summary of an attachment", "Sum"), ("text of an attachment, kept for searching", "Words"))
    assert set(told) <= set(found[3].extra)


def test_a_locked_note_is_said_to_be_locked_and_a_deleted_one_to_be_deleted() -> None:
    found = read(
        *STORE,
        put(10, NOTE, ZTITLE1="Secret", ZFOLDER=2, ZISPASSWORDPROTECTED=1, ZPASSWORDHINT="cat"),
        data(20, 10, b"\x25encrypted"),
        put(11, NOTE, ZTITLE1="Gone", ZFOLDER=3, ZACCOUNT4=1),
        data(21, 11, body("Gone")),
        put(12, NOTE, ZMARKEDFORDELETION=1, ZSNIPPET="left over"),
        data(22, 12, None),
    )
    account = ("account", "iCloud")
    assert found[2:] == [
        Present(1),
        Note(
            locator=f"{OBJECT}:Z_PK=10",
            service="Notes",
            flags=("locked",),
            extra=(account, ("ZPASSWORDHINT", "cat")),
            title="Secret",
            folder="Lists",
        ),
        Present(1),
        Note(
            locator=f"{OBJECT}:Z_PK=11",
            service="Notes",
            deleted=True,
            flags=("in Recently Deleted",),
            extra=(account,),
            title="Gone",
            folder="Recently Deleted",
            text="Gone",
        ),
        Present(1),
        Note(
            locator=f"{OBJECT}:Z_PK=12",
            service="Notes",
            deleted=True,
            flags=("marked for deletion",),
            extra=(("ZSNIPPET", "left over"),),
        ),
    ]


def test_what_is_missing_beside_a_note_is_said_and_what_has_no_note_comes_out() -> None:
    found = read(
        put(10, NOTE, ZTITLE1="No body", ZFOLDER=99),
        put(11, ATTACHMENT, ZNOTE=77, ZMEDIA=66, ZIDENTIFIER="AT-1", ZTITLE="A map", ZTYPEUTI="public.url"),
        data(20, 88, body("Alone")),
        put(12, NOTE, ZTITLE1="Bad body", ZNOTEDATA=21),
        data(21, 12, b"\x25no gzip"),
    )
    assert found == [
        Present(1),
        Note(locator=f"{OBJECT}:Z_PK=10", service="Notes", title="No body"),
        Problem("value", "no-body", "there is no row of ZICNOTEDATA for this note", f"{OBJECT}:Z_PK=10"),
        Present(1),
        Note(locator=f"{OBJECT}:Z_PK=12", service="Notes", title="Bad body"),
        Problem(
            "value",
            "body",
            "ZICNOTEDATA:Z_PK=21 ZDATA: not compressed with gzip: encrypted, or of a layout that is not known",
            f"{OBJECT}:Z_PK=12",
        ),
        Present(1),
        Note(
            locator="ZICNOTEDATA:Z_PK=20",
            service="Notes",
            flags=("body of no note",),
            extra=(("ZNOTE", "88"),),
            text="Alone",
        ),
        Present(1),
        Note(
            locator=f"{OBJECT}:Z_PK=11",
            service="Notes",
            flags=("attachment of no note",),
            attachments=(Attachment("A map"),),
            extra=(("ZNOTE", 77), ("ZTYPEUTI", "public.url"), ("ZIDENTIFIER", "AT-1")),
            title="A map",
        ),
        Problem("value", "no-media", "there is no row 66 for the file of an attachment", f"{OBJECT}:Z_PK=11"),
    ]


def test_the_layout_of_ios_9_and_a_store_that_names_no_entities_are_read() -> None:
    older = NOTES.replace("ZCREATIONDATE3", "ZCREATIONDATE1").replace("ZACCOUNT4", "ZACCOUNT2")
    rows = [put(10, 4, ZTITLE1="Old", ZNOTEDATA=20, ZCREATIONDATE1=CREATED), data(20, 10, body("Old"))]
    found = list(notes(MemoryFile("NoteStore.sqlite", database(older, "DROP TABLE Z_PRIMARYKEY;", *rows))))
    old = Note(locator=f"{OBJECT}:Z_PK=10", service="Notes", moments=(at("created", CREATED),), title="Old", text="Old")
    assert found == [Present(1), old]


def test_a_file_name_cannot_lead_out_of_the_folder() -> None:
    media = f"UPDATE {OBJECT} SET ZFILENAME='../../../etc/passwd' WHERE Z_PK=12;"
    assert read(*FULL, media)[-1].attachments == (Attachment("../../../etc/passwd", None, None, 77),)


def test_notes_of_the_write_ahead_log_and_twins_come_out() -> None:
    store, log = with_log(database(NOTES, *FULL), put(30, NOTE, ZTITLE1="Twin") + put(31, NOTE, ZTITLE1="Twin"))
    found = list(notes(MemoryFile(PATH, store, {"-wal": log})))
    assert [one.title for one in found if isinstance(one, Note)] == ["Shops", "Twin", "Twin"]


def test_a_broken_value_costs_no_note() -> None:
    rows = [*FULL[3:], *FULL[:3]]
    moved = database(NOTES, *rows, f"DELETE FROM {OBJECT} WHERE Z_PK<10;")
    broken, count = with_broken_values(moved, OBJECT, "Z_PK")
    found = list(notes(MemoryFile(PATH, broken)))
    assert len([one for one in found if isinstance(one, Note)]) == count - 4
    assert_no_row_is_lost(notes, PATH, database(NOTES, data(20, 88, body("Alone"))), "ZICNOTEDATA", "Z_PK")


def test_an_unknown_layout_is_said_to_be_unknown() -> None:
    assert list(notes(MemoryFile(PATH, database("CREATE TABLE other(id INTEGER)")))) == [
        Problem("schema", "unknown-layout", f"no table {OBJECT}; no table ZICNOTEDATA")
    ]


def test_a_note_of_a_real_phone_comes_out_whole(corpus: Path) -> None:
    found = list(notes(MemoryFile(PATH, (corpus / "plaso/ios/NoteStore.sqlite").read_bytes())))
    real = [one for one in found if isinstance(one, Note)]
    assert [one.flags for one in real] == [("locked",)] * 3 + [()] * 3 + [("marked for deletion",), ("locked",)]
    assert real[4] == Note(
        locator=f"{OBJECT}:Z_PK=12",
        service="Notes",
        moments=(
            Moment("created", 1613420501978291, "635113301.978291", "A"),
            Moment("modified", 1613420533236012, "635113333.236012", "A"),
            Moment("put into its folder", 1613420501981302, "635113301.981302", "A"),
        ),
        extra=(("account", "iCloud"), ("ZIDENTIFIER", "ECED25E5-D8A0-41F3-9B69-63F964CF8955")),
        title="iOS 14 Note",
        folder="Notes",
        text="iOS 14 Note\n\nThis is a note created for iOS 14.  It is created on iPhone. ",
    )


OLDER_ROWS = """
INSERT INTO ZACCOUNT(Z_PK,ZNAME) VALUES(1,'Mail');
INSERT INTO ZSTORE(Z_PK,ZACCOUNT,ZNAME) VALUES(2,1,'INBOX.Notes');
INSERT INTO ZNOTE(Z_PK,ZTITLE,ZBODY,ZSTORE,ZCREATIONDATE,ZMODIFICATIONDATE,ZAUTHOR,ZGUID,ZDELETEDFLAG) VALUES
 (5,'Shops',9,2,794050200.5,794050260.25,'ann@example.org','G-1',0),(6,'Gone',99,NULL,794050200.5,NULL,NULL,NULL,1);
INSERT INTO ZNOTEBODY(Z_PK,ZOWNER,ZCONTENT) VALUES(9,5,'<div>Shops</div><div>milk &amp; bread</div>'),
 (10,77,'Alone');
INSERT INTO ZNOTEATTACHMENT(Z_PK,ZNOTE,ZFILENAME,ZMIMETYPE) VALUES(1,5,'bus.jpg','image/jpeg');
"""


def test_older_notes_come_out_whole() -> None:
    assert list(notes_older(MemoryFile(OLDER, database(NOTES_OLDER, OLDER_ROWS)))) == [
        Present(2),
        Note(
            locator="ZNOTE:Z_PK=5",
            service="Notes",
            moments=(at("created", CREATED), at("modified", MODIFIED)),
            attachments=(Attachment("bus.jpg", None, "image/jpeg"),),
            extra=(("account", "Mail"), ("ZAUTHOR", "ann@example.org"), ("ZGUID", "G-1")),
            title="Shops",
            folder="INBOX.Notes",
            text="Shops\nmilk & bread",
        ),
        Note(
            locator="ZNOTE:Z_PK=6",
            service="Notes",
            moments=(at("created", CREATED),),
            deleted=True,
            flags=("marked for deletion",),
            title="Gone",
        ),
        Problem("value", "no-body", "there is no row of ZNOTEBODY for this note (Z_PK=99)", "ZNOTE:Z_PK=6"),
        Present(1),
        Note(locator="ZNOTEBODY:Z_PK=10", service="Notes", flags=("body of no note",), text="Alone"),
    ]


def test_a_broken_value_costs_no_older_note() -> None:
    made = database(NOTES_OLDER, OLDER_ROWS)
    assert_no_row_is_lost(notes_older, OLDER, made, "ZNOTE", "Z_PK")
    alone = database(NOTES_OLDER, OLDER_ROWS, "DELETE FROM ZNOTE; DELETE FROM ZNOTEBODY WHERE Z_PK=9;")
    assert_no_row_is_lost(notes_older, OLDER, alone, "ZNOTEBODY", "Z_PK")


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("CREATE TABLE other(id INTEGER)", []),
        ("CREATE TABLE ZNOTE(Z_PK INTEGER)", ["table ZNOTE has no column ZCREATIONDATE, ZTITLE; no table ZNOTEBODY"]),
    ],
)
def test_other_files_of_the_name_are_left_alone(schema: str, expected: list[str]) -> None:
    found = list(notes_older(MemoryFile(OLDER, database(schema))))
    assert found == [Problem("schema", "unknown-layout", words) for words in expected]
