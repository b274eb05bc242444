"""What the corpus has of Android."""

from __future__ import annotations

from tests.extractors.truths import Truth

TRUTHS = (
    Truth("android.sms", "plaso/android/mmssms.db", {"message": 9}, of="plaso"),
    Truth("android.calls", "plaso/android/contacts2.db", {"call": 3}, of="plaso"),
    Truth(
        "android.sms_backup",
        "mvt/android_backup/apps/com.android.providers.telephony/d_f/000000_sms_backup",
        {"message": 1},
        of="counted here; the whole backup.ab has 2",
    ),
    Truth(
        "android.sms_backup",
        "mvt/android_backup/apps/com.android.providers.telephony/d_f/000001_mms_backup",
        {"message": 1},
        of="counted here; the whole backup.ab has 2",
    ),
    Truth("android.packages", "mvt/androidqf/packages.json", {"app_install": 7}, of="mvt"),
    Truth("android.app_usage", "plaso/usage-history.xml", {"app_use": 28}, of="plaso"),
    Truth(
        "android.wellbeing",
        "plaso/android/app_usage",
        {"app_use": 11663},
        of="rows of events; plaso has 11,545 of them",
    ),
    Truth("android.app_launches", "plaso/android/SimpleStorage", {"app_use": 434}, of="plaso"),
    Truth("android.device", "mvt/android_data/getprop.txt", {"device_fact": 13}, of="mvt"),
    Truth("android.device", "mvt/androidqf/getprop.txt", {"device_fact": 10}, of="counted here"),
    Truth("android.device", "mvt/androidqf.zip!androidqfzip/getprop.txt", {"device_fact": 10}, of="counted here"),
    Truth("android.downloads", "plaso/android/downloads.db", {"download": 11}, of="plaso"),
    Truth(
        "android.files_by_google",
        "plaso/android/files_master_database",
        {"media_item": 171, "location": 64},
        of="plaso; places counted here, one more is 0, 0",
    ),
    Truth(
        "android.hangouts",
        "plaso/android/babel.db",
        {"message": 14, "group": 1, "contact": 3},
        of="plaso; people and the conversation by sqlite3",
    ),
    Truth(
        "android.burner",
        "plaso/android/burners.sqlite",
        {"message": 14, "call": 2, "contact": 4, "account": 1},
        of="sqlite3: 16 rows of messages, two of them calls; plaso reads the one number",
    ),
    Truth(
        "android.twitter",
        "plaso/android/twitter.db",
        {"message": 264, "contact": 242, "search": 1, "notification": 2},
        of="plaso: 506 posts, profiles and searches",
    ),
)
