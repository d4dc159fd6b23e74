"""A version looked at again: every file there and as it was, the data valid, CSV and Parquet the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resopen import engine
from resopen.errors import DefinitionError, SetupError
from resopen.messages import Messages
from resopen.schema import Package, load_package
from resopen.schema.files import read_json
from resopen.tables.source import unpack_package
from resopen.validation.run import Judged, judge_package
from resopen.validation.types import cast_sql, text_sql

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
# What the engine may hold before it spills to disk: two copies of the largest table are in it at once.
MEMORY = "2GiB"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a version, by a key of the catalogue and its details."""

    key: str
    details: Mapping[str, str]

    def in_words(self, messages: Messages) -> str:
        """Return the fault in the language of the catalogue."""
        return messages.text(f"verify.{self.key}", self.details)


def verify(place: Path, messages: Messages) -> list[Fault]:
    """Return all faults of a version, a folder or a zip; it may be of any version of the program.

    Raises SetupError when there is nothing of the kind.
    """
    if place.is_dir():
        return list(verify_folder(place, messages))
    if not place.is_file():
        raise SetupError("setup.no-such-file", {"file": str(place)})
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        return list(verify_folder(unpack_package(place, Path(scratch)), messages))


def verify_folder(folder: Path, messages: Messages) -> Iterator[Fault]:
    """Yield the faults of the version in a folder: of its sums, then of its data."""
    found = list(_sum_faults(folder))
    yield from found
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        yield Fault("missing", {"file": "datapackage.json"})
        return
    try:
        package = load_package(read_json(descriptor), folder, "datapackage.json")
    except (DefinitionError, SetupError) as error:
        yield Fault("descriptor", {"reason": messages.text(f"errors.{error.key}", error.details)})
        return
    yield from _data_faults(package, messages)


def _sum_faults(folder: Path) -> Iterator[Fault]:
    """Yield what SHA256SUMS says of files that are gone, changed, or not in it."""
    if not (folder / SUMS).is_file():
        yield Fault("missing", {"file": SUMS})
        return
    listed = {}
    for line in (folder / SUMS).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS, SIGNATURE}
    for name in sorted(listed.keys() - files):
        yield Fault("missing", {"file": name})
    for name in sorted(files - listed.keys()):
        yield Fault("unlisted", {"file": name})
    for name in sorted(files & listed.keys()):
        content = hashlib.sha256()
        with (folder / name).open("rb") as file:
            while part := file.read(1 << 20):
                content.update(part)
        if content.hexdigest() != listed[name]:
            yield Fault("changed", {"file": name})


def _data_faults(package: Package, messages: Messages) -> Iterator[Fault]:
    """Yield the first errors of the data, and tables whose CSV is not the same as their Parquet."""
    twins = {
        str(node["alternateOf"]): package.resource(str(node["name"])).path
        for node in package.descriptor["resources"]
        if node.get("alternateOf") and node.get("format") == "parquet"
    }
    own = _without_twins(package)
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        judged = judge_package(own, messages, _day(package), Path(scratch), MEMORY)
        for issue in [issue for issue in judged.report.issues if issue.severity == "error"][:10]:
            yield Fault("invalid", {"issue": f"{issue.table}: {issue.message}"})
        if not judged.report.errors:
            for name, path in twins.items():
                yield from _twin_faults(judged, name, path)
            yield from _private_faults(judged)
        judged.connection.close()


def _without_twins(package: Package) -> Package:
    """Return the package without the Parquet twins of its tables, which are compared, not judged again."""
    nodes = [node for node in package.descriptor["resources"] if not node.get("alternateOf")]
    kept = tuple(package.resource(str(node["name"])) for node in nodes)
    return Package(package.name, package.version, package.title, kept, package.rules, package.descriptor)


def _day(package: Package) -> date:
    """Return the day of a version: what its rules call today."""
    created = str(package.descriptor.get("created", ""))[:10]
    try:
        return date.fromisoformat(created)
    except ValueError:
        return date.today()


def _twin_faults(judged: Judged, name: str, path: Path) -> Iterator[Fault]:
    """Yield a fault when the typed rows of the CSV are not those of the Parquet, in their order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if name not in judged.loaded:
        yield Fault("descriptor", {"reason": f"alternateOf: {name}"})
        return
    loaded = judged.loaded[name]
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        columns, count = file.schema_arrow.names, file.metadata.num_rows
        if columns != [field.name for field in loaded.table.fields] or count != loaded.count:
            yield Fault("twins-differ", {"table": name})
            return
        reader = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches(1 << 17))
        cursor = judged.connection.cursor()
        engine.register(cursor, "twin", reader)
        differs = " OR ".join(
            f"({cast_sql(field, text_sql(field, f'c{i}'))}) IS DISTINCT FROM twin.{engine.quoted(field.name)}"
            for i, field in enumerate(loaded.table.fields, 1)
        )
        found = engine.rows(cursor, f"SELECT count(*) FROM t{loaded.number} POSITIONAL JOIN twin WHERE {differs}")
    except (pa.ArrowException, OSError, engine.WrongSql):
        yield Fault("unreadable", {"file": f"data/{path.name}"})
        return
    if found[0][0]:
        yield Fault("twins-differ", {"table": name})


def _private_faults(judged: Judged) -> Iterator[Fault]:
    """Yield the values of indicators that are marked as hidden and stand there all the same."""
    loaded = judged.loaded.get("indicator_values")
    if loaded is None:
        return
    place: dict[str, Any] = {field.name: f"c{i}" for i, field in enumerate(loaded.table.fields, 1)}
    if {"status", "value", "n"} <= place.keys():
        told = " OR ".join(f"{place[name]} IS NOT NULL" for name in ("value", "numerator", "denominator", "n"))
        sql = f"SELECT count(*) FROM t{loaded.number} WHERE {place['status']} = 'suppressed' AND ({told})"
        count = engine.rows(judged.connection, sql)[0][0]
        if count:
            yield Fault("suppressed-told", {"count": str(count)})
