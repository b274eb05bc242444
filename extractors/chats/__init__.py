"""Databases of messengers, as phones hold them."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.chats.signal.android import android as signal_android
from extractors.chats.whatsapp.android import android as whatsapp_android
from extractors.chats.whatsapp.android_contacts import android_contacts as whatsapp_android_contacts
from extractors.chats.whatsapp.android_devices import android_devices as whatsapp_android_devices
from extractors.chats.whatsapp.android_places import android_places as whatsapp_android_places
from extractors.chats.whatsapp.ios import ios as whatsapp_ios
from extractors.chats.whatsapp.ios_calls import ios_calls as whatsapp_ios_calls
from extractors.chats.whatsapp.ios_contacts import ios_contacts as whatsapp_ios_contacts

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    whatsapp_android,
    whatsapp_android_contacts,
    signal_android,
    whatsapp_ios,
    whatsapp_ios_calls,
    whatsapp_ios_contacts,
    whatsapp_android_places,
    whatsapp_android_devices,
)
