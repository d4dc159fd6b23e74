"""A Data Package descriptor judged against the official profile of its version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any

from resopen.schema.forms import ONE_CHARACTER, PATH_1, PATH_2
from resopen.schema.keywords import Fault, judge
from resopen.schema.profile_rules import Version, profile_version, rule_faults
from resopen.schema.spots import Spot, json_path

__all__ = ["DEVIATIONS", "Deviation", "ProfileFault", "Version", "json_path", "profile_faults", "profile_version"]

MATCHES = ("exact", "equal", "subset", "superset", "partial")
ITEM_TYPES = ("string", "integer", "boolean", "number", "datetime", "date", "time")
EMPTY_LISTS: Mapping[Spot, str] = MappingProxyType({("resources",): "no-resources", ("schema", "fields"): "no-fields"})


@dataclass(frozen=True, slots=True)
class ProfileFault:
    """One key of a descriptor that breaks the standard.

    `path` is its JSON path, `key` the key of the message under errors.definition, `details` fill
    the placeholders of the message but for {file} and {key}.
    """

    path: str
    key: str
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deviation:
    """A place where the profiles say other than the prose of the standard, which is followed.

    `place` leads through the profile: a name is a property, [] the items, a number a branch of
    oneOf, <name> the branch of a type. `changes` replace keywords there; None takes one away.
    """

    versions: tuple[Version, ...]
    place: str
    changes: Mapping[str, Any]


DEVIATIONS: tuple[Deviation, ...] = (
    # The standard: fieldsMatch is one of five texts. The profile 2.0 says array by mistake (mended in
    # 2.1); who followed the profile wrote a list, which therefore stays allowed.
    Deviation(
        ("2.0",),
        "resources.[].schema.fieldsMatch",
        {"type": None, "anyOf": [{"enum": MATCHES}, {"type": "array", "minItems": 1, "items": {"enum": MATCHES}}]},
    ),
    # A field without a type is of the type any in version 2; the profile 2.0 takes it for a string.
    Deviation(("2.0",), "resources.[].schema.fields.[].<>", {"required": ("name",)}),
    # Constants may stand as texts of the type of the field; for boolean fields the profiles forbid it.
    Deviation(
        ("1.0", "2.0"),
        "resources.[].schema.fields.[].<boolean>.constraints.enum",
        {"items": {"type": ["string", "boolean"]}},
    ),
    # A dialect is an object, or a path or address of one, as a schema is; the profile 2.0 knows the object alone.
    Deviation(("2.0",), "resources.[].dialect", {"type": ["string", "object"], "pattern": PATH_2}),
    # Each key of a CSV Dialect has a default, so none is required; the profile 1.0 requires two.
    Deviation(("1.0",), "resources.[].dialect", {"required": None, "pattern": PATH_1}),
    # From here on the prose demands more than the profiles. A text in `schema` and `image` is a path or an address.
    Deviation(("1.0",), "resources.[].schema", {"pattern": PATH_1}),
    Deviation(("2.0",), "resources.[].schema", {"pattern": PATH_2}),
    Deviation(("1.0",), "image", {"pattern": PATH_1}),
    Deviation(("2.0",), "image", {"pattern": PATH_2}),
    # A contributor is an object.
    Deviation(("1.0", "2.0"), "contributors.[]", {"type": "object"}),
    # Inline data are a list, an object or a text.
    Deviation(("1.0", "2.0"), "resources.[].data", {"type": ["string", "array", "object"]}),
    # The fields of a foreign key are as those of a primary key; the profiles hang this on the items by mistake.
    Deviation(("1.0", "2.0"), "resources.[].schema.foreignKeys.[].0.fields", {"minItems": 1, "uniqueItems": True}),
    # Quotation and escape marks are one character long.
    Deviation(("1.0", "2.0"), "resources.[].dialect.quoteChar", {"pattern": ONE_CHARACTER}),
    Deviation(("1.0", "2.0"), "resources.[].dialect.escapeChar", {"pattern": ONE_CHARACTER}),
)


def profile_faults(descriptor: object, version: Version) -> tuple[ProfileFault, ...]:
    """Return all that is wrong with a descriptor by the standard, in the order of its keys.

    The rule: the official profile of the version holds, as DEVIATIONS change it, and the rules of
    the prose that no profile can say (profile_rules). Keys that the standard does not know are
    allowed. Of forms that exclude each other the one that fits best is named: of a field that of
    its type, otherwise the one whose faults lie deepest and are fewest. Formats are judged
    (homepage, email, created). A schema or a dialect that stands in a file is not read.
    Missing values: an absent key is a fault where it is required; `null` is a value of the wrong
    kind wherever the standard names a kind.

    Args: any JSON value, and the version to judge by (see profile_version).
    Returns each fault once; a missing key comes after those that are there. Raises nothing.
    Source: Data Package 1.0 and 2.0, https://datapackage.org/profiles/.
    """
    found = judge(descriptor, load_profile(version)) + rule_faults(descriptor, version)
    found.sort(key=lambda fault: _position(descriptor, fault.spot))
    faults = (ProfileFault(json_path(fault.spot), _message_key(fault), fault.details) for fault in found)
    once = {(fault.path, fault.key, tuple(fault.details.items())): fault for fault in faults}
    return tuple(once.values())


def load_profile(version: Version) -> dict[str, Any]:
    """Return the profile of a version, with the fields told apart by type and DEVIATIONS applied."""
    file = resources.files("resopen").joinpath("schema", "profiles", f"datapackage-{version}.json")
    profile: dict[str, Any] = json.loads(file.read_text("utf-8"))
    field = _at(profile, "resources.[].schema.fields.[]")
    branches = {branch["properties"]["type"]["enum"][0]: branch for branch in field.pop("oneOf")}
    field["byType"] = branches
    if version == "2.0":
        branches["list"] = _list_field(branches["array"])
    branches[""] = {**branches["string" if version == "1.0" else "any"]}
    for deviation in DEVIATIONS:
        if version in deviation.versions:
            node = _at(profile, deviation.place)
            node.update(deviation.changes)
            for keyword in [keyword for keyword, argument in deviation.changes.items() if argument is None]:
                del node[keyword]
    return profile


def _list_field(array: Mapping[str, Any]) -> dict[str, Any]:
    """Return the branch of list fields, which the standard has and the profile 2.0 forgot, after that of arrays."""
    constraints = array["properties"]["constraints"]
    own = {name: schema for name, schema in constraints["properties"].items() if name != "jsonSchema"}
    properties = {
        **array["properties"],
        "type": {"enum": ["list"]},
        "delimiter": {"type": "string"},
        "itemType": {"enum": ITEM_TYPES},
        "constraints": {**constraints, "properties": own},
    }
    return {**array, "properties": properties}


def _at(profile: dict[str, Any], place: str) -> dict[str, Any]:
    node = profile
    for step in place.split("."):
        if step == "[]":
            node = node["items"]
        elif step.startswith("<"):
            node = node["byType"][step[1:-1]]
        elif step.isdigit():
            node = node["oneOf"][int(step)]
        else:
            node = node["properties"][step]
    return node


def _message_key(fault: Fault) -> str:
    if fault.key == "profile-too-few-items":
        return EMPTY_LISTS.get(fault.spot[-2:], fault.key)
    return fault.key


def _position(descriptor: object, spot: Spot) -> tuple[int, ...]:
    """Return where a key stands in the document; a missing one stands after the others of its object."""
    node = descriptor
    places = []
    for step in spot:
        if isinstance(node, dict):
            places.append(list(node).index(step) if step in node else len(node))
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int):
            places.append(step)
            node = node[step]
    return tuple(places)
