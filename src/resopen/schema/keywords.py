"""The keywords of JSON Schema that the profiles of Data Package use, judged with faults in full.

Only the keywords of KEYWORDS are known: those that occur in the vendored profiles, and `byType`,
which stands for a oneOf whose branches differ by their `type`. A validator of the whole of JSON
Schema costs more time to import than all else here, and says of a oneOf that nothing fits, where
a person needs to know which key to mend.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from resopen.schema.forms import FORMATS, FORMS
from resopen.schema.spots import Spot

KINDS = ("string", "number", "integer", "boolean", "array", "object")
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One key of a value that breaks a schema: where, the key of the message, what fills it."""

    spot: Spot
    key: str
    details: Mapping[str, str]


def judge(value: object, schema: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a value by a schema; an empty list says that it fits.

    A value of the wrong kind is one fault: nothing else is asked of it. A value that fits more
    than one branch of a oneOf counts as fitting, but for branches that only ask for keys; in the
    profiles that happens only where required keys are missing, which are named anyway.
    Raises KeyError when the schema holds a keyword that is not in KEYWORDS.
    """
    if "type" in schema and not _is_of(value, schema["type"]):
        return [_wrong_kind(value, schema["type"])]
    found: list[Fault] = []
    for keyword, argument in schema.items():
        if keyword != "type":
            found += KEYWORDS[keyword](value, argument)
    return found


def under(step: str | int, faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults of a part as faults of the whole, `step` being the way to the part."""
    return [Fault((step, *fault.spot), fault.key, fault.details) for fault in faults]


def show(value: object) -> str:
    """Return a value as JSON on one short line; what is inside of a list or an object is left out."""
    if isinstance(value, dict | list):
        brackets = "{}" if isinstance(value, dict) else "[]"
        return f"{brackets[0]}…{brackets[1]}" if value else brackets
    if isinstance(value, int) and value.bit_length() > 4 * SHOWN:
        return "…"
    if isinstance(value, str):
        value = value[: SHOWN + 1]
    text = json.dumps(value, ensure_ascii=False, default=str)
    # A lone surrogate can stand in JSON, but can be neither printed nor written to a file.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def identity(value: object) -> tuple[object, ...]:
    """Return what is equal for two JSON values exactly when they are: 1 is 1.0, but not true.

    The value is laid flat without recursion, so that no depth of nesting is too much.
    """
    flat: list[object] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            names = sorted(item, key=str)
            flat.append(("object", *names))
            stack += [item[name] for name in names]
        elif isinstance(item, list):
            flat.append(("array", len(item)))
            stack += item
        else:
            flat.append((isinstance(item, bool), item))
    return tuple(flat)


def repeated(values: Sequence[object]) -> list[int]:
    """Return the positions of the values that stand earlier in the list already."""
    seen: set[tuple[object, ...]] = set()
    places = []
    for i, value in enumerate(values):
        mark = identity(value)
        if mark in seen:
            places.append(i)
        seen.add(mark)
    return places


def _is_of(value: object, kinds: str | Sequence[str]) -> bool:
    return any(_is_kind(value, kind) for kind in ((kinds,) if isinstance(kinds, str) else kinds))


def _is_kind(value: object, kind: str) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "object":
        return isinstance(value, dict)
    if kind == "array":
        return isinstance(value, list)
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, {"integer": int, "number": int | float, "boolean": bool}[kind])


def _wrong_kind(value: object, kinds: str | Sequence[str]) -> Fault:
    expected = sorted({kinds} if isinstance(kinds, str) else set(kinds), key=KINDS.index)
    return Fault((), f"profile-kind-{'-'.join(expected)}", {"expected": ", ".join(expected), "found": show(value)})


def _required(value: object, names: Sequence[str]) -> list[Fault]:
    if not isinstance(value, dict):
        return []
    return [Fault((name,), "missing-key", {"expected": name}) for name in names if name not in value]


