"""The lexical forms of Table Schema types, and the constants of a schema read by them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
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
