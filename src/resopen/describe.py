"""The descriptor of the curated package, derived from schema/ and the data files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resopen.errors import DefinitionError
from resopen.schema import SchemaFolder
from resopen.tables.files import read_bytes, write_atomically
from resopen.tables.scan import record_count


@dataclass(frozen=True)
class Description:
    """What describe derives: files under datapackage/ with their content, and the counts."""

    files: tuple[tuple[Path, bytes], ...]
    tables: int
    rows: int


def derive(folder: SchemaFolder) -> Description:
    """Return the derived files of the curated package: codelist copies and datapackage.json.

    The descriptor inlines the schemas and the rules and adds to each resource `bytes`, `hash` and
    `rowCount`. Raises SetupError when a table file is missing or cannot be read.
    """
    files: list[tuple[Path, bytes]] = []
    resources = []
    rows = 0
    package = folder.package()
    for node, resource in zip(folder.descriptor["resources"], package.resources, strict=True):
        content = read_bytes(resource.path)
        if resource.name in folder.codelists:
            files.append((folder.data_folder / node["path"], content))
        count = record_count(content)
        rows += count
        resources.append(sized(node, content, count))
    descriptor = {**folder.descriptor, "resources": resources}
    files.append((folder.data_folder / "datapackage.json", to_json(descriptor)))
    return Description(tuple(files), len(resources), rows)


def sized(node: Mapping[str, Any], content: bytes, rows: int) -> dict[str, Any]:
    """Return a resource descriptor with the size, the hash and the row count of its file.

    `bytes` is left off for Parquet, where frictionless 5.21 compares it with another size.
    """
    size = {} if node["format"] == "parquet" else {"bytes": len(content)}
    hashed = {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "rowCount": rows}
    head = {key: value for key, value in node.items() if key != "schema"}
    schema = {"schema": node["schema"]} if "schema" in node else {}
    return {**head, **size, **hashed, **schema}


def to_json(descriptor: Mapping[str, Any]) -> bytes:
    """Return a descriptor as the bytes of its file."""
    return (json.dumps(descriptor, ensure_ascii=False, indent=2) + "\n").encode()


def describe(folder: SchemaFolder) -> Description:
    """Write the derived files, each completely or not at all, and return what was written."""
    description = derive(folder)
    for path, content in description.files:
        if not path.is_file() or read_bytes(path) != content:
            write_atomically(path, content)
    return description


def check_fresh(folder: SchemaFolder) -> Description:
    """Return the description when every derived file is as it would be written now.

    Raises DefinitionError, naming the first file that differs or is missing.
    """
    description = derive(folder)
    for path, content in description.files:
        reason = "missing" if not path.is_file() else "" if read_bytes(path) == content else "differs"
        if reason:
            raise DefinitionError(f"definition.stale-{reason}", {"file": str(path)})
    return description
