"""Histories of browsers, of any system."""

from __future__ import annotations

from typing import Final

from extractors.base import Extractor
from extractors.web.android_browser import android_browser
from extractors.web.chromium import chromium
from extractors.web.chromium_bookmarks import chromium_bookmarks
from extractors.web.chromium_forms import chromium_forms
from extractors.web.firefox import firefox
from extractors.web.firefox_android import firefox_android
from extractors.web.firefox_older import firefox_android_older, firefox_downloads, firefox_forms
from extractors.web.safari import safari, safari_tabs
from extractors.web.safari_account import safari_cloud_tabs, safari_searches
from extractors.web.safari_bookmarks import safari_bookmarks
from extractors.web.safari_lists import safari_bookmarks_plist, safari_downloads, safari_history_plist
from extractors.web.samsung import samsung

EXTRACTORS: Final[tuple[Extractor, ...]] = (
    chromium,
    firefox,
    firefox_downloads,
    firefox_forms,
    firefox_android_older,
    safari,
    safari_tabs,
    safari_history_plist,
    safari_downloads,
    safari_bookmarks_plist,
    chromium_forms,
    samsung,
    android_browser,
    safari_bookmarks,
    safari_cloud_tabs,
    safari_searches,
    chromium_bookmarks,
    firefox_android,
)
