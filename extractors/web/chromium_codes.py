"""The numbers that Chromium's history keeps, in words.

References:
- Chromium source: ui/base/page_transition_types.h, components/history/core/browser/history_types.h,
  components/download/public/common/{download_item,download_interrupt_reason_values}.h
"""

from __future__ import annotations

from typing import Any, Final

_CORE: Final = {
    0: "link",
    1: "typed or chosen in the address bar",
    2: "bookmark or suggestion",
    3: "loaded into a frame",
    4: "chosen in a frame",
    5: "search from the address bar",
    6: "start page",
    7: "form submitted",
    8: "reload",
    9: "keyword search",
    10: "keyword search, generated",
}
_QUALIFIERS: Final = (
    (0x01000000, "back or forward"),
    (0x02000000, "from the address bar"),
    (0x04000000, "home page"),
    (0x08000000, "from another application"),
    (0x40000000, "redirected by the page"),
    (0x80000000, "redirected by the server"),
)
_SOURCES: Final = {
    0: "synced from another device",
    2: "by an extension",
    3: "imported from Firefox",
    4: "imported from Internet Explorer",
    5: "imported from Safari",
}
_STATES: Final = {0: "in progress", 1: "complete", 2: "cancelled", 3: "interrupted", 4: "interrupted"}
_REASONS: Final = {
    1: "file failed",
    2: "access denied",
    3: "no space",
    5: "name too long",
    6: "file too large",
    7: "virus found",
    10: "for the moment",
    11: "blocked",
    12: "security check failed",
    13: "file too short",
    14: "hash differs",
    20: "network failed",
    21: "network timed out",
    22: "network disconnected",
    23: "server down",
    24: "network request invalid",
    30: "server failed",
    31: "no range",
    33: "bad content",
    34: "not authorised",
    35: "certificate problem",
    36: "forbidden",
    37: "server unreachable",
    40: "cancelled",
    41: "browser closed",
    50: "crash",
}


def transition(value: Any) -> str:
    """How a page came to be loaded, as the browser recorded it; "" for what is no number of that kind."""
    if type(value) is not int:
        return ""
    bits = value & 0xFFFFFFFF
    core = _CORE.get(bits & 0xFF, f"transition {bits & 0xFF}")
    return ", ".join([core, *(words for bit, words in _QUALIFIERS if bits & bit)])


def visit_source(value: Any) -> str:
    """Where a visit comes from, where it is not this browser itself."""
    return _SOURCES.get(value, "" if value == 1 else f"source {value}") if type(value) is int else ""


def download_state(state: Any, reason: Any) -> str | None:
    """How a download stands, with why it was interrupted."""
    if state is None:
        return None
    words = _STATES.get(state, f"state {state}") if type(state) is int else f"state {state}"
    if type(reason) is int and reason:
        words += f": {_REASONS.get(reason, f'reason {reason}')}"
    return words
