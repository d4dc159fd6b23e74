"""A Data Package descriptor read into records, refused by file and key where it is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from resopen.errors import DefinitionError, SetupError
from resopen.schema.dialect import load_dialect
from resopen.schema.fields import NO_TEXT, bilingual, load_table, names, take
from resopen.schema.files import read_json, safe_path
from resopen.schema.keywords import show
from resopen.schema.profile import profile_faults, profile_version
from resopen.schema.records import Dialect, Package, Resource, Table
from resopen.schema.rules import load_rules
from resopen.schema.spots import attempt, in_order, refuse, without_echoes, wrong, wrong_kind

FORMATS = ("csv", "tsv", "parquet", "json", "xlsx")
COMPRESSIONS = ("gz", "zip")
HASHES = (
    "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "blake2b",
    "blake2s",
)  # fmt: skip
NOWHERE: Mapping[str, str] = MappingProxyType({})
# The table of a resource without a schema: no fields are declared, none are judged.
NO_TABLE = Table("", NO_TEXT, NO_TEXT, (), (), (), ())


def load_package(
    descriptor: Any, base: Path, where: str, elsewhere: Mapping[str, Path] | None = None, allow_remote: bool = False,
    called: str = "", homes: Mapping[str, str] = NOWHERE,
) -> Package:  # fmt: skip
    """Return the package of a Data Package descriptor.

    Args: the descriptor, the folder that its paths are relative to, the file it came from (for
    messages), the real places of resources whose files stand outside of that folder, whether
    paths may be https addresses, what people call the folder where it is not its own name, and the
    files of parts of the descriptor by their JSON paths in it, where it was put together of them.
    Raises DefinitionError, with the file and the JSON path of every fault, when the descriptor is
    wrong. Source: Data Package versions 1 and 2, each judged as what it says it is.
    """
    profile = [_at_home(fault, homes) for fault in profile_errors(descriptor, where)]
    nodes = descriptor.get("resources") if isinstance(descriptor, Mapping) else None
    if not isinstance(nodes, list) or not nodes:
        refuse(profile)
    faults: list[DefinitionError] = []
    resources = [
        attempt(faults, None, load_resource, _with_schema(node, nodes or []), base, where, f"$.resources[{i}]",
                elsewhere or {}, allow_remote, homes)
        for i, node in enumerate(nodes or [])
    ]  # fmt: skip
    tables = {resource.name: resource.table for resource in resources if resource}
    given = [node.get("name") for node in nodes or [] if isinstance(node, Mapping)]
    faults += _wrong_references(tables, {name for name in given if isinstance(name, str)})
    name = attempt(faults, "", take, descriptor, "name", str, where, "$", "")
    version = attempt(faults, "", take, descriptor, "version", str, where, "$", "")
    title = attempt(faults, NO_TEXT, bilingual, descriptor, "title", where, "$")
    rules = attempt(faults, [], take, descriptor, "rules", list, where, "$", [])
    refuse(in_order(descriptor, without_echoes(profile, faults), where))
    whole = tuple(resource for resource in resources if resource)
    return Package(
        name=name,
        version=version,
        title=title,
        resources=tuple(replace(item, files=_called(item, base, called)) for item in whole) if called else whole,
        rules=load_rules(rules, tables, homes.get("$.rules", where)),
        descriptor=descriptor,
    )


def _at_home(fault: DefinitionError, homes: Mapping[str, str]) -> DefinitionError:
    """Return a fault with the file in which its part of the descriptor is edited, and its JSON path there."""
    key = fault.details["key"]
    for path, file in homes.items():
        if path != "$.rules" and (key == path or key.startswith((f"{path}.", f"{path}["))):
            return replace(fault, details={**fault.details, "file": file, "key": "$" + key[len(path) :]})
    return fault


def _called(resource: Resource, base: Path, called: str) -> tuple[str, ...]:
    """Return the names of a resource's files where their folder has another name for people."""
    return tuple(f"{called}/{path.relative_to(base).as_posix()}" for path in resource.paths) or resource.files


