"""What of a package is for its keepers alone: fields marked `internal`, which no version holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from resopen.errors import PublishRefused

INTERNAL = "internal"
# How the cells of a field are written; a version writes them canonically, so that these mean nothing there.
LEXICAL_KEYS = ("decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues", "missingValues")


MOMENTS = ("date", "time", "datetime")


def public_descriptor(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return a descriptor without the internal fields, its fields written canonically.

    Raises PublishRefused, with the table and the field, when a key, a reference or a rule needs an
    internal field: without it they would be broken; with the table when its schema names no field.
    """
    for node in descriptor["resources"]:
        if not _fields(node):
            raise PublishRefused("publish.no-fields", {"table": node["name"]})
    hidden = {
        node["name"]: {field["name"] for field in _fields(node) if field.get(INTERNAL)}
        for node in descriptor["resources"]
    }
    for name, table, field in _uses(descriptor, hidden):
        raise PublishRefused("publish.internal-used", {"table": table, "field": field, "by": name})
    nodes = [_public_resource(node, hidden[node["name"]]) for node in descriptor["resources"]]
    return {**descriptor, "resources": nodes}


def _fields(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    schema = node.get("schema")
    return list(schema.get("fields", [])) if isinstance(schema, Mapping) else []


def _public_resource(node: Mapping[str, Any], hidden: set[str]) -> dict[str, Any]:
    fields = [_public_field(field) for field in _fields(node) if field["name"] not in hidden]
    return {**node, "schema": {**node["schema"], "fields": fields, "missingValues": [""]}}


def _public_field(field: Mapping[str, Any]) -> dict[str, Any]:
    kind, form = str(field.get("type")), str(field.get("format", "default"))
    dropped = (*LEXICAL_KEYS, *(["format"] if has_plain_format(kind, form) else []))
    return {key: value for key, value in field.items() if key not in dropped}


def has_plain_format(kind: str, form: str) -> bool:
    """Say whether a format is one of days and hours that ISO 8601 can stand for; one with a zone stays as it is."""
    return kind in MOMENTS and not re.search("%[zZ]", form)


def _uses(descriptor: Mapping[str, Any], hidden: Mapping[str, set[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield what needs an internal field: its name, the table, the field."""
    for node in descriptor["resources"]:
        schema, table = node.get("schema") or {}, node["name"]
        keys = {"primaryKey": _names(schema.get("primaryKey"))}
        keys |= {f"uniqueKeys[{i}]": _names(key) for i, key in enumerate(schema.get("uniqueKeys", []))}
        for i, key in enumerate(schema.get("foreignKeys", [])):
            keys[f"foreignKeys[{i}]"] = _names(key["fields"])
            parent = key["reference"].get("resource") or table
            for field in set(_names(key["reference"]["fields"])) & hidden.get(parent, set()):
                yield f"{table}.foreignKeys[{i}]", parent, field
        for name, fields in keys.items():
            for field in sorted(set(fields) & hidden[table]):
                yield f"{table}.{name}", table, field
    for rule in descriptor.get("rules", []):
        words = set(re.findall(r"\w+", str(rule)))
        for table, private in hidden.items():
            for field in sorted(private & words) if table in words else []:
                yield f"rules.{rule.get('id', '')}", table, field


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
