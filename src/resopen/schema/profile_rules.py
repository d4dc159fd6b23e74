"""What the Data Package standard demands of a descriptor and no profile can say.

Each rule speaks only where the keys it reads have the right kind; the profile names the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from resopen.schema.keywords import Fault, identity, repeated, show
from resopen.schema.spots import Spot

Version = Literal["1.0", "2.0"]
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
FIRST_PROFILES = re.compile(r"https?://(datapackage\.org/profiles/1\.|specs\.frictionlessdata\.io/schemas/)")
# What only version 2 knows, by the object that it stands in (changelog of the standard, 2.0).
SECOND_VERSION: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "contributor": ("roles", "givenName", "familyName"),
        "source": ("version",),
        "dialect": (
            "headerRows", "headerJoin", "commentRows", "property", "itemType", "itemKeys",
            "sheetNumber", "sheetName", "table",
        ),
        "schema": ("fieldsMatch", "uniqueKeys"),
        "field": ("categories", "categoriesOrdered", "missingValues"),
        "constraints": ("exclusiveMinimum", "exclusiveMaximum", "jsonSchema"),
    }
)  # fmt: skip


def profile_version(descriptor: object) -> Version:
    """Return the version of the Data Package standard that a descriptor is judged by.

    The first of these that holds decides:
    1. `$schema` is a text: "1.0" when it names a profile of version 1 (datapackage.org/profiles/1.x
       or specs.frictionlessdata.io/schemas/), otherwise "2.0", so also for a profile of one's own,
       which extends version 2;
    2. something stands in the descriptor that only version 2 knows: "2.0". That is one of the keys
       of SECOND_VERSION, a resource of the type table, a field of the type list, labelled
       missingValues, or a `$schema` inside that names no profile of version 1;
    3. the package or a resource has a `profile`, which version 2 has no more: "1.0";
    4. nothing of this: "2.0".
    The key `version` of a package decides nothing: packages of version 1 have it, too.

    Args: any JSON value; what is no object counts as an empty one.
    Source: Data Package version 2, `$schema` and changelog. There a descriptor without `$schema`
    is of version 1 by default; here it is not, because version 2 forbids less of what was written
    without a thought of versions.
    """
    package = descriptor if isinstance(descriptor, dict) else {}
    if isinstance(package.get("$schema"), str):
        return "1.0" if FIRST_PROFILES.match(package["$schema"]) else "2.0"
    if any(_second_version(place, node) for place, node in _nodes(package)):
        return "2.0"
    if "profile" in package or any("profile" in resource for _, resource in objects(package, "resources")):
        return "1.0"
    return "2.0"


def objects(node: Mapping[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of the list under a key with their positions; nothing where there is no list."""
    items = node.get(key)
    for i, item in enumerate(items) if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield i, item


def rule_faults(descriptor: object, version: Version) -> list[Fault]:
    """Return where a descriptor breaks a rule of the standard that the profile does not hold."""
    if not isinstance(descriptor, dict):
        return []
    found = _repeated_names(descriptor)
    for i, resource in objects(descriptor, "resources"):
        spot: Spot = ("resources", i)
        found += [*_mixed_paths(resource, spot), *_data_without_format(resource, spot)]
        schema = resource.get("schema")
        if isinstance(schema, dict):
            found += _schema_faults(schema, (*spot, "schema"), version)
    return found


def _schema_faults(schema: dict[str, Any], spot: Spot, version: Version) -> list[Fault]:
    found = _key_lengths(schema, spot)
    if version == "2.0":
        found += _repeated_values(schema, "missingValues", spot)
    for i, field in objects(schema, "fields"):
        place = (*spot, "fields", i)
        found += _bounds_without_type(field, place)
        if version == "2.0":
            found += _repeated_values(field, "missingValues", place)
            found += _repeated_values(field, "categories", place)
            found += _enum_beyond_categories(field, place)
    return found


def _repeated_names(package: dict[str, Any]) -> list[Fault]:
    named = [(i, item["name"]) for i, item in objects(package, "resources") if isinstance(item.get("name"), str)]
    again = repeated([name for _, name in named])
    return [Fault(("resources", named[j][0], "name"), "repeated-name", {"name": show(named[j][1])}) for j in again]


