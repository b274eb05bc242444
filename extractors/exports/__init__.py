"""What people hand over: exports of chats and accounts, letters, cards, tracks, reports of other tools."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.exports.calendar_file import calendar
from extractors.exports.cellebrite_report import cellebrite_report
from extractors.exports.contact_cards import vcard
from extractors.exports.discord.chat_exporter import chat_exporter
from extractors.exports.discord.package import package as discord_package
from extractors.exports.discord.package import user as discord_account
from extractors.exports.google.activity import activity as google_activity
from extractors.exports.google.activity import browser_history as google_browser_history
from extractors.exports.google.activity_pages import activity_pages as google_activity_pages
from extractors.exports.google.chat import chat as google_chat
from extractors.exports.google.hangouts import hangouts
from extractors.exports.google.photo_details import photo_details
from extractors.exports.google.places import locations as google_locations
from extractors.exports.mail.files import eml, emlx, mbox
from extractors.exports.mail.outlook import msg, pst, tnef
from extractors.exports.meta.account import account as meta_account
from extractors.exports.meta.early_direct import early_direct as instagram_early
from extractors.exports.meta.messages import instagram, messenger
from extractors.exports.meta.pages import pages as meta_pages
from extractors.exports.meta.posts import posts as meta_posts
from extractors.exports.signal.frames import signal_frames
from extractors.exports.signal.text import export_text as signal_text
from extractors.exports.sms_backup_restore.backup import sms_backup_restore
from extractors.exports.snapchat.account import account as snapchat_account
from extractors.exports.snapchat.chats import export as snapchat
from extractors.exports.snapchat.pages import snapchat_pages
from extractors.exports.telegram.export_html import export_html as telegram_html
from extractors.exports.telegram.export_json import export_json as telegram_json
from extractors.exports.telegram.lists_html import lists_html as telegram_lists
from extractors.exports.tiktok.chat_text import chat_text as tiktok_text
from extractors.exports.tiktok.export import export as tiktok
from extractors.exports.tracks import gpx, kml
from extractors.exports.whatsapp_chat import chat_export
from extractors.exports.x.archive import archive as x_archive
from extractors.exports.x.direct_messages import direct_messages as x_messages

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    chat_export,
    cellebrite_report,
    telegram_json,
    messenger,
    instagram,
    meta_account,
    sms_backup_restore,
    eml,
    mbox,
    emlx,
    signal_frames,
    google_locations,
    google_activity,
    google_browser_history,
    google_chat,
    calendar,
    chat_exporter,
    discord_package,
    discord_account,
    gpx,
    kml,
    snapchat,
    snapchat_account,
    telegram_html,
    tiktok,
    x_messages,
    x_archive,
    msg,
    pst,
    meta_pages,
    vcard,
    signal_text,
    tnef,
    google_activity_pages,
    hangouts,
    instagram_early,
    tiktok_text,
    snapchat_pages,
    photo_details,
    telegram_lists,
    meta_posts,
)
