"""The keybag of an encrypted iOS backup: class keys behind a password, and the keys of files behind class keys.

A keybag is a row of tag, length, value. What comes before the second UUID is of the keybag itself; each further UUID
starts a class. A class key is wrapped with a key made of the password in two steps: PBKDF2 with SHA-256 over DPSL for
DPIC rounds (since iOS 10.2), then PBKDF2 with SHA-1 over SALT for ITER rounds. A file's key is wrapped with the key of
its class; the wrapping says by itself whether the key that opens it is the right one.

References:
- Apple, "Apple Platform Security": Keybags for Data Protection
- J. Bédrune and J. Sigwald, "iPhone data protection in depth", Hack in the Box 2011
- RFC 3394, Advanced Encryption Standard (AES) Key Wrap Algorithm; RFC 8018, PBKDF2
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

MAX_BYTES: Final = 1 << 20
MAX_CLASSES: Final = 64
# Phones use 10 million and 10,000. Each is a bound on the work that a made-up keybag can ask for.
MAX_ROUNDS_SHA256: Final = 40_000_000
MAX_ROUNDS_SHA1: Final = 10_000_000
_BY_PASSWORD: Final = 2  # a bit of WRAP
_OF_A_CLASS: Final = (b"CLAS", b"WRAP", b"KTYP", b"WPKY")


@dataclass(frozen=True, slots=True)
class Keybag:
    """`wrapped` holds the class keys that a password opens, by class number; `others` the classes that it does not."""

    uuid: str
    salt: bytes
    rounds: int
    first_salt: bytes  # b"" where there is no first step
    first_rounds: int
    wrapped: dict[int, bytes] = field(repr=False)
    others: tuple[int, ...] = ()


def parse_keybag(blob: bytes) -> Keybag:
    """The BackupKeyBag of a Manifest.plist. Raises ValueError where it is damaged or asks for absurd work."""
    own, classes = _split(blob)
    wrapped: dict[int, bytes] = {}
    others = []
    for one in classes:
        if len(one.get(b"CLAS", b"")) != 4:
            raise ValueError("the keybag has a class without a number")
        number = _number(one, b"CLAS")
        if number in wrapped or number in others:
            raise ValueError(f"the keybag has class {number} twice")
        key = one.get(b"WPKY", b"")
        if not _number(one, b"WRAP") & _BY_PASSWORD or not key:
            others.append(number)
        elif len(key) != 40:
            raise ValueError(f"the keybag's key of class {number} is {len(key)} bytes long and not 40")
        else:
            wrapped[number] = key
    if not wrapped:
        raise ValueError("the keybag has no key that a password opens")
    rounds, first_rounds = _number(own, b"ITER"), _number(own, b"DPIC")
    first_salt = own.get(b"DPSL", b"")
    if not own.get(b"SALT") or not 1 <= rounds <= MAX_ROUNDS_SHA1:
        raise ValueError(f"the keybag has no salt, or asks for {rounds} rounds")
    if bool(first_salt) != bool(first_rounds) or first_rounds > MAX_ROUNDS_SHA256:
        raise ValueError(f"the keybag's first step has no salt, or asks for {first_rounds} rounds")
    return Keybag(own[b"UUID"].hex(), own[b"SALT"], rounds, first_salt, first_rounds, wrapped, tuple(others))


def _split(blob: bytes) -> tuple[dict[bytes, bytes], list[dict[bytes, bytes]]]:
    """(the keybag's own fields, those of each class)."""
    if len(blob) > MAX_BYTES:
        raise ValueError(f"a keybag of {len(blob)} bytes")
    own: dict[bytes, bytes] = {}
    classes: list[dict[bytes, bytes]] = []
    at = 0
    while at + 8 <= len(blob):
        tag, length = blob[at : at + 4], int.from_bytes(blob[at + 4 : at + 8], "big")
        value = blob[at + 8 : at + 8 + length]
        if len(value) != length:
            raise ValueError(f"the keybag is cut short at byte {at}")
        at += 8 + length
        if tag == b"UUID" and tag in own:
            classes.append({})
            if len(classes) > MAX_CLASSES:
                raise ValueError(f"a keybag of more than {MAX_CLASSES} classes")
        elif classes and tag in _OF_A_CLASS:
            classes[-1].setdefault(tag, value)
        elif tag == b"UUID" or not classes:
            own.setdefault(tag, value)
    if at != len(blob) or b"UUID" not in own:
        raise ValueError(f"the keybag is cut short at byte {at}" if own else "not a keybag")
    return own, classes


def _number(fields: dict[bytes, bytes], tag: bytes) -> int:
    value = fields.get(tag, b"")
    if len(value) not in (0, 4):
        raise ValueError(f"the keybag's {tag.decode('ascii', 'replace')} is no number")
    return int.from_bytes(value, "big")


def password_key(keybag: Keybag, password: str) -> bytes:
    """The key that a password makes: seconds of work. It may be the wrong one; `unlock` tells."""
    # A pasted half of a surrogate pair is no text, and so no password of this backup either.
    secret = password.encode("utf-8", "surrogatepass")
    if keybag.first_rounds:
        secret = hashlib.pbkdf2_hmac("sha256", secret, keybag.first_salt, keybag.first_rounds, 32)
    return hashlib.pbkdf2_hmac("sha1", secret, keybag.salt, keybag.rounds, 32)


def unlock(keybag: Keybag, key: bytes) -> dict[int, bytes]:
    """The class keys that this key opens, by class number: none where it is the wrong one, all where it is right.

    Some and not all: the password is right, and the rest of the keybag damaged.
    """
    opened = {}
    for number, wrapped in keybag.wrapped.items():
        try:
            opened[number] = unwrap(key, wrapped)
        except ValueError:
            continue
    return opened


def unwrap(key: bytes, wrapped: bytes) -> bytes:
    """The key inside a wrapped one. Raises ValueError where the wrapping key is not the one, or the bytes damaged."""
    try:
        return aes_key_unwrap(key, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise ValueError("a key cannot be unwrapped") from error


def class_of(labelled: bytes) -> int:
    """The class number in front of a file's wrapped key. Raises ValueError where there is no such key."""
    if len(labelled) != 44:
        raise ValueError(f"a wrapped key of {len(labelled)} bytes and not 44")
    return int.from_bytes(labelled[:4], "little")


def file_key(class_keys: dict[int, bytes], labelled: bytes) -> bytes:
    """The key of a file from its class number (4 bytes, little-endian) and wrapped key. Raises ValueError."""
    number = class_of(labelled)
    if number not in class_keys:
        raise ValueError(f"the keybag has no key of class {number}")
    try:
        return unwrap(class_keys[number], labelled[4:])
    except ValueError as error:
        raise ValueError(f"its key does not fit the key of class {number}: damaged") from error
