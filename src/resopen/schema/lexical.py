"""The lexical forms of Table Schema types, and the constants of a schema read by them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any

NUMBER = r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|NaN|-?INF"

# What a text must look like in full; a form that is not a string's is ASCII, without padding.
LEXICAL: Mapping[str, str] = MappingProxyType(
    {
        "integer": "-?[0-9]+",
        "number": NUMBER,
        "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "time": "[0-9]{2}:[0-9]{2}:[0-9]{2}",
        "datetime": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?",
        "year": "-?[0-9]{4}",
        "yearmonth": "[0-9]{4}-(?:0[1-9]|1[0-2])",
        "duration": r"-?P(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+W)?(?:[0-9]+D)?"
        r"(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?",
    }
)
STRING_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "email": r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+",
        "uri": r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+",
        "uuid": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "binary": "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    }
)
TRUE_VALUES = ("true", "True", "TRUE", "1")
FALSE_VALUES = ("false", "False", "FALSE", "0")
MOMENTS: Mapping[str, Any] = MappingProxyType({"date": date, "time": time, "datetime": datetime})
NESTED = ("object", "array", "geojson")
# Mean lengths of the Gregorian calendar, in seconds, so that durations can be compared.
SECONDS: Mapping[str, int] = MappingProxyType({"Y": 31_556_952, "M": 2_629_746, "W": 604_800, "D": 86_400})
CLOCK: Mapping[str, int] = MappingProxyType({"H": 3600, "M": 60, "S": 1})
DIRECTIVE = "%(?:-?[dHIjmMSy]|[aAbBcfgGhnpTuUVwWxXYzZ%])"
DIGITS: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys("dmHIMSy", "[0-9]{1,2}"), "Y": "[0-9]{4}", "j": "[0-9]{1,3}", "f": "[0-9]{1,6}", "%": "%"}
)


def is_constant(value: object, kind: str, form: str, options: Mapping[str, Any]) -> bool:
    """Say whether a value of a schema, a bound or a member of an enum, is a value of a type.

    A number may stand as a JSON number or as a text, a date in the standard's form or in its
    field's own one, a boolean as true and false or as one of its words, an object as itself or
    as its text.
    Args: the value, the type and the format of the field, its options such as trueValues.
    """
    if kind in NESTED:
        return isinstance(_read(value) if isinstance(value, str) else value, list if kind == "array" else dict)
    if kind == "boolean":
        words = (*options.get("trueValues", TRUE_VALUES), *options.get("falseValues", FALSE_VALUES))
        return isinstance(value, bool) or value in words
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    text = str(value)
    if kind in MOMENTS:
        return is_moment(text, kind) or (form not in ("default", "any") and is_in_form(text, form))
    return bool(kind not in LEXICAL or re.fullmatch(LEXICAL[kind], text))


def order_of(value: object, kind: str, form: str) -> Any:
    """Return what a constant of an ordered type is compared by with others of its type; None where that is unknown.

    A duration counts in seconds, its years and months by their mean lengths.
    """
    text = str(value)
    if kind in ("integer", "year", "number"):
        number = Decimal(text.replace("INF", "Infinity"))
        return None if number.is_nan() else number
    if kind == "duration":
        return _seconds(text)
    if kind == "yearmonth":
        return text
    moment = MOMENTS[kind].fromisoformat(text) if is_moment(text, kind) else datetime.strptime(text, form)
    if isinstance(moment, datetime) and kind != "datetime":
        return moment.date() if kind == "date" else moment.time()
    return moment if getattr(moment, "tzinfo", None) is None else moment.timestamp()


def _seconds(text: str) -> float:
    day, _, clock = text.partition("T")
    parts = [*((day, unit, n) for unit, n in SECONDS.items()), *((clock, unit, n) for unit, n in CLOCK.items())]
    found = ((re.search(rf"([0-9.]+){unit}", part), seconds) for part, unit, seconds in parts)
    total = sum(float(match[1]) * seconds for match, seconds in found if match)
    return -total if text.startswith("-") else total


def sample(form: str) -> str:
    """Return the last day of 2023, half past two, in a form such as %d.%m.%Y."""
    return datetime(2023, 12, 31, 14, 30).strftime(form.replace("%-", "%"))


def digits_of(form: str) -> str:
    """Return the pattern of the texts of a form of digits such as %d.%m.%Y; nothing for one that has words in it."""
    pieces = re.split(r"%-?([a-zA-Z%])", form)
    if not all(piece in DIGITS for piece in pieces[1::2]):
        return ""
    return "".join(DIGITS[piece] if i % 2 else re.escape(piece) for i, piece in enumerate(pieces))


def wrong_directive(form: str) -> str | None:
    """Return the first piece of a form such as %d.%m.%Y that is not known, the whole form where it has no piece.

    None says that the form is right. Source: the directives of strptime, as the engine knows them.
    """
    if not re.search("%[^%]", form):
        return form
    rest = re.sub(DIRECTIVE, "", form)
    wrong = re.search("%-?.?", rest, re.DOTALL)
    return wrong[0] if wrong else None


def _read(text: str) -> Any:
    """Return what a text of JSON says; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_moment(text: str, kind: str) -> bool:
    """Say whether a text is a date, time or datetime in the standard's form, which exists."""
    if not re.fullmatch(LEXICAL[kind], text):
        return False
    try:
        MOMENTS[kind].fromisoformat(text)
    except ValueError:
        return False
    return True


def is_in_form(text: str, form: str) -> bool:
    """Say whether a text is a date or time of a pattern such as %d.%m.%Y."""
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