def _mixed_paths(resource: dict[str, Any], spot: Spot) -> list[Fault]:
    """The paths of a resource are all addresses or all files."""
    paths = resource.get("path")
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        return []
    remote = [re.match(r"(http|ftp)s?://", path) is not None for path in paths]
    odd = next((i for i, item in enumerate(remote) if item != remote[0]), 0)
    return [Fault((*spot, "path", odd), "profile-mixed-paths", {"found": show(paths[odd])})] if odd else []


def _data_without_format(resource: dict[str, Any], spot: Spot) -> list[Fault]:
    """Data that stand in the descriptor as a text need a format or a media type."""
    if not isinstance(resource.get("data"), str) or "format" in resource or "mediatype" in resource:
        return []
    return [Fault((*spot, "format"), "profile-data-without-format", {"expected": "format"})]


def _key_lengths(schema: dict[str, Any], spot: Spot) -> list[Fault]:
    found = []
    for i, key in objects(schema, "foreignKeys"):
        reference = key.get("reference")
        fields, others = key.get("fields"), reference.get("fields") if isinstance(reference, dict) else None
        if isinstance(fields, list) and isinstance(others, list) and len(fields) != len(others):
            details = {"expected": str(len(fields)), "found": str(len(others))}
            found.append(Fault((*spot, "foreignKeys", i), "key-lengths", details))
    return found


def _repeated_values(node: dict[str, Any], key: str, spot: Spot) -> list[Fault]:
    """Neither the values nor the labels of a list such as missingValues repeat."""
    items = node.get(key)
    if not isinstance(items, list):
        return []
    plain = all(not isinstance(item, dict) for item in items)
    values = items if plain else [item.get("value", item) if isinstance(item, dict) else item for item in items]
    last = () if plain else ("value",)
    found = [
        Fault((*spot, key, i, *last), "profile-repeated-item", {"found": show(values[i])}) for i in repeated(values)
    ]
    labelled = [(i, item["label"]) for i, item in enumerate(items) if isinstance(item, dict) and "label" in item]
    for j in repeated([label for _, label in labelled]):
        i, label = labelled[j]
        found.append(Fault((*spot, key, i, "label"), "profile-repeated-item", {"found": show(label)}))
    return found


def _enum_beyond_categories(field: dict[str, Any], spot: Spot) -> list[Fault]:
    """An enum is a subset of the categories; a number may stand there as a text."""
    constraints, categories = field.get("constraints"), field.get("categories")
    enum = constraints.get("enum") if isinstance(constraints, dict) else None
    if not isinstance(enum, list) or not isinstance(categories, list):
        return []
    known = [item.get("value") if isinstance(item, dict) else item for item in categories]
    if not all(isinstance(value, str | int) for value in known):
        return []
    marks = {identity(value) for value in known} | {identity(str(value)) for value in known if isinstance(value, int)}
    return [
        Fault((*spot, "constraints", "enum", i), "profile-not-a-category", {"found": show(value)})
        for i, value in enumerate(enum)
        if identity(value) not in marks
    ]


def _bounds_without_type(field: dict[str, Any], spot: Spot) -> list[Fault]:
    """A field with a least or a greatest value says its type."""
    constraints = field.get("constraints")
    if "type" in field or not isinstance(constraints, dict) or not any(bound in constraints for bound in BOUNDS):
        return []
    return [Fault((*spot, "type"), "profile-bound-without-type", {"expected": "type"})]


def _nodes(package: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of a descriptor in which version 2 has keys of its own, each with its kind."""
    yield from (("contributor", node) for _, node in objects(package, "contributors"))
    yield from (("source", node) for _, node in objects(package, "sources"))
    for _, resource in objects(package, "resources"):
        yield "resource", resource
        yield from (("source", node) for _, node in objects(resource, "sources"))
        if isinstance(resource.get("dialect"), dict):
            yield "dialect", resource["dialect"]
        if not isinstance(resource.get("schema"), dict):
            continue
        yield "schema", resource["schema"]
        for _, field in objects(resource["schema"], "fields"):
            yield "field", field
            if isinstance(field.get("constraints"), dict):
                yield "constraints", field["constraints"]


def _second_version(place: str, node: dict[str, Any]) -> bool:
    if any(key in node for key in SECOND_VERSION.get(place, ())):
        return True
    if place == "resource" and node.get("type") == "table":
        return True
    if place == "field" and node.get("type") == "list":
        return True
    if place == "schema" and any(True for _ in objects(node, "missingValues")):
        return True
    inner = node.get("$schema")
    return isinstance(inner, str) and not FIRST_PROFILES.match(inner)
