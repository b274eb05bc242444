"""The one form in which numbers and addresses of different applications and phones can be compared.

What is compared stands beside what was recorded, never in its place, and says nothing about who somebody is.

References:
- ITU-T E.164; libphonenumber, by which a national number is read under the region of the phone that recorded it
- the servers of WhatsApp's identifiers as its databases name them (s.whatsapp.net and c.us are numbers, lid is not)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

REGION: Final = "device region"  # a fact of a source: as the device was set, "GB"
STATED_REGION: Final = "region for national numbers, operator"
COMPARED_BY: Final = "numbers compared by"  # a fact of a source: the library and its version
_WHATSAPP: Final = re.compile(r"([0-9]{5,15})(?::[0-9]+|\.[0-9:]+)?@(?:s\.whatsapp\.net|c\.us)")
_NUMBER: Final = re.compile(r"[+(]?[0-9][0-9 ()./\u00a0\u2010-\u2015-]{3,40}(?:[;,pxw#*].*)?", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CODE: Final = re.compile("[A-Z]{2}")
# What people, phones and exports put around a number that is none of it.
_AROUND: Final = re.compile("^(?:tel|sms|mailto):|[\u200e\u200f\u202a-\u202e\u2066-\u2069]", re.IGNORECASE)
_NUMBERS: Final = frozenset({"phone", "apple id", "signal", "account", "whatsapp", "telegram"})
_MAILS: Final = frozenset({"email", "apple id", "account", "phone"})


def region_of(facts: dict[str, Any]) -> str | None:
    """The region under which a source's national numbers are read: the operator's word, else as the device was set."""
    for name in (STATED_REGION, REGION):
        if (code := facts.get(name)) and _CODE.fullmatch(str(code)):
            return str(code)
    return None


def library() -> str:
    """What numbers are read with: another version may read some of them differently."""
    import phonenumbers

    return f"phonenumbers {phonenumbers.__version__}"


@lru_cache(maxsize=65536)
def comparable(scheme: str, identifier: str, region: str | None) -> str | None:
    """ "+447700900123" of a number, "ann@example.org" of an address; None for what has no form of that kind.

    A number in national form needs a `region`; without one it stays as it was recorded. Never raises.
    """
    text = _AROUND.sub("", identifier.strip()).strip()
    if scheme == "whatsapp" and (found := _WHATSAPP.fullmatch(text)):
        return _international(f"+{found[1]}", None)
    if scheme in _MAILS and _MAIL.fullmatch(text):
        return text.casefold()
    if (scheme in _NUMBERS or scheme == "name") and _NUMBER.fullmatch(text):
        return _international(text, region)
    return None


def _international(number: str, region: str | None) -> str | None:
    # Importing it takes a tenth of a second, and most commands have no use for it.
    import phonenumbers

    try:
        found = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    # Numbers for drama are possible and not valid; short codes are possible in their own country only.
    if phonenumbers.is_possible_number_with_reason(found) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))
