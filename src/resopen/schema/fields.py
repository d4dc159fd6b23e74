"""Table Schema descriptors read into records, refused by key where they are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from resopen.errors import DefinitionError
from resopen.schema.lexical import is_constant
from resopen.schema.records import Bilingual, Field, ForeignKey, Table

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
ORDERED = ("integer", "number", "date", "time", "datetime", "year", "yearmonth", "duration")
MEASURED = ("string", "any", "object", "array", "geojson", "list")
CONSTRAINTS: Mapping[str, tuple[str, ...]] = {
    "required": TYPES,
    "unique": TYPES,
    "enum": TYPES,
    "pattern": TYPES,
    "minLength": MEASURED,
    "maxLength": MEASURED,
    "jsonSchema": ("object", "array", "geojson"),
    "minimum": ORDERED,
    "maximum": ORDERED,
    "exclusiveMinimum": ORDERED,
    "exclusiveMaximum": ORDERED,
}
FIELDS_MATCH = ("exact", "equal", "subset", "superset", "partial")
OPTIONS = ("trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber", "delimiter", "itemType")
PERSONAL_DATA = ("email", "phone", "snils", "inn")


def wrong(where: str, key: str, fault: str, /, **details: str) -> DefinitionError:
    """Return the error of a definition: its file and key, and what is at fault there."""
    return DefinitionError(f"definition.{fault}", {"file": where, "key": key, **details})


def take(node: Any, name: str, kind: type | tuple[type, ...], where: str, key: str, default: Any) -> Any:
    """Return `node[name]`, or the default where it is absent; refuse a value of another kind."""
    value = node.get(name, default)
    if value is default:
        return default
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise wrong(where, f"{key}.{name}".lstrip("."), "wrong-kind", found=type(value).__name__)
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
            raise wrong(where, f"{key}.{name}[{i}]".lstrip("."), "wrong-kind", found=type(value).__name__)
    return tuple(str(value) for value in values)


def names(value: Any, where: str, key: str) -> tuple[str, ...]:
    """Return a string or a list of strings as a tuple; refuse anything else."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise wrong(where, key, "wrong-kind", found=type(value).__name__)


def load_table(node: Any, name: str, where: str, default_missing: tuple[str, ...] = ("",)) -> Table:
    """Return the table of a Table Schema descriptor.

    Args: the descriptor, the name of the table, the file or place it came from.
    Raises DefinitionError, with the file and the key, when a key has a wrong kind, a type or a
    constraint is unknown or does not fit, a pattern does not compile, or a key names no field.
    Source: Table Schema, Data Package version 2.
    """
    if not isinstance(node, Mapping):
        raise wrong(where, "", "wrong-kind", found=type(node).__name__)
    missing = labelled(node, "missingValues", where, "", default_missing)
    nodes = take(node, "fields", list, where, "", [])
    if not nodes:
        raise wrong(where, "fields", "no-fields")
    fields = tuple(load_field(item, where, f"fields[{i}]", missing) for i, item in enumerate(nodes))
    known = [field.name for field in fields]
    for i, field_name in enumerate(known):
        if field_name in known[:i]:
            raise wrong(where, f"fields[{i}].name", "repeated-name", name=field_name)
    primary_key = names(node["primaryKey"], where, "primaryKey") if node.get("primaryKey") else ()
    unique_keys = tuple(
        names(item, where, f"uniqueKeys[{i}]") for i, item in enumerate(take(node, "uniqueKeys", list, where, "", []))
    )
    for key, columns in [("primaryKey", primary_key), *(("uniqueKeys", item) for item in unique_keys)]:
        _must_name_fields(columns, known, where, key)
    foreign_keys = tuple(
        load_foreign_key(item, known, where, f"foreignKeys[{i}]")
        for i, item in enumerate(take(node, "foreignKeys", list, where, "", []))
    )
    return Table(
        name, bilingual(node, "title", where, ""), bilingual(node, "description", where, ""),
        fields, primary_key, unique_keys, foreign_keys, fields_match(node, where),
    )  # fmt: skip


def fields_match(node: Mapping[str, Any], where: str) -> str:
    """Return how labels must match the fields; a list of one word, as some tools write it, is that word."""
    value = node.get("fieldsMatch", "exact")
    word = value[0] if isinstance(value, list) and len(value) == 1 else value
    if word not in FIELDS_MATCH:
        raise wrong(where, "fieldsMatch", "unknown-value", found=str(value), expected=", ".join(FIELDS_MATCH))
    return str(word)


