"""A Data Package descriptor read into records, refused by file and key where it is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from resopen.errors import DefinitionError, SetupError
from resopen.schema.fields import bilingual, load_table, take, wrong
from resopen.schema.records import Dialect, Package, Resource, Table
from resopen.schema.rules import load_rules

FORMATS = ("csv", "tsv", "parquet")


def read_text(path: Path) -> str:
    """Return the text of a definition file in UTF-8.

    Raises SetupError when the file cannot be read, DefinitionError when it is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise DefinitionError("definition.not-utf-8", {"file": str(path), "key": f"byte {error.start}"}) from error


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises SetupError when the file cannot be read, DefinitionError when it is not JSON in UTF-8.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        where = {"file": str(path), "key": f"line {error.lineno}, column {error.colno}", "reason": error.msg}
        raise DefinitionError("definition.not-json", where) from error


def unreadable(path: Path, error: OSError) -> SetupError:
    """Return the error of a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        return SetupError("setup.no-such-file", {"file": str(path)})
    return SetupError("setup.unreadable", {"file": str(path), "reason": error.strerror or str(error)})


def load_package(descriptor: Any, base: Path, where: str, elsewhere: Mapping[str, Path] | None = None) -> Package:
    """Return the package of a Data Package descriptor.

    Args: the descriptor, the folder that its paths are relative to, the file it came from (for
    messages), and the real places of resources whose files stand outside of that folder.
    Raises DefinitionError, with the file and the key, when the descriptor is wrong.
    Source: Data Package version 2.
    """
    if not isinstance(descriptor, Mapping):
        raise wrong(where, "", "wrong-kind", found=type(descriptor).__name__)
    nodes = take(descriptor, "resources", list, where, "", [])
    if not nodes:
        raise wrong(where, "resources", "no-resources")
    nodes = [_with_schema(node, nodes) for node in nodes]
    resources = tuple(
        load_resource(node, base, where, f"resources[{i}]", elsewhere or {}) for i, node in enumerate(nodes)
    )
    tables = {resource.name: resource.table for resource in resources}
    if len(tables) < len(resources):
        seen = [resource.name for resource in resources]
        repeated = next(name for i, name in enumerate(seen) if name in seen[:i])
        raise wrong(where, f"resources[{seen.index(repeated)}].name", "repeated-name", name=repeated)
    _check_references(tables, where)
    return Package(
        name=take(descriptor, "name", str, where, "", ""),
        version=take(descriptor, "version", str, where, "", ""),
        title=bilingual(descriptor, "title", where, ""),
        resources=resources,
        rules=load_rules(take(descriptor, "rules", list, where, "", []), tables, where),
        descriptor=descriptor,
    )


def load_single_table(path: Path, schema: Path | None) -> Package:
    """Return a package of one table: a file and the Table Schema of another file, or none.

    Raises SetupError when a file cannot be read, DefinitionError when the schema is wrong.
    """
    if not path.is_file():
        raise SetupError("setup.no-such-file", {"file": str(path)})
    node: dict[str, Any] = {"name": path.stem, "path": path.name}
    if schema:
        node["schema"] = _alone(read_json(schema))
    return load_package({"name": path.stem, "resources": [node]}, path.parent, str(schema or path))


def _alone(schema: Any) -> Any:
    """Return a schema without its keys into other tables, which a table alone cannot be judged by."""
    keys = schema.get("foreignKeys") if isinstance(schema, Mapping) else None
    if not isinstance(keys, list):
        return schema
    own = [key for key in keys if not (isinstance(key, Mapping) and _resource_of(key))]
    return {**schema, "foreignKeys": own}


def _resource_of(key: Mapping[str, Any]) -> str:
    reference = key.get("reference")
    return str(reference.get("resource", "")) if isinstance(reference, Mapping) else ""


def _with_schema(node: Any, nodes: Sequence[Any]) -> Any:
    """Return a resource that names another one of the same table with the schema of that one."""
    if not isinstance(node, Mapping) or "schema" in node or "alternateOf" not in node:
        return node
    same = [item for item in nodes if isinstance(item, Mapping) and item.get("name") == node["alternateOf"]]
    return {**node, "schema": same[0]["schema"]} if same and "schema" in same[0] else node


def load_resource(node: Any, base: Path, where: str, key: str, elsewhere: Mapping[str, Path]) -> Resource:
    """Return one resource of a descriptor; DefinitionError as in load_package."""
    if not isinstance(node, Mapping):
        raise wrong(where, key, "wrong-kind", found=type(node).__name__)
    name = take(node, "name", str, where, key, "")
    if not name:
        raise wrong(where, f"{key}.name", "no-name")
    path = take(node, "path", str, where, key, "")
    if not path:
        raise wrong(where, f"{key}.path", "missing-key")
    file_format = take(node, "format", str, where, key, PurePosixPath(path).suffix.lstrip(".").lower())
    if file_format not in FORMATS:
        raise wrong(where, f"{key}.format", "unknown-value", found=file_format, expected=", ".join(FORMATS))
    schema = node.get("schema")
    schema_where = where
    if isinstance(schema, str):
        schema_where = str(safe_path(base, schema, where, f"{key}.schema"))
        schema = read_json(Path(schema_where))
    table_where = schema_where if schema_where != where else f"{where} → {key}.schema"
    table = load_table(schema, name, table_where) if schema else _untyped_table(node, name, where, key)
    return Resource(
        table=table,
        path=elsewhere.get(name) or safe_path(base, path, where, f"{key}.path"),
        format=file_format,
        dialect=load_dialect(node.get("dialect"), file_format, base, where, f"{key}.dialect"),
        encoding=take(node, "encoding", str, where, key, "utf-8"),
        bytes=take(node, "bytes", int, where, key, None),
        hash=take(node, "hash", str, where, key, ""),
    )


def load_dialect(node: Any, file_format: str, base: Path, where: str, key: str) -> Dialect:
    """Return the dialect of a resource; DefinitionError when a character is not one character."""
    if isinstance(node, str):
        node = read_json(safe_path(base, node, where, key))
    node = node or {}
    if not isinstance(node, Mapping):
        raise wrong(where, key, "wrong-kind", found=type(node).__name__)
    delimiter = take(node, "delimiter", str, where, key, "\t" if file_format == "tsv" else ",")
    quote_char = take(node, "quoteChar", str, where, key, '"')
    for name, value in (("delimiter", delimiter), ("quoteChar", quote_char)):
        if len(value) != 1 or not value.isascii():
            raise wrong(where, f"{key}.{name}", "unknown-value", found=value, expected="one ASCII character")
    return Dialect(delimiter, quote_char, take(node, "header", bool, where, key, True))


def safe_path(base: Path, path: str, where: str, key: str) -> Path:
    """Return the file of a relative path inside the package's folder.

    Raises DefinitionError when the path is absolute, remote, climbs out with `..`, or leads out
    of the folder through a symbolic link.
    """
    pure = PurePosixPath(path)
    odd = "\\" in path or ":" in path or "\0" in path
    if odd or pure.is_absolute() or ".." in pure.parts:
        raise wrong(where, key, "unsafe-path", path=path)
    full = base / pure
    if not full.resolve().is_relative_to(base.resolve()):
        raise wrong(where, key, "unsafe-path", path=path)
    return full


def _untyped_table(node: Mapping[str, Any], name: str, where: str, key: str) -> Table:
    """Return the table of a resource without a schema: no fields are declared, none are judged."""
    return Table(name, bilingual(node, "title", where, key), bilingual(node, "description", where, key), (), (), (), ())


def _check_references(tables: Mapping[str, Table], where: str) -> None:
    for table in tables.values():
        for i, key in enumerate(table.foreign_keys):
            spot = f"{table.name}.foreignKeys[{i}].reference"
            if (key.resource or table.name) not in tables:
                raise wrong(where, f"{spot}.resource", "no-such-table", name=key.resource)
            parent = tables[key.resource or table.name]
            for name in key.reference_fields:
                if parent.fields and name not in {field.name for field in parent.fields}:
                    raise wrong(where, f"{spot}.fields", "no-such-field", name=name)
