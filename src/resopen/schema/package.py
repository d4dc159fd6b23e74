"""A Data Package descriptor read into records, refused by file and key where it is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from resopen.errors import DefinitionError, SetupError
from resopen.schema.dialect import load_dialect
from resopen.schema.fields import bilingual, load_table, names, take, wrong
from resopen.schema.files import read_json, safe_path
from resopen.schema.profile import profile_faults, profile_version
from resopen.schema.records import Package, Resource, Table
from resopen.schema.rules import load_rules

FORMATS = ("csv", "tsv", "parquet", "json", "xlsx")
COMPRESSIONS = ("gz", "zip")


def load_package(
    descriptor: Any, base: Path, where: str, elsewhere: Mapping[str, Path] | None = None, allow_remote: bool = False,
    called: str = "",
) -> Package:  # fmt: skip
    """Return the package of a Data Package descriptor.

    Args: the descriptor, the folder that its paths are relative to, the file it came from (for
    messages), the real places of resources whose files stand outside of that folder, whether
    paths may be https addresses, and what people call the folder where it is not its own name.
    Raises DefinitionError, with the file and the key of every fault, when the descriptor is wrong.
    Source: Data Package versions 1 and 2, each judged as what it says it is.
    """
    refuse_faults(descriptor, where)
    nodes = [_with_schema(node, descriptor["resources"]) for node in descriptor["resources"]]
    resources = tuple(
        load_resource(node, base, where, f"resources[{i}]", elsewhere or {}, allow_remote)
        for i, node in enumerate(nodes)
    )
    if called:
        resources = tuple(replace(item, files=_called(item, base, called)) for item in resources)
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


def _called(resource: Resource, base: Path, called: str) -> tuple[str, ...]:
    """Return the names of a resource's files where their folder has another name for people."""
    return tuple(f"{called}/{path.relative_to(base).as_posix()}" for path in resource.paths) or resource.files


def refuse_faults(descriptor: Any, where: str) -> None:
    """Raise DefinitionError with all faults of a descriptor by the official profile of its version."""
    faults = profile_faults(descriptor, profile_version(descriptor))
    errors = tuple(
        DefinitionError(f"definition.{fault.key}", {"file": where, "key": fault.path, **fault.details})
        for fault in faults
    )
    if errors:
        raise replace(errors[0], others=errors[1:])


def load_single_table(path: Path, schema: Path | None, called: str = "") -> Package:
    """Return a package of one table: a file and the Table Schema of another file, or none.

    Args: the file, the file of its schema, what people call the file where it is a copy.

    Raises SetupError when a file cannot be read, DefinitionError when the schema is wrong.
    """
    if not path.is_file():
        raise SetupError("setup.no-such-file", {"file": str(path)})
    node: dict[str, Any] = {"name": path.stem, "path": path.name}
    if schema:
        node["schema"] = _alone(read_json(schema))
    package = load_package({"name": path.stem, "resources": [node]}, path.parent, str(schema or path))
    return replace(package, resources=(replace(package.resources[0], files=(called or path.as_posix(),)),))


def _alone(schema: Any) -> Any:
    """Return a schema without its keys into other tables, which a table alone cannot be judged by."""
    keys = schema.get("foreignKeys") if isinstance(schema, Mapping) else None
    if not isinstance(keys, list):
        return schema
    own = [key for key in keys if not (isinstance(key, Mapping) and _resource_of(key))]
    rest = {name: value for name, value in schema.items() if name != "foreignKeys"}
    return {**rest, "foreignKeys": own} if own else rest


def _resource_of(key: Mapping[str, Any]) -> str:
    reference = key.get("reference")
    return str(reference.get("resource", "")) if isinstance(reference, Mapping) else ""


