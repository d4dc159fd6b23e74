"""What of a package is for its keepers alone: fields marked `internal`, which no version holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from resopen.errors import PublishRefused
from resopen.schema.public import INTERNAL, public_resource, resource_fields


def public_descriptor(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return a descriptor without the internal fields, its fields written canonically.

    Raises PublishRefused, with the table and the field, when a key, a reference or a rule needs an
    internal field: without it they would be broken; with the table when its schema names no field.
    """
    for node in descriptor["resources"]:
        if not resource_fields(node):
            raise PublishRefused("publish.no-fields", {"table": node["name"]})
    hidden = {
        node["name"]: {field["name"] for field in resource_fields(node) if field.get(INTERNAL)}
        for node in descriptor["resources"]
    }
    for name, table, field in _uses(descriptor, hidden):
        raise PublishRefused("publish.internal-used", {"table": table, "field": field, "by": name})
    nodes = [public_resource(node) for node in descriptor["resources"]]
    return {**descriptor, "resources": nodes}


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