def profile_errors(descriptor: Any, where: str) -> list[DefinitionError]:
    """Return all faults of a descriptor by the official profile of its version."""
    faults = profile_faults(descriptor, profile_version(descriptor))
    return [
        DefinitionError(f"definition.{fault.key}", {"file": where, "key": fault.path, **fault.details})
        for fault in faults
    ]


def load_single_table(path: Path, schema: Path | None, called: str = "") -> Package:
    """Return a package of one table: a file and the Table Schema of another file, or none.

    Args: the file, the file of its schema, what people call the file where it is a copy.

    Raises SetupError when a file cannot be read, DefinitionError when the schema is wrong.
    """
    if not path.is_file():
        raise SetupError("setup.no-such-file", {"file": str(path)})
    node: dict[str, Any] = {"name": path.stem, "path": path.name}
    homes = {"$.resources[0].schema": str(schema)} if schema else NOWHERE
    if schema:
        node["schema"] = _alone(table_schema(schema))
    package = load_package({"name": path.stem, "resources": [node]}, path.parent, str(path), homes=homes)
    return replace(package, resources=(replace(package.resources[0], files=(called or path.as_posix(),)),))


def table_schema(file: Path) -> Any:
    """Return the Table Schema that a file holds; DefinitionError when it is a whole Data Package descriptor."""
    schema = read_json(file)
    if isinstance(schema, Mapping) and isinstance(schema.get("resources"), list) and "fields" not in schema:
        raise wrong(str(file), "$", "schema-is-package")
    return schema


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
    node: Any, base: Path, where: str, key: str, elsewhere: Mapping[str, Path], allow_remote: bool = False,
    homes: Mapping[str, str] = NOWHERE,
) -> Resource:  # fmt: skip
    """Return one resource of a descriptor; DefinitionError as in load_package."""
    if not isinstance(node, Mapping):
        raise wrong_kind(where, key, node, dict)
    faults: list[DefinitionError] = []
    name = attempt(faults, "", resource_name, node, where, key)
    data = node.get("data")
    paths: tuple[Path, ...] = ()
    urls: tuple[str, ...] = ()
    if data is None:
        paths, urls = attempt(faults, (paths, urls), _places, node, base, where, key, allow_remote)
    if name in elsewhere:
        paths = (elsewhere[name],)
    files = tuple(map(str, paths)) or urls
    file_format, compressions = attempt(faults, ("csv", ()), _format, node, files, where, key)
    made = Resource(
        table=attempt(faults, NO_TABLE, _load_table, node, name, base, where, key, homes.get(f"{key}.schema", "")),
        paths=paths,
        format=file_format,
        dialect=attempt(
            faults, Dialect(), load_dialect, node.get("dialect"), file_format, base, where, f"{key}.dialect"
        ),
        encoding=attempt(faults, "", take, node, "encoding", str, where, key, "utf-8"),
        bytes=attempt(faults, None, take, node, "bytes", int, where, key, None),
        hash=attempt(faults, "", _hash, node, where, key),
        compressions=compressions,
        urls=urls,
        data=data,
        files=tuple(path.as_posix() for path in paths) or urls or (where,),
    )
    refuse(faults)
    return made


def resource_name(node: Mapping[str, Any], where: str, key: str) -> str:
    """Return the name of a resource; DefinitionError when it has none."""
    name = str(take(node, "name", str, where, key, ""))
    if not name:
        raise wrong(where, f"{key}.name", "no-name")
    return name


def _load_table(node: Mapping[str, Any], name: str, base: Path, where: str, key: str, home: str) -> Table:
    """Return the table of a resource: of its own schema, of that of a file, or without fields where it has none."""
    schema = node.get("schema")
    if isinstance(schema, str):
        file = safe_path(base, schema, where, f"{key}.schema")
        return load_table(table_schema(file), name, str(file))
    if schema:
        return load_table(schema, name, home, key="$") if home else load_table(schema, name, where, key=f"{key}.schema")
    return replace(
        NO_TABLE, name=name, title=bilingual(node, "title", where, key),
        description=bilingual(node, "description", where, key), where=where, key=f"{key}.schema",
    )  # fmt: skip


