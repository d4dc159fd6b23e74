"""A version of a package: validated, computed, written beside, read back, given its name at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from resopen.catalogue import catalogue_files
from resopen.describe import to_json
from resopen.dictionary import Facts, data_dictionary
from resopen.differences.comparing import compare
from resopen.differences.places import open_version
from resopen.differences.records import Difference
from resopen.differences.versions import is_enough, next_version, version_reasons, version_step
from resopen.errors import DataInvalid, DefinitionError, PublishRefused
from resopen.messages import LANGUAGES, Messages, load_messages
from resopen.publishing.archive import write_archive
from resopen.publishing.computed import Additions, add_computed
from resopen.publishing.conditions import check_names, check_number
from resopen.publishing.facts import facts_of
from resopen.publishing.place import exclusive, settle, sync
from resopen.publishing.private import public_descriptor
from resopen.publishing.provenance import commit_of, provenance
from resopen.publishing.rows import Held, arrange_rows
from resopen.publishing.signature import sign
from resopen.publishing.synthetic import check_mark, check_sources
from resopen.publishing.tables import Written, write_csv, write_typed
from resopen.publishing.verify import MEMORY, SIGNATURE, SUMS, verify_written
from resopen.publishing.versions import entry_date, parse_version, published_versions
from resopen.schema import Dialect, Package, SchemaFolder, load_package
from resopen.schema.version import Version
from resopen.tables.files import read_bytes, sha256_of
from resopen.tables.parquet import load_arrow
from resopen.validation.loaded import Loaded
from resopen.validation.run import judge_package

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What a resource descriptor says of the files that a version is made from, and not of its own.
SOURCE_KEYS = ("dialect", "bytes", "hash", "rowCount", "compression", "extrapaths", "data", "scheme")
DEFINITIONS = ("indicators", "methodology")
PARQUET_MEDIATYPE = "application/vnd.apache.parquet"
Step = Callable[[str], None]


@dataclass(frozen=True)
class Published:
    """A written version: where it lies, and how many tables, rows and files it holds."""

    folder: Path
    version: str
    tables: int
    rows: int
    files: int


@dataclass(frozen=True)
class Order:
    """What is to be published: a package, its folder and changelog, the schema folder of what is computed."""

    package: Package
    folder: Path
    changelog: Path
    schema: SchemaFolder | None
    output: Path

    @property
    def is_curated(self) -> bool:
        """Whether this is the package that the schema folder itself describes."""
        return self.schema is not None and self.folder.resolve() == self.schema.data_folder.resolve()


def publish(
    order: Order, version: str, messages: Messages, step: Step = lambda name: None, key: Path | None = None
) -> Published:  # fmt: skip
    """Write a version of a package into the folder of the versions.

    Args: what is to be published, the version (three numbers), the catalogue for issues, what to
    call when a step begins, an SSH key that signs the sums. The day of the version is that of its
    section in the changelog.
    Raises DataInvalid with all issues when the data have errors; PublishRefused when the version is
    malformed, has no dated section in the changelog, exists already, is smaller than the changes
    demand, when something private or synthetic would go out, or another publisher runs; SetupError
    when the disk or the rights do not allow it. In all these cases no version is left.
    """
    number = parse_version(version)
    check_names(order.package.descriptor)
    target = order.output / f"{order.package.name}-{number}"
    if target.exists():
        raise PublishRefused("publish.version-exists", {"folder": str(target)})
    check_number(order.output, order.package.name, number)
    created = entry_date(order.changelog, number)
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        material = gather(order, created, messages, Path(scratch), step)
        with exclusive(order.output) as part:
            whole = part / "version"
            whole.mkdir()
            step("write")
            tables = build(order, material, str(number), created, whole)
            if key:
                sign(whole / SUMS, key)
            step("compare")
            check_step(order, number, whole, Path(scratch), created)
            step("verify")
            with ThreadPoolExecutor(1) as pool:  # The disk works while the engine judges.
                packed = pool.submit(_pack, part, whole)
                copies = {table.node["name"] for table in tables if table.is_copy}
                faults = verify_written(
                    whole, messages, material.connection, material.held, order.package.rules, copies
                )  # fmt: skip
                archive = packed.result()
            material.connection.close()
            for fault in faults:
                raise PublishRefused("publish.not-read-back", {"fault": fault.in_words(messages)})
            step("settle")
            settle(whole, archive, target)
    files = sum(1 for path in target.rglob("*") if path.is_file())
    return Published(target, str(number), len(tables), sum(table.csv.rows for table in tables), files)


def _pack(part: Path, whole: Path) -> Path:
    """Pack a folder beside it, hand both to the disk, and return the archive."""
    archive = part / "version.zip"
    with ThreadPoolExecutor(1) as pool:
        synced = pool.submit(sync, whole)
        write_archive(whole, archive)
        synced.result()
    sync(part)
    return archive


@dataclass(frozen=True)
class Material:
    """What a version is made of: its descriptor, its rows in an engine, and what was computed.

    `descriptor` is public and holds the resources of all tables; `held` are their rows.
    """

    descriptor: Mapping[str, Any]
    connection: DuckDBPyConnection
    held: Mapping[str, Held]
    additions: Additions | None


def gather(order: Order, created: date, messages: Messages, scratch: Path, step: Step) -> Material:
    """Return the material of a version: the package judged valid, and what is computed over it as of a day.

    Raises DataInvalid, PublishRefused and DefinitionError as `publish`.
    """
    check_mark(order.package, order.schema, order.is_curated)
    descriptor = public_descriptor(order.package.descriptor)
    step("validate")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(load_arrow)
        judged = judge_package(order.package, messages, created, scratch, MEMORY)
    if judged.report.errors:
        raise DataInvalid("publish.data-invalid", issues=judged.report.issues)
    check_sources(order.package, judged)
    additions = None
    if order.schema:
        step("compute")
        computed = scratch / "computed"
        computed.mkdir()
        additions = add_computed(judged, order.schema, created, messages, computed)
    nodes = [_as_csv(node) for node in (*descriptor["resources"], *(additions.nodes if additions else ()))]
    whole = {**descriptor, "resources": nodes}
    held = arrange_rows(
        load_package(whole, scratch, "datapackage.json"), judged, additions.judged if additions else None
    )
    if additions:
        additions.judged.connection.close()
    return Material(whole, judged.connection, held, additions)


def _as_csv(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource descriptor of a table as the canonical CSV of a version."""
    kept = {key: value for key, value in node.items() if key not in SOURCE_KEYS}
    return {**kept, "path": f"data/{node['name']}.csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}


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
            "name": f"{node['name']}-parquet", "path": f"data/{node['name']}.parquet", "format": "parquet",
            "mediatype": PARQUET_MEDIATYPE,
        }  # fmt: skip
        hashed = {"contentHash": f"sha256:{table.csv.sha256}", "alternateOf": node["name"]}
        nodes.append({**node, **changed, **size, **hashed})
    return {**head, "resources": nodes, **({"rules": rules} if rules else {})}


