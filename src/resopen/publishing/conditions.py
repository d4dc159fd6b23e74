"""What must hold of names and numbers before a version is built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from resopen.errors import PublishRefused
from resopen.publishing.versions import dated_versions, withdrawn_file
from resopen.schema.version import Version

# Names become paths, also on systems that do not tell A from a.
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
TWIN = "-parquet"


def check_names(descriptor: Mapping[str, Any]) -> None:
    """Refuse names of a package or of its tables that cannot be names of files everywhere.

    Raises PublishRefused with the JSON path and the name: a missing one, one of other letters, one
    that a table's Parquet resource needs.
    """
    names = [str(node.get("name", "")) for node in descriptor["resources"]]
    for key, name in _named(descriptor, names):
        if not NAME.fullmatch(name):
            raise PublishRefused("publish.wrong-name", {"key": key, "name": name})
    for i, name in enumerate(names):
        if name.removesuffix(TWIN) in names and name.endswith(TWIN):
            details = {"key": f"$.resources[{i}].name", "name": name, "table": name.removesuffix(TWIN)}
            raise PublishRefused("publish.name-taken", details)


def _named(descriptor: Mapping[str, Any], names: list[str]) -> Iterator[tuple[str, str]]:
    yield "$.name", str(descriptor.get("name", ""))
    for i, name in enumerate(names):
        yield f"$.resources[{i}].name", name


def check_number(output: Path, name: str, number: Version) -> None:
    """Refuse the number of a version that was withdrawn, whether or not its files still lie there."""
    if withdrawn_file(output, name, number).exists():
        raise PublishRefused("publish.withdrawn-number", {"version": str(number)})


def check_first(output: Path, changelog: Path, number: Version) -> None:
    """Refuse a first version in a folder where the changelog tells of later ones: they lie elsewhere.

    Raises PublishRefused with the newest of them.
    """
    newest = max(dated_versions(changelog), default=number)
    if newest > number:
        details = {"file": str(changelog), "version": str(newest), "folder": str(output)}
        raise PublishRefused("publish.no-earlier", details)
