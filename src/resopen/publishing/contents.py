"""What a version holds, written into a folder: tables, descriptor, documents, catalogue files, provenance, sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen.catalogue import catalogue_files
from resopen.describe import to_json
from resopen.dictionary import Facts, data_dictionary
from resopen.errors import DefinitionError
from resopen.messages import LANGUAGES, Messages, load_messages
from resopen.publishing.conditions import TWIN
from resopen.publishing.facts import facts_of
from resopen.publishing.material import Material, Order
from resopen.publishing.provenance import commit_of, provenance
from resopen.publishing.tables import Written, write_csv, write_typed
from resopen.publishing.verify import SIGNATURE, SUMS
from resopen.schema import Dialect
from resopen.tables.files import read_bytes, sha256_of
from resopen.validation.loaded import Loaded

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DEFINITIONS = ("indicators", "methodology")
PARQUET_MEDIATYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class WrittenTable:
    """A table of a version in both forms, with its resource descriptor.

    `is_copy` says that its CSV is byte for byte the file that its rows were read from.
    """

    node: Mapping[str, Any]
    csv: Written
    parquet: Written
    facts: Facts
    is_copy: bool = False


def build(order: Order, material: Material, version: str, created: date, whole: Path) -> list[WrittenTable]:
    """Write everything that a version holds, but for a signature, into an empty folder."""
    head = _head(material.descriptor, version, created)
    inputs = _definitions(material, whole)
    with ThreadPoolExecutor(1) as pool:  # To hash the sources needs no more than a core.
        traced = pool.submit(_write_provenance, order, head, inputs, whole)
        tables = write_tables(material, whole)
        hashes = traced.result()
    _write_texts(order, material, head, tables, whole)
    return [replace(table, is_copy=_is_copy(order, table, hashes)) for table in tables]


def write_tables(material: Material, whole: Path) -> list[WrittenTable]:
    """Write every table of the material as CSV and Parquet into a folder, several at a time."""
    (whole / "data").mkdir()
    with ThreadPoolExecutor(2) as pool:
        started = [
            pool.submit(_write_table, node, material.connection.cursor(), material.held[node["name"]].loaded, whole)
            for node in material.descriptor["resources"]
        ]
        return [one.result() for one in started]


def _write_table(
    node: dict[str, Any], connection: DuckDBPyConnection, loaded: Loaded, whole: Path
) -> WrittenTable:  # fmt: skip
    """Write one table in both forms, at once."""
    csv_path, parquet_path = (whole / "data" / f"{node['name']}.{end}" for end in ("csv", "parquet"))
    facts = facts_of(connection, loaded)
    with ThreadPoolExecutor(2) as pool:
        csv = pool.submit(write_csv, connection.cursor(), loaded, csv_path)
        parquet = pool.submit(write_typed, connection.cursor(), loaded, parquet_path, node)
        return WrittenTable(node, csv.result(), parquet.result(), facts)


def _head(descriptor: Mapping[str, Any], version: str, created: date) -> dict[str, Any]:
    """Return the descriptor's keys that say what the version is."""
    head = {key: value for key, value in descriptor.items() if key not in ("resources", "rules", "version", "created")}
    name = descriptor["name"]
    return {**head, "id": f"{name}-{version}", "version": version, "created": f"{created.isoformat()}T00:00:00Z"}


def release_descriptor(head: Mapping[str, Any], tables: Sequence[WrittenTable], rules: Any) -> dict[str, Any]:
    """Return the whole descriptor of a version: every table as CSV, then every table as Parquet.

    `contentHash` is the SHA-256 of the canonical CSV, the same for both forms whoever wrote them.
    A Parquet resource names the CSV whose schema it has: frictionless 5.21 reads nullable whole
    numbers of Parquet as floats and would call them wrong, so the schema is not repeated.
    """
    nodes = []
    for table in tables:
        node = {key: value for key, value in table.node.items() if key != "schema"}
        size = {"bytes": table.csv.size, "hash": f"sha256:{table.csv.sha256}", "rowCount": table.csv.rows}
        nodes.append({**node, **size, "contentHash": f"sha256:{table.csv.sha256}", "schema": table.node["schema"]})
    for table in tables:
        node = {
            key: value for key, value in table.node.items()
            if key not in ("schema", "type", "encoding")
        }  # fmt: skip
        size = {"hash": f"sha256:{table.parquet.sha256}", "rowCount": table.parquet.rows}
        changed = {
            "name": f"{node['name']}{TWIN}", "path": f"data/{node['name']}.parquet", "format": "parquet",
            "mediatype": PARQUET_MEDIATYPE,
        }  # fmt: skip
        hashed = {"contentHash": f"sha256:{table.csv.sha256}", "alternateOf": node["name"]}
        nodes.append({**node, **changed, **size, **hashed})
    return {**head, "resources": nodes, **({"rules": rules} if rules else {})}


