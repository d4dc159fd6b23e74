"""Table Schema descriptors read into records, refused by key where they are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from resopen.errors import DefinitionError
from resopen.schema.constraints import load_constraints
from resopen.schema.lexical import wrong_directive
from resopen.schema.records import Bilingual, Field, ForeignKey, Table
from resopen.schema.spots import attempt, refuse, wrong, wrong_kind

FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "any": ("default",),
        "string": ("default", "email", "uri", "binary", "uuid"),
        "integer": ("default",),
        "number": ("default",),
        "boolean": ("default",),
        "date": (),
        "time": (),
        "datetime": (),
        "year": ("default",),
        "yearmonth": ("default",),
        "duration": ("default",),
        "geopoint": ("default", "array", "object"),
        "geojson": ("default", "topojson"),
        "object": ("default",),
        "array": ("default",),
        "list": ("default",),
    }
)
TYPES = tuple(FORMATS)
FIELDS_MATCH = ("exact", "equal", "subset", "superset", "partial")
OPTIONS: Mapping[str, type] = MappingProxyType(
    {
        "trueValues": list, "falseValues": list, "decimalChar": str, "groupChar": str, "bareNumber": bool,
        "delimiter": str, "itemType": str,
    }
)  # fmt: skip
PERSONAL_DATA = ("email", "phone", "snils", "inn")
NO_TEXT = Bilingual("", "")
# How many digits the engine's decimals hold.
DIGITS = 18
HAS_CHECK = re.compile(r"^def is_valid\(|\bimport\b.*\bis_valid\b", re.MULTILINE)


def take(node: Any, name: str, kind: type | tuple[type, ...], where: str, key: str, default: Any) -> Any:
    """Return `node[name]`, or the default where it is absent; refuse a value of another kind."""
    value = node.get(name, default)
    if value is default:
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise wrong_kind(where, f"{key}.{name}".lstrip("."), value, *(kind if isinstance(kind, tuple) else (kind,)))
    return value


def bilingual(node: Mapping[str, Any], name: str, where: str, key: str) -> Bilingual:
    """Return the text of a key that stands in English plain and in Russian with the ending _ru."""
    return Bilingual(ru=take(node, f"{name}_ru", str, where, key, ""), en=take(node, name, str, where, key, ""))


def labelled(node: Mapping[str, Any], name: str, where: str, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of a list whose items are values, or objects of a value and its label."""
    items = take(node, name, list, where, key, list(default))
    values = [item.get("value") if isinstance(item, Mapping) else item for item in items]
    for i, value in enumerate(values):
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise wrong_kind(where, f"{key}.{name}[{i}]", value, str, int)
    return tuple(str(value) for value in values)


