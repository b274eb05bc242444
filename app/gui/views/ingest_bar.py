"""The bar at the foot of the window while evidence is read: stage, file, items, estimate, Stop, Go on."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.gui import wording
from app.gui.ingest_queue import IngestQueue, result_words
from app.gui.views.parts import label, named
from app.ingest.model import IngestResult, Progress

_STAGES = {"listing": "Listing files", "hashing": "Hashing", "reading": "Reading", "sealing": "Sealing"}


class IngestBar(QFrame):
    """Follows the queue; hidden while there is nothing to say."""

    def __init__(self, queue: IngestQueue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = queue
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.words = named(label(""), "Progress of reading")
        self.now = label("", "quiet")
        self.now.setWordWrap(False)
        self.bar = named(QProgressBar(), "Progress")
        self.bar.setRange(0, 1000)
        self.stop = named(QPushButton("&Stop"), "Stop reading", "What was read is kept")
        self.stop.clicked.connect(self._stop)
        self.go_on = named(QPushButton("&Go on"), "Go on reading", "Reads sources that were not read to their end")
        self.go_on.clicked.connect(queue.go_on)
        self.dismiss = named(QPushButton("&Hide"), "Hide this bar")
        self.dismiss.clicked.connect(self.hide)
        row = QHBoxLayout()
        row.addWidget(self.words, 2)
        row.addWidget(self.bar, 3)
        for button in (self.stop, self.go_on, self.dismiss):
            row.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 4, 8, 4)
        whole.addLayout(row)
        whole.addWidget(self.now)
        self._results: list[str] = []
        queue.began.connect(self._begin)
        queue.progressed.connect(self.show_progress)
        queue.source_done.connect(self._keep_result)
        queue.source_failed.connect(self._results.append)
        queue.ended.connect(self._end)
        queue.outstanding_changed.connect(self._offer)
        self._show_buttons()
        self.hide()

    def _show_buttons(self) -> None:
        busy = self.queue.busy
        self.stop.setVisible(busy)
        self.bar.setVisible(busy)
        self.now.setVisible(busy)
        self.dismiss.setVisible(not busy)
        self.go_on.setVisible(not busy and self.queue.outstanding > 0 and self.queue.controller.case.writable)

    def _begin(self) -> None:
        self._results.clear()
        self.words.setText("Starting …")
        self.bar.setRange(0, 0)
        self.stop.setEnabled(True)
        self._show_buttons()
        self.show()

    def show_progress(self, progress: Progress) -> None:
        """One report of progress in words and as a bar."""
        left = f", about {wording.duration(progress.eta_s)} left" if progress.eta_s is not None else ""
        stage = _STAGES.get(progress.stage, progress.stage)
        done = f"{wording.many(progress.files, 'file')}, {wording.many(progress.items, 'item')}"
        self.words.setText(f"{stage} {progress.source}: {done}{left}")
        if progress.total:
            # Thousandths: a count of bytes is more than a progress bar can hold.
            self.bar.setRange(0, 1000)
            self.bar.setValue(min(progress.done * 1000 // progress.total, 1000))
        else:
            self.bar.setRange(0, 0)
        self.now.setText(wording.visible(progress.now[-120:]))

    def _keep_result(self, result: IngestResult) -> None:
        self._results.append(result_words(result))

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.words.setText("Stopping …")
        self.queue.stop()

    def _end(self, words: str) -> None:
        self.words.setText("\n".join([f"{words}.", *self._results[-5:]]))
        self._show_buttons()

    def _offer(self, outstanding: int) -> None:
        if outstanding and self.isHidden():
            many = "1 source is" if outstanding == 1 else f"{outstanding} sources are"
            self.words.setText(f"{many} not read to the end.")
            self.show()
        self._show_buttons()
