"""A backup of Signal through the command line: from the passphrase to the messages, with nothing of it kept."""

from __future__ import annotations

from pathlib import Path

from tests.app.command_line import assay
from tests.evidence_builders.signal import message, signal
from tests.evidence_builders.signal_backup import END, PASSPHRASE, VERSION, attachment, backup, keys, statements

PICTURE = b"made up, and no picture"


def made() -> bytes:
    file = signal(
        "INSERT INTO attachment(_id,message_id,content_type,data_file) VALUES (7,1,'text/plain','x');" + message()
    )
    return backup([VERSION, *statements(file.open().read()), attachment(7, PICTURE), END])


def test_a_backup_opens_with_its_passphrase(tmp_path: Path) -> None:
    (tmp_path / "signal-2024.backup").write_bytes(made())
    (tmp_path / "words").write_text(PASSPHRASE, encoding="utf-8")
    case = tmp_path / "case"
    quiet = ("--no-authority", "made-up evidence")
    done = assay("ingest", case, tmp_path / "signal-2024.backup", *quiet, "--password-file", tmp_path / "words")
    assert (done.status, done.err) == (0, "")
    (row,) = assay("items", case, "--json", "--kind", "message").lines
    assert (row["file"], row["text"], row["from"]["id"]) == ("database.sqlite", "Hello", "+447700900101")
    assert [(one["path"], one["state"], one["mime"]) for one in row["attachments"]] == [
        ("attachments/7", "present", "text/plain")
    ]
    assert assay("verify", case, "--sources").status == 0
    kept = b"".join(path.read_bytes() for path in sorted(case.rglob("*")) if path.is_file())
    assert PASSPHRASE.encode() not in kept
    assert PASSPHRASE.replace(" ", "").encode() not in kept
    assert keys().hex().encode() not in kept
    assert keys()[:32] not in kept
    assert list((case / "work").iterdir()) == []


def test_a_wrong_passphrase_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "signal-2024.backup").write_bytes(made())
    (tmp_path / "words").write_text("0" * 30, encoding="utf-8")
    done = assay(
        "ingest", tmp_path / "case", tmp_path / "signal-2024.backup", "--no-authority", "x", "--password-file",
        tmp_path / "words",
    )  # fmt: skip
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "the passphrase is not the one" in done.err
