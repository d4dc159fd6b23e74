"""What changed in the meaning of tables: fields, types, constraints, keys, texts.

Which step of the version a change demands is said here, change by change. It follows the recipe
"Data Package Version" of the Frictionless standard; where that is silent or we decide otherwise,
docs/diff.md says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from resopen.differences.records import SchemaChange, Step
from resopen.schema import Field, ForeignKey, Table
from resopen.schema.constraints import ORDERED
from resopen.schema.records import Bilingual

# Whether a greater value of a constraint allows less.
GROWS_STRICTER: Mapping[str, bool] = MappingProxyType(
    {
        "minimum": True, "exclusiveMinimum": True, "minLength": True,
        "maximum": False, "exclusiveMaximum": False, "maxLength": False,
    }
)  # fmt: skip


def table_changes(old: Table, new: Table) -> Iterator[SchemaChange]:
    """Yield what changed in the definition of a table that both versions have, fields in their order.

    A table whose file alone names its fields, in either version, has no definition to compare.
    """
    name = new.name
    if not old.fields or not new.fields:
        return
    yield from _texts(name, "", ("title", old.title, new.title), ("description", old.description, new.description))
    before, after = ({field.name: field for field in table.fields} for table in (old, new))
    for field in old.fields:
        if field.name not in after:
            yield SchemaChange("field-removed", name, "major", field.name, old=field.type)
    for field in new.fields:
        if field.name in before:
            yield from _field_changes(name, before[field.name], field)
        else:
            # A column that must be filled is no burden to those who read.
            yield SchemaChange("field-added", name, "minor", field.name, new=field.type)
    orders = [[key for key in fields if key in before and key in after] for fields in (before, after)]
    if orders[0] != orders[1]:
        yield SchemaChange("fields-reordered", name, "major", old=", ".join(orders[0]), new=", ".join(orders[1]))
    yield from _key_changes(old, new)
    if old.fields_match != new.fields_match:
        yield SchemaChange("fields-match-changed", name, "minor", old=old.fields_match, new=new.fields_match)


def _texts(table: str, field: str, *pairs: tuple[str, Bilingual, Bilingual]) -> Iterator[SchemaChange]:
    for key, old, new in pairs:
        for language, before, after in (("en", old.en, new.en), ("ru", old.ru, new.ru)):
            if before != after:
                yield SchemaChange(f"{key}-changed", table, "patch", field, language, before, after)


def _field_changes(table: str, old: Field, new: Field) -> Iterator[SchemaChange]:
    name = new.name
    if old.type != new.type:
        yield SchemaChange("field-retyped", table, "major", name, "type", old.type, new.type)
    majors = (
        ("format", old.format, new.format),
        ("unit", old.unit, new.unit),
        ("decimalPlaces", _shown(old.decimal_places), _shown(new.decimal_places)),
        ("missingValues", _shown(sorted(old.missing_values)), _shown(sorted(new.missing_values))),
    )
    for key, before, after in majors:
        if before != after:
            yield SchemaChange("field-changed", table, "major", name, key, before, after)
    for key in sorted({*old.options, *new.options}):
        before, after = _shown(old.options.get(key)), _shown(new.options.get(key))
        if before != after:
            yield SchemaChange("field-changed", table, "major", name, key, before, after)
    yield from _constraint_changes(table, old, new)
    yield from _texts(table, name, ("title", old.title, new.title), ("description", old.description, new.description))
    minors = (
        ("example", old.example, new.example),
        ("personalData", _shown(list(old.personal_data) or None), _shown(list(new.personal_data) or None)),
    )
    for key, before, after in minors:
        if before != after:
            yield SchemaChange("field-changed", table, "patch", name, key, before, after)


def _constraint_changes(table: str, old: Field, new: Field) -> Iterator[SchemaChange]:
    before, after = ({**field.constraints, "stdnum": field.stdnum or None} for field in (old, new))
    for key in sorted({*before, *after}):
        one, other = before.get(key), after.get(key)
        if key in ("required", "unique"):
            one, other = one or None, other or None
        if key in ("enum", "categories") and one and other:
            yield from _listed_changes(table, new.name, key, one, other)
        elif one != other:
            kind = (
                "constraint-added" if one is None else "constraint-removed" if other is None else "constraint-changed"
            )
            step: Step = "minor" if _is_looser(key, one, other, new) else "major"
            yield SchemaChange(kind, table, step, new.name, key, _shown(one), _shown(other))


def _listed_changes(table: str, field: str, key: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[SchemaChange]:
    """Yield the codes that a list of allowed values lost and gained."""
    before, after = list(map(_shown, old)), list(map(_shown, new))
    for code in before:
        if code not in after:
            yield SchemaChange("code-removed", table, "major", field, key, old=code)
    for code in after:
        if code not in before:
            yield SchemaChange("code-added", table, "minor", field, key, new=code)


def _is_looser(key: str, old: Any, new: Any, field: Field) -> bool:
    """Say whether a constraint allows all that it allowed; what cannot be told is taken for stricter."""
    if new is None:
        return True
    if old is None or key not in GROWS_STRICTER:
        return False
    try:
        grows = Decimal(str(new)) > Decimal(str(old))
    except InvalidOperation:
        if field.type not in ORDERED or field.format != "default":
            return False
        grows = str(new) > str(old)
    return grows != GROWS_STRICTER[key]


def _key_changes(old: Table, new: Table) -> Iterator[SchemaChange]:
    name = new.name
    if set(old.primary_key) != set(new.primary_key):
        before, after = ", ".join(old.primary_key), ", ".join(new.primary_key)
        yield SchemaChange("primary-key-changed", name, "major", "", "primaryKey", before, after)
    unique = [{tuple(sorted(key)) for key in table.unique_keys} for table in (old, new)]
    for key in sorted(unique[0] - unique[1]):
        yield SchemaChange("unique-key-removed", name, "minor", "", "uniqueKeys", old=", ".join(key))
    for key in sorted(unique[1] - unique[0]):
        yield SchemaChange("unique-key-added", name, "major", "", "uniqueKeys", new=", ".join(key))
    before_keys, after_keys = ({key.fields: key for key in table.foreign_keys} for table in (old, new))
    for fields in sorted({*before_keys, *after_keys}):
        one, other = before_keys.get(fields), after_keys.get(fields)
        if one == other:
            continue
        kind = "added" if one is None else "removed" if other is None else "changed"
        step: Step = "major" if one is None else "minor"
        yield SchemaChange(
            f"foreign-key-{kind}", name, step, ", ".join(fields), "foreignKeys", _reference(one), _reference(other)
        )


def _reference(key: ForeignKey | None) -> str:
    return f"{key.resource}({', '.join(key.reference_fields)})" if key else ""


def _shown(value: Any) -> str:
    """Return a value of a definition as text: a text as it is, anything else as JSON, nothing as nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