def _with_schema(node: Any, nodes: Sequence[Any]) -> Any:
    """Return a resource that names another one of the same table with the schema of that one."""
    if not isinstance(node, Mapping) or "schema" in node or "alternateOf" not in node:
        return node
    same = [item for item in nodes if isinstance(item, Mapping) and item.get("name") == node["alternateOf"]]
    return {**node, "schema": same[0]["schema"]} if same and "schema" in same[0] else node


def load_resource(
    node: Any, base: Path, where: str, key: str, elsewhere: Mapping[str, Path], allow_remote: bool = False
) -> Resource:
    """Return one resource of a descriptor; DefinitionError as in load_package."""
    if not isinstance(node, Mapping):
        raise wrong(where, key, "wrong-kind", found=type(node).__name__)
    name = take(node, "name", str, where, key, "")
    if not name:
        raise wrong(where, f"{key}.name", "no-name")
    data = node.get("data")
    paths, urls = ((), ()) if data is not None else _places(node, base, where, key, allow_remote)
    if name in elsewhere:
        paths = (elsewhere[name],)
    first = str(paths[0]) if paths else urls[0] if urls else ""
    file_format, compression = _format(node, first, where, key)
    schema, schema_where = node.get("schema"), where
    if isinstance(schema, str):
        schema_where = str(safe_path(base, schema, where, f"{key}.schema"))
        schema = read_json(Path(schema_where))
    table_where = schema_where if schema_where != where else f"{where} → {key}.schema"
    table = load_table(schema, name, table_where) if schema else _untyped_table(node, name, where, key)
    return Resource(
        table=table,
        paths=paths,
        format=file_format,
        dialect=load_dialect(node.get("dialect"), file_format, base, where, f"{key}.dialect"),
        encoding=take(node, "encoding", str, where, key, "utf-8"),
        bytes=take(node, "bytes", int, where, key, None),
        hash=take(node, "hash", str, where, key, ""),
        compression=compression,
        urls=urls,
        data=data,
        files=tuple(path.as_posix() for path in paths) or urls or (where,),
    )


def _places(
    node: Mapping[str, Any], base: Path, where: str, key: str, allow_remote: bool
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the files of a resource, or their addresses where they are remote."""
    path = node.get("path")
    if not path:
        raise wrong(where, f"{key}.path", "missing-key")
    listed = names(path, where, f"{key}.path")
    remote = [item for item in listed if "://" in item]
    if remote and not allow_remote:
        raise wrong(where, f"{key}.path", "remote-path", path=remote[0])
    if remote:
        if len(remote) < len(listed) or not all(item.lower().startswith("https://") for item in remote):
            raise wrong(where, f"{key}.path", "not-https", path=", ".join(listed))
        return (), listed
    return tuple(safe_path(base, item, where, f"{key}.path") for item in listed), ()


def _format(node: Mapping[str, Any], path: str, where: str, key: str) -> tuple[str, str]:
    """Return the format and the compression of a resource, from its own keys or from its path.

    What is not a table is the format `file`, of which only bytes and hash are judged.
    """
    endings = [ending.lstrip(".").lower() for ending in PurePosixPath(path).suffixes]
    by_path = endings[-1] if endings and endings[-1] in COMPRESSIONS else ""
    compression = take(node, "compression", str, where, key, by_path)
    if compression not in ("", *COMPRESSIONS):
        raise wrong(where, f"{key}.compression", "unknown-value", found=compression, expected=", ".join(COMPRESSIONS))
    if compression and endings and endings[-1] in COMPRESSIONS:
        endings = endings[:-1]
    guess = (endings[-1] if endings else "csv") if path else "json"
    file_format = take(node, "format", str, where, key, guess)
    file_format = guess if file_format in COMPRESSIONS else file_format
    is_table = "schema" in node or node.get("type") == "table" or node.get("profile") == "tabular-data-resource"
    if is_table and file_format not in FORMATS:
        raise wrong(where, f"{key}.format", "unknown-value", found=file_format, expected=", ".join(FORMATS))
    if not is_table and (file_format not in FORMATS or file_format == "json"):
        return "file", compression
    return file_format, compression


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
