"""Report data of any length, invented: people do not exist and numbers are from the ranges kept for drama."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256

from report_templates.data import (
    AttachmentRow,
    CaseFacts,
    ConversationFacts,
    CoverageRow,
    GapRow,
    ItemRow,
    ReportData,
    SourceFacts,
    Unread,
    Verification,
)

TEXTS = (
    "Train is late, see you at the library at ten. Bring the blue folder and the tickets, please.",
    "ok",
    "السلام عليكم، كيف حالك اليوم؟ سنلتقي غدا في المكتبة",
    "שלום, נפגש מחר בספרייה",
    "آپ کیسے ہیں؟ کل ملتے ہیں",
    "नमस्ते, क्या हाल है? कल पुस्तकालय में मिलते हैं।",
    "你好，明天我们在图书馆见面。请带上蓝色文件夹。",
    "A😀B👍C 👨‍👩‍👧 ❤️",
    "Będę o dziesiątej. Привет, до завтра!",
    "ਸਤ ਸ੍ਰੀ ਅਕਾਲ, ਕੱਲ੍ਹ ਮਿਲਦੇ ਹਾਂ",
)
CASE = CaseFacts(
    title="Messages about a lost folder",
    report_exhibit="ABC/2",
    operation="EXAMPLE",
    urn="00XX0000026",
    producer="A. Producer, digital media investigator",
    officer_in_case="DC 0000 B. Officer",
    scope_line="Messages between two accounts, 1 October to 30 November 2026",
    authority="Agreement of the device's holder, recorded in the digital processing notice",
    generated="2026-11-23T21:00:00Z",
    tool="Assay 0.1.0",
    media_statement="No picture is included.",
)
SOURCE = SourceFacts(
    exhibit="ABC/1",
    description="Telephone of a made-up person",
    kind="zip of an Android file system",
    path="evidence/phone.zip",
    size=123_456_789,
    sha256=sha256(b"a").hexdigest(),
    sha1="0" * 40,
    md5="1" * 32,
    stored=("MD5 " + "1" * 32 + ": agrees",),
    files=(("phone.zip", 123_456_789, sha256(b"a").hexdigest()),),
    rows=(("Zone of the device", "not recorded"),),
)
VERIFICATION = Verification(
    seal=sha256(b"seal").hexdigest(),
    items_digest=sha256(b"items").hexdigest(),
    ledger_head=sha256(b"ledger").hexdigest(),
    ledger_entries=12,
    checks=(("Seal of the store", "agrees"), ("Hash of the source, read again", "not done")),
    complete="Every task has ended.",
    intact="Nothing differs from the seal.",
    limits="The seal is made without a key.",
)
COVERAGE = (
    CoverageRow("ABC/1", "data/mmssms.db", "android.sms@1", "partial", 100, 90, 4, 5, 1, ("sms:_id=7: date is zero",)),
    CoverageRow("ABC/1", "data/calllog.db", "android.calls@1", "parsed", 3, 3, 0, 0, 0),
)


def item(number: int, text: str = "ok", **changes: object) -> ItemRow:
    made = ItemRow(
        number=f"ABC/1-{number:06d}",
        kind="Message",
        service="SMS",
        when=f"{1 + number % 28} Oct 2026 01:{number % 60:02d}:00 BST",
        when_utc=f"{1 + number % 28} Oct 2026 00:{number % 60:02d}:00",
        clock="A",
        sender=f"+447700900{number % 1000:03d}",
        recipients="+447700900001",
        direction="in" if number % 2 else "out",
        text=text,
        conversation=0,
        source="ABC/1",
        file="data/data/com.android.providers.telephony/databases/mmssms.db",
        file_sha256=sha256(b"file").hexdigest(),
        locator=f"sms:_id={number}",
        extractor="android.sms@1",
        sha256=sha256(str(number).encode()).hexdigest(),
    )
    return replace(made, **changes)


def report(rows: Callable[[], Iterable[ItemRow | GapRow]], count: int, **changes: object) -> ReportData:
    data = ReportData(
        case=CASE,
        sources=(SOURCE,),
        method=("The source was opened read-only and read by the extractors listed below.",),
        time_statement=("Times are shown in UK time.",),
        extractors=(("android.sms@1", "Android 10 research image", "Drafts are not read."),),
        conversations=(
            ConversationFacts("Library group", "SMS", "+447700900001, +447700900123", count, count, "1 Oct", "2 Oct"),
        ),
        item_count=count,
        rows=lambda: iter(rows()),
        coverage=COVERAGE,
        coverage_summary=("Of 103 rows present 93 were read.",),
        unread=(
            Unread("data/unknown.bin: no extractor took it up"),
            Unread("EX/1: unreadable: not there: 3 files", ("data/a/ b.txt · c.txt", "data/d/ e.txt")),
        ),
        verification=VERIFICATION,
        selection="all items",
    )
    return replace(data, **changes)


def mixed(count: int) -> Iterator[ItemRow | GapRow]:
    """Items in all scripts, with a gap row after each hundredth and an attachment at each fortieth."""
    for number in range(1, count + 1):
        attachments = ()
        if number % 40 == 0:
            attachments = (AttachmentRow("IMG.jpg", "present", "image/jpeg", 5, "a" * 64, "media/IMG.jpg"),)
        yield item(number, TEXTS[number % len(TEXTS)], attachments=attachments)
        if number % 100 == 0:
            yield GapRow(0, 14, f"ABC/1-{number + 900000:06d}", f"ABC/1-{number + 900013:06d}")
