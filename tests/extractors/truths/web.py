"""What the corpus has of browsers."""

from __future__ import annotations

from tests.extractors.truths import Truth

ONE_EACH = {"web_visit": 1, "download": 1}
TRUTHS: tuple[Truth, ...] = (
    Truth("web.chromium", "plaso/chrome/History", {"web_visit": 69, "search": 3, "download": 2}, of="plaso: 71"),
    Truth("web.chromium", "plaso/chrome/History-57.0.2987.133", ONE_EACH, of="plaso"),
    Truth("web.chromium", "plaso/chrome/History-58.0.3029.96", ONE_EACH, of="plaso"),
    Truth("web.chromium", "plaso/chrome/History-59.0.3071.86", ONE_EACH, of="plaso"),
    # plaso's 103 are 101 bookmarks, folders and separators with annotations of bookmarks, and the visit.
    Truth("web.firefox", "plaso/firefox/places.sqlite", {"web_visit": 1, "bookmark": 101}, of="sqlite3"),
    Truth("web.firefox_downloads", "plaso/firefox/downloads.sqlite", {"download": 1}, of="plaso"),
    # Six removed stretches are records too, marked as deleted, and are not counted here.
    Truth("web.safari", "plaso/safari/History.db", {"web_visit": 25}, of="plaso"),
    Truth(
        "web.safari_tabs",
        "mvt/ios_backup/3a/3a47b0981ed7c10f3e2800aa66bac96a3b5db28e",
        {"web_visit": 1},
        of="mvt",
        name="private/var/mobile/Library/Safari/BrowserState.db",
    ),
    Truth("web.safari_history_plist", "plaso/plist/History.plist", {"web_visit": 18}, of="counted with plistlib"),
    Truth("web.safari_downloads", "plaso/plist/Downloads.plist", {"download": 4}, of="counted with plistlib"),
    Truth("web.chromium_forms", "plaso/chrome/Web Data", {"table_row": 3}, of="plaso"),
)
