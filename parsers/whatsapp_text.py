"""What the text of one exported message says of itself: a file, left-out media, a deletion, an edit.

A file is recognised by shape first, because the words around its name change with the language of the phone. A shape
counts only when something else than a person's typing speaks for it: the app's own file naming, the invisible mark that
the app puts before its own words, a phrase known here, or a phrase that stands beside the app's own names elsewhere in
the same file. The text itself is never changed.

References:
- WhatsApp Help Centre, "How to export your chat history": with and without media.
- The wording of the app's interface by language, as it appears in published exports.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from parsers.whatsapp_layout import MARKS
from parsers.whatsapp_phrases import (
    ATTACHED,
    DELETED_BY_ADMIN,
    DELETED_BY_EXPORTER,
    DELETED_BY_OTHER,
    EDITED,
    ENCRYPTION,
    MISSED_CALL,
    OMITTED,
)

_M = f"[{MARKS}]{{0,4}}"  # bounded: a long run of marks must not cost its square
_NAME = r"[^\\/:*?\"<>|\r\n\t]{1,255}?\.[A-Za-z0-9]{0,10}"  # a document may have lost its extension: "DOC-…-WA0000."
_PHRASE = r"[^\W\d_][^()<>\[\]\n:]{1,48}"
_OWN_NAME = re.compile(r"(?:[A-Z]{3}-\d{8}-WA\d{4,}|\d{8}-[A-Z]+-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)[^\n]*")
_ANDROID_AFTER = re.compile(rf"^(?P<marks>{_M})(?P<name>{_NAME}) {_M}[(<](?P<phrase>{_PHRASE})[)>]{_M}\r?$")
_ANDROID_BEFORE = re.compile(rf"^(?P<marks>{_M})[(<](?P<phrase>{_PHRASE})[)>] {_M}(?P<name>{_NAME}){_M}\r?$")
_IOS = re.compile(rf"(?P<marks>{_M})<(?P<phrase>{_PHRASE}): ?{_M}(?P<name>{_NAME}){_M}>{_M}\r?$", re.MULTILINE)
_IOS_NUMBERED = re.compile(r"\d{8}-")
# For the first pass over the file: the phrase beside a name that only the app gives.
LEARN = re.compile(rf"[A-Z]{{3}}-\d{{8}}-WA\d{{4,}}\.\w{{0,10}} {_M}[(<]({_PHRASE})[)>]")

_DOCUMENT = re.compile(r"[^\n]{1,255}\.\w{1,10}")
_MAP = r"https://(?:maps\.google\.com/\?q=|foursquare\.com/v/)"
# The app's word and the address; "Name (Area): address", as iOS writes a place; the same on three lines (Android).
_LOCATION = re.compile(
    rf"^{_M} ?[^\W\d_][^\n:]{{1,30}}: ?{_MAP}|^{_M} ?[^\n]{{1,200}} \([^\n]{{1,200}}\): ?{_MAP}\S{{1,200}}\s*$|"
    rf"^(?:[^\n]{{1,300}}\n){{1,2}}{_M}[^\W\d_][^\n:]{{1,30}}: ?{_MAP}\S{{1,200}}\s*$",
    re.IGNORECASE,
)
_POLL = re.compile(
    rf"^{_M}[^\W\d_]{{3,20}}:[ {MARKS}]{{0,4}}\n(?:[^\n]*\n){{0,3}}?{_M}(?:OPTION|OPCIÓN|OPÇÃO|OPZIONE|OPTIE): "
)
_MISSED = re.compile(rf"^{_M}(?:silenced |missed )(?:group )?(?:voice|video) call\b", re.IGNORECASE)
_EDGES = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff \u00a0\u202f\r\n"
_MARKED = re.compile(f"[<({MARKS}:]")
_SHORT = 120


class Reading(NamedTuple):
    """`attachment` is a file name; `state` is "omitted" where the export leaves the media out, else "". `by_exporter`
    is True where the words say that the person who exported did it, but for a message of somebody else."""

    attachment: str | None
    state: str
    flags: tuple[str, ...]
    by_exporter: bool


PLAIN = Reading(None, "", (), False)
_BY_ADMIN = Reading(None, "", ("deleted by administrator",), False)
_KNOWN = (
    {words: Reading(None, "omitted", ("view once",) * words.startswith("view once"), False) for words in OMITTED}
    | {words: Reading(None, "", ("deleted by sender",), False) for words in DELETED_BY_OTHER}
    | {words: Reading(None, "", ("deleted by sender",), True) for words in DELETED_BY_EXPORTER}
    | {words: Reading(None, "", ("missed call",), False) for words in MISSED_CALL}
)


def read_text(text: str, learned: frozenset[str]) -> Reading:
    """`learned`: the phrases that the first pass found beside the app's own file names, casefolded."""
    first = text if len(text) <= _SHORT else text[: text.find("\n")] if "\n" in text[:_SHORT] else ""
    words = first.partition("\n")[0].strip(_EDGES)
    plain = words.strip("<>.。")
    known = _KNOWN.get(plain.casefold())
    if known is not None:
        return known
    if DELETED_BY_ADMIN.fullmatch(plain):
        return _BY_ADMIN
    if "\u200e" in text and (omitted := _left_out_behind(text)) is not None:
        return omitted
    if not _MARKED.search(text):
        return PLAIN
    name = _attachment(text, learned)
    return Reading(name, "", _flags(text, name), False)


def _left_out_behind(text: str) -> Reading | None:
    """What is left out behind words of a person (a caption) or behind the name of a document: the app's own words
    stand behind a mark at the end."""
    before, _, last = text.rpartition("\u200e")
    if len(last) > _SHORT or bare(last).strip("<>.。").casefold() not in OMITTED:
        return None
    name = bare(before.partition("•")[0])
    is_name = "•" in before or _DOCUMENT.fullmatch(name) is not None
    return Reading(name if is_name and "\n" not in name else None, "omitted", (), False)


def is_encryption_notice(text: str) -> bool:
    return ENCRYPTION.match(text.lstrip(_EDGES)) is not None


def bare(text: str) -> str:
    """`text` without the invisible marks and white space at its ends."""
    return text.strip(_EDGES)


def _flags(text: str, name: str | None) -> tuple[str, ...]:
    checks = (
        ("edited", EDITED.search(text[-_SHORT:])),
        ("poll", _POLL.match(text)),
        ("location", "://" in text and _LOCATION.match(text)),
        ("missed call", _MISSED.match(text)),
        ("contact card", name is not None and name.lower().endswith(".vcf")),
    )
    return tuple(flag for flag, found in checks if found)


def _attachment(text: str, learned: frozenset[str]) -> str | None:
    first = text.partition("\n")[0]
    match = None
    if len(first) <= 400 and ("(" in first or "<" in first):
        match = _ANDROID_AFTER.match(first) or _ANDROID_BEFORE.match(first)
    if match is None and "<" in text:
        match = _IOS.search(text)
    if match is None:
        return None
    phrase = match["phrase"].casefold()
    name = match["name"]
    sure = bool(match["marks"]) or phrase in ATTACHED or phrase in learned
    return name if sure or _OWN_NAME.match(name) or (match.re is _IOS and _IOS_NUMBERED.match(name)) else None
