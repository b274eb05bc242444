"""What the corpus has for backups of messages, letters, cards, calendars, tracks and Takeout (room "exports")."""

from __future__ import annotations

from tests.extractors.truths import Truth

INDEX = "corpus index"
_SMS = "sms-backup-restore/sms-backup-reader-2/"
_PARSER = "sms-backup-restore/sms-backup-restore-parser/tests/fixtures/"

TRUTHS: tuple[Truth, ...] = (
    # Breaks off within the last picture message: that is said, and that it declares 58 entries.
    Truth(
        "exports.sms_backup_restore",
        f"{_SMS}packages/lib/test-assets/sms_and_mms.xml",
        {"message": 50},
        of=INDEX,
        problems=3,
    ),
    Truth("exports.sms_backup_restore", f"{_SMS}packages/lib/test-assets/sms_small.xml", {"message": 12}, of=INDEX),
    Truth(
        "exports.sms_backup_restore",
        f"{_SMS}tests/e2e/fixtures/corrupt_attachments.xml",
        {"message": 2},
        of=INDEX,
        problems=2,  # data that are no base64
    ),
    Truth("exports.sms_backup_restore", f"{_SMS}tests/e2e/fixtures/empty.xml", {}, of=INDEX),
    Truth("exports.sms_backup_restore", f"{_SMS}tests/e2e/fixtures/sample_mms.xml", {"message": 4}, of=INDEX),
    Truth("exports.sms_backup_restore", f"{_SMS}tests/e2e/fixtures/sample_small.xml", {"message": 7}, of=INDEX),
    Truth("exports.sms_backup_restore", f"{_PARSER}edge_cases.xml", {"message": 4}, of=INDEX),
    # Breaks off within its only tag, and has no time.
    Truth("exports.sms_backup_restore", f"{_PARSER}malformed.xml", {"message": 1}, of=INDEX, problems=3),
    Truth("exports.sms_backup_restore", f"{_PARSER}minimal_calls.xml", {"call": 1}, of=INDEX),
    Truth("exports.sms_backup_restore", f"{_PARSER}minimal_mms.xml", {"message": 1}, of=INDEX),
    Truth("exports.sms_backup_restore", f"{_PARSER}minimal_sms.xml", {"message": 1}, of=INDEX),
    Truth("exports.sms_backup_restore", f"{_PARSER}mixed.xml", {"message": 4}, of=INDEX),
)
