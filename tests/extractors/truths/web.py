"""What the corpus has of browsers."""

from __future__ import annotations

from tests.extractors.truths import Truth

ONE_EACH = {"web_visit": 1, "download": 1}
TRUTHS: tuple[Truth, ...] = (
    Truth("web.chromium", "plaso/chrome/History", {"web_visit": 69, "search": 3, "download": 2}, of="plaso: 71"),
    Truth("web.chromium", "plaso/chrome/History-57.0.2987.133", ONE_EACH, of="plaso"),
    Truth("web.chromium", "plaso/chrome/History-58.0.3029.96", ONE_EACH, of="plaso"),
    Truth("web.chromium", "plaso/chrome/History-59.0.3071.86", ONE_EACH, of="plaso"),
)
