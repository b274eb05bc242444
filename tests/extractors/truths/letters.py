"""What the corpus has for backups of messages, letters, cards, calendars, tracks and Takeout (room "exports")."""

from __future__ import annotations

from tests.extractors.truths import Truth

INDEX = "corpus index"
_SMS = "sms-backup-restore/sms-backup-reader-2/"
_PARSER = "sms-backup-restore/sms-backup-restore-parser/tests/fixtures/"

_MBOX = {
    "complex.mbox": 3, "headers.mbox": 1, "multiline.mbox": 1, "multiline2.mbox": 1, "quoted.mbox": 1,
    "simple.mbox": 2, "single_mail.mbox": 1, "testEmailWithPNGAtt.eml": 1,
}  # fmt: skip
_EML = (
    *(
        "test-incremental-updates.eml",
        "testEML_embedded_xhtml_and_img.eml",
        "testLotusEml.eml",
        "testThunderbirdEml.eml",
    ),
    *("testRFC822", "testRFC822-ARC", "testRFC822-CC-BCC", "testRFC822-big", "testRFC822-limitedheaders"),
    *("testRFC822-multipart", "testRFC822-txt-body", "testRFC822_base64", "testRFC822_date_utf8"),
    *("testRFC822_dkim.eml", "testRFC822_eml", "testRFC822_encrypted_zip", "testRFC822_i18nheaders"),
    *("testRFC822_normal_zip", "testRFC822_quoted", "testRFC822_x-.eml"),
)
_MSG = {
    "test-outlook.msg": "email", "test-outlook2003.msg": "email", "testMSG.msg": "email",
    "testMSG_forwarded.msg": "email", "testMSG_Post.msg": "email", "testMSG_Contact.msg": "contact",
    "testMSG_Appointment.msg": "calendar_event", "testMSG_Task.msg": "calendar_event",
    "testMSG_StickyNote.msg": "note",
}  # fmt: skip
# A date that is none; a last part without its end.
_DOUBTS = {"multiline.mbox": 1, "multiline2.mbox": 1, "testEML_embedded_xhtml_and_img.eml": 1}

_CARDS = {
    **{f"ez-vcard/io/text/John_Doe_{name}.vcf": 1 for name in ("BLACK_BERRY", "EVOLUTION", "GMAIL", "LOTUS_NOTES")},
    **{f"ez-vcard/io/text/John_Doe_{name}.vcf": 1 for name in ("MAC_ADDRESS_BOOK", "MS_OUTLOOK")},
    **{f"ez-vcard/io/text/{name}.vcf": 1 for name in ("fullcontact", "gmail-single", "gmail-single2")},
    "ez-vcard/io/text/thunderbird-MoreFunctionsForAddressBook-extension.vcf": 1,
    "ez-vcard/io/text/gmail-list.vcf": 3,
    "ez-vcard/io/text/rfc2426-example.vcf": 2,
    "ez-vcard/io/text/rfc6350-example.vcf": 1,
    "ez-vcard/issue/issue114.vcf": 1,
    "exiftool/images/VCard.vcf": 2,
}

TRUTHS: tuple[Truth, ...] = (
    *(Truth("contacts.vcard", path, {"contact": count}, of=INDEX) for path, count in _CARDS.items()),
    *(
        Truth("mail.mbox", f"tika/{name}", {"email": count}, of=INDEX, problems=_DOUBTS.get(name, 0))
        for name, count in _MBOX.items()
    ),
    *(Truth("mail.eml", f"tika/{name}", {"email": 1}, of=INDEX, problems=_DOUBTS.get(name, 0)) for name in _EML),
    *(Truth("mail.msg", f"tika/{name}", {kind: 1}, of=INDEX) for name, kind in _MSG.items()),
    Truth("mail.pst", "tika/testPST_variousBodyTypes.pst", {"email": 4}, of=INDEX),
    Truth(
        "mail.pst",
        "java-libpst/dist-list.pst",
        {"calendar_event": 1, "contact": 2},
        of="java-libpst's own test: a list with three members, a contact, an appointment that recurs",
    ),
    Truth("mail.tnef", "tika/testWINMAIL.dat", {"email": 1}, of="tika's own test: a letter with five files"),
    Truth("mail.tnef", "exiftool/images/TNEF.tnef", {"email": 1}, of=INDEX, problems=1),  # a sum that differs
    Truth("mail.eml", "tika/testGroupWiseEml.eml", {"email": 2}, of="a letter with a letter attached"),
    Truth("mail.eml", "tika/testRFC822_oddfrom", {"document": 1}, of="a page that a browser saved"),
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