def check_step(order: Order, number: Version, whole: Path, scratch: Path, created: date) -> None:
    """Refuse a version that is no newer than those that lie there, or a smaller step than the changes demand."""
    # Of a version whose run was killed between its zip and its folder only the zip lies there.
    earlier = [one for one in published_versions(order.output, order.package.name) if one != number]
    if not earlier:
        return
    last = earlier[-1]
    if number <= last:
        raise PublishRefused("publish.not-newer", {"version": str(number), "earlier": str(last)})
    if created < (day := day_of_version(order, last)):
        details = {"version": str(number), "day": created.isoformat(), "earlier": str(last), "before": day.isoformat()}
        raise PublishRefused("publish.day-before", details)
    check_enough(difference_to(order, last, whole, scratch, created), last, number)


def check_enough(difference: Difference, earlier: Version, number: Version) -> None:
    """Refuse a smaller step from an earlier version than the changes demand."""
    step = version_step(difference)
    if not is_enough(str(earlier), str(number), step):
        needed = next_version(str(earlier), step)
        reasons = ", ".join(reason.kind for reason in version_reasons(difference) if reason.step == step)
        details = {"version": str(number), "earlier": str(earlier), "needed": needed, "reasons": reasons}
        raise PublishRefused("publish.step-too-small", details)


def day_of_version(order: Order, version: Version) -> date:
    """Return the day of a version that lies there."""
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        descriptor = open_version(str(place_of(order, version)), Path(scratch)).package.descriptor
    return date.fromisoformat(str(descriptor["created"])[:10])


def place_of(order: Order, version: Version) -> Path:
    """Return where a version lies: its folder, or its zip where only that is left."""
    folder = order.output / f"{order.package.name}-{version}"
    return folder if folder.is_dir() else folder.with_name(f"{folder.name}.zip")


def difference_to(order: Order, earlier: Version, whole: Path, scratch: Path, created: date) -> Difference:
    """Return what differs between an earlier version that lies there and a folder that is being built."""
    place = place_of(order, earlier)
    (scratch / "old").mkdir()
    (scratch / "diff").mkdir()
    old, new = open_version(str(place), scratch / "old"), open_version(str(whole), scratch / "old")
    found = compare(old, new, scratch / "diff", created)
    found.connection.close()
    return found.difference


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
        lacking = [
            (method.title.text(language), words.text(f"dictionary.{e.key.rpartition('.')[2]}", e.details))
            for method, e in gaps
        ]
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


def sums(whole: Path, hashed: Mapping[str, str]) -> bytes:
    """Return the lines of SHA256SUMS: every file of a version but itself and its signature, sorted by path.

    Args: the folder, and the hashes of files that were taken while they were written.
    """
    paths = sorted(path.relative_to(whole).as_posix() for path in whole.rglob("*") if path.is_file())
    listed = [path for path in paths if path not in (SUMS, SIGNATURE)]
    found = {path: hashed.get(path) or sha256_of(whole / path) for path in listed}
    return "".join(f"{digest}  {path}\n" for path, digest in found.items()).encode()
