"""Every file of the corpus index that an extractor could read is asserted, or stands here with the reason why not."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from tests.extractors.test_truths import TRUTHS

# Sections of the index whose files are evidence of applications and exports. Pictures and films, disk images, archives
# and damaged databases have tests of their own (tests/test_corpus.py, tests/extractors/sources, tests/parsers).
SECTIONS = (
    *("chat-analytics", "chat-miner", "ez-vcard", "google-takeout", "gpxpy", "iLEAPP", "java-libpst", "libsignal"),
    *("mvt", "plaso", "sms-backup-restore", "tika", "wa-crypt-tools", "whatstk"),
)
ROW = re.compile(r"^\| ([^|]+?) \| \d+ \| (.*?) \|$")
# Pattern of paths -> why no extractor is asserted on them.
ELSEWHERE: dict[str, str] = {
    # Asserted elsewhere.
    "chat-analytics/whatsapp/*": "tests/test_corpus.py: entries of exported chats",
    "chat-miner/whatsapp/test_*": "tests/test_corpus.py: entries of exported chats",
    "whatstk/whatsapp/*": "tests/test_corpus.py: entries of exported chats",
    "iLEAPP/test/samples_data/sample_*": "tests/extractors/test_photos.py: every picture",
    "iLEAPP/data/filepath-lists/*": "tests/benchmarks: matching",
    "mvt/android_backup/*": "tests/test_corpus.py: messages through the opened backup",
    "mvt/androidqf/backup.ab": "tests/test_corpus.py: messages through the opened backup",
    "mvt/ios_backup/Manifest.db": "tests/extractors/sources: the list of the backup",
    "plaso/Document.doc*": "tests/extractors/test_documents.py",
    "plaso/wal_database.db*": "tests/test_corpus.py: rows of the log",
    "tika/testJPEG*": "tests/test_corpus.py: cameras, dates and places of pictures",
    "tika/testMP4*": "tests/test_corpus.py: films",
    "tika/testPDF*": "tests/extractors/test_documents.py",
    "tika/testWORD*": "tests/extractors/test_documents.py",
    "tika/test_recursive_embedded.docx": "tests/extractors/test_documents.py",
    "wa-crypt-tools/key": "tests/extractors/sources/test_whatsapp_backup.py",
    "wa-crypt-tools/msgstore*.db.crypt14": "tests/extractors/sources/test_whatsapp_backup.py",
    **dict.fromkeys(
        ("plaso/image.*", "plaso/*.dmg", "plaso/iso9660.raw", "plaso/*_image.dd", "plaso/tsk_volume_system.raw"),
        "tests/test_corpus.py and tests/extractors/sources: images",
    ),
    # What other programs make of the files beside it.
    **dict.fromkeys(
        (
            *("chat-miner/*/target.json", "iLEAPP/expected_results", "iLEAPP/image_manifest.json"),
            *("iLEAPP/test/samples_data/manifest.*", "libsignal/*.expected.json", "ez-vcard/*license.txt"),
            *("wa-crypt-tools/test*", "wa-crypt-tools/empty-db*", "plaso/empty_file"),
        ),
        "no evidence: an expected result, a list, a licence, a test file",
    ),
    "libsignal/test-cases/*": "frames one by one as JSON; the whole backup and its JSON are asserted",
    # Kinds of files that no extractor reads, and the issues do not ask for by now.
    "ez-vcard/io/json/jcard-example.json": "jCard is not read",
    "tika/test*.amr": "sounds are told by type only",
    "tika/testMP3id3v24.mp3": "sounds are told by type only",
    "tika/testOPUS.opus": "sounds are told by type only",
    "tika/testVORBIS.ogg": "sounds are told by type only",
    "tika/testRFC822_simple_inline_body.txt": "a letter under the name of a text: its content is told as text",
    "tika/test*ite3*": "databases of no application",
    "tika/testSQLITE3.db": "databases of no application",
    **dict.fromkeys(
        (
            "plaso/*ookies*",
            "plaso/android/webview.db",
            "iLEAPP/case_zips/safariCache/*",
            "plaso/android/webviewCache.db",
        ),
        "cookies and caches are not read",
    ),
    "plaso/android/attd_db": "scans for trackers are not read",
    "plaso/android/turbo.db": "states of the battery are not read",
    "plaso/chrome/Extension Activity": "activity of extensions is not read",
    "plaso/global_history.dat": "Opera up to version 12 is not read",
    "plaso/typed_history.xml": "Opera up to version 12 is not read",
    **dict.fromkeys(
        (
            *("mvt/android_data", "mvt/androidqf/dumpsys.txt", "mvt/androidqf/ps.txt", "mvt/androidqf/files.json"),
            *("mvt/androidqf/root_binaries.json", "mvt/androidqf/settings_random.txt", "plaso/android_logcat.log"),
            *("plaso/ios_app_privacy_report.ndjson", "plaso/ios_lockdownd.log", "plaso/ios_sysdiag.log"),
        ),
        "logs and dumps of a running system are not read",
    ),
    **dict.fromkeys(
        (
            *("plaso/fsevents/*", "plaso/recycler/*", "plaso/mac_notificationcenter.db", "plaso/macos/*"),
            *("plaso/sqlite/*", "plaso/plist/*"),
        ),
        "artefacts of computers are not read",
    ),
    "iLEAPP/case_zips/controlCenter/*": "the order of buttons on a screen",
}


def listed(index: str) -> list[str]:
    """Paths below the corpus, in the order of the index."""
    found, section = [], ""
    for line in index[index.index("\n## Files") :].splitlines():
        if line.startswith("### "):
            section = line[4:].strip()
        elif section in SECTIONS and (row := ROW.match(line)):
            name = row[1].removesuffix("/*").split("/* (")[0]
            found.append(name if name.startswith(f"{section}/") else f"{section}/{name}")
    return found


def test_every_ground_truth_of_the_index_is_asserted_or_its_absence_explained(corpus: Path) -> None:
    asserted = {truth.path.partition("!")[0] for truth in TRUTHS}
    paths = listed((corpus / "INDEX.md").read_text(encoding="utf-8"))
    assert len(paths) > 300
    open_ones = [
        path for path in paths if path not in asserted and not any(fnmatchcase(path, pattern) for pattern in ELSEWHERE)
    ]
    assert open_ones == []
    assert [pattern for pattern in ELSEWHERE if not any(fnmatchcase(path, pattern) for path in paths)] == []
