"""Encrypted WhatsApp backups through the command line: the key file reaches them, and is written nowhere."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.app.command_line import assay
from tests.evidence_builders.whatsapp_android import ANN, msgstore
from tests.evidence_builders.whatsapp_crypt import CODE, SECRET, encrypted, key_file

QUIET = ("--no-authority", "made-up evidence")
INSERT = (
    "INSERT INTO message(_id,chat_row_id,from_me,key_id,timestamp,message_type,text_data)"
    " VALUES (2,1,0,'3EB0A1',1672574400123,0,'Are you there?');"
)


def held(case: Path) -> bytes:
    """Every byte that the case keeps."""
    return b"".join(path.read_bytes() for path in sorted(case.rglob("*")) if path.is_file())


def texts(case: Path) -> list[tuple[str, str, str]]:
    return [
        (row["file"], row["from"]["id"], row["text"])
        for row in assay("items", case, "--json", "--kind", "message").lines
    ]


def test_a_backup_opens_with_the_key_file_by_itself_and_inside_a_phone(tmp_path: Path) -> None:
    made = encrypted(msgstore(INSERT).open().read(), 14)
    (tmp_path / "key").write_bytes(key_file())
    (tmp_path / "msgstore.db.crypt14").write_bytes(made)
    folder = "data/media/0/WhatsApp/Databases"
    with zipfile.ZipFile(tmp_path / "phone.zip", "w") as phone:
        phone.writestr(f"{folder}/msgstore.db.crypt14", made)
    for name, path in (
        ("msgstore.db.crypt14", "msgstore.db"),
        ("phone.zip", f"{folder}/msgstore.db.crypt14/msgstore.db"),
    ):
        case = tmp_path / f"case of {name}"
        done = assay("ingest", case, tmp_path / name, *QUIET, "--key-file", tmp_path / "key")
        assert (done.status, done.err) == (0, "")
        assert texts(case) == [(path, ANN, "Are you there?")]
        assert assay("verify", case, "--sources").status == 0
        everything = held(case)
        assert SECRET not in everything
        assert SECRET.hex().encode() not in everything
        assert list((case / "work").iterdir()) == []


def test_the_code_of_64_digits_is_given_as_a_password(tmp_path: Path) -> None:
    (tmp_path / "code.txt").write_text(CODE + "\n", encoding="utf-8")
    (tmp_path / "msgstore.db.crypt15").write_bytes(encrypted(msgstore(INSERT).open().read(), 15))
    case = tmp_path / "case"
    done = assay("ingest", case, tmp_path / "msgstore.db.crypt15", *QUIET, "--password-file", tmp_path / "code.txt")
    assert (done.status, done.err) == (0, "")
    assert texts(case) == [("msgstore.db", ANN, "Are you there?")]
    assert CODE.encode() not in held(case)


def test_a_wrong_key_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(key_file(bytes(32)))
    (tmp_path / "msgstore.db.crypt14").write_bytes(encrypted(msgstore(INSERT).open().read(), 14))
    done = assay("ingest", tmp_path / "case", tmp_path / "msgstore.db.crypt14", *QUIET, "--key-file", tmp_path / "key")
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert "not the one of this WhatsApp backup" in done.err


def test_without_a_key_a_backup_costs_only_itself(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "phone.zip", "w") as phone:
        phone.writestr("msgstore.db.crypt15", encrypted(b"made up", 15))
        phone.writestr("letter.txt", "made up")
    done = assay("ingest", tmp_path / "case", tmp_path / "phone.zip", *QUIET)
    assert done.status == 3
    codes = [
        problem["code"] for row in assay("coverage", tmp_path / "case", "--json").lines for problem in row["problems"]
    ]
    assert codes == ["locked"]
    files = [row["path"] for row in assay("files", tmp_path / "case", "--json").lines]
    assert sorted(files) == ["letter.txt", "msgstore.db.crypt15"]
