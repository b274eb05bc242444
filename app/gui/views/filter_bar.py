"""The filter: search, party, dates, and menus for kind, service, source, tag and deletion; each set one is a chip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from app.gui import wording
from app.gui.case_controller import CaseController
from app.gui.models import dates
from app.gui.views.parts import label, named
from evidence_store import overview
from evidence_store.selection import Selection

# facet of the store, field of the selection, name
MENUS: Final = (
    ("kind", "kinds", "&Kind"),
    ("service", "services", "Ser&vice"),
    ("source", "sources", "So&urce"),
    ("tag", "tags", "Ta&g"),
)
_DELETED: Final = (("Deleted and not deleted", None), ("Deleted only", True), ("Not deleted only", False))


class FilterBar(QWidget):
    """Sets the controller's filter and shows what it is, wherever it was set."""

    def __init__(self, controller: CaseController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        self.search = self._field("Search text, press Enter", "Search text", self._apply)
        self.search.setToolTip('All words must occur; harb* finds beginnings; "the blue kiosk" finds a phrase')
        self.party = self._field("Name or number", "Filter by party", self._apply)
        self.since = self._field("From dd/mm/yyyy", "From date", self._apply)
        self.until = self._field("To dd/mm/yyyy", "To date, included", self._apply)
        self.menus = {name: self._menu(name, title) for name, _, title in MENUS}
        self.deleted = self._deleted_menu()
        self.problem = label("", "banner")
        self.problem.hide()
        self.count = label("", "heading")
        named(self.count, "Result count")
        self._chips = QHBoxLayout()
        self._shown: dict[QLineEdit, str] = {}
        self._lay_out()
        controller.selection_changed.connect(self.show_selection)
        controller.evidence_changed.connect(self.refresh_facets)
        controller.tags_changed.connect(lambda _: self.refresh_facets())
        self.show_selection(controller.selection)
        self.refresh_facets()

    def _field(self, hint: str, name: str, then: Callable[[], None]) -> QLineEdit:
        field = named(QLineEdit(), name, hint)
        field.setPlaceholderText(hint)
        field.setClearButtonEnabled(True)
        field.returnPressed.connect(then)
        # The little cross clears the filter too; typing alone does not search: each search is entered in the ledger.
        field.textChanged.connect(lambda words: then() if not words else None)
        return field

    def _menu(self, name: str, title: str) -> QToolButton:
        button = named(QToolButton(), f"Filter by {name}")
        button.setText(f"{title}  ")  # room for the little arrow
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setMenu(named(QMenu(button), f"Filter by {name}"))
        return button

    def _deleted_menu(self) -> QToolButton:
        button = self._menu("deletion", "&Deleted")
        for words, value in _DELETED:
            action = button.menu().addAction(words)
            action.setCheckable(True)
            action.setData(value)
            action.triggered.connect(lambda _=False, value=value: self.controller.narrow(deleted=value))
        return button

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        for field, stretch in ((self.search, 3), (self.party, 2), (self.since, 1), (self.until, 1)):
            field.setMinimumWidth(120)
            first.addWidget(field, stretch)
        for button in (*self.menus.values(), self.deleted):
            first.addWidget(button)
        second = QHBoxLayout()
        second.addWidget(self.count)
        second.addLayout(self._chips)
        second.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        for part in (first, second):
            whole.addLayout(part)
        whole.addWidget(self.problem)

    def refresh_facets(self) -> None:
        """Reads what can be filtered by, with counts."""
        self.controller.read(overview.facets, self._fill_menus)

    def _fill_menus(self, facets: dict[str, list[tuple[str, int]]]) -> None:
        for facet, field, _ in MENUS:
            menu = self.menus[facet].menu()
            menu.clear()
            chosen = getattr(self.controller.selection, field)
            for value, count in facets[facet]:
                words = wording.kind(value) if facet == "kind" else value or "(none)"
                action = menu.addAction(f"{words.replace('&', '&&')}  ({count:,})")
                action.setCheckable(True)
                action.setData(value)
                action.setChecked(value in chosen)
                action.triggered.connect(lambda _=False, field=field, value=value: self._toggle(field, value))
            if not facets[facet]:
                menu.addAction("Nothing yet").setEnabled(False)

    def _toggle(self, field: str, value: str) -> None:
        held: tuple[str, ...] = getattr(self.controller.selection, field)
        changed = tuple(one for one in held if one != value) if value in held else (*held, value)
        self.controller.narrow(**{field: changed})

    def _apply(self) -> None:
        """Takes the fields over into the filter; a bad date is said and changes nothing."""
        try:
            since, until = dates.bound(self.since.text(), end=False), dates.bound(self.until.text(), end=True)
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()
            return
        self.problem.hide()
        # A range from the histogram is finer than its field can show: an untouched field leaves it alone.
        held = self.controller.selection
        since = held.since if self.since.text() == dates.shown(held.since, end=False) else since
        until = held.until if self.until.text() == dates.shown(held.until, end=True) else until
        chosen = replace(held, search=self.search.text().strip(), party=self.party.text().strip())
        self.controller.select(replace(chosen, since=since, until=until))

    def show_selection(self, chosen: Selection) -> None:
        """Puts the filter into the fields, the menus and the chips."""
        texts = {
            self.search: chosen.search,
            self.party: chosen.party,
            self.since: dates.shown(chosen.since, end=False),
            self.until: dates.shown(chosen.until, end=True),
        }
        for field, words in texts.items():
            if self._shown.get(field) != words:  # what is being typed in another field stays
                field.blockSignals(True)
                field.setText(words)
                field.blockSignals(False)
        self._shown = texts
        for facet, name, _ in MENUS:
            for action in self.menus[facet].menu().actions():
                action.setChecked(action.data() in getattr(chosen, name))
        for action in self.deleted.menu().actions():
            action.setChecked(action.data() == chosen.deleted)
        self._show_chips(chosen)

    def _show_chips(self, chosen: Selection) -> None:
        for chip in self.chip_widgets():
            self._chips.removeWidget(chip)
            chip.deleteLater()
        parts = chips(chosen)
        for words, without in parts:
            self._chips.addWidget(self._chip(words, without))
        if len(parts) > 1:
            self._chips.addWidget(self._chip("Clear all", None))

    def _chip(self, words: str, without: dict[str, Any] | None) -> QToolButton:
        chip = named(QToolButton(), "Clear all filters" if without is None else f"Remove filter {words}")
        chip.setProperty("role", "chip")
        chip.setText(words.replace("&", "&&") if without is None else f"{words.replace('&', '&&')}  ✕")
        chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if without is None:
            chip.clicked.connect(lambda: self.controller.select(Selection()))
        else:
            chip.clicked.connect(lambda: self.controller.narrow(**without))
        return chip

    def show_count(self, rows: int, is_all: bool) -> None:
        """How many items the filter holds, as far as is known."""
        self.count.setText(wording.many(rows, "item") if is_all else "Counting …")

    def chip_widgets(self) -> list[QToolButton]:
        entries = [self._chips.itemAt(place) for place in range(self._chips.count())]
        found = [entry.widget() for entry in entries if entry is not None]
        return [chip for chip in found if isinstance(chip, QToolButton)]


def chips(chosen: Selection) -> list[tuple[str, dict[str, Any]]]:
    """(words, what to set so that it is gone) of each condition."""
    found: list[tuple[str, dict[str, Any]]] = []
    for facet, field, _ in MENUS:
        held: tuple[str, ...] = getattr(chosen, field)
        for value in held:
            words = wording.kind(value) if facet == "kind" else value or "(none)"
            found.append((f"{facet}: {words}", {field: tuple(one for one in held if one != value)}))
    if chosen.search:
        found.append((f"search: {chosen.search[:40]}", {"search": ""}))
    if chosen.party:
        found.append((f"party: {chosen.party[:40]}", {"party": ""}))
    if chosen.since is not None:
        found.append((f"from {wording.local(chosen.since)}", {"since": None}))
    if chosen.until is not None:
        found.append((f"before {wording.local(chosen.until)}", {"until": None}))
    if chosen.conversation is not None:
        found.append(("one conversation", {"conversation": None}))
    if chosen.deleted is not None:
        found.append(("deleted only" if chosen.deleted else "not deleted", {"deleted": None}))
    if chosen.items:
        found.append((f"{len(chosen.items):,} items picked by hand", {"items": ()}))
    return found
