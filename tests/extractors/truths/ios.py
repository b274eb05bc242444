"""What the corpus has for the extractors of the room "ios"."""

from __future__ import annotations

from tests.extractors.truths import Truth

TRUTHS: tuple[Truth, ...] = (
    Truth("ios.accounts", "plaso/ios/Accounts3.sqlite", {"account": 18}, of="plaso"),
    Truth(
        "ios.accounts",
        "iLEAPP/case_zips/accountData/testdata.accountData.accountData.belkasoft_ctf6_ios_device1.zip"
        "!private/var/mobile/Library/Accounts/Accounts3.sqlite",
        {"account": 16},
        of="iLEAPP",
    ),
    Truth(
        "ios.account_counts",
        "iLEAPP/case_zips/accountConfig/testdata.accountConfig.accountConfig.belkasoft_ctf6_ios_device1.zip"
        "!private/var/preferences/SystemConfiguration/com.apple.accounts.exists.plist",
        {"device_fact": 15},
        of="counted with plistlib",
    ),
    Truth(
        "ios.account_counts",
        "iLEAPP/case_zips/accountConfig/testdata.accountConfig.accountConfig.mvs_ios_2023.zip"
        "!/private/var/preferences/SystemConfiguration/com.apple.accounts.exists.plist",
        {"device_fact": 15},
        of="counted with plistlib",
    ),
)
