"""Small files in which iOS keeps traces: words of the keyboard, addresses looked up, applications of CarPlay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from evidence_store.records import WHOLE_FILE, AppUse, Document, Present, Problem
from extractors.base import EvidenceFile, Found, extractor
from extractors.database import Doubts, stored
from extractors.ios.plists import read_dict

_MAGIC: Final = b"DynamicDictionary-"
_LEXICON: Final = 64 << 20
# A word stands behind a count that ends in zeros, or behind a mark and four bytes, and ends with a zero.
_WORD: Final = re.compile(
    rb"(?:\x00{5,}|\xc0\xc0\x00[\x00-\xff][\x00\x01]\x00\x00\x01[\x00-\xff]{4})([^\x00-\x1f\x7f]{1,200})\x00"
)
_STATUS: Final = {1: "address is registered with the service", 2: "address is not registered with the service"}
_SERVICES: Final = {
    "com.apple.madrid": "iMessage",
    "com.apple.ess": "FaceTime",
    "com.apple.private.ac": "FaceTime",
    "com.apple.private.alloy.facetime.video": "FaceTime",
    "com.apple.private.alloy.facetime.audio": "FaceTime",
    "com.apple.private.alloy.facetime.multi": "FaceTime",
    "com.apple.private.alloy.fmf": "Find My Friends",
    "com.apple.private.alloy.sms": "SMS through another device",
}


@extractor(
    id="ios.keyboard",
    version=1,
    title="Words that the keyboard keeps",
    files=("**/dynamic-lexicon.dat",),
    emits=(Document,),
    privacy="communications",
    layouts="dynamic-lexicon.dat of iOS 9 to 18",
    tested_on="iOS 16 images: a lexicon each, one of them with a single word",
    limits="Words come in the order of the file, not in that of writing, and without times or counts. Some come from "
    "contacts and applications.",
)
def keyboard(file: EvidenceFile) -> Iterator[Found]:
    """One document with the words, a line each.

    References:
    - the layout as files of several devices show it
    """
    with file.open() as stream:
        data = stream.read(_LEXICON + 1)
    if not data.startswith(_MAGIC):
        yield Problem("schema", "unknown-layout", "does not begin with DynamicDictionary")
        return
    yield Present(1)
    found = [match[1].decode("utf-8", "backslashreplace") for match in _WORD.finditer(data, len(_MAGIC), _LEXICON)]
    yield Document(
        locator=WHOLE_FILE,
        extra=(("words", len(found)),),
        title="words that the keyboard keeps",
        text="\n".join(found) or None,
    )
    if len(data) > _LEXICON:
        yield Problem("file", "too-large", f"words behind byte {_LEXICON} are not read")


@extractor(
    id="ios.id_lookups",
    version=2,
    title="Numbers and addresses that were looked up for iMessage and FaceTime",
    files=("**/com.apple.identityservices.idstatuscache.plist", "**/IdentityServices/idstatuscache.plist"),
    emits=(AppUse,),
    privacy="communications",
    layouts="com.apple.identityservices.idstatuscache.plist of iOS 7 to 14, later IdentityServices/idstatuscache.plist",
    tested_on="iOS 14 sample: 40 look-ups",
    limits="A look-up says that the device asked whether an address is registered: before a message or call, but also "
    "for a contact that was shown. It does not say that anything was sent.",
)
def id_lookups(file: EvidenceFile) -> Iterator[Found]:
    """Each address of each service; `LookupDate` is seconds since 2001.

    References:
    - the keys as the file itself names them
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    doubts = Doubts()
    for service, entries in found.items():
        if not isinstance(entries, dict):
            continue
        yield Present(len(entries))
        for address, entry in entries.items():
            doubts.locator = f"{service}:{address}"
            yield _lookup(service, address, entry, doubts)
            yield from doubts.drain()


def _lookup(service: str, address: str, entry: Any, doubts: Doubts) -> AppUse:
    kept = entry if isinstance(entry, dict) else {}
    if not isinstance(entry, dict):
        doubts.add("entry", f"not a look-up: {type(entry).__name__}")
    status, when = kept.get("IDStatus"), kept.get("LookupDate")
    word = _STATUS.get(status) if isinstance(status, int) else None
    return AppUse(
        locator=doubts.locator,
        service=_SERVICES.get(service, ""),
        moments=() if when is None else (doubts.moment("looked up", when, "cocoa s", "LookupDate"),),
        flags=(word,) if word else (),
        extra=(("IDStatus", stored(status)),) if status is not None else (),
        app=service,
        title=address.partition(":")[2] or address,
        activity="address looked up",
        text=address,
    )


@extractor(
    id="ios.carplay",
    version=1,
    title="Applications last used in CarPlay, as recorded",
    files=("**/com.apple.CarPlayApp.plist",),
    emits=(AppUse,),
    privacy="device",
    layouts="com.apple.CarPlayApp.plist of iOS 13 to 18",
    tested_on="iOS 13 sample: 5 applications",
    limits="Only the last use of each application is kept.",
)
def carplay(file: EvidenceFile) -> Iterator[Found]:
    """Each application of `CARRecentAppHistory`, with its time in seconds since 1970.

    References:
    - the keys as the file itself names them
    """
    found, problem = read_dict(file)
    if problem is not None:
        yield problem
        return
    history = found.get("CARRecentAppHistory")
    if not isinstance(history, dict):
        return  # settings alone
    yield Present(len(history))
    doubts = Doubts()
    for app, when in history.items():
        doubts.locator = f"CARRecentAppHistory:{app}"
        yield AppUse(
            locator=doubts.locator,
            service="CarPlay",
            moments=(doubts.moment("used last", when, "s", "CARRecentAppHistory"),),
            app=app,
            activity="in use in CarPlay",
        )
        yield from doubts.drain()
