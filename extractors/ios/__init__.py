"""Databases and property lists of iOS."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.ios.accounts import account_counts, accounts
from extractors.ios.apps import app_purchases, app_states, backup_apps
from extractors.ios.biome import biome
from extractors.ios.bluetooth import bluetooth
from extractors.ios.calendar import calendar
from extractors.ios.calls import calls
from extractors.ios.calls_early import voicemail
from extractors.ios.contact_pictures import blocked, contact_pictures
from extractors.ios.contacts import contacts
from extractors.ios.data_usage import data_usage
from extractors.ios.device import computers, device
from extractors.ios.gmail import gmail
from extractors.ios.imo import imo
from extractors.ios.installs import install_log
from extractors.ios.interactions import interactions
from extractors.ios.knowledge import knowledge
from extractors.ios.notes import notes
from extractors.ios.notes_older import notes_older
from extractors.ios.notifications import ios_notifications
from extractors.ios.permissions import permissions
from extractors.ios.photos import photos
from extractors.ios.places import places
from extractors.ios.privacy_report import app_privacy_report
from extractors.ios.screen_time import screen_time
from extractors.ios.sms import messages
from extractors.ios.traces import carplay, id_lookups, keyboard
from extractors.ios.twitter import ios_twitter
from extractors.ios.web_traces import resource_loads, url_cache
from extractors.ios.wifi import dhcp, wifi

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    accounts,
    account_counts,
    messages,
    calls,
    voicemail,
    contacts,
    contact_pictures,
    blocked,
    calendar,
    interactions,
    imo,
    ios_twitter,
    knowledge,
    screen_time,
    data_usage,
    notes,
    notes_older,
    photos,
    wifi,
    dhcp,
    device,
    computers,
    permissions,
    app_states,
    app_purchases,
    backup_apps,
    gmail,
    places,
    keyboard,
    id_lookups,
    carplay,
    install_log,
    url_cache,
    resource_loads,
    app_privacy_report,
    bluetooth,
    ios_notifications,
    biome,
)
