"""Databases of messengers, as phones hold them."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.chats.signal.android import android as signal_android
from extractors.chats.whatsapp.android import android as whatsapp_android
from extractors.chats.whatsapp.android_contacts import android_contacts as whatsapp_android_contacts

EXTRACTORS: Final[tuple[Extractor, ...]] = (whatsapp_android, whatsapp_android_contacts, signal_android)
