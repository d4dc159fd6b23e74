"""The constraints of a field of a Table Schema, refused by key where they are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from resopen.errors import DefinitionError
from resopen.schema.keywords import show
from resopen.schema.lexical import is_constant, order_of
from resopen.schema.spots import attempt, refuse, step, wrong, wrong_kind

# The type, the format and the options of a field, by which its constants are read.
Kind = tuple[str, str, Mapping[str, Any]]
ORDERED = ("integer", "number", "date", "time", "datetime", "year", "yearmonth", "duration")
MEASURED = ("string", "any", "object", "array", "geojson", "list")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
# What each constraint must be itself, and the types on which it can stand; none means all types.
CONSTRAINTS: Mapping[str, tuple[type, tuple[str, ...]]] = MappingProxyType(
    {
        "required": (bool, ()), "unique": (bool, ()), "enum": (list, ()), "pattern": (str, ()),
        "minLength": (int, MEASURED), "maxLength": (int, MEASURED),
        "jsonSchema": (dict, ("object", "array", "geojson")), **dict.fromkeys(BOUNDS, (object, ORDERED)),
    }
)  # fmt: skip


def load_constraints(node: Mapping[str, Any], kind: Kind, where: str, key: str) -> dict[str, Any]:
    """Return the constraints of a field, its categories among them.

    Args: the field, its type, format and options, the file and the JSON path of the field.
    Raises DefinitionError, with the key of every fault, when a constraint is unknown, does not
    stand on the type, is of a wrong kind, has a constant that is not of the type, or no value can
    fit it together with another one. Source: Table Schema, Data Package version 2.
    """
    constraints = node.get("constraints", {})
    if not isinstance(constraints, Mapping):
        raise wrong_kind(where, f"{key}.constraints", constraints, dict)
    faults: list[DefinitionError] = []
    for name, value in constraints.items():
        attempt(faults, None, _check, name, value, kind, where, f"{key}.constraints{step(name)}")
    if not faults:
        faults += _crossed(constraints, kind, where, key)
    found = dict(constraints)
    if "categories" in node:
        categories = attempt(faults, [], _categories, node["categories"], where, f"{key}.categories")
        attempt(faults, None, _check, "enum", categories, kind, where, f"{key}.categories")
        found["categories"] = categories
    refuse(faults)
    return found


def _categories(items: Any, where: str, key: str) -> list[str]:
    if not isinstance(items, list):
        raise wrong_kind(where, key, items, list)
    values = [item.get("value") if isinstance(item, Mapping) else item for item in items]
    for i, value in enumerate(values):
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise wrong_kind(where, f"{key}[{i}]", value, str, int)
    return [str(value) for value in values]


def _check(name: str, value: Any, kind: Kind, where: str, key: str) -> None:
    """Refuse a constraint that is wrong by itself."""
    if name not in CONSTRAINTS:
        raise wrong(where, key, "unknown-constraint", found=name, expected=", ".join(CONSTRAINTS))
    own, types = CONSTRAINTS[name]
    if types and kind[0] not in types:
        raise wrong(where, key, "constraint-does-not-fit", type=kind[0])
    if not isinstance(value, own) or (own is int and isinstance(value, bool)):
        raise wrong_kind(where, key, value, own)
    _check_value(name, value, kind, where, key)


def _check_value(name: str, value: Any, kind: Kind, where: str, key: str) -> None:
    if name in ("minLength", "maxLength") and value < 0:
        raise wrong(where, key, "profile-minimum", found=str(value), expected="0")
    if name == "pattern":
        _check_pattern(value, where, key)
    if name == "jsonSchema":
        _check_json_schema(value, where, key)
    if name in BOUNDS:
        _check_constant(value, kind, where, key)
    if name == "enum":
        if not value:
            raise wrong(where, key, "profile-too-few-items", found="0", expected="1")
        for i, item in enumerate(value):
            _check_constant(item, kind, where, f"{key}[{i}]")


def _check_constant(value: Any, kind: Kind, where: str, key: str) -> None:
    """Refuse a bound, or a member of an enum, that is not of the field's own type, format and options."""
    if not is_constant(value, *kind):
        raise wrong(where, key, "constant-not-of-type", found=show(value), type=kind[0])


def _check_pattern(value: str, where: str, key: str) -> None:
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        if not re.search(r"\\[pP]\{", value):  # Classes of Unicode: the engine knows them.
            raise wrong(where, key, "pattern-does-not-compile", reason=str(error)) from error


def _crossed(constraints: Mapping[str, Any], kind: Kind, where: str, key: str) -> list[DefinitionError]:
    """Return the faults of lower limits above their upper ones: no value would fit both."""
    pairs = [("minLength", "maxLength", False)]
    pairs += [(low, high, "e" in (low[0], high[0])) for low in BOUNDS[::2] for high in BOUNDS[1::2]]
    found = []
    for low, high, is_open in pairs:
        if low not in constraints or high not in constraints:
            continue
        values = (constraints[low], constraints[high])
        least, most = values if low == "minLength" else (order_of(value, *kind[:2]) for value in values)
        if type(least) is type(most) and least is not None and (least > most or (is_open and least == most)):
            details = {"found": show(values[0]), "name": high, "expected": show(values[1])}
            found.append(wrong(where, f"{key}.constraints.{low}", "bounds-crossed", **details))
    return found


def _check_json_schema(value: Any, where: str, key: str) -> None:
    """Refuse what is no JSON Schema, of the draft that it names or of 2020-12."""
    from jsonschema import Draft202012Validator, SchemaError
    from jsonschema.validators import validator_for

    try:
        validator_for(value, Draft202012Validator).check_schema(value)
    except SchemaError as error:
        path = key + error.json_path.removeprefix("$")
        raise wrong(where, path, "not-a-json-schema", found=show(error.instance)) from error
    except RecursionError as error:
        raise wrong(where, key, "nested-too-deep") from error
