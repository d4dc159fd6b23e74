"""A package found where a person points: a descriptor, its folder or zip, an address, a table alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resopen.errors import SetupError
from resopen.schema import Package, find_schema_folder, load_package, read_schema_folder
from resopen.schema.files import read_json
from resopen.schema.package import COMPRESSIONS, FORMATS, load_single_table
from resopen.tables.source import fetch, holds_descriptor, unpack_package


def open_package(
    place: str | Path | None, scratch: Path, schema: Path | None = None, allow_remote: bool = False, called: str = ""
) -> Package:
    """Return the package at a place; None is the curated package of where we stand.

    Args: a datapackage.json, its folder, a zip that holds it, a single table, or with
    `allow_remote` an https address of one of these; a folder for what is fetched and unpacked; the
    Table Schema of a single table; what people call the place where it is a copy.
    Raises SetupError when nothing of the kind is there, DefinitionError when a definition is wrong.
    """
    if place is None:
        if schema:
            raise SetupError("setup.schema-without-table", {"file": str(schema)})
        return read_schema_folder(find_schema_folder(Path.cwd())).package()
    if str(place) == "":
        raise SetupError("setup.empty-name")
    if "://" in str(place):
        return _open_remote(str(place), scratch, schema, allow_remote)
    file = Path(place)
    if file.is_dir():
        file = file / "datapackage.json"
        if not file.is_file():
            raise SetupError("setup.no-descriptor", {"folder": str(place)})
    elif not file.is_file():
        raise SetupError("setup.no-such-file" if not file.exists() else "setup.not-a-file", {"file": str(place)})
    if not schema and file.suffix.lower() == ".zip" and holds_descriptor(file):
        base, called = unpack_package(file, scratch), called or file.as_posix()
        return load_package(
            read_json(base / "datapackage.json"), base, f"{called}/datapackage.json", None, allow_remote, called
        )
    if schema or _is_table(file):
        return load_single_table(file, schema, called)
    if file.suffix.lower() != ".json":
        raise SetupError(
            "setup.no-package", {"file": str(place), "expected": ", ".join(("datapackage.json", *FORMATS))}
        )
    return load_package(read_json(file), file.parent, str(file), allow_remote=allow_remote)


def _is_table(file: Path) -> bool:
    endings = [ending.lstrip(".").lower() for ending in file.suffixes]
    if endings and endings[-1] in COMPRESSIONS:
        endings = endings[:-1] or ["csv"]
    return bool(endings) and endings[-1] in FORMATS and endings[-1] != "json"


def _open_remote(url: str, scratch: Path, schema: Path | None, allow_remote: bool) -> Package:
    """Return a package whose descriptor is at an address; its relative paths are addresses too."""
    if not allow_remote:
        raise SetupError("setup.remote-refused", {"url": url})
    file = fetch(url, scratch)
    if schema or not url.lower().endswith(".json"):
        return open_package(file, scratch, schema, called=url)
    descriptor = read_json(file)
    return load_package(_with_addresses(descriptor, url), scratch, url, allow_remote=True)


def _with_addresses(descriptor: Any, url: str) -> Any:
    """Return a descriptor whose relative paths are made addresses beside its own."""
    from urllib.parse import urljoin

    if not isinstance(descriptor, Mapping) or not isinstance(descriptor.get("resources"), list):
        return descriptor
    nodes = []
    for node in descriptor["resources"]:
        path = node.get("path") if isinstance(node, Mapping) else None
        if isinstance(path, str):
            node = {**node, "path": urljoin(url, path)}
        elif isinstance(path, list):
            node = {**node, "path": [urljoin(url, str(item)) for item in path]}
        nodes.append(node)
    return {**descriptor, "resources": nodes}
