"""What of a resource a version holds: its public fields, written canonically."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

INTERNAL = "internal"
# How the cells of a field are written; a version writes them canonically, so that these mean nothing there.
LEXICAL_KEYS = ("decimalChar", "groupChar", "bareNumber", "trueValues", "falseValues", "missingValues")
MOMENTS = ("date", "time", "datetime")


def public_resource(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource descriptor without the fields marked `internal`, the others as a version writes them."""
    fields = [_public_field(field) for field in resource_fields(node) if not field.get(INTERNAL)]
    return {**node, "schema": {**node["schema"], "fields": fields, "missingValues": [""]}} if fields else dict(node)


def resource_fields(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the fields of a resource's schema; none where it has no schema of its own."""
    schema = node.get("schema")
    return list(schema.get("fields", [])) if isinstance(schema, Mapping) else []


def _public_field(field: Mapping[str, Any]) -> dict[str, Any]:
    kind, form = str(field.get("type")), str(field.get("format", "default"))
    dropped = (*LEXICAL_KEYS, *(["format"] if has_plain_format(kind, form) else []))
    return {key: value for key, value in field.items() if key not in dropped}


def has_plain_format(kind: str, form: str) -> bool:
    """Say whether a format is one of days and hours that ISO 8601 can stand for; one with a zone stays as it is."""
    return kind in MOMENTS and not re.search("%[zZ]", form)
