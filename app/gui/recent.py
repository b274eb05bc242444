"""Cases that were opened lately, and how the window looks: kept by this user on this machine, never in a case."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

from app.gui.theme import Theme

_MOST: Final = 10


class Remembered:
    """The user's own settings; tests give a file of their own."""

    def __init__(self, file: Path | None = None) -> None:
        if file is None:
            self._settings = QSettings("Assay", "Assay")
        else:
            self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    def recent(self) -> list[Path]:
        """Case folders, the latest first."""
        found = self._settings.value("recent", [])
        names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        return [Path(str(name)) for name in names][:_MOST]

    def remember(self, folder: Path) -> None:
        kept = [folder, *(one for one in self.recent() if one != folder)]
        self._settings.setValue("recent", [str(one) for one in kept[:_MOST]])

    @property
    def theme(self) -> Theme:
        found = self._settings.value("theme", "system")
        if found == "light":
            return "light"
        return "dark" if found == "dark" else "system"

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._settings.setValue("theme", theme)
