"""The keys of an encrypted iOS backup: made of the password once, and handed on to other processes as text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from extractors.sources.base import Locked, Secret, SourceError
from parsers.ios_keybag import Keybag, file_key, parse_keybag, password_key, unlock


@dataclass(frozen=True, slots=True)
class Keys:
    """The class keys by number, and the key of Manifest.db (b"" where that is not encrypted)."""

    keybag: str
    classes: dict[int, bytes] = field(repr=False)
    manifest: bytes = field(default=b"", repr=False)

    def text(self) -> bytes:
        """For `Secret.unlocked`."""
        classes = {str(number): key.hex() for number, key in self.classes.items()}
        return json.dumps({"keybag": self.keybag, "classes": classes}, separators=(",", ":")).encode()


@lru_cache(maxsize=8)  # asked for each file that is opened
def unlocked_keys(text: bytes) -> Keys:
    """The keys of `Secret.unlocked`. Raises ValueError, which never holds any of it."""
    try:
        stored = json.loads(text)
        return Keys(stored["keybag"], {int(number): bytes.fromhex(key) for number, key in stored["classes"].items()})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError("it is encrypted, and the keys of the backup are not at hand") from None


def open_keys(where: str, manifest_plist: dict[str, Any], secret: Secret) -> tuple[Keys, str]:
    """(keys, what of the keybag could not be opened) of an encrypted backup.

    The password is tried once. Raises Locked where there is none or the wrong one, SourceError for a damaged keybag.
    """
    blob, labelled = manifest_plist.get("BackupKeyBag"), manifest_plist.get("ManifestKey")
    if not isinstance(blob, bytes) or not isinstance(labelled, bytes | None):
        raise SourceError(f"{where} is encrypted, and its Manifest.plist holds no keybag")
    try:
        keybag = parse_keybag(blob)
    except ValueError as error:
        raise SourceError(f"{where} is encrypted, and {error}") from error
    classes = _handed_on(keybag, secret) or _by_password(where, keybag, secret)
    try:
        manifest = file_key(classes, labelled) if labelled is not None else b""
    except ValueError as error:
        raise SourceError(f"{where} is encrypted, and the key of its Manifest.db does not open: {error}") from error
    missing = sorted(set(keybag.wrapped) - set(classes))
    lost = f"class keys that cannot be unwrapped: {', '.join(map(str, missing))}" if missing else ""
    return Keys(keybag.uuid, classes, manifest), lost


def _handed_on(keybag: Keybag, secret: Secret) -> dict[int, bytes]:
    if not secret.unlocked:
        return {}
    try:
        keys = unlocked_keys(secret.unlocked)
    except ValueError:
        return {}  # of another source: the password, where there is one, is tried
    return keys.classes if keys.keybag == keybag.uuid else {}


def _by_password(where: str, keybag: Keybag, secret: Secret) -> dict[int, bytes]:
    if secret.password is None:
        raise Locked(f"{where} is encrypted: a password is needed")
    classes = unlock(keybag, password_key(keybag, secret.password))
    if not classes:
        raise Locked(f"{where} is encrypted: the password is not the one that it was made with", wrong=True)
    return classes
