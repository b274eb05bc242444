"""Which first bytes belong to which type: data for `parsers.signatures`, in the order in which they are tried.

References: the IANA media type registry; the published format descriptions (PNG, TIFF 6.0, RIFF, ISO/IEC 14496-12,
Matroska, RFC 3533, RFC 1952, PKWARE APPNOTE, [MS-CFB], [MS-PST], SQLite "Database File Format", the Android "dex" and
"backup" formats, the libyal documentation of EWF, QCOW, VHD, VMDK, EVTX, REGF, LNK and ESE files).
"""

from __future__ import annotations

from typing import Final

OCTETS: Final = "application/octet-stream"
EMPTY: Final = "application/x-empty"
TEXT: Final = "text/plain"
ZIP: Final = "application/zip"
OLE: Final = "application/x-ole-storage"

# Prefixes at byte 0 that say the type by themselves. A longer prefix stands before a shorter one that it begins with.
PREFIXES: Final[tuple[tuple[bytes, str], ...]] = (
    # pictures
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51\x00", "image/x-jp2-codestream"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\xff\x0a", "image/jxl"),
    (b"8BPS\x00\x01", "image/vnd.adobe.photoshop"),
    (b"8BPS\x00\x02", "image/vnd.adobe.photoshop"),
    (b"II\x2a\x00\x10\x00\x00\x00CR", "image/x-canon-cr2"),
    (b"II\x2a\x00", "image/tiff"),
    (b"MM\x00\x2a", "image/tiff"),
    (b"II\x2b\x00\x08\x00", "image/tiff"),
    (b"MM\x00\x2b\x00\x08", "image/tiff"),
    (b"IIRO", "image/x-olympus-orf"),
    (b"IIU\x00", "image/x-panasonic-rw2"),
    (b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (b"II\xbc\x01", "image/jxr"),
    (b"qoif", "image/qoi"),
    (b"v/1\x01", "image/x-exr"),
    (b"DDS \x7c\x00\x00\x00", "image/vnd.ms-dds"),
    # sound and film
    (b"ID3\x02", "audio/mpeg"),
    (b"ID3\x03", "audio/mpeg"),
    (b"ID3\x04", "audio/mpeg"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!SILK_V3", "audio/x-silk"),
    (b"\x02#!SILK_V3", "audio/x-silk"),
    (b"fLaC\x00", "audio/flac"),
    (b"MThd\x00\x00\x00\x06", "audio/midi"),
    (b"caff\x00\x01", "audio/x-caf"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "video/x-ms-asf"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    # packed
    (b"PK\x05\x06\x00\x00\x00\x00", ZIP),
    (b"PK\x07\x08PK\x03\x04", ZIP),
    (b"PK00PK\x03\x04", ZIP),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x04\x22\x4d\x18", "application/x-lz4"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07\x00", "application/vnd.rar"),
    (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
    (b"MSCF\x00\x00\x00\x00", "application/vnd.ms-cab-compressed"),
    (b"ANDROID BACKUP\n", "application/x-android-backup"),
    # documents and mail
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"!BDN", "application/vnd.ms-outlook-pst"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"%!PS-Adobe", "application/postscript"),
    # databases and phone formats
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x37\x7f\x06\x82", "application/x-sqlite3-wal"),
    (b"\x37\x7f\x06\x83", "application/x-sqlite3-wal"),
    (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "application/x-sqlite3-journal"),
    (b"bplist0", "application/x-bplist"),
    (b"bplist1", "application/x-bplist"),
    (b"ABX\x00", "application/x-android-binary-xml"),
    (b"cook\x00\x00", "application/x-binary-cookies"),
    (b"SEGB", "application/x-apple-segb"),
    # programs
    (b"\x7fELF", "application/x-elf"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"dex\n0", "application/vnd.android.dex"),
    (b"dey\n0", "application/vnd.android.dex"),
    # disk images
    (b"EVF\x09\x0d\x0a\xff\x00", "application/x-ewf"),
    (b"EVF2\x0d\x0a\x81\x00", "application/x-ewf"),
    (b"LVF\x09\x0d\x0a\xff\x00", "application/x-ewf"),
    (b"LEF2\x0d\x0a\x81\x00", "application/x-ewf"),
    (b"KDMV", "application/x-vmdk"),
    (b"COWD", "application/x-vmdk"),
    (b"# Disk DescriptorFile", "application/x-vmdk"),
    (b"QFI\xfb", "application/x-qcow"),
    (b"conectix", "application/x-vhd"),
    (b"vhdxfile", "application/x-vhdx"),
    (b"AFF10\r\n\x00", "application/x-aff"),
    (b"encrcdsa", "application/x-apple-diskimage"),
    (b"LUKS\xba\xbe", "application/x-luks"),
    # Windows artefacts
    (b"regf", "application/x-windows-registry"),
    (b"ElfFile\x00", "application/x-windows-event-log"),
    (b"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"MAM\x04", "application/x-windows-prefetch"),
    # network captures
    (b"\xd4\xc3\xb2\xa1\x02\x00", "application/vnd.tcpdump.pcap"),
    (b"\xa1\xb2\xc3\xd4\x00\x02", "application/vnd.tcpdump.pcap"),
    (b"\x4d\x3c\xb2\xa1\x02\x00", "application/vnd.tcpdump.pcap"),
    (b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    # fonts, torrents
    (b"OTTO\x00", "font/otf"),
    (b"ttcf\x00", "font/collection"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"d8:announce", "application/x-bittorrent"),
    (b"d13:announce-list", "application/x-bittorrent"),
    (b"d7:comment", "application/x-bittorrent"),
    (b"d10:created by", "application/x-bittorrent"),
    (b"d13:creation date", "application/x-bittorrent"),
)

# Bytes that stand deeper in the file: (offset, bytes, type), tried when no prefix fits.
DEEPER: Final[tuple[tuple[int, bytes, str], ...]] = (
    (257, b"ustar\x00", "application/x-tar"),
    (257, b"ustar  \x00", "application/x-tar"),
    (16, b"T-DB", "application/x-realm"),
    (4, b"\xef\xcd\xab\x89", "application/x-ms-ese"),
    (4, b"SCCA", "application/x-windows-prefetch"),
    (4, b"Standard Jet DB\x00", "application/vnd.ms-access"),
    (4, b"Standard ACE DB\x00", "application/vnd.ms-access"),
    (8, b".FIT", "application/vnd.ant.fit"),
    (7, b"\x01\x1aleveldb.BytewiseComparator", "application/x-leveldb-manifest"),
    (16, b"\xde\xc0\xef\xbe", "application/x-lmdb"),
    (52, b"SEGB", "application/x-apple-segb"),
    (128, b"DICM", "application/dicom"),
)

# The major brand of an ISO base media file (and `FIRST_ATOMS`: what old QuickTime films begin with instead).
BRANDS: Final[dict[bytes, str]] = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "image/heic"),
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), "image/heic-sequence"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    b"msf1": "image/heif-sequence",
    b"crx ": "image/x-canon-cr3",
    b"jpx ": "image/jpx",
    b"qt  ": "video/quicktime",
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    **dict.fromkeys((b"M4V ", b"M4VH", b"M4VP"), "video/x-m4v"),
}
# A "mif1" picture names its coding among the compatible brands.
STILL_BRANDS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"avif", "image/avif"),
    (b"heic", "image/heic"),
    (b"heix", "image/heic"),
)
FIRST_ATOMS: Final = frozenset((b"moov", b"mdat", b"wide", b"pnot"))

# The directory of an OLE2 file names its streams in UTF-16.
OLE_STREAMS: Final[tuple[tuple[bytes, str], ...]] = (
    ("__properties_version1.0".encode("utf-16-le"), "application/vnd.ms-outlook"),
    ("__substg1.0_".encode("utf-16-le"), "application/vnd.ms-outlook"),
    ("__nameid_version1.0".encode("utf-16-le"), "application/vnd.ms-outlook"),
    ("EncryptedPackage".encode("utf-16-le"), "application/x-encrypted-office"),
    ("WordDocument".encode("utf-16-le"), "application/msword"),
    ("Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    ("PowerPoint Document".encode("utf-16-le"), "application/vnd.ms-powerpoint"),
)

OFFICE_FOLDERS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)

# The root element of an XML file, without its prefix, in lower case.
XML_ROOTS: Final[dict[bytes, str]] = {
    b"plist": "application/x-plist",
    b"svg": "image/svg+xml",
    b"gpx": "application/gpx+xml",
    b"kml": "application/vnd.google-earth.kml+xml",
    b"html": "text/html",
    b"xmpmeta": "application/rdf+xml",
    b"rdf": "application/rdf+xml",
}
HTML_STARTS: Final = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<title", b"<table", b"<div")
