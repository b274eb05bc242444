"""A source with all that can be opened inside it: archives in archives, images in archives, backups in anything.

What is inside a container is listed after the container itself, under its path. Layouts (a phone's backup) take the
place of the files that they are made of. How deep and how many are opened is bounded; what is not opened is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import BinaryIO, Final

from evidence_store.records import Problem
from extractors.shortened import shortened
from extractors.sources.base import Entry, Locked, SomethingElse, SourceError, SourceRef, Volume
from extractors.sources.chain import Chain, Links, address_of
from extractors.sources.inner import NOT_OPENED, Candidates, Listing, by_root, is_media, is_named, neighbours
from extractors.sources.kinds import COMPRESSED, HEAD, TITLES, kind_of
from extractors.sources.layouts import LAYOUTS, Layout
from extractors.sources.names import Findings
from extractors.sources.phone import Phone
from extractors.sources.single_file import KIND as SINGLE
from parsers.signatures import mime_of

LAYOUT_OF: Final = "layout of "  # begins the name of the fact that a layout stands there
DEEPEST: Final = 5  # containers in one another, the source itself not counted
MOST: Final = 2_000  # containers that are opened in one source
MOST_LAYOUTS: Final = 1_000  # that are looked at in one source
MOST_BYTES: Final = 1 << 30  # what they may hold together, and
MOST_RATIO: Final = 200  # times as much as the source's own files
NAMED: Final = 50  # of them are among the facts


class Stack:
    """See `Volume`: a source and all that was opened inside it."""

    def __init__(self, volume: Volume, ref: SourceRef, on_work: Callable[[int], None] = lambda _: None) -> None:
        self.kind = volume.kind
        self._volume = volume
        self._ref = ref
        self._chain = Chain(volume, ref, on_work)
        self._tick: Callable[[], None] = lambda: on_work(0)
        self._begin()

    def _begin(self) -> None:
        self._findings = Findings()
        self._problems: list[Problem] = []
        self._facts: dict[str, str] = {}
        self._said: list[tuple[str, str, dict[str, str]]] = []  # by each layout: its kind, where it stands, its facts
        self._inside = self._looked_at = self._own_bytes = self._inner_bytes = 0
        self._phone = Phone()
        self.locked: list[str] = []  # what would open with a password that was not given
        self._wrong: Locked | None = None

    @property
    def unlocked(self) -> bytes:
        """The keys that were derived from the secret, for `Secret.unlocked`; b"" where nothing was locked."""
        return self._chain.unlocked

    def entries(self) -> Iterator[Entry]:
        """The source's own files and, after them, what is inside. Raises Locked where the source itself is locked, and
        at the end where the password that was given opened nothing of what is locked; SourceError where nothing at all
        can be listed."""
        self._begin()
        single = self._volume.kind == SINGLE
        own, empty = Listing(self._volume.entries, self._tick), True
        for entry in self._listed(own, (), "", 0, few=not single):
            empty = False
            self._phone.see(entry)
            if single and not is_named(entry):
                self._say_unopened(entry, (), entry.path)
            yield entry
        if own.broken and empty:
            raise own.broken if isinstance(own.broken, SourceError) else SourceError(_words(own.broken)) from own.broken
        if own.broken:
            self._findings.add("file", "not-listed", f"the source cannot be listed to its end: {_words(own.broken)}")
        if self._wrong and not self._chain.unlocked:
            raise self._wrong

    def problems(self) -> list[Problem]:
        return [*self._volume.problems(), *self._problems, *self._chain.problems, *self._findings.problems()]

    def facts(self) -> dict[str, str]:
        inside = {"containers opened inside": str(self._inside)} if self._inside else {}
        return {**self._volume.facts(), **self._facts, **self._layout_facts(), **inside, **self._phone.facts(self.open)}

    def _layout_facts(self) -> dict[str, str]:
        """What the layouts say, with their places before it where the source has several of a kind, or two say it."""
        kinds = Counter(kind for kind, _, _ in self._said)
        names = Counter(name for _, _, facts in self._said for name in facts)
        return {
            f"{where}: {name}" if kinds[kind] > 1 or names[name] > 1 else name: text
            for kind, where, facts in self._said
            for name, text in facts.items()
        }

    def open(self, entry: Entry) -> BinaryIO:
        return self._chain.open(entry)

    def close(self) -> None:
        self._chain.close()

    def _listed(self, entries: Listing, links: Links, prefix: str, depth: int, *, few: bool) -> Iterator[Entry]:
        candidates = Candidates(look_at_few=few)
        held: dict[str, Entry] = {}
        # A layout's own entries are no part of another.
        layouts = () if links and isinstance(links[-1][1], str) else tuple(LAYOUTS.values())
        for entry in entries():
            if any(module.holds_back(entry.path) for module in layouts):
                first = held.setdefault(entry.path, entry)
                if first is entry:
                    continue
                if first.deleted and not entry.deleted:  # a layout is made of what is there, before what was there
                    held[entry.path], entry = entry, first
            candidates.see(entry)
            self._count(entry, depth)
            yield _shown(entry, links, prefix)
        for module in layouts if held else ():
            yield from self._layouts(module, held, links, prefix, depth)
        for entry in held.values():  # what was held back and belongs to no layout
            candidates.see(entry)
            self._count(entry, depth)
            yield _shown(entry, links, prefix)
        found = candidates.found()
        around = neighbours(found, entries)
        for entry in found:
            beside = around.get(entry.path.rpartition("/")[0], {})
            yield from self._container(entry, beside, links, prefix, depth)

    def _layouts(
        self, module: ModuleType, files: dict[str, Entry], links: Links, prefix: str, depth: int
    ) -> Iterator[Entry]:
        """The layouts of one kind that stand in what was held back; what they are made of is taken out of `files`."""
        own = {path: entry for path, entry in files.items() if module.holds_back(path)}
        for start, below in by_root(module.roots(own), own).items():
            root = start.rstrip("/")
            where = f"{prefix}{root}".rstrip("/") or "the source"
            here = (*links, [module.KIND, root])
            view = self._view(module, root, below, here, where)
            if view is None:
                continue
            listing = Listing(view.entries, self._tick)
            yield from self._listed(listing, here, prefix + start, depth, few=False)
            self._problems.extend(_inside(problem, f"{prefix}{root}") for problem in view.problems())
            self._said.append((module.KIND, where, view.facts()))
            if listing.broken:
                what = f"{where}: cannot be listed to its end as {module.TITLE}, and is listed as it is stored too"
                self._findings.add("file", "layout", f"{what}: {_words(listing.broken)}", where)
                continue
            for path in below:
                del files[start + path]

    def _view(
        self, module: ModuleType, root: str, files: Mapping[str, Entry], here: Links, where: str
    ) -> Layout | None:
        self._looked_at += 1
        if self._looked_at > MOST_LAYOUTS:
            what = f"{where}: not read as {module.TITLE}: the limit is {MOST_LAYOUTS} in a source"
            self._findings.add("file", "layout", what, where)
            return None
        try:
            view: Layout = module.open_layout(root, files, self._chain.at(here[:-1]).open, self._chain.secret_of(here))
        except Locked as error:
            if here == ([module.KIND, ""],):
                raise
            self._stays_locked(where, error)
            return None
        except SomethingElse:
            return None
        except Exception as error:  # noqa: BLE001 - stored: what is wrong with one layout costs nothing else
            what = f"{where}: not read as {module.TITLE}: {_words(error)}"
            self._findings.add("file", "layout", what, where)
            return None
        self._chain.unlock(here, view.unlocked)
        self._facts[LAYOUT_OF + where] = module.TITLE
        return view

    def _container(
        self, entry: Entry, beside: dict[str, Entry], links: Links, prefix: str, depth: int
    ) -> Iterator[Entry]:
        where = prefix + entry.path
        self._tick()
        try:
            kind = self._kind(entry, beside, links)
        except OSError:
            raise  # the work folder's
        except Exception as error:  # noqa: BLE001 - stored: what is wrong with one file costs nothing else
            self._findings.add("file", "not-opened", f"{where}: not looked into: {_words(error)}", where)
            return
        if kind is None:
            return
        if kind == SINGLE:
            self._say_unopened(entry, links, where)
            return
        if kind in COMPRESSED and not is_named(replace(entry, path=entry.path.rpartition(".")[0])):
            return  # a compressed log or letter stays the one file it is; "image.dd.gz" and the like are opened
        if limit := self._limit(depth):
            self._findings.add("file", "not-opened", f"{where}: not opened: the limit is {limit}", where)
            return
        try:
            here, volume = self._chain.enter(kind, self._chain.place(entry, beside, links), links)
        except Locked as error:
            self._stays_locked(where, error)
            return
        except Exception as error:  # noqa: BLE001 - stored: what is wrong with one container costs nothing else
            self._findings.add("file", "not-opened", f"{where}: not opened: {_words(error)}", where)
            return
        self._inside += 1
        if self._inside <= NAMED:
            self._facts[f"inside {where}"] = TITLES[kind]
        yield from self._inner(volume, entry, here, where, depth)

    def _kind(self, entry: Entry, beside: dict[str, Entry], links: Links) -> str | None:
        """What a file is, if it may be a container; None for what is none by its first bytes, or has none."""
        try:
            if not is_named(entry) and is_media(self._chain.at(links).open, entry):
                return None
            place = self._chain.place(entry, beside, links, near=is_named(entry))
            data = place.open()
        except SourceError:
            return None  # its bytes cannot be had: reading it says so
        try:
            head = data.read_at(0, HEAD)
        except SourceError:
            return None
        finally:
            data.close()
        return kind_of(place, head)

    def _stays_locked(self, where: str, error: Locked) -> None:
        self.locked.append(where)
        self._findings.add("file", "locked", f"{where}: {error}", where)
        self._wrong = error if error.wrong else self._wrong

    def _say_unopened(self, entry: Entry, links: Links, where: str) -> None:
        """Says of an archive that is none of those that are opened what it is, and what to do."""
        try:
            with self._chain.at(links).open(entry) as stream:
                mime = mime_of(stream.read(HEAD), size=entry.size)
        except (SourceError, OSError):
            return  # reading it says so
        if what := NOT_OPENED.get(mime):
            text = f"{where}: {what}, which is not opened: unpack it, and add the folder as a source of its own"
            self._findings.add("file", "not-opened", text, where)

    def _count(self, entry: Entry, depth: int) -> None:
        if entry.readable:
            self._own_bytes += 0 if depth else entry.size
            self._inner_bytes += entry.size if depth else 0

    def _limit(self, depth: int) -> str:
        """Which limit has been reached, in words, or ""."""
        if depth >= DEEPEST:
            return f"{DEEPEST} containers in one another"
        if self._inside >= MOST:
            return f"{MOST} containers in a source"
        if self._inner_bytes > max(MOST_BYTES, MOST_RATIO * self._own_bytes):
            return f"{MOST_RATIO} times the bytes of the source in all (a decompression bomb)"
        return ""

    def _inner(self, volume: Volume, entry: Entry, links: Links, where: str, depth: int) -> Iterator[Entry]:
        listing = Listing(volume.entries, self._tick)
        for inner in self._listed(listing, links, f"{where}/", depth + 1, few=True):
            yield replace(inner, deleted=True) if entry.deleted and not inner.deleted else inner
        if listing.broken:
            what = f"{where}: cannot be listed to its end: {_words(listing.broken)}"
            self._findings.add("file", "not-opened", what, where)
        self._problems.extend(_inside(problem, where) for problem in volume.problems())
        if self._inside <= NAMED and not listing.broken:
            self._facts.update({f"inside {where}, {name}": text for name, text in volume.facts().items()})
        self._chain.leave(links)


def _words(error: Exception) -> str:
    return (
        str(error)
        if isinstance(error, SourceError)
        else f"{type(error).__name__}: {shortened(' '.join(str(error).split()), 200)}"
    )


def _shown(entry: Entry, links: Links, prefix: str) -> Entry:
    if not links:
        return entry
    return replace(entry, path=prefix + entry.path, address=address_of(links, entry.address))


def _inside(problem: Problem, where: str) -> Problem:
    return Problem(problem.kind, problem.code, f"{where}: {problem.detail}", problem.locator) if where else problem
