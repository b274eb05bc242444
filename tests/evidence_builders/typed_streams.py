"""Typed streams as NSArchiver writes them, made in code: text with attributes, as Apple's messages keep it."""

from __future__ import annotations

from typing import Any

CLASSES = {
    "NSObject": (0, ""),
    "NSAttributedString": (0, "NSObject"),
    "NSMutableAttributedString": (0, "NSAttributedString"),
    "NSString": (1, "NSObject"),
    "NSMutableString": (1, "NSString"),
    "NSDictionary": (0, "NSObject"),
    "NSArray": (0, "NSObject"),
    "NSValue": (0, "NSObject"),
    "NSNumber": (0, "NSValue"),
    "NSData": (0, "NSObject"),
    "NSURL": (0, "NSObject"),
    "NSDate": (0, "NSObject"),
}


class Archiver:
    """Writes values; `objects` and `strings` are the two numberings of the format."""

    def __init__(self) -> None:
        self.out = bytearray(b"\x04\x0bstreamtyped\x81\xe8\x03")
        self.strings: list[bytes] = []
        self.objects: list[str] = []

    def number(self, value: int) -> None:
        """A whole number that has a sign."""
        if -110 <= value <= 127:
            self.out += value.to_bytes(1, "little", signed=True)
        elif -0x8000 <= value < 0x8000:
            self.out += b"\x81" + value.to_bytes(2, "little", signed=True)
        else:
            self.out += b"\x82" + value.to_bytes(4, "little", signed=True)

    def length(self, value: int) -> None:
        """A length, which has none."""
        if value < 0x80:
            self.out.append(value)
        elif value < 0x10000:
            self.out += b"\x81" + value.to_bytes(2, "little")
        else:
            self.out += b"\x82" + value.to_bytes(4, "little")

    def string(self, text: bytes) -> None:
        if text in self.strings:
            self.number(self.strings.index(text) - 110)
            return
        self.strings.append(text)
        self.out.append(0x84)
        self.length(len(text))
        self.out += text

    def kind(self, name: str) -> None:
        """A class and those above it."""
        while name:
            if f"class {name}" in self.objects:
                self.number(self.objects.index(f"class {name}") - 110)
                return
            version, above = CLASSES[name]
            self.objects.append(f"class {name}")
            self.out.append(0x84)
            self.string(name.encode())
            self.number(version)
            name = above
        self.out.append(0x85)

    def begin(self, name: str) -> None:
        self.string(b"@")
        self.out.append(0x84)
        self.objects.append("object")
        self.kind(name)

    def text(self, value: str, kind: str = "NSString") -> None:
        self.begin(kind)
        self.string(b"+")
        stored = value.encode("utf-8", "surrogatepass")
        self.length(len(stored))
        self.out += stored
        self.out.append(0x86)

    def value(self, value: Any) -> None:
        """An attribute: text, a whole number, bytes, a list or a dictionary."""
        if isinstance(value, str):
            self.text(value)
        elif isinstance(value, int):
            self.whole(value)
        elif isinstance(value, bytes):
            self.begin("NSData")
            self.string(b"i")
            self.number(len(value))
            self.string(f"[{len(value)}c]".encode())
            self.out += value + b"\x86"
        elif isinstance(value, list):
            self.begin("NSArray")
            self.string(b"i")
            self.number(len(value))
            for one in value:
                self.value(one)
            self.out.append(0x86)
        else:
            self.dictionary(value)

    def whole(self, value: int) -> None:
        self.begin("NSNumber")
        self.string(b"*")
        if "cstring q" in self.objects:
            self.number(self.objects.index("cstring q") - 110)
        else:
            self.objects.append("cstring q")
            self.out.append(0x84)
            self.string(b"q")
        self.string(b"q")
        self.number(value)
        self.out.append(0x86)

    def dictionary(self, values: dict[str, Any]) -> None:
        self.begin("NSDictionary")
        self.string(b"i")
        self.number(len(values))
        for key, value in values.items():
            self.text(key)
            self.value(value)
        self.out.append(0x86)


def attributed(*runs: tuple[str, dict[str, Any]], changing: bool = True) -> bytes:
    """Text with attributes: its stretches, each with its own; equal sets are written once."""
    made = Archiver()
    made.begin("NSMutableAttributedString" if changing else "NSAttributedString")
    made.text("".join(text for text, _ in runs), "NSMutableString" if changing else "NSString")
    sets: list[dict[str, Any]] = []
    for text, attributes in runs:
        new = attributes not in sets
        if new:
            sets.append(attributes)
        made.string(b"iI")
        made.number(sets.index(attributes) + 1)
        made.length(len(text.encode("utf-16-le", "surrogatepass")) // 2)
        if new:
            made.dictionary(attributes)
    made.out.append(0x86)
    return bytes(made.out)


def body(text: str) -> bytes:
    """The text of a message of one part."""
    return attributed((text, {"__kIMMessagePartAttributeName": 0}))
