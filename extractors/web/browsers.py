"""Which browser a file belongs to, by where it lies."""

from __future__ import annotations

from typing import Final

# Part of the path, in small letters -> the browser.
_KNOWN: Final = (
    ("com.android.chrome", "Chrome"),
    ("com.chrome.", "Chrome"),
    ("com.microsoft.emmx", "Edge"),
    ("com.brave.browser", "Brave"),
    ("com.opera.", "Opera"),
    ("com.sec.android.app.sbrowser", "Samsung Internet"),
    ("com.vivaldi.browser", "Vivaldi"),
    ("com.kiwibrowser.browser", "Kiwi"),
    ("com.duckduckgo.mobile", "DuckDuckGo"),
    ("org.torproject.", "Tor Browser"),
    ("org.mozilla.focus", "Firefox Focus"),
    ("org.mozilla.", "Firefox"),
    ("/edge/", "Edge"),
    ("/brave-browser/", "Brave"),
    ("opera software", "Opera"),
    ("com.operasoftware", "Opera"),
    ("/vivaldi/", "Vivaldi"),
    ("/chromium/", "Chromium"),
    ("/chrome", "Chrome"),
    ("google-chrome", "Chrome"),
    ("/firefox/", "Firefox"),
    ("/app_webview/", "WebView"),
)


def browser_of(path: str, otherwise: str) -> str:
    """The name of the browser whose folder `path` lies in; `otherwise` where none is known."""
    text = "/" + path.lower().replace("\\", "/")
    return next((name for part, name in _KNOWN if part in text), otherwise)
