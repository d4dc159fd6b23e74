"""The forms of text that the profiles of Data Package ask for: patterns in words, and formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

PATH_1 = r"^(?=^[^./~])(^((?!\.{2}).)*$).*$"
PATH_2 = r"^((?=[^./~])(?!file:)((?!\/\.\.\/)(?!\\)(?!:\/\/).)*|(http|ftp)s?:\/\/.*)$"
ONE_CHARACTER = r"^[\s\S]$"
# What each pattern asks for, in words; a regular expression tells a person little.
FORMS: Mapping[str, str] = MappingProxyType(
    {
        PATH_1: "profile-path",
        PATH_2: "profile-path",
        ONE_CHARACTER: "profile-one-character",
        r"^([-a-z0-9._/])+$": "profile-name",
        r"^([-a-zA-Z0-9._])+$": "profile-licence-name",
        r"^(.+)/(.+)$": "profile-mediatype",
        r"^([^:]+:[a-fA-F0-9]+|[a-fA-F0-9]{32}|)$": "profile-hash",
    }
)
# An address has a scheme and, where that is one of the web, a host; letters of any script may stand in it.
ADDRESS = re.compile(
    r"(?i:(?:https?|ftps?)://(?=[^/?#])|(?!(?:https?|ftps?):)[a-z][a-z0-9+.-]*:)[^\s\x00-\x1f\x7f<>\"{}|\\^`]+"
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def is_address(text: str) -> bool:
    """Say whether a text is a full address (RFC 3987): a scheme, then no blanks and no <>"{}|\\^`."""
    return ADDRESS.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Say whether a text has something on either side of one @, without blanks."""
    return EMAIL.fullmatch(text) is not None


def is_moment(text: str) -> bool:
    """Say whether a text is a date with time and zone that exists (RFC 3339, section 5.6)."""
    match = MOMENT.fullmatch(text)
    if not match:
        return False
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        # A leap second is second 60; datetime knows none.
        datetime(year, month, day, hour, minute, second - (second == 60))
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"uri": is_address, "email": is_email, "date-time": is_moment}
)
