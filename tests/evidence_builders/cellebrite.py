"""Made-up UFED extractions (.ufd, .ufdx) and reports (report.xml, UFDR), as public tools write and read them."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from tests.evidence_builders.archives import write_zip

NAMESPACE = "http://pa.cellebrite.com/report/2.0"
TREE = {
    "data/data/com.example/databases/a.db": b"made up database",
    "sdcard/DCIM/IMG_0001.jpg": b"\xff\xd8\xff made up",
}


def ufd(dumps: dict[str, str], hashes: dict[str, dict[str, str]] | None = None, password: str = "example-1234") -> str:
    """`dumps` by name, `hashes` by algorithm and file."""
    lines = ["[Backup]", "Type=Example", "", "[DeviceInfo]", "IMEI1=000000000000001", "Model=Example One", "OS=16"]
    lines += ["Vendor=Example", "", "[Dumps]", *(f"{name}={file}" for name, file in dumps.items())]
    lines += ["", "[ExtractionStatus]", "ExtractionStatus=Success", "", "[General]", "AcquisitionTool=UFED 4PC"]
    lines += [f"BackupPassword={password}", "Date=25/10/2026 00:30:00 (0)", "EndTime=25/10/2026 01:30:00 (0)"]
    lines += ["ExtractionType=AdvancedLogical", "UfdVer=1.2", "Version=7.60.0.114"]
    for algorithm, values in (hashes or {}).items():
        lines += ["", f"[{algorithm}]", *(f"{file}={value.upper()}" for file, value in values.items())]
    return "\r\n".join([*lines, ""])


def extraction(folder: Path, name: str = "Example One") -> Path:
    """A .ufd with its zip beside it, both made up; the .ufd's path."""
    folder.mkdir(parents=True, exist_ok=True)
    dump = write_zip(folder / f"{name}.zip", TREE)
    data = dump.read_bytes()
    hashes = {
        "SHA256": {dump.name: hashlib.sha256(data).hexdigest()},
        "MD5": {dump.name: hashlib.md5(data).hexdigest()},
    }
    path = folder / f"{name}.ufd"
    path.write_bytes(ufd({"FileDump": dump.name}, hashes).encode())
    return path


def ufdx(*paths: str) -> str:
    rows = "".join(f'<Extraction TransferType="FileSystemDump" Path={quoteattr(path)}/>' for path in paths)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<EvidenceCollection EvidenceID="example-1">'
        '<DeviceInfo Vendor="Example" Model="Example One"/><CrimeCase><Fields>'
        '<Fields Caption="Case Identifier" Value="EX/1"/></Fields></CrimeCase>'
        f"<Extractions>{rows}</Extractions></EvidenceCollection>"
    )


def field(name: str, value: str, kind: str = "String") -> str:
    return f'<field name="{name}" type="{kind}"><value type="{kind}"><![CDATA[{value}]]></value></field>'


def model(kind: str, *parts: str, id: str = "1", deleted: str = "Intact", confidence: str = "High") -> str:  # noqa: A002
    head = f'type="{kind}" id="{id}" deleted_state="{deleted}" decoding_confidence="{confidence}" isrelated="False"'
    return f'<model {head} source_index="1" extractionId="0">{"".join(parts)}</model>'


def one(name: str, content: str, kind: str = "Party") -> str:
    return f'<modelField name="{name}" type="{kind}">{content}</modelField>'


def many(name: str, *content: str, kind: str = "Party") -> str:
    return f'<multiModelField name="{name}" type="{kind}">{"".join(content)}</multiModelField>'


def party(identifier: str, name: str = "", role: str = "General", owner: bool = False, id: str = "p") -> str:  # noqa: A002
    parts = [field("Identifier", identifier), field("Role", role), field("IsPhoneOwner", str(owner), "Boolean")]
    return model("Party", *parts, *([field("Name", name)] if name else []), id=id)


def tagged(
    path: str, local: str | None, size: int, *, deleted: str = "Intact", fs: str = "Userdata (ExtX)", sha256: str = ""
) -> str:
    items = f'<item name="Local Path"><![CDATA[{local}]]></item>' if local is not None else ""
    items += f'<item name="SHA256"><![CDATA[{sha256}]]></item>' if sha256 else ""
    return (
        f'<file fs={quoteattr(fs)} fsid="f" path={quoteattr(path)} size="{size}" id="{zlib.crc32(path.encode())}" '
        f'extractionId="0" deleted="{deleted}" embedded="false" isrelated="False"><accessInfo>'
        '<timestamp name="CreationTime">2026-10-25T01:30:00.000+01:00</timestamp>'
        '<timestamp name="ModifyTime">2026-10-25T00:30:00.000+00:00</timestamp></accessInfo>'
        f'<metadata section="File">{items}</metadata></file>'
    )


def report(models: dict[str, list[str]], files: list[str] | None = None) -> bytes:
    """A report.xml: `models` by type, `files` made with `tagged`."""
    decoded = "".join(f'<modelType type="{kind}">{"".join(rows)}</modelType>' for kind, rows in models.items())
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<project id="example" name={quoteattr("Example & one")} reportVersion="5.2.0.0" NodeCount="1" '
        f'extractionType="FileSystem" xmlns="{NAMESPACE}">'
        '<sourceExtractions><extractionInfo id="0" name="File system" type="FileSystem"/></sourceExtractions>'
        '<metadata section="Device Info"><item name="DeviceInfoDetectedPhoneModel"><![CDATA[Example One]]></item>'
        '</metadata><metadata section="Additional Fields"><item name="UFED_PA_Version">7.60</item></metadata>'
        f"<taggedFiles>{''.join(files or [])}</taggedFiles><decodedData>{decoded}</decodedData>"
        f"<extraInfos>{escape('')}</extraInfos></project>"
    ).encode()


def ufdr(path: Path, xml: bytes, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", xml)
        for name, data in files.items():
            archive.writestr(name, data)
    return path
