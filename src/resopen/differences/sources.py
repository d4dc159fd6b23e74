"""A release against what releases are made of: what stands on one side only by its nature is no difference."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from resopen.differences.places import Version
from resopen.schema import Package, Table, load_package
from resopen.schema.public import public_resource, resource_fields

# What a release says of itself and its source need not.
OF_RELEASE = ("id", "version", "created")


def are_unlike(old: Version, new: Version) -> bool:
    """Say whether one of two versions is a release and the other is not."""
    return is_release(old.package) != is_release(new.package)


def is_release(package: Package) -> bool:
    """Say whether a package was written by publishing: its resources then carry a `contentHash`."""
    return any("contentHash" in node for node in package.descriptor["resources"])


def computed_tables(package: Package) -> set[str]:
    """Return the tables of a package that were computed when it was published."""
    return {str(node["name"]) for node in package.descriptor["resources"] if node.get("computed") is True}


def public_tables(package: Package, tables: Mapping[str, Table]) -> dict[str, Table]:
    """Return the tables of a source as its release would declare them: public fields, written canonically.

    Args: the package and its tables by name. A package that cannot be looked at so is returned as it is.
    """
    nodes = [node for node in package.descriptor["resources"] if node["name"] in tables]
    if not all(resource_fields(node) for node in nodes):
        return dict(tables)
    whole = load_package({"name": package.name, "resources": [public_resource(node) for node in nodes]}, Path(), "")
    return {item.name: item.table for item in whole.resources}
