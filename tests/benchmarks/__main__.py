"""Prints the table of the README's "Speed". Evidence is built on the spot, in a temporary folder; nothing is asserted.

python -m tests.benchmarks            about three minutes on two cores
python -m tests.benchmarks --large    a timeline of ten million items too
python -m tests.benchmarks phone      only the named rows
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from app.cases import Case, open_case
from app.demo_evidence import android_zip
from app.ingest.model import Progress, SourceRequest
from app.ingest.run import add_source
from evidence_store import queries
from evidence_store.selection import Selection
from extractors.catalog import EXTRACTORS
from extractors.matching import Matcher
from extractors.sources import open_volume
from extractors.sources.base import SourceRef
from tests.benchmarks.ewf import ewf
from tests.benchmarks.file_systems import file_systems
from tests.benchmarks.images import images
from tests.benchmarks.ios_backup import backup
from tests.benchmarks.large_case import fill
from tests.benchmarks.measuring import Measured, measured, read_and_hash
from tests.benchmarks.whatsapp import PLACE, msgstore

MIB = 1 << 20
ROOT = Path(__file__).resolve().parents[2]
Row = tuple[str, str, str]  # work, measured, aim


def _ingest(folder: Path, source: Path, on_progress: Callable[[Progress], None] | None = None) -> Case:
    case = open_case(folder, create_it=True)
    add_source(case, SourceRequest(source, zone="Europe/London"), on_progress)
    return case


def _ingest_by_command(folder: Path, source: Path) -> None:
    """As whoever uses it does: in processes of its own, so that their CPU time is the program's and nothing else's."""
    command = [sys.executable, "-m", "app", "ingest", folder, source, "--zone", "Europe/London"]
    command += ["--no-authority", "made-up evidence", "--progress", "none"]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    assert ended.returncode in (0, 3)  # 3: some of the made-up rows cannot be read, on purpose


def files(folder: Path, _large: bool) -> Iterator[Row]:
    source = android_zip(folder / "files.zip", sms=100, files=50_000, photos=2_000)
    bare = read_and_hash(source)
    with measured() as found:
        _ingest(folder / "case", source).close()
    work = f"zip of 50,000 files ({source.stat().st_size / MIB:,.0f} MiB), 2,000 photos, 100 SMS"
    yield f"{work}: listed, typed, hashed, metadata read", f"{found.wall / bare:.2f} x ({found.wall:.1f} s)", "1.5 x"


def phone(folder: Path, _large: bool) -> Iterator[Row]:
    source = android_zip(folder / "phone.zip", sms=100_000, files=50_000, photos=2_000)
    _add_chat(source, 400_000)
    bare = read_and_hash(source)
    with measured() as found:
        case = _ingest(folder / "case", source)
    with case.store.read() as connection:
        count = queries.count(connection, Selection())
    case.close()
    size = source.stat().st_size / MIB
    work = f"phone: {size:,.0f} MiB zip, 50,000 files, 100,000 SMS, 400,000 WhatsApp messages"
    yield f"{work} ({count:,} items), sealed and searchable", f"{found.wall / bare:.2f} x ({found.wall:.1f} s)", "4 x"
    yield "memory of all processes meanwhile", f"{found.memory / MIB:,.0f} MiB", "350 MiB"


def _add_chat(source: Path, lines: int) -> None:
    start = 1_577_836_800
    text = "".join(
        f"{time.strftime('%d/%m/%Y, %H:%M', time.gmtime(start + line * 400))} - Person {line % 7} Example: "
        f"Message number {line}, about the meeting on Thursday at the library\n"
        for line in range(lines)
    )
    with zipfile.ZipFile(source, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Dump/data/media/0/WhatsApp Chat with Example Group.txt", text)


def messages(folder: Path, _large: bool) -> Iterator[Row]:
    source = android_zip(folder / "sms.zip", sms=400_000, files=0, photos=0)
    with measured(children_only=True) as found:
        _ingest_by_command(folder / "case", source)
    yield "400,000 SMS from a database into the sealed store", _rate(400_000, found), "40,000"


def whatsapp(folder: Path, _large: bool) -> Iterator[Row]:
    count = 1_000_000
    msgstore(folder / "phone" / PLACE, count)
    with measured(children_only=True) as found:
        _ingest_by_command(folder / "case", folder / "phone")
    yield f"{count:,} WhatsApp messages from a database into the sealed store", _rate(count, found), "40,000"
    yield "the same: memory of all processes", f"{found.memory / MIB:,.0f} MiB", "1,024 MiB"


def _rate(count: int, found: Measured) -> str:
    """By the CPU seconds of all its processes, their start included, and by the clock."""
    return f"{count / found.cpu:,.0f} a second a core ({count / found.wall:,.0f} a second)"


def opening(folder: Path, _large: bool) -> Iterator[Row]:
    source = folder / "many.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_STORED) as archive:
        for number in range(500_000):
            archive.writestr(f"data/data/com.example.app{number % 400}/files/{number:07d}.bin", b"x")
    began = time.perf_counter()
    volume = open_volume(SourceRef("zip", str(source)))
    assert sum(1 for _ in volume.entries()) == 500_000
    volume.close()
    yield "500,000-entry zip: opened and listed", f"{time.perf_counter() - began:.1f} s", "10 s"
    began = time.perf_counter()
    first: dict[str, float] = {}

    def on_progress(progress: Progress) -> None:
        if progress.files:
            first.setdefault(progress.stage, time.perf_counter() - began)

    with measured() as found:
        _ingest(folder / "case", source, on_progress).close()
    yield "the same: first progress figure", f"{first['listing']:.1f} s", "10 s"
    yield "the same: all listed and stored, first files read", f"{first['reading']:.1f} s", "–"
    yield "the same: memory of all processes", f"{found.memory / MIB:,.0f} MiB", "1,024 MiB"
    matcher = Matcher(EXTRACTORS)
    paths = [f"data/data/com.example.app{number % 400}/databases/{number}.db" for number in range(500_000)]
    began = time.perf_counter()
    for path in paths:
        matcher.match(path)
    yield "matching 500,000 paths", f"{time.perf_counter() - began:.2f} s", "1 s"


def matching(_folder: Path, _large: bool) -> Iterator[Row]:
    """All extractors over every path of a real iOS image, where the corpus with its list is there."""
    corpus = Path(os.environ.get("ASSAY_CORPUS", Path(__file__).resolve().parents[3] / "shared" / "corpus"))
    listed = corpus / "iLEAPP" / "data" / "filepath-lists" / "josh-hickman-ios15.csv.zip"
    if not listed.is_file():
        return
    with zipfile.ZipFile(listed) as archive:
        listing = io.StringIO(archive.read(archive.namelist()[0]).decode(), newline="")
    paths = [row[0] for row in csv.reader(listing)][1:]
    matcher = Matcher(EXTRACTORS)
    began = time.perf_counter()
    wanted = sum(1 for path in paths if matcher.match(path))
    taken = time.perf_counter() - began
    work = f"matching {len(EXTRACTORS)} extractors on the {len(paths):,} paths of an iOS 15 image"
    yield f"{work} ({wanted:,} are wanted)", f"{taken:.2f} s", "1 s"


def timeline(folder: Path, large: bool) -> Iterator[Row]:
    count = 10_000_000 if large else 1_000_000
    case = open_case(folder / "case", create_it=True)
    fill(case, count)
    with case.store.read() as connection:
        times = {}
        for name, chosen, after in (
            ("first page", Selection(), None),
            ("a jump to the middle", Selection(), (1_577_836_800_000_000 + count // 2 * 1_000_000, 0)),
            ("a search", Selection(search="umbrella 4711"), None),
        ):
            began = time.perf_counter()
            page = queries.page(connection, chosen, after)
            queries.rows(connection, [one for one, _ in page])
            times[name] = time.perf_counter() - began
    case.close()
    for (name, taken), aim in zip(times.items(), ("0.1 s", "0.05 s", "0.3 s"), strict=True):
        yield f"timeline of {count:,} items: {name}", f"{taken:.3f} s", aim


def report(folder: Path, _large: bool) -> Iterator[Row]:
    case = open_case(folder / "case", create_it=True)
    fill(case, 50_000)
    case.close()
    command = [sys.executable, "-m", "app", "report", str(folder / "case"), "-o", str(folder / "report.pdf")]
    with measured(children_only=True) as found:
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pages = said.split(": ", 1)[1].split(" pages")[0]
    yield f"report of 50,000 messages in mixed scripts ({pages} pages)", f"{found.wall:.0f} s", "40 s"
    yield "the same: memory", f"{found.memory / MIB:,.0f} MiB", "300 MiB"


ALL = {
    one.__name__: one
    for one in (
        files,
        phone,
        messages,
        whatsapp,
        opening,
        matching,
        timeline,
        report,
        ewf,
        file_systems,
        images,
        backup,
    )
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("rows", nargs="*", choices=[[], *ALL], help="default: all")
    parser.add_argument("--large", action="store_true")
    arguments = parser.parse_args()
    print(f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| work | measured | aim |\n|---|---|---|")
    for name in arguments.rows or ALL:
        with tempfile.TemporaryDirectory(prefix="assay-benchmark-") as folder:
            for work, found, aim in ALL[name](Path(folder), arguments.large):
                print(f"| {work} | {found} | {aim} |", flush=True)


if __name__ == "__main__":
    main()
