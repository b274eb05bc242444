"""A phone extraction in which almost everything is out to do harm, and a few things are sound and have to be read."""

from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path

import apsw

from tests.evidence_builders.android import CALLS, CONTACTS, PROVIDERS, SMS
from tests.evidence_builders.archives import Raw, raw_zip
from tests.evidence_builders.databases import database, patched_schema
from tests.evidence_builders.images import write_e01
from tests.evidence_builders.media import jpeg, png

DAY_MS = 1_772_357_400_000
LONG = 10_000_000
NUL = "before\x00after the NUL"
TURNED = "turned \u202eround\u202c and \u2067isolated\u2069"
MOVES = "\x1b[2J\x1b[1;1Hmoves the cursor\x9b2J\r\nover two lines\u2028or three"
SURROGATE = "lone \ud800 surrogate"
_SMS = "INSERT INTO sms(_id,thread_id,address,date,type,body) VALUES"


def messages() -> bytes:
    """mmssms.db with a message of 10 MB and texts that harm whoever prints them; all seven can be read."""
    bodies = ["x'" + text.encode("utf-8", "surrogatepass").hex() + "'" for text in (NUL, TURNED, MOVES, SURROGATE)]
    long = f"'harbour ' || replace(printf('%.{LONG}c', 'm'), 'm', 'm')"
    values = [long, "'sound words'", *(f"CAST({body} AS TEXT)" for body in bodies), "CAST(x'ff80c3' AS TEXT)"]
    rows = "".join(
        f"{_SMS}({n},1,'07700 900101',{DAY_MS + n * 1000},1,{value});" for n, value in enumerate(values, start=1)
    )
    return database(SMS + rows)


def calls(count: int = 2000) -> bytes:
    rows = [(DAY_MS + n, f"07700 9001{n % 100:02d}") for n in range(count)]
    sql = "".join(f"INSERT INTO calls(number,date,duration,type) VALUES('{who}',{when},5,1);" for when, who in rows)
    return database(CALLS + sql)


def missing_collation() -> bytes:
    """Two contacts in a table that is sorted by a collation nobody has: what Android's own databases look like."""
    schema = CONTACTS.replace("display_name TEXT)", "display_name TEXT)", 1)
    rows = (
        "INSERT INTO raw_contacts(_id,display_name) VALUES(1,'Ara Example'),(2,'Ben Sample');"
        "INSERT INTO data(mimetype_id,raw_contact_id,data1) VALUES(4,1,'07700 900101'),(4,2,'07700 900102');"
        "CREATE INDEX by_name ON raw_contacts(display_name);"
    )
    sql = "CREATE INDEX by_name ON raw_contacts(display_name COLLATE PHONEBOOK)"
    return patched_schema(database(schema + rows), "by_name", sql)


def hostile_schema(endless: str) -> bytes:
    """A call log whose table is a view that never ends, or that calls what it must not."""
    connection = apsw.Connection(":memory:")
    connection.execute(endless)
    return connection.serialize("main")


ENDLESS = (
    "CREATE VIEW calls AS WITH RECURSIVE n(_id) AS (SELECT 1 UNION ALL SELECT _id + 1 FROM n) "
    "SELECT _id, '07700 900101' AS number, 5 AS date, 5 AS duration, 1 AS type FROM n WHERE _id < 0"
)
LOADS = (
    "CREATE VIEW calls AS SELECT 1 AS _id, '07700 900101' AS number, 5 AS date, 5 AS duration, 1 AS type, "
    "writefile('harm.txt', 'harm') AS via_number"
)


def absurd_png() -> bytes:
    """A sound header of 2 147 483 647 by 2 147 483 647 pixels."""
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def torn(data: bytes, seed: int = 7) -> bytes:
    """The same bytes with every twentieth replaced behind the first hundred."""
    chance = random.Random(seed)
    torn_bytes = bytearray(data)
    for at in range(100, len(torn_bytes), 20):
        torn_bytes[at] = chance.randrange(256)
    return bytes(torn_bytes)


def nested_bomb(depth: int = 6) -> bytes:
    """Zips in zips, four in each: nothing unpacks them all."""
    inner = bytes(1 << 20)
    for level in range(depth):
        inner = raw_zip([Raw(b"%d-%d.zip" % (level, n), inner, method=8) for n in range(4)])
    return inner


def bomb() -> Raw:
    """A member that promises 8 GiB from a kilobyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(1 << 20)) + packer.flush()
    return Raw(b"bomb.bin", b"", method=8, packed=packed, crc=1, size=2**32 - 2**20)


def phone() -> dict[str, bytes]:
    """Path -> bytes: the sound, the cut, the torn and the hostile, side by side."""
    sound_photo = jpeg(320, 240, taken="2026:03:13 10:00:00", make="Specimen Devices", model="Specimen One")
    return {
        f"{PROVIDERS}.telephony/databases/mmssms.db": messages(),
        f"{PROVIDERS}.contacts/databases/calllog.db": calls()[:-30_000],
        f"{PROVIDERS}.contacts/databases/contacts2.db": missing_collation(),
        "data/user/11/com.android.providers.contacts/databases/calllog.db": hostile_schema(ENDLESS),
        "data/user/12/com.android.providers.contacts/databases/calllog.db": hostile_schema(LOADS),
        "data/user/13/com.android.providers.telephony/databases/mmssms.db": b"",
        "data/user/14/com.android.providers.telephony/databases/mmssms.db": b"this is text",
        "DCIM/sound.jpg": sound_photo,
        "DCIM/cut.jpg": sound_photo[: len(sound_photo) // 2],
        "DCIM/torn.jpg": torn(sound_photo),
        "DCIM/absurd.png": absurd_png(),
        "DCIM/torn.png": torn(png(64, 48)),
        "WhatsApp Chat with Ara Example.txt": _chat(),
        "nested.zip": nested_bomb(),
    }


def _chat() -> bytes:
    words = io.StringIO()
    for n, text in enumerate((NUL, TURNED, "sound line", "y" * LONG), start=1):
        words.write(f"13/03/2026, 10:{n:02d} - Ara Example: {text}\n")
    return words.getvalue().encode()


def hostile_zip(path: Path) -> Path:
    """The same phone as a zip that also holds names that climb out, absolute, mixed and invalid ones, and a bomb."""
    members = [Raw(name.encode(), data, method=8) for name, data in phone().items()]
    members += [
        Raw(b"../../climbs/out.txt", b"climbs"),
        Raw(b"/etc/absolute.txt", b"absolute"),
        Raw(b"C:\\Windows\\drive.txt", b"drive"),
        Raw(b"mixed\\and/../mixed.txt", b"mixed"),
        Raw(b"not\xff\xfeutf8.txt", b"bytes"),
        Raw(b"nul\x00name.txt", b"nul"),
        Raw(b"line\nbreak \x1b[2J.txt", b"break"),
        Raw(b"same.txt", b"first"),
        Raw(b"same.txt", b"second"),
        Raw(b"bad-crc.txt", b"changed", crc=5),
        bomb(),
    ]
    path.write_bytes(raw_zip(members))
    return path


def bad_chunk_e01(path: Path, data: bytes) -> Path:
    """An E01 of `data` in which one byte of one chunk was changed after it was made."""
    made = write_e01(path, data, packed=False)[0]
    raw = bytearray(made.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    made.write_bytes(raw)
    return made