def _hash(node: Mapping[str, Any], where: str, key: str) -> str:
    """Return the hash of a file, with its algorithm before a colon; DefinitionError when that is not known."""
    found = str(take(node, "hash", str, where, key, ""))
    algorithm = found.rpartition(":")[0]
    if algorithm in ("", *HASHES):
        return found
    import hashlib  # Loads OpenSSL, which most packages do not need.

    try:
        hashlib.new(algorithm, usedforsecurity=False).hexdigest()
    except (ValueError, TypeError) as error:  # An unknown algorithm, or one without a length of its own.
        raise wrong(where, f"{key}.hash", "unknown-value", found=show(algorithm), expected=", ".join(HASHES)) from error
    return found


def _places(
    node: Mapping[str, Any], base: Path, where: str, key: str, allow_remote: bool
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Return the files of a resource, or their addresses where they are remote."""
    path = node.get("path")
    if not path:
        raise wrong(where, f"{key}.path", "missing-key")
    listed = names(path, where, f"{key}.path")
    spots = [f"{key}.path[{i}]" for i in range(len(listed))] if isinstance(path, list) else [f"{key}.path"]
    remote = [item for item in listed if "://" in item]
    if remote and not allow_remote:
        raise wrong(where, f"{key}.path", "remote-path", path=remote[0])
    if remote:
        if len(remote) < len(listed) or not all(item.lower().startswith("https://") for item in remote):
            raise wrong(where, f"{key}.path", "not-https", path=", ".join(listed))
        return (), listed
    return tuple(safe_path(base, item, where, spot) for item, spot in zip(listed, spots, strict=True)), ()


def _format(node: Mapping[str, Any], files: Sequence[str], where: str, key: str) -> tuple[str, tuple[str, ...]]:
    """Return the format of a resource and the compression of each file, from its own keys or from their names.

    What is not a table is the format `file`, of which only bytes and hash are judged.
    """
    names_of = [[ending.lstrip(".").lower() for ending in PurePosixPath(file).suffixes] for file in files]
    packed = tuple(endings[-1] if endings and endings[-1] in COMPRESSIONS else "" for endings in names_of)
    declared = take(node, "compression", str, where, key, None)
    if declared not in (None, "", *COMPRESSIONS):
        raise wrong(where, f"{key}.compression", "unknown-value", found=declared, expected=", ".join(COMPRESSIONS))
    compressions = packed if declared is None else (declared,) * len(files)
    endings = names_of[0] if files else []
    if compressions and compressions[0] and packed[0]:
        endings = endings[:-1]
    guess = (endings[-1] if endings else "csv") if files else "json"
    file_format = take(node, "format", str, where, key, guess)
    file_format = guess if file_format in COMPRESSIONS else file_format
    is_table = "schema" in node or node.get("type") == "table" or node.get("profile") == "tabular-data-resource"
    if is_table and file_format not in FORMATS:
        raise wrong(where, f"{key}.format", "unknown-value", found=file_format, expected=", ".join(FORMATS))
    if not is_table and (file_format not in FORMATS or file_format == "json"):
        return "file", compressions
    return file_format, compressions


def _wrong_references(tables: Mapping[str, Table], named: Collection[str]) -> list[DefinitionError]:
    """Return the faults of foreign keys that lead to no table, or to no field of a table that could be read."""
    found = []
    for table in tables.values():
        for i, key in enumerate(table.foreign_keys):
            spot = f"{table.key}.foreignKeys[{i}].reference"
            if (key.resource or table.name) not in named:
                found.append(wrong(table.where, f"{spot}.resource", "no-such-table", name=key.resource))
            parent = tables.get(key.resource or table.name, NO_TABLE)
            known = {field.name for field in parent.fields}
            found += [
                wrong(table.where, f"{spot}.fields", "no-such-field", name=name)
                for name in key.reference_fields
                if parent is not NO_TABLE and name not in known
            ]
    return found
