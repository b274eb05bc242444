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
    Truth("android.packages", "mvt/androidqf/packages.json", {"app_install": 7}, of="mvt"),
)
