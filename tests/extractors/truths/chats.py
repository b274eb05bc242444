"""What the corpus has for the extractors of the room "chats"."""

from __future__ import annotations

from tests.extractors.truths import Truth

TRUTHS: tuple[Truth, ...] = (
    Truth(
        "whatsapp.android",
        "wa-crypt-tools/msgstore.db",
        {"message": 10},
        of="index: 10 rows in messages, 1 in message; the first of both is the same",
        problems=9,  # announcements that are recorded with time 0
    ),
    Truth(
        "whatsapp.ios",
        "mvt/ios_backup/7c/7c7fba66680ef796b916b067077cc246adacf01d",
        {"message": 3, "group": 1},
        of="index: 3 messages, 2 sessions, one of them a group",
        name="AppDomainGroup-group.net.whatsapp.WhatsApp.shared/ChatStorage.sqlite",
    ),
    Truth(
        "whatsapp.ios_contacts",
        "mvt/ios_backup/b8/b8548dc30aa1030df0ce18ef08b882cf7ab5212f",
        {"contact": 2},
        of="index",
        name="AppDomainGroup-group.net.whatsapp.WhatsApp.shared/ContactsV2.sqlite",
    ),
    Truth(
        "whatsapp.ios_contacts",
        "iLEAPP/case_zips/whatsApp/testdata.whatsApp.whatsAppCallHistory.mvs_ios_2023.zip!"
        "/private/var/mobile/Containers/Shared/AppGroup/B651B3B1-8FA4-4FD9-B0E4-C6F8F8EBC5FD/ContactsV2.sqlite",
        {},
        of="index",
    ),
    Truth(
        "whatsapp.ios_contacts",
        "mvt/ios_backup/e7/e794f6ffcc3c222535f47684a63d5178da3c4500",
        {"contact": 1},
        of="its one row of ZWAPHONENUMBERLIDPAIR; the manifest of the backup does not name it",
    ),
)