def _properties(value: object, schemas: Mapping[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    for name, item in value.items() if isinstance(value, dict) else ():
        if name in schemas and (faults := judge(item, schemas[name])):
            found += under(name, faults)
    return found


def _items(value: object, schema: Mapping[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    for i, item in enumerate(value) if isinstance(value, list) else ():
        if faults := judge(item, schema):
            found += under(i, faults)
    return found


def _min_items(value: object, least: int) -> list[Fault]:
    if not isinstance(value, list) or len(value) >= least:
        return []
    return [Fault((), "profile-too-few-items", {"expected": str(least), "found": str(len(value))})]


def _unique_items(value: object, asked: bool) -> list[Fault]:
    if not isinstance(value, list) or not asked:
        return []
    return [Fault((i,), "profile-repeated-item", {"found": show(value[i])}) for i in repeated(value)]


def _min_properties(value: object, least: int) -> list[Fault]:
    if not isinstance(value, dict) or len(value) >= least:
        return []
    return [Fault((), "profile-too-few-keys", {"expected": str(least), "found": str(len(value))})]


def _minimum(value: Any, least: float) -> list[Fault]:
    if not _is_kind(value, "number") or value >= least:
        return []
    return [Fault((), "profile-minimum", {"expected": str(least), "found": show(value)})]


def _enum(value: object, allowed: Sequence[object]) -> list[Fault]:
    if identity(value) in {identity(item) for item in allowed}:
        return []
    return [Fault((), "unknown-value", {"expected": ", ".join(map(str, allowed)), "found": show(value)})]


def _pattern(value: object, pattern: str) -> list[Fault]:
    # In JSON Schema `$` is the end of the text; in Python it also stands before a last line feed.
    if not isinstance(value, str) or re.search(pattern.replace("$", r"\Z"), value):
        return []
    return [Fault((), FORMS[pattern], {"expected": pattern, "found": show(value)})]


def _format(value: object, name: str) -> list[Fault]:
    if not isinstance(value, str) or FORMATS[name](value):
        return []
    return [Fault((), f"profile-{name}", {"expected": name, "found": show(value)})]


def _any_of(value: object, branches: Sequence[Mapping[str, Any]]) -> list[Fault]:
    if all(branch.keys() == {"required"} for branch in branches):
        return _keys(value, branches, only_one=False)
    results = []
    for branch in branches:
        faults = judge(value, branch)
        if not faults:
            return []
        results.append(faults)
    return _best(results)


def _one_of(value: object, branches: Sequence[Mapping[str, Any]]) -> list[Fault]:
    if all(branch.keys() == {"required"} for branch in branches):
        return _keys(value, branches, only_one=True)
    return _any_of(value, branches)


def _keys(value: object, branches: Sequence[Mapping[str, Any]], *, only_one: bool) -> list[Fault]:
    """Judge branches that only ask for keys: those of all are required, of the others one is needed."""
    if not isinstance(value, dict):
        return []
    shared = [name for name in branches[0]["required"] if all(name in branch["required"] for branch in branches)]
    choices = [name for branch in branches for name in branch["required"] if name not in shared]
    present = [name for name in choices if name in value]
    found = _required(value, shared)
    details = {"expected": ", ".join(choices), "found": ", ".join(present)}
    if not present:
        found.append(Fault((), "profile-one-of-keys", details))
    if only_one and len(present) > 1:
        found.append(Fault((), "profile-only-one-of-keys", details))
    return found


def _best(results: Sequence[list[Fault]]) -> list[Fault]:
    """Return the faults of the branch that fits best: whose faults lie deepest, then are fewest.

    At one depth a value of the right kind fits better than one of another kind. Where branches
    that fit alike differ only in the kinds that they expect, the kinds are joined.
    """

    def fit(faults: list[Fault]) -> tuple[tuple[int, bool], int]:
        return min((len(fault.spot), not _about_kind(fault)) for fault in faults), -len(faults)

    best = max(map(fit, results))
    top = [faults for faults in results if fit(faults) == best]
    columns = list(zip(*top, strict=True))
    if all(_differ_in_kind_only(column) for column in columns):
        return [_joined(column) for column in columns]
    return top[0]


def _differ_in_kind_only(faults: Sequence[Fault]) -> bool:
    return all(fault.spot == faults[0].spot and _about_kind(fault) for fault in faults)


def _about_kind(fault: Fault) -> bool:
    return fault.key.startswith("profile-kind-")


def _joined(faults: Sequence[Fault]) -> Fault:
    kinds = sorted({kind for fault in faults for kind in fault.details["expected"].split(", ")}, key=KINDS.index)
    details = {"expected": ", ".join(kinds), "found": faults[0].details["found"]}
    return Fault(faults[0].spot, f"profile-kind-{'-'.join(kinds)}", details)


def _by_type(value: object, branches: Mapping[str, Mapping[str, Any]]) -> list[Fault]:
    """Judge an object by the branch of its `type`; the branch of no type is that of the name ``."""
    if not isinstance(value, dict):
        return []
    kind = value.get("type", "")
    if not isinstance(kind, str) or kind not in branches or ("type" in value and not kind):
        expected = ", ".join(name for name in branches if name)
        return [Fault(("type",), "unknown-type", {"expected": expected, "found": show(kind)})]
    return judge(value, branches[kind])


KEYWORDS: Mapping[str, Callable[[Any, Any], list[Fault]]] = MappingProxyType(
    {
        "type": lambda value, kinds: [] if _is_of(value, kinds) else [_wrong_kind(value, kinds)],
        "required": _required,
        "properties": _properties,
        "items": _items,
        "minItems": _min_items,
        "uniqueItems": _unique_items,
        "minProperties": _min_properties,
        "minimum": _minimum,
        "enum": _enum,
        "pattern": _pattern,
        "format": _format,
        "anyOf": _any_of,
        "oneOf": _one_of,
        "byType": _by_type,
    }
)
