"""The Biome streams whose layout is known: what their fields are called, which hold times, what they become.

The names are those of the system's own classes; numbers of states and kinds whose meaning is not published stay
numbers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from extractors.ios.biome_records import Maker, install, message, motion, network, note, notification, state, use, visit
from extractors.ios.biome_values import Name, Names, Nested, Unread

_C, _U = "cocoa s", "s"


class Stream(NamedTuple):
    """`names` of fields by number; `times` as (meaning, field, unit), which are left out of the values."""

    make: Maker
    names: Names
    times: tuple[tuple[str, int, str], ...] = ()


def _listed(*names: Name) -> Names:
    """Names of fields that are numbered from 1 on; "" where there is none."""
    return {number: name for number, name in enumerate(names, start=1) if name}


_AT: Final = "absoluteTimestamp"
_ACTIVITY: Final = (
    *("bundleID", "activityType", "beginningOfActivity", "contentDescription", "expirationDate"),
    *("isEligibleForPrediction", "isPubliclyIndexable", "itemIdentifier", "itemRelatedContentURL"),
    *("itemRelatedUniqueIdentifier", "shortcutAvailability", "suggestedInvocationPhrase", "title"),
    *("userActivityRequiredString", "userActivityUUID", "sourceID", "sourceBundleID", "sourceItemID"),
    *("sourceGroupID", "calendarUserActivityDate", "calendarUserActivityExternalID", "calendarUserActivityEndDate"),
)
_PLACE: Final = (
    *("locationName", "latitude", "longitude", "city", "stateOrProvince", "country", "thoroughfare"),
    *("fullyFormattedAddress", "subThoroughfare", "postalCode", "phoneNumbers", "displayName", "URL"),
)
_ACTIVITY_TIMES: Final = (("expires", 5, _U), ("start of the calendar entry", 20, _C), ("end of it", 22, _C))
_NOTIFICATION: Final = Stream(
    notification,
    _listed(
        *("uniqueID", _AT, "usageType", "bundleID", "notificationID", "", "deviceID", "title", "subtitle", "body"),
        *("badge", "threadID", "categoryID", "sectionID", "contactIDs", "isGroupMessage", "parentBundleID"),
        "bodyLength",
    ),
    (("of the event", 2, _C),),
)
_PLAYING: Final = Stream(
    use("media playing", lines=("title", "artist", "album")),
    _listed(
        *("uniqueID", _AT, "playbackState", "album", "artist", "duration", "genre", "title", "elapsed", "mediaType"),
        *("", "iTunesSubscriptionIdentifier", "isAirPlayVideo", Unread("outputDevices"), "bundleID"),
        *("iTunesArtistIdentifier", "iTunesAlbumIdentifier", "groupIdentifier", "isRemoteControl", "itemMediaType"),
        *("itemMediaSubtype", "isAirPlayActive", "parentGroupContainsDiscoverableGroupLeader"),
        "excludeFromSuggestions",
    ),
    (("of the event", 2, _C),),
)
_INTENT: Final = Stream(
    use("action offered to the system", lines=("intentVerb", "intentClass")),
    _listed(
        *(_AT, "bundleID", "sourceID", "intentClass", "intentVerb", "intentType", "handlingStatus"),
        Unread("interaction"),
        *("itemID", "donatedBySiri", "interactionDirection", "groupIdentifier"),
    ),
    (("of the event", 1, _C),),
)
_NOTE: Final = Stream(
    note,
    _listed("uniqueID", "domainID", _AT, "title", "content", "contentProtection", "personaId"),
    (("of the event", 3, _C),),
)
_TYPING: Final = _listed("duration", "timestamp", "bundleID", "sessionInput", "sessionID")
_HANDLE: Final = _listed("name", "handle", "contactIdentifier", "handleType")
_STARTING: Final = _listed("starting")

STREAMS: Final[dict[str, Stream]] = {
    "app.infocus": Stream(
        use("in the foreground"),
        _listed(
            *("launchReason", "type", "starting", _AT, "duration", "bundleID", "parentBundleID", "extensionHostID"),
            *("shortVersionString", "exactVersionString", "dyldPlatform", "isNativeArchitecture", "displayType"),
        ),
        (("of the event", 4, _C),),
    ),
    "screentime.appusage": Stream(
        use("in use, for screen time"),
        _listed("starting", _AT, "bundleID", "parentBundleID", "isUsageTrusted"),
        (("of the event", 2, _U),),
    ),
    "app.webusage": Stream(
        use("in use by a web page", "applicationID", ("webpageURL", "webDomain")),
        _listed(
            *("uniqueID", _AT, "usageState", "webpageURL", "webDomain", "applicationID", "deviceID"),
            *("isUsageTrusted", "safariProfileID"),
        ),
        (("of the event", 2, _C),),
    ),
    "app.mediausage": Stream(
        use("playing media", lines=("URL", "mediaURL")),
        _listed("starting", "bundleID", "URL", "mediaURL", "isUsageTrusted", _AT, "safariProfileID", "uniqueID"),
        (("of the event", 6, _U),),
    ),
    "media.nowplaying": _PLAYING,
    "nowplaying": _PLAYING,
    "app.intent": _INTENT,
    "appintent": _INTENT,
    "app.activity": Stream(
        use("activity offered to the system", lines=("title", "contentDescription", "activityType")),
        _listed(*_ACTIVITY),
        _ACTIVITY_TIMES,
    ),
    "app.locationactivity": Stream(
        use(
            "place offered to the system",
            lines=("title", "displayName", "locationName", "fullyFormattedAddress", "contentDescription"),
        ),
        _listed(*_ACTIVITY, *_PLACE),
        _ACTIVITY_TIMES,
    ),
    "useractivitymetadata": Stream(
        use("activity offered to the system", lines=("description",)),
        {2: Unread("archived activity"), 4: "description", 5: "bundleID"},
    ),
    "app.menuitem": Stream(use("menu item", lines=("path",)), _listed("bundleID", "bundleURL", "path")),
    "app.documentinteraction": Stream(
        use("document", "appIdentity.bundleIdentifier", ("fileIdentity.itemURL",)),
        _listed(
            "type",
            Nested("fileIdentity", _listed("itemURL", Unread("itemURLBookmarkData"))),
            "contentTypeIdentifier",
            Nested("appIdentity", _listed("bundleIdentifier", "bundleURL", Unread("bundleURLBookmarkData"))),
            Unread("remoteUser"),
        ),
    ),
    "app.install": Stream(install, _listed("bundleID", "title", "category", "subCategories", "isInstall")),
    "text.inputsession": Stream(use("text input"), _TYPING, (("of the event", 2, _U),)),
    "textinputsession": Stream(use("text input"), _TYPING, (("of the event", 2, _C),)),
    "notification.usage": _NOTIFICATION,
    "notification": _NOTIFICATION,
    "safari.navigations": Stream(
        visit,
        _listed(
            *("domain", "visited", "platform", "userAgent", "countryCode", "privacyProxy", "error", "url"),
            "privateRelayVendorName",
        ),
        (("visited", 2, _U),),
    ),
    "messages.read": Stream(
        state("conversation marked as read, by its handle", "idsHandle", None), _listed("idsHandle", "markedUnread")
    ),
    "proactiveharvesting.safari.pageview": Stream(
        visit,
        _listed(
            *("uniqueID", "domainID", _AT, "title", "content", "contentIsReaderText", "url", "contentProtection"),
            "personaId",
        ),
        (("of the event", 3, _C),),
    ),
    "proactiveharvesting.messages": Stream(
        message,
        _listed(
            *("uniqueID", "domainID", _AT, "conversationId", "author", "suggestedNickname", "suggestedPhotoPath"),
            *("recipients", "attachmentURL", "content", Nested("fromHandle", _HANDLE), Nested("toHandles", _HANDLE)),
            *("accountIdentifier", "accountType", "accountHandles", Unread("attachment"), "url", "contentProtection"),
            *("personaId", "isNew", "isTwoFactorCode", "isFromMe", "isGroupThread", "isJunk", "isRead", "isPinned"),
            *("isBusinessChat", "tapbackAssociatedMessageID", "tapbackType", "messageType", "messagesService"),
            *("messageEffect", "isKnownSender", "conversationUUID"),
        ),
        (("of the event", 3, _C),),
    ),
    "proactiveharvesting.notes": _NOTE,
    "notescontent": _NOTE,
    "device.wireless.wifi": Stream(network("Wi-Fi", "SSID"), _listed("SSID", "starting")),
    "device.wireless.bluetooth": Stream(
        network("Bluetooth", "name", "address"),
        _listed(
            *("address", "name", "productID", "starting", "deviceType", "batteryLevelHeadphoneCase"),
            *("batteryLevelHeadphoneRight", "batteryLevelHeadphoneLeft", "appleAudioDevice", "userWearing"),
            "vendorID",
        ),
    ),
    "device.power.pluggedin": Stream(state("device on a charger"), _listed("starting", "wireless", "adapterType")),
    "device.power.batterylevel": Stream(
        state("battery, per cent", "batteryPercentage", None), _listed("batteryPercentage", "fullyCharged")
    ),
    "device.power.lowpowermode": Stream(state("low power mode"), _STARTING),
    "device.keybaglocked": Stream(state("keybag locked"), _STARTING),
    "device.screenlocked": Stream(state("device locked"), _STARTING),
    "device.wireless.airplanemode": Stream(state("flight mode"), _STARTING),
    "device.display.backlight": Stream(
        state("display lit, level", "backlightLevel", None), _listed(_AT, "backlightLevel"), (("of the event", 1, _C),)
    ),
    "device.timezone": Stream(state("time zone", "name", None), _listed("secondsFromGMT", "name")),
    "device.bootsession": Stream(state("device started"), _listed(Unread("bootUUID"), "starting")),
    "carplay.connected": Stream(state("CarPlay connected"), _listed("starting", "reason")),
    "userfocus.computedmode": Stream(
        state("focus mode", "mode", None),
        _listed("mode", "starting", "updateReason", "semanticType", "updateSource", "semanticModeIdentifier"),
    ),
    "location.semantic": Stream(
        state("kind of place, as inferred by the system", "placeType", None),
        _listed("starting", "userSpecificPlaceType", "placeType", "loiIdentifier"),
    ),
    "motion.activity": Stream(
        motion,
        _listed(
            "stationary", "walking", "running", "automotive", "cycling", "unknown", "startDate", "confidence of it"
        ),
        (("started", 7, _U),),
    ),
    "wallet.transaction": Stream(
        state("transaction of a card in the wallet", "passLocalizedDescription", None),
        _listed(
            *("passUniqueID", "passLocalizedDescription", "transactionType", "transactionID", "merchantType"),
            "poiCategory",
        ),
    ),
    "osanalytics.hardware.reliability": Stream(
        state("hardware named by the system's analysis", "hardware", None), _listed("hardware")
    ),
}
