"""What the keys of the settings of iOS are called in plain words, and which of their numbers are times."""

from __future__ import annotations

from typing import Final

# The path of a key, or its last part where that is enough to tell.
NAMES: Final[dict[str, str]] = {
    # SystemVersion.plist, LastBuildInfo.plist
    "ProductName": "system",
    "ProductVersion": "system version",
    "ProductBuildVersion": "system build",
    "SystemImageID": "identifier of the system image",
    # data_ark.plist
    "-DeviceName": "device name",
    "-TimeZone": "time zone",
    "-TimeIntervalSince1970": "time of the device, when it was recorded",
    "-DarkProductVersion": "system version",
    "-iTunesHasConnected": "connected to iTunes",
    "com.apple.iTunes.backup-LastBackupComputerName": "name of the computer of the last backup",
    "com.apple.iTunes.backup-LastBackupComputerType": "kind of computer of the last backup",
    "com.apple.international-Language": "language",
    "com.apple.international-Locale": "region format",
    "com.apple.purplebuddy-SetupState": "how the device was set up",
    "com.apple.mobile.wireless_lockdown-EnableWifiConnections": "sync over Wi-Fi",
    # .GlobalPreferences.plist
    "AppleLocale": "region format",
    "AppleLanguages": "languages",
    "AppleKeyboards": "keyboards",
    "com.apple.TimeZonePref.Last_Selected_City": "city chosen for the time zone",
    # com.apple.commcenter*.plist
    "PhoneNumber": "phone number",
    "ReportedPhoneNumber": "phone number, as the network reports it",
    "mdn": "phone number of a SIM",
    "CopiedSIMPhoneNumber": "phone number on a SIM",
    "IMSI": "IMSI of a SIM",
    "lastGoodImsi": "IMSI of a SIM, last accepted",
    "ICCID": "ICCID of a SIM",
    "LastKnownICCID": "ICCID of the SIM last in the device",
    "LastKnownServingMcc": "country of the network last in use (MCC)",
    "LastKnownServingMnc": "network last in use (MNC)",
    "LastRegisteredNetworkPlmn": "network last registered with",
    "meid": "MEID",
    "kEntitlementsSelfRegistrationUpdateImei": "IMEI",
    "lastKnownOSVersion": "system version, last known",
    "PersonalitySlots": "ICCIDs of the SIMs in the device",
    "kOperatorRoamingInfo_3GPP_Roaming": "roaming",
    "kOperatorRoamingInfo_3GPP_CurrentOperatorBundleId": "operator in use",
    "kOperatorRoamingInfo_3GPP_NetworkMcc": "country of the network in use (MCC)",
    "kOperatorRoamingInfo_3GPP_NetworkMnc": "network in use (MNC)",
    "kOperatorRoamingInfo_Subscriber_CarrierBundleID": "operator of the SIM",
    "kOperatorRoamingInfo_Subscriber_Mcc": "country of the operator of the SIM (MCC)",
    "kOperatorRoamingInfo_Subscriber_Mnc": "operator of the SIM (MNC)",
    "AccountCreationTimestamp": "account of the subscription created",
    "dataUsageBreadcrumbsSection/launchTimestamps": "data usage started counting",
    # com.apple.lsdidentifiers.plist
    "LSAdvertiserIdentifier": "advertising identifier",
    # com.apple.MobileBackup.plist
    "AccountEnabledDate": "iCloud backup switched on",
    "BackupStateInfo/date": "state of the last backup recorded",
    "BackupStateInfo/isCloud": "last backup to iCloud",
    "RestoreInfo/RestoreDate": "device restored from a backup",
    "RestoreInfo/BackupBuildVersion": "system build of the restored backup",
    "RestoreInfo/DeviceBuildVersion": "system build at the restore",
    "RestoreInfo/WasCloudRestore": "restored from iCloud",
    "RestoreDate": "device restored from a backup",
    # com.apple.preferences.datetime.plist, com.apple.timed.plist
    "timezone": "time zone, as chosen",
    "timezoneset": "time zone chosen by hand",
    "TMAutomaticTimeZoneEnabled": "time zone set automatically",
    "TMAutomaticTimeOnlyEnabled": "time set automatically",
    "TMLastSystemTimeZone": "time zone last in use",
    # com.apple.purplebuddy.plist
    "SetupLastExit": "set-up assistant left",
    "SetupState": "how the device was set up",
    "SetupDone": "set-up finished",
    "SetupFinishedAllSteps": "set-up finished with all its steps",
    "GuessedCountry": "country guessed at set-up",
    "Language": "language chosen at set-up",
    "Locale": "region chosen at set-up",
    # SystemConfiguration/preferences.plist
    "System/System/ComputerName": "device name",
    "System/System/HostName": "name in the network",
    "System/Network/HostNames/LocalHostName": "name in the local network",
    "Model": "model",
}
# The last part of a key -> what its number counts.
TIMES: Final[dict[str, str]] = {
    "-TimeIntervalSince1970": "s",
    "AccountCreationTimestamp": "cocoa s",
    "AddOnRemotePlanListExpiryTime": "cocoa s",
    "kEuiccTicketPrefetchTimestamp": "cocoa s",
    "launchTimestamps": "s",
    "ts": "s",
}


def words_of(path: tuple[str, ...]) -> str:
    """A key in plain words; as it stands where there are none."""
    whole, last = "/".join(path), path[-1] if path else ""
    if path[:1] == ("imeis",) and last == "second":
        return "IMEI"
    if len(path) == 3 and path[0] == "LSVendors" and last == "LSVendorIdentifier":
        return f"vendor identifier for {path[1]}"
    if len(path) == 3 and path[0] == "LSVendors" and last == "LSApplications":
        return f"applications of {path[1]}"
    if path[:1] == ("PreflightSizing",):
        return f"size for the next backup: {last}"
    return NAMES.get(whole) or NAMES.get(last) or whole
