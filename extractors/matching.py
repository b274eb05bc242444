"""Which extractors want which path: thousands of patterns against half a million paths, without trying each on each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from extractors.base import Extractor

_WILD: Final = re.compile(r"[*?]")
_START: Final = 5  # characters of a name's beginning that are looked up
_FOLDERS_KEPT: Final = 8192
# What Windows, macOS and browsers put into the name of a copy: "sms (1).db", "sms - Copy (2).db", "sms copy.db",
# "sms 2.db".
_COPY: Final = re.compile(
    r"(?:(?: - | )(?:copy|kopie|copie|copia|kopia|kopi|cópia))?(?: ?\(\d{1,3}\)| \d{1,2})?(?=\.[^.\s]{1,12}\Z|\Z)",
    re.IGNORECASE,
)

Test = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One pattern of one extractor. `folder_fits` looks at "a/b/" ("" at the root), `name_fits` at the last segment."""

    place: int  # of the extractor in the catalog
    folder_fits: Test
    name_fits: Test


_Index = dict[str, list[_Rule]]


@dataclass(slots=True)
class _Names:
    """Patterns for any folder, and those whose name is literal, filed under the most telling literal of the name."""

    whole: _Index = field(default_factory=dict)
    extension: _Index = field(default_factory=dict)
    start: _Index = field(default_factory=dict)
    other: list[tuple[str, _Rule]] = field(default_factory=list)  # with the longest literal, "" for none

    def add(self, name: str, rule: _Rule) -> None:
        start, tail = _WILD.split(name)[0], _WILD.split(name)[-1]
        if start == name:
            self.whole.setdefault(name, []).append(rule)
        elif len(start) >= _START:  # tells more than an ending that half of the files of a phone have
            self.start.setdefault(start[:_START], []).append(rule)
        elif "." in tail:
            self.extension.setdefault(tail.rpartition(".")[2], []).append(rule)
        else:
            self.other.append((max(_WILD.split(name), key=len), rule))


class Matcher:
    """`match(path)` gives the extractors whose `files` patterns fit, in catalog order.

    Pattern language: segments are separated by '/'; `**` as a whole segment stands for any folders, also none (at the
    end: for anything below); `*` for any characters and `?` for one character within a segment. All else is literal.
    Letter case never matters (Unicode case folding, the same on every system). A pattern without a leading `**/`
    starts at the root of the source. Raises ValueError for a pattern that no path could meet.
    """

    def __init__(self, extractors: Iterable[Extractor]) -> None:
        self._extractors = tuple(extractors)
        self._anywhere = _Names()
        self._by_folder: _Index = {}
        self._each_folder: list[_Rule] = []
        self._below: dict[str, tuple[_Rule, ...]] = {}
        patterns = [(place, text) for place, one in enumerate(self._extractors) for text in one.files]
        common = Counter(part for _, text in patterns for part in _literal_folders(text))
        for place, text in patterns:
            self._add(place, text, common)

    def match(self, path: str) -> tuple[Extractor, ...]:
        """The extractors that want `path` ('/'-separated, relative to the source's root), in catalog order.

        Where there are none and the name has the mark of a copy, those that want the file it was copied from.
        """
        found = self._match(path)
        if found or (" " not in path and "(" not in path):  # as nearly all: asked here, it costs no call
            return found
        plain = without_copy_mark(path)
        return () if plain == path else self._match(plain)

    def _match(self, path: str) -> tuple[Extractor, ...]:
        folder, _, name = path.casefold().rpartition("/")
        names = self._anywhere
        if (rules := self._below.get(folder)) is None:
            rules = self._rules_of(folder)
        if found := names.whole.get(name):
            # Few paths have such a name: its folder is looked at only then.
            text = folder and folder + "/"
            rules += (*[rule for rule in found if rule.folder_fits(text)],)
        if found := names.extension.get(name.rpartition(".")[2]):
            rules += (*found,)
        if found := names.start.get(name[:_START]):
            rules += (*found,)
        for literal, rule in names.other:
            if literal in name:
                rules += (rule,)
        if not rules:
            return ()
        places = {rule.place for rule in rules if rule.name_fits(name)}
        return tuple(self._extractors[place] for place in sorted(places))

    def _rules_of(self, folder: str) -> tuple[_Rule, ...]:
        """The rules that fit the folder, whatever the name; kept, for files of one folder come one after another."""
        segments = folder.split("/")
        fitting: tuple[_Rule, ...] = ()
        if self._each_folder or not self._by_folder.keys().isdisjoint(segments):
            likely = list(self._each_folder)
            for segment in dict.fromkeys(segments):
                likely.extend(self._by_folder.get(segment, ()))
            text = folder and folder + "/"
            fitting = tuple([rule for rule in likely if rule.folder_fits(text)])
        if len(self._below) >= _FOLDERS_KEPT:
            self._below.clear()
        self._below[folder] = fitting
        return fitting

    def _add(self, place: int, pattern: str, common: Counter[str]) -> None:
        segments = pattern.casefold().split("/")
        if "" in segments or "\\" in pattern or any("**" in part and part != "**" for part in segments):
            raise ValueError(f"not a path pattern: {pattern!r}")
        folders, name = (segments, "*") if segments[-1] == "**" else (segments[:-1], segments[-1])
        rule = _Rule(place, _folder_test(folders), _name_test(name))
        if folders == ["**"] or not _WILD.search(name):
            self._anywhere.add(name, rule)
        elif literal := _literal_folders(pattern) or ([] if folders else [""]):  # "" is what the root is called here
            # The segment that fewest patterns share calls up fewest rules: "com.example.app", not "databases".
            rarest = min(literal, key=lambda part: (common[part], -len(part)))
            self._by_folder.setdefault(rarest, []).append(rule)
        else:
            self._each_folder.append(rule)


def without_copy_mark(path: str) -> str:
    """The path of the file that this one is a copy of, by the mark in its name; the path itself where it has none."""
    folder, slash, name = path.rpartition("/")
    mark = next((one for one in _COPY.finditer(name) if one[0]), None)
    return f"{folder}{slash}{name[: mark.start()]}{name[mark.end() :]}" if mark and mark.start() else path


def _literal_folders(pattern: str) -> list[str]:
    return [part for part in pattern.casefold().split("/")[:-1] if not _WILD.search(part)]


def _folder_test(folders: list[str]) -> Test:
    text = "".join("(?:.*/)?" if part == "**" else _segment(part) + "/" for part in folders)
    return re.compile(text, re.DOTALL).fullmatch


def _name_test(name: str) -> Test:
    if not _WILD.search(name):
        return name.__eq__
    tail = name[1:]
    if name[0] == "*" and not _WILD.search(tail):
        return lambda text: text.endswith(tail)
    return re.compile(_segment(name), re.DOTALL).fullmatch


def _segment(part: str) -> str:
    wild = {"*": "[^/]*", "?": "[^/]"}
    return "".join(wild.get(char) or re.escape(char) for char in part)