def load_field(node: Any, where: str, key: str, missing: tuple[str, ...]) -> Field:
    """Return one field of a Table Schema descriptor; DefinitionError as in load_table."""
    if not isinstance(node, Mapping):
        raise wrong(where, key, "wrong-kind", found=type(node).__name__)
    name = take(node, "name", str, where, key, "")
    if not name:
        raise wrong(where, f"{key}.name", "no-name")
    kind = take(node, "type", str, where, key, "any")
    if kind not in TYPES:
        raise wrong(where, f"{key}.type", "unknown-type", found=kind, expected=", ".join(TYPES))
    form = take(node, "format", str, where, key, "default")
    if FORMATS[kind] and form not in FORMATS[kind]:
        raise wrong(where, f"{key}.format", "unknown-value", found=form, expected=", ".join(FORMATS[kind]))
    constraints = take(node, "constraints", dict, where, key, {})
    options = {option: node[option] for option in OPTIONS if option in node}
    for constraint, value in constraints.items():
        _check_constraint(constraint, value, kind, where, f"{key}.constraints.{constraint}")
        _check_constants(constraint, value, (kind, form, options), where, f"{key}.constraints.{constraint}")
    if "categories" in node:
        categories = list(labelled(node, "categories", where, key, ()))
        _check_constraint("enum", categories, kind, where, f"{key}.categories")
        _check_constants("enum", categories, (kind, form, options), where, f"{key}.categories")
        constraints = {**constraints, "categories": categories}
    personal = tuple(take(node, "personalData", list, where, key, []))
    for item in personal:
        if item not in PERSONAL_DATA:
            raise wrong(
                where, f"{key}.personalData", "unknown-value", found=str(item), expected=", ".join(PERSONAL_DATA)
            )
    return Field(
        name=name,
        type=kind,
        format=form,
        title=bilingual(node, "title", where, key),
        description=bilingual(node, "description", where, key),
        example=str(node.get("example", "")),
        unit=take(node, "unit", str, where, key, ""),
        constraints=constraints,
        missing_values=labelled(node, "missingValues", where, key, missing),
        options=options,
        stdnum=_stdnum(take(node, "stdnum", str, where, key, ""), where, f"{key}.stdnum"),
        decimal_places=take(node, "decimalPlaces", int, where, key, None),
        personal_data=personal,
    )


def load_foreign_key(node: Any, known: Sequence[str], where: str, key: str) -> ForeignKey:
    """Return one foreign key; DefinitionError when it names no field of the table."""
    if not isinstance(node, Mapping) or not isinstance(node.get("reference"), Mapping):
        raise wrong(where, key, "wrong-kind", found=type(node).__name__)
    fields = names(node.get("fields"), where, f"{key}.fields")
    _must_name_fields(fields, known, where, f"{key}.fields")
    reference = node["reference"]
    reference_fields = names(reference.get("fields"), where, f"{key}.reference.fields")
    if len(fields) != len(reference_fields):
        raise wrong(where, key, "key-lengths")
    return ForeignKey(fields, take(reference, "resource", str, where, f"{key}.reference", ""), reference_fields)


def _must_name_fields(columns: Sequence[str], known: Sequence[str], where: str, key: str) -> None:
    for column in columns:
        if column not in known:
            raise wrong(where, key, "no-such-field", name=column)


def _check_constraint(constraint: str, value: Any, kind: str, where: str, key: str) -> None:
    if constraint not in CONSTRAINTS:
        raise wrong(where, key, "unknown-constraint", found=constraint, expected=", ".join(CONSTRAINTS))
    if kind not in CONSTRAINTS[constraint]:
        raise wrong(where, key, "constraint-does-not-fit", type=kind)
    if constraint in ("required", "unique") and not isinstance(value, bool):
        raise wrong(where, key, "wrong-kind", found=type(value).__name__)
    if constraint in ("minLength", "maxLength") and (isinstance(value, bool) or not isinstance(value, int)):
        raise wrong(where, key, "wrong-kind", found=type(value).__name__)
    if constraint == "enum" and not (isinstance(value, list) and value):
        raise wrong(where, key, "wrong-kind", found=type(value).__name__)
    if constraint == "jsonSchema":
        _check_json_schema(value, where, key)
    if constraint == "pattern":
        if not isinstance(value, str):
            raise wrong(where, key, "wrong-kind", found=type(value).__name__)
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            if re.search(r"\\[pP]\{", value):
                return  # Classes of Unicode: the engine knows them.
            raise wrong(where, key, "pattern-does-not-compile", reason=str(error)) from error


def _check_constants(
    constraint: str, value: Any, field: tuple[str, str, Mapping[str, Any]], where: str, key: str
) -> None:
    """Refuse a bound, or a member of an enum, that is not of the field's own type, format and options."""
    if constraint in ("enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        for item in value if constraint == "enum" else [value]:
            if not is_constant(item, *field):
                raise wrong(where, key, "constant-not-of-type", found=str(item), type=field[0])


def _check_json_schema(value: Any, where: str, key: str) -> None:
    """Refuse what is no JSON Schema, of the draft that it names or of 2020-12."""
    if not isinstance(value, dict):
        raise wrong(where, key, "wrong-kind", found=type(value).__name__)
    from jsonschema import Draft202012Validator, SchemaError
    from jsonschema.validators import validator_for

    try:
        validator_for(value, Draft202012Validator).check_schema(value)
    except SchemaError as error:
        raise wrong(where, key, "not-a-json-schema", reason=f"{error.json_path}: {error.message}") from error
    except RecursionError as error:
        raise wrong(where, key, "not-a-json-schema", reason=str(error)) from error


def _stdnum(name: str, where: str, key: str) -> str:
    """Refuse a name that is not a module path of lower-case words, before it is ever imported."""
    if name and not re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)*", name):
        raise wrong(where, key, "unknown-value", found=name, expected="ru.inn")
    return name
