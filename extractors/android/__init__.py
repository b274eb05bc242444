"""Android's own databases and files."""

from __future__ import annotations

from typing import Final

from extractors.android.accounts import accounts
from extractors.android.app_usage import app_usage
from extractors.android.bluetooth import bluetooth
from extractors.android.bluetooth_files import bluetooth_files
from extractors.android.burner import burner
from extractors.android.calendar import calendar
from extractors.android.calls import calls
from extractors.android.contacts import contacts
from extractors.android.device import device
from extractors.android.downloads import downloads
from extractors.android.files_by_google import files_by_google
from extractors.android.google_messages import google_messages
from extractors.android.hangouts import hangouts
from extractors.android.media_store import media_store
from extractors.android.notifications import notifications
from extractors.android.packages import packages
from extractors.android.play_store import play_store
from extractors.android.recent_searches import recent_searches
from extractors.android.recent_tasks import recent_tasks
from extractors.android.samsung_logs import samsung_logs
from extractors.android.samsung_messages import samsung_messages
from extractors.android.sms import messages
from extractors.android.sms_backup import sms_backup
from extractors.android.twitter import android_twitter
from extractors.android.wellbeing import app_launches, wellbeing
from extractors.android.wifi import wifi
from extractors.base import Extractor

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    android_twitter,
    messages,
    calls,
    contacts,
    sms_backup,
    packages,
    play_store,
    recent_searches,
    google_messages,
    app_usage,
    wellbeing,
    app_launches,
    notifications,
    wifi,
    bluetooth,
    calendar,
    device,
    accounts,
    media_store,
    downloads,
    files_by_google,
    hangouts,
    burner,
    recent_tasks,
    samsung_logs,
    samsung_messages,
    bluetooth_files,
)
