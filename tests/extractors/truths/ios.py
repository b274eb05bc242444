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
    # plaso's 17 are the objects of /app/inFocus.
    Truth("ios.knowledge", "plaso/macos/knowledgec-10.13.db", {"app_use": 17, "device_fact": 4}, of="plaso: 17"),
    # plaso's 77 are the uses and the visits.
    Truth(
        "ios.knowledge",
        "plaso/macos/knowledgec-10.14.db",
        {"app_use": 70, "web_visit": 7, "device_fact": 15},
        of="plaso: 77",
    ),
    # plaso's 777 are the timed items; beside them 719 counted ones, 744 stretches and 3 devices.
    Truth(
        "ios.screen_time",
        "plaso/ios/RMAdminStore-Local.sqlite",
        {"app_use": 777 + 719, "device_fact": 744 + 3, "app_install": 156, "account": 1},
        of="plaso: 777",
    ),
    # 887 counts, and 35 processes without one.
    Truth("ios.data_usage", "plaso/ios/DataUsage.sqlite", {"app_use": 887 + 35}, of="plaso: 887"),
    Truth("ios.data_usage", "plaso/ios/netusage.sqlite", {"app_use": 335, "network": 49}, of="plaso: 384"),
    # mvt's 42 are 10 counts, 31 processes without one, and a gap in their keys, which is a note here.
    Truth(
        "ios.data_usage",
        "mvt/ios_backup/0d/0d609c54856a9bb2d56729df1d68f2958a88426b",
        {"app_use": 10 + 31},
        of="mvt: 42",
        name="private/var/wireless/Library/Databases/DataUsage.sqlite",
    ),
    # An eighth note is marked for deletion, and not counted here; plaso's 9 come from a join.
    Truth("ios.notes", "plaso/ios/NoteStore.sqlite", {"note": 7, "account": 1}, of="plaso: 9"),
    Truth(
        "ios.sms",
        "plaso/sqlite/imessage_chat.db",
        {"message": 11, "group": 7},
        of="plaso: 10; and an attachment of none of them",
        name="chat.db",
        problems=2,
    ),
    Truth(
        "ios.sms",
        "mvt/ios_backup/3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28",
        {"message": 1},
        of="MVT",
        name="private/var/mobile/Library/SMS/sms.db",
    ),
    # 5, 2 and 1 networks; the rest are their access points.
    Truth(
        "ios.wifi",
        "iLEAPP/case_zips/appleWifiPlist/testdata.appleWifiPlist.appleWifiKnownNetworks.mvs_ios_2023.zip"
        "!/private/var/preferences/com.apple.wifi.known-networks.plist",
        {"network": 5 + 37},
        of="iLEAPP: 5",
    ),
    Truth(
        "ios.wifi",
        "iLEAPP/case_zips/appleWifiPlist/testdata.appleWifiPlist.appleWifiKnownNetworks.belkasoft_ctf6_ios_device1.zip"
        "!private/var/preferences/com.apple.wifi.known-networks.plist",
        {"network": 2 + 2},
        of="counted with plistlib",
    ),
    Truth("ios.wifi", "plaso/ios/com.apple.wifi.known-networks.plist", {"network": 1 + 9}, of="counted with plistlib"),
    Truth(
        "ios.dhcp",
        "iLEAPP/case_zips/dhcpl/testdata.dhcpl.dhcpLeases.belkasoft_ctf6_ios_device1.zip"
        "!private/var/db/dhcpclient/leases/en0.plist",
        {"network": 1},
        of="iLEAPP: 6 values of one lease",
    ),
    Truth(
        "ios.dhcp",
        "iLEAPP/case_zips/dhcpl/testdata.dhcpl.dhcpLeases.mvs_ios_2023.zip!/private/var/db/dhcpclient/leases/en0.plist",
        {"network": 1},
        of="iLEAPP: 6 values of one lease",
    ),
    Truth(
        "ios.device",
        "iLEAPP/case_zips/deviceName/testdata.deviceName.deviceName.mvs_ios_2023.zip"
        "!/private/var/root"
        "/Library/Lockdown/data_ark.plist",
        {"device_fact": 19},
        of="counted with plistlib",
    ),
    Truth(
        "ios.device",
        "iLEAPP/case_zips/deviceName/testdata.deviceName.deviceName.belkasoft_ctf6_ios_device1.zip"
        "!private/var/root"
        "/Library/Lockdown/data_ark.plist",
        {"device_fact": 28},
        of="counted with plistlib",
    ),
    Truth(
        "ios.device",
        "iLEAPP/case_zips/celWireless/testdata.celWireless.celWireless.belkasoft_ctf6_ios_device1.zip"
        "!private/var/wireless/Library/Preferences/com.apple.commcenter.plist",
        {"device_fact": 10},
        of="iLEAPP",
    ),
    # The 36 keys at the top of iLEAPP, 19 in the other file of its 55; here each value below them is a fact.
    Truth(
        "ios.device",
        "iLEAPP/case_zips/deviceDatam/testdata.deviceDatam.deviceDatam.mvs_ios_2023.zip"
        "!/private/var/wireless/Library/Preferences/com.apple.commcenter.device_specific_nobackup.plist",
        {"device_fact": 50},
        of="iLEAPP: 36",
    ),
    Truth(
        "ios.device",
        "iLEAPP/case_zips/celWireless/testdata.celWireless.celWireless.mvs_ios_2023.zip"
        "!/private/var/wireless/Library/Preferences/com.apple.commcenter.plist",
        {"device_fact": 45},
        of="iLEAPP: 19",
    ),
    # One of iLEAPP, the advertising identifier; the others are of 21 vendors and their applications.
    Truth(
        "ios.device",
        "iLEAPP/case_zips/advertisingID/testdata.advertisingID.get_adId.mvs_ios_2023.zip"
        "!/private/var/containers/Shared/SystemGroup/61E99686-27EA-4D07-94DC-DC9CBF66659A/Library/Caches/"
        "com.apple.lsdidentifiers.plist",
        {"device_fact": 1 + 2 * 21},
        of="iLEAPP: 1",
    ),
    Truth(
        "ios.device",
        "mvt/ios_backup/0d/0dc926a1810f7aee4e8f38793ed788701f93bf9d",
        {"device_fact": 16},
        of="mvt",
        name="private/var/mobile/Library/Preferences/.GlobalPreferences.plist",
    ),
    Truth("ios.device", "plaso/ios/com.apple.commcenter.data.plist", {"device_fact": 10}, of="counted with plistlib"),
    Truth("ios.device", "plaso/ios/com.apple.MobileBackup.plist", {"device_fact": 130}, of="counted with plistlib"),
    Truth(
        "ios.computers",
        "iLEAPP/case_zips/connectedDevices/testdata.connectedDevices.conDev.belkasoft_ctf6_ios_device1.zip"
        "!private/var/mobile/Media/iTunes_Control/iTunes/iTunesPrefs",
        {"device_fact": 2},
        of="iLEAPP",
    ),
    Truth(
        "ios.voicemail",
        "iLEAPP/case_zips/voicemail/testdata.voicemail.voicemail.mvs_ios_2023.zip"
        "!/private/var/mobile/Library/Voicemail/voicemail.db",
        {},
        of="iLEAPP",
    ),
    Truth(
        "ios.permissions",
        "mvt/ios_backup/64/64d0019cb3d46bfc8cce545a8ba54b93e7ea9347",
        {"app_use": 11},
        of="mvt",
        name="private/var/mobile/Library/TCC/TCC.db",
    ),
    Truth("ios.permissions", "plaso/macos/TCC-test.db", {"app_use": 21}, of="plaso", name="TCC.db"),
    Truth("ios.backup_apps", "mvt/ios_backup/Info.plist", {"app_install": 6}, of="plistlib", name="Info.plist"),
    Truth(
        "ios.contacts",
        "iLEAPP/case_zips/addressBook/testdata.addressBook.addressBook.belkasoft_ctf6_ios_device1.zip"
        "!private/var/mobile/Library/AddressBook/AddressBook.sqlitedb",
        {"contact": 1},
        of="iLEAPP",
    ),
    Truth(
        "ios.contacts",
        "iLEAPP/case_zips/addressBook/testdata.addressBook.addressBook.mvs_ios_2023.zip"
        "!/private/var/mobile/Library/AddressBook/AddressBook.sqlitedb",
        {},
        of="iLEAPP",
    ),
    Truth(
        "ios.contact_pictures",
        "iLEAPP/case_zips/addressBook/testdata.addressBook.addressBook.belkasoft_ctf6_ios_device1.zip"
        "!private/var/mobile/Library/AddressBook/AddressBookImages.sqlitedb",
        {},
        of="iLEAPP",
    ),
    Truth(
        "ios.contact_pictures",
        "iLEAPP/case_zips/addressBook/testdata.addressBook.addressBook.mvs_ios_2023.zip"
        "!/private/var/mobile/Library/AddressBook/AddressBookImages.sqlitedb",
        {},
        of="iLEAPP",
    ),
    Truth(
        "ios.gmail",
        "iLEAPP/case_zips/gmail/testdata.gmail.gmailOfflineSearch.mvs_ios_2023.zip"
        "!/private/var/mobile/Containers/Data/Application/EB34091F-0B46-40D7-B021-DCC5CFB36F50/Library/"
        "Application Support/data/mborchardt@kurvalis.com/searchsqlitedb",
        {"email": 21},
        of="sqlite3",
    ),
    Truth(
        "ios.keyboard",
        "iLEAPP/case_zips/keyboard/testdata.keyboard.keyboardLexicon.belkasoft_ctf6_ios_device1.zip"
        "!private/var/mobile/Library/Keyboard/en-dynamic.lm/dynamic-lexicon.dat",
        {"document": 1},
        of="iLEAPP",
    ),
    Truth(
        "ios.keyboard",
        "iLEAPP/case_zips/keyboard/testdata.keyboard.keyboardLexicon.mvs_ios_2023.zip"
        "!/private/var/mobile/Library/Keyboard/en-dynamic.lm/dynamic-lexicon.dat",
        {"document": 1},
        of="iLEAPP",
    ),
    Truth(
        "ios.id_lookups",
        "plaso/ios/com.apple.identityservices.idstatuscache.plist",
        {"app_use": 40},
        of="counted with plistlib",
    ),
    Truth("ios.carplay", "plaso/ios/com.apple.CarPlayApp.plist", {"app_use": 5}, of="counted with plistlib"),
    Truth(
        "ios.calendar",
        "mvt/ios_backup/20/2041457d5fe04d39d0ab481178355df6781e6858",
        {"calendar_event": 1},
        of="MVT",
        name="private/var/mobile/Library/Calendar/Calendar.sqlitedb",
    ),
    Truth(
        "ios.interactions",
        "mvt/ios_backup/1f/1f5a521220a3ad80ebfdc196978df8e7a2e49dee",
        {"app_use": 3, "contact": 3},
        of="MVT",
        name="private/var/mobile/Library/CoreDuet/People/interactionC.db",
    ),
    # plaso's 28 are all entries of the log; half of them name an application.
    Truth(
        "ios.install_log",
        "plaso/ios_sysdiag.log",
        {"app_install": 14},
        of="plaso: 28",
        name="private/var/installd/Library/Logs/MobileInstallation/mobile_installation.log.0",
    ),
    Truth(
        "ios.url_cache",
        "iLEAPP/case_zips/safariCache/testdata.safariCache.safariCache.mvs_ios_2023.zip"
        "!/private/var/mobile/Containers/Data/Application/E9C94D39-5066-4556-8EB9-2DFE28104A2A/Library/Caches/"
        "com.apple.mobilesafari/Cache.db",
        {"download": 1},
        of="iLEAPP",
    ),
    Truth(
        "ios.resource_loads",
        "mvt/ios_backup/6e/6e9d0cb750a70e7fa10943c134a5f021dab327e7",
        {"web_visit": 2},
        of="mvt",
        name="private/var/mobile/Library/WebKit/WebsiteData/ResourceLoadStatistics/observations.db",
    ),
    Truth(
        "ios.app_privacy_report",
        "plaso/ios_app_privacy_report.ndjson",
        {"app_use": 72},
        of="plaso",
        name="App_Privacy_Report_v4.ndjson",
    ),
    Truth(
        "ios.device",
        "iLEAPP/case_zips/deviceName/testdata.deviceName.deviceName.mvs_ios_2023.zip"
        "!/private/var/root"
        "/Library/Lockdown/data_ark.plist",
        {"device_fact": 19},
        of="counted with plistlib",
    ),
    Truth(
        "ios.device",
        "iLEAPP/case_zips/controlCenter/testdata.controlCenter.controlcenter.mvs_ios_2023.zip"
        "!/private/var/mobile/Library/ControlCenter/ModuleConfiguration.plist",
        {"device_fact": 4},
        of="counted with plistlib",
    ),
    Truth(
        "ios.imo",
        "plaso/ios/IMODb2.sqlite",
        {"message": 16, "contact": 4, "group": 2, "account": 1},
        of="plaso: 16 messages",
    ),
    Truth("ios.twitter", "plaso/ios/twitter.db", {"message": 67, "contact": 25}, of="plaso: 92"),
)