def _write_texts(
    order: Order, material: Material, head: Mapping[str, Any], tables: Sequence[WrittenTable], whole: Path
) -> None:
    """Write all that is made of the written tables: descriptor, documents, catalogue files, sums."""
    descriptor = release_descriptor(head, tables, material.descriptor.get("rules"))
    (whole / "datapackage.json").write_bytes(to_json(descriptor))
    facts = {table.node["name"]: table.facts for table in tables}
    gaps = material.additions.gaps if material.additions else ()
    folders = [name for name in DEFINITIONS if (whole / name).is_dir()]
    for language in LANGUAGES:
        words = load_messages(language)
        name = "README.md" if language == "en" else f"README.{language}.md"
        lacking = [(method.title.text(language), _in_words(error, words)) for method, error in gaps]
        (whole / name).write_bytes(data_dictionary(descriptor, facts, lacking, folders, words).encode())
    (whole / "CHANGELOG.md").write_bytes(read_bytes(order.changelog))
    for name, content in catalogue_files(descriptor).items():
        (whole / name).write_bytes(content)
    hashed = {f"data/{table.node['name']}.{end}": written.sha256
              for table in tables for end, written in (("csv", table.csv), ("parquet", table.parquet))}  # fmt: skip
    (whole / SUMS).write_bytes(sums(whole, hashed))


def _in_words(error: DefinitionError, words: Messages) -> str:
    """Return what a ranking lacks, for readers of the version: without the files of who publishes it."""
    return words.text(f"dictionary.{error.key.rpartition('.')[2]}", error.details)


def _definitions(material: Material, whole: Path) -> list[tuple[str, Path]]:
    """Copy the definitions of what was computed into the version and return their names and files."""
    added = material.additions
    if added is None:
        return []
    files = [("indicators", Path(item.file)) for item in added.indicators]
    files += [("methodology", Path(method.file)) for method in added.methods]
    for folder, path in files:
        (whole / folder).mkdir(exist_ok=True)
        (whole / folder / path.name).write_bytes(read_bytes(path))
    return [(f"{folder}/{path.name}", path) for folder, path in files]


def _write_provenance(
    order: Order, head: Mapping[str, Any], inputs: Sequence[tuple[str, Path]], whole: Path
) -> dict[Path, str]:  # fmt: skip
    """Write where a version comes from, and return the SHA-256 of the files that it was made of."""
    sources = [(f"data/{path.name}", path) for resource in order.package.resources for path in resource.paths]
    named = [*inputs, *sources]
    hashes = {path: sha256_of(path) for _, path in named}
    commit = commit_of(order.folder, list(hashes))
    made = provenance(head, [(name, hashes[path]) for name, path in named], commit)
    (whole / "provenance.json").write_bytes(to_json(made))
    return hashes


def _is_copy(order: Order, table: WrittenTable, hashes: Mapping[Path, str]) -> bool:
    """Say whether the CSV of a table is byte for byte the plain file that its rows were read from."""
    source = next((item for item in order.package.resources if item.name == table.node["name"]), None)
    if source is None or source.format != "csv" or any(source.compressions) or len(source.paths) != 1:
        return False
    is_plain = source.dialect == Dialect() and source.encoding.lower() in ("utf-8", "utf8")
    return is_plain and hashes.get(source.paths[0]) == table.csv.sha256


def sums(whole: Path, hashed: Mapping[str, str]) -> bytes:
    """Return the lines of SHA256SUMS: every file of a version but itself and its signature, sorted by path.

    Args: the folder, and the hashes of files that were taken while they were written.
    """
    paths = sorted(path.relative_to(whole).as_posix() for path in whole.rglob("*") if path.is_file())
    listed = [path for path in paths if path not in (SUMS, SIGNATURE)]
    found = {path: hashed.get(path) or sha256_of(whole / path) for path in listed}
    return "".join(f"{digest}  {path}\n" for path, digest in found.items()).encode()