def names(value: Any, where: str, key: str) -> tuple[str, ...]:
    """Return a string or a list of strings as a tuple; refuse anything else."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(value, Sequence):
        raise wrong(where, key, "not-names")
    raise wrong_kind(where, key, value, str, list)


def load_table(node: Any, name: str, where: str, default_missing: tuple[str, ...] = ("",), key: str = "$") -> Table:
    """Return the table of a Table Schema descriptor.

    Args: the descriptor, the name of the table, the file it came from, the missing values where it
    names none, and the JSON path of the descriptor in the file.
    Raises DefinitionError, with the file and the key of every fault, when a key has a wrong kind, a
    type or a constraint is unknown or does not fit, a pattern does not compile, or a key names no
    field. Source: Table Schema, Data Package version 2.
    """
    if not isinstance(node, Mapping):
        raise wrong_kind(where, key, node, dict)
    faults: list[DefinitionError] = []
    missing = attempt(faults, default_missing, labelled, node, "missingValues", where, key, default_missing)
    nodes = take(node, "fields", list, where, key, [])
    if not nodes:
        raise wrong(where, f"{key}.fields", "no-fields")
    fields = [
        attempt(faults, None, load_field, item, where, f"{key}.fields[{i}]", missing) for i, item in enumerate(nodes)
    ]
    known = [item.get("name") if isinstance(item, Mapping) else None for item in nodes]
    faults += [
        wrong(where, f"{key}.fields[{i}].name", "repeated-name", name=str(field_name))
        for i, field_name in enumerate(known)
        if isinstance(field_name, str) and field_name in known[:i]
    ]
    primary_key, unique_keys, foreign_keys = _load_keys(faults, node, known, where, key)
    made = Table(
        name, attempt(faults, NO_TEXT, bilingual, node, "title", where, key),
        attempt(faults, NO_TEXT, bilingual, node, "description", where, key),
        tuple(field for field in fields if field), primary_key, unique_keys, foreign_keys,
        attempt(faults, "exact", fields_match, node, where, key), where, key,
    )  # fmt: skip
    refuse(faults)
    return made


def _load_keys(
    faults: list[DefinitionError], node: Mapping[str, Any], known: Sequence[Any], where: str, key: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[ForeignKey, ...]]:
    """Return the primary key, the unique keys and the foreign keys of a schema; what is refused goes to the faults."""
    primary: tuple[str, ...] = ()
    if node.get("primaryKey"):
        primary = attempt(faults, (), load_key, node["primaryKey"], known, where, f"{key}.primaryKey")
    unique = [
        attempt(faults, (), load_key, item, known, where, f"{key}.uniqueKeys[{i}]")
        for i, item in enumerate(attempt(faults, [], take, node, "uniqueKeys", list, where, key, []))
    ]
    foreign = [
        attempt(faults, None, load_foreign_key, item, known, where, f"{key}.foreignKeys[{i}]")
        for i, item in enumerate(attempt(faults, [], take, node, "foreignKeys", list, where, key, []))
    ]
    return primary, tuple(unique), tuple(item for item in foreign if item)


def fields_match(node: Mapping[str, Any], where: str, key: str) -> str:
    """Return how labels must match the fields; a list of one word, as some tools write it, is that word."""
    value = node.get("fieldsMatch", "exact")
    word = value[0] if isinstance(value, list) and len(value) == 1 else value
    if word not in FIELDS_MATCH:
        raise wrong(where, f"{key}.fieldsMatch", "unknown-value", found=str(value), expected=", ".join(FIELDS_MATCH))
    return str(word)


def load_field(node: Any, where: str, key: str, missing: tuple[str, ...]) -> Field:
    """Return one field of a Table Schema descriptor; DefinitionError as in load_table."""
    if not isinstance(node, Mapping):
        raise wrong_kind(where, key, node, dict)
    faults: list[DefinitionError] = []
    kind = attempt(faults, "", _type, node, where, key)
    form = attempt(faults, "", _format, node, kind, where, key) if kind else ""
    options = attempt(faults, None, _options, node, where, key)
    constraints: Mapping[str, Any] = {}
    if kind and form and options is not None:
        constraints = attempt(faults, {}, load_constraints, node, (kind, form, options), where, key)
    made = Field(
        name=attempt(faults, "", _name, node, where, key),
        type=kind,
        format=form,
        title=attempt(faults, NO_TEXT, bilingual, node, "title", where, key),
        description=attempt(faults, NO_TEXT, bilingual, node, "description", where, key),
        example=str(node.get("example", "")),
        unit=attempt(faults, "", take, node, "unit", str, where, key, ""),
        constraints=constraints,
        missing_values=attempt(faults, (), labelled, node, "missingValues", where, key, missing),
        options=options or {},
        stdnum=attempt(faults, "", _stdnum, node, where, key),
        decimal_places=attempt(faults, None, _decimal_places, node, where, key),
        personal_data=attempt(faults, (), _personal_data, node, where, key),
    )
    refuse(faults)
    return made


def load_key(value: Any, known: Sequence[Any], where: str, key: str) -> tuple[str, ...]:
    """Return the fields of a key; DefinitionError when it names no field of the table."""
    columns = names(value, where, key)
    for column in columns:
        if column not in known:
            raise wrong(where, key, "no-such-field", name=column)
    return columns


def load_foreign_key(node: Any, known: Sequence[Any], where: str, key: str) -> ForeignKey:
    """Return one foreign key; DefinitionError when it names no field of the table."""
    if not isinstance(node, Mapping):
        raise wrong_kind(where, key, node, dict)
    reference = node.get("reference")
    if not isinstance(reference, Mapping):
        raise wrong_kind(where, f"{key}.reference", reference, dict)
    faults: list[DefinitionError] = []
    fields = attempt(faults, (), load_key, node.get("fields"), known, where, f"{key}.fields")
    others = attempt(faults, (), names, reference.get("fields"), where, f"{key}.reference.fields")
    resource = attempt(faults, "", take, reference, "resource", str, where, f"{key}.reference", "")
    if not faults and len(fields) != len(others):
        faults.append(wrong(where, key, "key-lengths"))
    refuse(faults)
    return ForeignKey(fields, resource, others)


def _name(node: Mapping[str, Any], where: str, key: str) -> str:
    name = str(take(node, "name", str, where, key, ""))
    if not name:
        raise wrong(where, f"{key}.name", "no-name")
    return name


def _type(node: Mapping[str, Any], where: str, key: str) -> str:
    kind = str(take(node, "type", str, where, key, "any"))
    if kind not in TYPES:
        raise wrong(where, f"{key}.type", "unknown-type", found=kind, expected=", ".join(TYPES))
    return kind


def _format(node: Mapping[str, Any], kind: str, where: str, key: str) -> str:
    form = str(take(node, "format", str, where, key, "default"))
    if FORMATS[kind] and form not in FORMATS[kind]:
        raise wrong(where, f"{key}.format", "unknown-value", found=form, expected=", ".join(FORMATS[kind]))
    if not FORMATS[kind] and form not in ("default", "any") and (found := wrong_directive(form)) is not None:
        if found == form and "%" not in form:
            raise wrong(where, f"{key}.format", "no-directive", found=form)
        raise wrong(where, f"{key}.format", "unknown-directive", found=form, name=found)
    return form


def _options(node: Mapping[str, Any], where: str, key: str) -> dict[str, Any]:
    found = {name: take(node, name, kind, where, key, None) for name, kind in OPTIONS.items()}
    for name, words in found.items():
        if words == []:
            raise wrong(where, f"{key}.{name}", "profile-too-few-items", found="0", expected="1")
        for i, word in enumerate(words) if isinstance(words, list) else ():
            if not isinstance(word, str):
                raise wrong_kind(where, f"{key}.{name}[{i}]", word, str)
    return {name: value for name, value in found.items() if value is not None}


def _decimal_places(node: Mapping[str, Any], where: str, key: str) -> int | None:
    """Return how many decimal places a number may have; the engine holds 18 digits of a decimal."""
    places = take(node, "decimalPlaces", int, where, key, None)
    if places is not None and not 0 <= places <= DIGITS:
        raise wrong(where, f"{key}.decimalPlaces", "unknown-value", found=str(places), expected=f"0, 1, … {DIGITS}")
    return None if places is None else int(places)


def _personal_data(node: Mapping[str, Any], where: str, key: str) -> tuple[str, ...]:
    personal = take(node, "personalData", list, where, key, [])
    for i, item in enumerate(personal):
        if item not in PERSONAL_DATA:
            expected = ", ".join(PERSONAL_DATA)
            raise wrong(where, f"{key}.personalData[{i}]", "unknown-value", found=str(item), expected=expected)
    return tuple(personal)


def _stdnum(node: Mapping[str, Any], where: str, key: str) -> str:
    """Return the module of python-stdnum that checks a number; only such a one is ever imported."""
    name = str(take(node, "stdnum", str, where, key, ""))
    if name and not (re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)*", name) and _checks_digits(name)):
        raise wrong(where, f"{key}.stdnum", "unknown-stdnum", found=name)
    return name


def _checks_digits(name: str) -> bool:
    """Say whether python-stdnum has such a module, without importing it, which takes 0.05 s."""
    found = find_spec("stdnum")
    folders = found.submodule_search_locations if found else None
    files = (Path(folder, *name.split(".")).with_suffix(".py") for folder in folders or ())
    return any(file.is_file() and HAS_CHECK.search(file.read_text("utf-8")) for file in files)
