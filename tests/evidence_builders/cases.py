"""Cases as an ingest leaves them, from made-up evidence, and what a test asks of a case."""

from __future__ import annotations

import io
import shutil
import sqlite3
import tarfile
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from app.cases import Case, open_case
from app.demo_evidence import android_zip, whatsapp_zip
from app.ingest import IngestResult, SourceRequest, add_source
from evidence_store import review
from evidence_store.verify import Verdict, verify
from tests.evidence_builders.android import CALLS, SMS, call_log, message_store
from tests.evidence_builders.archives import write_folder, write_tar, write_zip
from tests.evidence_builders.media import jpeg, mp4, png
from tests.evidence_builders.whatsapp import ChatLayout, ChatLine, render

PROGRAM = "Assay test"


def read_into(folder: Path, *sources: Path, jobs: int = 1, **request: Any) -> tuple[Case, list[IngestResult]]:
    """A case with these sources read; the caller closes it."""
    case = open_case(folder, create_it=True)
    return case, [add_source(case, SourceRequest(path, **request), jobs=jobs) for path in sources]


def verdict_of(case: Case) -> Verdict:
    with case.store.read() as connection:
        return verify(connection)


def reviewed_case(folder: Path) -> Case:
    """A phone and a chat read, with tags and a note: every table of the evidence has rows."""
    evidence = folder / "evidence"
    evidence.mkdir(parents=True)
    sources = android_zip(evidence / "phone.zip"), whatsapp_zip(evidence / "chat.zip")
    case, _ = read_into(folder / "case", *sources, jobs=2, zone="Europe/London")
    with case.store.write() as connection:
        review.add_tag(connection, [1, 2, 3], "relevant", PROGRAM)
        review.remove_tag(connection, [2], "relevant", PROGRAM)
        review.add_note(connection, 1, "ask about this", PROGRAM)
    return case


def message_tree(batches: int = 3) -> dict[str, bytes]:
    """A phone's files by path: messages, calls, a chat, photos, and enough others to fill so many batches."""
    start = datetime(2026, 3, 1, 9, 30)
    numbers = ["07700 900101", "07700900102", "+447700900103"]
    sms = "".join(
        f"INSERT INTO sms(_id,thread_id,address,date,type,body) VALUES({n},{n % 3},'{numbers[n % 3]}',"
        f"{1772357400000 + n * 60000},{1 + n % 2},'made-up message {n}');"
        for n in range(1, 61)
    )
    calls = "".join(
        f"INSERT INTO calls(_id,number,date,duration,type) VALUES({n},'{numbers[n % 3]}',{1772357400000 + n},{n},1);"
        for n in range(1, 21)
    )
    chat = [ChatLine(start, f"Ara Example {n % 2}", f"line {n} of the chat") for n in range(40)]
    tree = {file.path: file.open().read() for file in (message_store(sms, schema=SMS), call_log(calls, schema=CALLS))}
    tree["sdcard/WhatsApp Chat with Ara Example.txt"] = render(chat, ChatLayout())
    tree |= {
        "sdcard/DCIM/dated.jpg": jpeg(32, 24, taken="2026:05:11 10:00:00", offset="+01:00", gps=(51.5, -0.125)),
        "sdcard/DCIM/local.jpg": jpeg(32, 24, taken="2026:05:11 10:00:00", seed=1),
        "sdcard/DCIM/undated.jpg": jpeg(32, 24, seed=2),
        "sdcard/DCIM/undated.png": png(20, 10),
        "sdcard/DCIM/film.mp4": mp4(created=3_861_334_800),
    }
    tree["broken/databases/mmssms.db"] = b"SQLite format 3\x00" + bytes(90)
    tree |= {f"sdcard/files/{n:05d}.bin": b"made up %d" % n for n in range(batches * 200 - 100)}
    return tree


def in_every_container(folder: Path, tree: dict[str, bytes]) -> dict[str, Path]:
    """The same tree as folder, zip, tar and compressed tar."""
    return {
        "folder": write_folder(folder / "tree", tree),
        "zip": write_zip(folder / "tree.zip", tree, zipfile.ZIP_DEFLATED),
        "tar": write_tar(folder / "tree.tar", tree),
        "tar.gz": write_tar(folder / "tree.tar.gz", tree, "w:gz", tarfile.PAX_FORMAT),
    }


def table_rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of a case file as plain SQLite reads them."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def items_of(database: Path) -> list[tuple[Any, ...]]:
    """Number, record and digest of every item: what has to be the same however it was read.

    Its time too, unless it has none of its own and stands by its file's: a folder, a zip and a tar keep that to a
    different precision.
    """
    own_time = "iif(json_array_length(record, '$.moments') > 0, when_us, NULL)"
    query = f"SELECT source_id, seq, kind, {own_time}, text, record, sha256 FROM item ORDER BY id"
    return table_rows(database, query)


def problems_of(database: Path) -> list[tuple[Any, ...]]:
    query = (
        "SELECT f.path, p.kind, p.code, p.detail, p.locator FROM problem p LEFT JOIN file f ON f.id = p.file_id "
        "ORDER BY p.source_id, f.ordinal, p.id"
    )
    return table_rows(database, query)


def logical_content(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a case file says, the tables of the search index included, without how SQLite lays it out and
    without the white space of its definitions."""
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        listed = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall()
        content = {"": [(*named, " ".join((sql or "").split())) for *named, sql in listed]}
        for kind, name, _, sql in listed:
            if kind == "table" and "VIRTUAL" not in (sql or ""):
                rows = (
                    _indexed(connection) if name == "item_fts_data" else connection.execute(f'SELECT * FROM "{name}"')
                )
                content[name] = sorted(rows, key=repr)
        return content


def _indexed(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """Which word the search index has at which place of which item, and what a search for it finds. In its blocks one
    bit of each entry marks a deleted one; where the entry's places are still there, no search looks at it."""
    connection.execute("CREATE VIRTUAL TABLE temp.word_at USING fts5vocab(main, item_fts, instance)")
    places = connection.execute("SELECT * FROM word_at").fetchall()
    search = "SELECT rowid FROM item_fts WHERE item_fts MATCH ?"
    words = sorted({place[0] for place in places})
    return places + [
        (word, *connection.execute(search, ('"' + word.replace('"', '""') + '"',)).fetchall()) for word in words
    ]


def copy_of(case_folder: Path, to: Path) -> Path:
    """A copy of a closed case; gives its folder."""
    shutil.copytree(case_folder, to)
    return to


def unpack(data: bytes, to: Path) -> Path:
    """A zipped case, unpacked into `to`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(to)
    return to
