"""What is known while a Cellebrite report is read: the chat that is open, where files are, what was wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from evidence_store.records import Moment, Problem
from extractors.shortened import shortened
from extractors.sources.layouts.ufdr import device_path
from parsers.cellebrite_parts import Model, TaggedFile
from parsers.times import from_unix, to_us

PREFIX: Final = "Cellebrite"
SHOWN: Final = 200
_MOST_PLACES: Final = 200_000


def value(model: Model, name: str) -> str:
    return model.fields.get(name, "").strip()


def yes(model: Model, name: str) -> bool:
    return value(model, name).lower() == "true"


def _local(path: str) -> str:
    return path.replace("\\", "/").strip("/").lower()


class Reading:
    """What is known while a report is read: the chat that is open, and what was wrong with the model at hand."""

    def __init__(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        self._prefix = f"{folder}/" if folder else ""
        self._places: dict[str, str] = {}
        self.locator = ""
        self._chat: Model | None = None
        self._owners: frozenset[str] = frozenset()
        self._problems: list[Problem] = []

    def see(self, file: TaggedFile) -> None:
        """A file of the container, with the path at which the layout of a UFDR shows it."""
        if file.local and len(self._places) < _MOST_PLACES:
            self._places.setdefault(_local(file.local), device_path(file)[0])

    def place(self, local: str) -> str | None:
        """The path in this source of a file that the report names by its place in the container; None where the list
        of files does not have it."""
        found = self._places.get(_local(local)) if local else None
        return f"{self._prefix}{found}" if found is not None else None

    def enter(self, chat: Model) -> None:
        """The messages that follow are those of this chat."""
        self._chat = chat
        people = chat.models.get("Participants", [])
        self._owners = frozenset(value(one, "Identifier") for one in people if yes(one, "IsPhoneOwner"))

    def leave(self) -> None:
        self._chat, self._owners = None, frozenset()

    @property
    def chat(self) -> Model | None:
        return self._chat

    def begin(self, model: Model) -> None:
        self.locator = f"{model.type or 'model'} {model.id or 'without an id'}"
        if model.cut:
            self.doubt("too-long", "a value was too long, and is not whole")

    def doubt(self, code: str, detail: str) -> None:
        self._problems.append(Problem("value", code, detail, self.locator))

    def fail(self, code: str, detail: str) -> None:
        self._problems.append(Problem("row", code, detail, self.locator))

    def drain(self) -> list[Problem]:
        found, self._problems = self._problems, []
        return found

    def moment(self, meaning: str, text: str, name: str) -> Moment:
        """ISO 8601 with its offset; anything else stands as it is, without UTC."""
        try:
            when = datetime.fromisoformat(text)
            if when.tzinfo is None:
                return Moment(meaning, None, shortened(text, SHOWN), "C", note="local time, zone not known")
            utc_us, note = from_unix(to_us(when), "us")
            if note:
                self.doubt("time", f"{name}: {note}: {shortened(text, SHOWN)}")
            return Moment(meaning, utc_us, shortened(text, SHOWN), "B", note=note)
        except (ValueError, OverflowError):
            self.doubt("time", f"{name}: not a time in ISO 8601: {shortened(text, SHOWN)}")
            return Moment(meaning, None, shortened(text, SHOWN), "B", note="not a time in ISO 8601")

    @property
    def owner_known(self) -> bool:
        return bool(self._owners)

    def owns(self, party: Model) -> bool:
        return yes(party, "IsPhoneOwner") or (value(party, "Identifier") or "\0") in self._owners

    def service(self, model: Model) -> str:
        chat = value(self._chat, "Source") if self._chat is not None else ""
        name = value(model, "Source") or chat or value(model, "SourceApplication") or model.type
        return f"{PREFIX}: {shortened(name, SHOWN)}"
