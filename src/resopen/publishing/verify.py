"""A version looked at again: every file there and as it was, the data valid, CSV and Parquet the same."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from resopen import engine
from resopen.errors import DefinitionError, SetupError
from resopen.messages import Messages
from resopen.publishing.comparison import is_csv_of, is_parquet_of
from resopen.publishing.rows import Held
from resopen.schema import Package, Resource, Rule, Table, load_package
from resopen.schema.files import read_json
from resopen.tables.files import sha256_of
from resopen.tables.source import unpack_package
from resopen.validation.loaded import Loaded
from resopen.validation.report import Report
from resopen.validation.run import Judged, judge_loaded, judge_package

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
# What the engine may hold before it spills to disk: two copies of the largest table are in it at once.
MEMORY = "2GiB"
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


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
    yield from _sum_faults(folder)
    package, faults = _opened(folder, messages)
    yield from faults
    if package is None:
        return
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        judged = judge_package(_without_twins(package), messages, _day(package), Path(scratch), MEMORY)
        yield from _judgement(judged.report)
        if not judged.report.errors:
            for name, path in _twins(package).items():
                yield from _twin_faults(judged, name, path)
            yield from _private_faults(judged.connection, judged.loaded)
        judged.connection.close()


def verify_written(
    folder: Path, messages: Messages, connection: DuckDBPyConnection, held: Mapping[str, Held],
    rules: Sequence[Rule], copies: Collection[str] = (),
) -> list[Fault]:  # fmt: skip
    """Return the faults of a version that was just written out of an engine, which still holds its rows.

    Every file is hashed again; every table is read again, by a reader that did not write it, and
    compared with the rows of the engine, cell by cell; these are judged by the descriptor that was
    written, unless they are, cell by cell, those that were judged by the same schemas and rules
    before. So the very bytes are judged, though they are not loaded a second time.
    Args: also the rules by which the rows were judged before, and the tables whose CSV is byte for
    byte the file that the engine has read these rows from, so that to read it again tells nothing.
    """
    package, faults = _opened(folder, messages)
    if package is None:
        return faults
    own, twins = _without_twins(package), _twins(package)
    written = {item.name: replace(held[item.name].loaded, table=item.table) for item in own.resources}

    def looks() -> Iterator[Callable[[], Iterator[Fault]]]:
        yield lambda: _sum_faults(folder)
        for item in own.resources:
            if item.name not in copies or held[item.name].judged_by is None:
                yield partial(_csv_faults, connection.cursor(), written[item.name], item)
            yield partial(_parquet_faults, connection.cursor(), written[item.name], twins[item.name])

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for found in pool.map(lambda look: list(look()), looks()):
            faults += found
    if own.rules != tuple(rules) or not all(_is_judged(held[item.name], item.table) for item in own.resources):
        faults += _judgement(judge_loaded(connection, own, messages, written))
    return [*faults, *_private_faults(connection, written)]


def _is_judged(held: Held, table: Table) -> bool:
    """Say whether the cells of a table have been judged by a schema that says the same, wherever it stands."""
    return held.judged_by is not None and replace(held.judged_by, where="", key="") == replace(table, where="", key="")


def _opened(folder: Path, messages: Messages) -> tuple[Package | None, list[Fault]]:
    """Return the package of a version, or why there is none."""
    descriptor = folder / "datapackage.json"
    if not descriptor.is_file():
        return None, [Fault("missing", {"file": "datapackage.json"})]
    try:
        return load_package(read_json(descriptor), folder, "datapackage.json"), []
    except (DefinitionError, SetupError) as error:
        return None, [Fault("descriptor", {"reason": messages.error(error.key, error.details)})]


def _sum_faults(folder: Path) -> Iterator[Fault]:
    """Yield what SHA256SUMS says of files that are gone, changed, or not in it."""
    if not (folder / SUMS).is_file():
        yield Fault("missing", {"file": SUMS})
        return
    lines = (folder / SUMS).read_bytes().decode("utf-8", "replace").splitlines()
    found = [LINE.fullmatch(line) for line in lines]
    listed = {match[2]: match[1] for match in found if match}
    if len(listed) < max(len(lines), 1):
        yield Fault("no-sums", {"file": SUMS})
        return
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS, SIGNATURE}
    for name in sorted(listed.keys() - files):
        yield Fault("missing", {"file": name})
    for name in sorted(files - listed.keys()):
        yield Fault("unlisted", {"file": name})
    for name in sorted(files & listed.keys()):
        if sha256_of(folder / name) != listed[name]:
            yield Fault("changed", {"file": name})


def _judgement(report: Report) -> Iterator[Fault]:
    """Yield the first errors of the data."""
    for issue in [issue for issue in report.issues if issue.severity == "error"][:10]:
        yield Fault("invalid", {"issue": f"{issue.table}: {issue.message}"})


def _twins(package: Package) -> dict[str, Path]:
    """Return the Parquet files of a package's tables by the names of these."""
    return {
        str(node["alternateOf"]): package.resource(str(node["name"])).path
        for node in package.descriptor["resources"]
        if node.get("alternateOf") and node.get("format") == "parquet"
    }


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
    if name not in judged.loaded:
        yield Fault("descriptor", {"reason": f"alternateOf: {name}"})
        return
    yield from _parquet_faults(judged.connection.cursor(), judged.loaded[name], path)


def _parquet_faults(connection: DuckDBPyConnection, loaded: Loaded, path: Path) -> Iterator[Fault]:
    import pyarrow as pa

    try:
        if not is_parquet_of(connection, loaded, path):
            yield Fault("twins-differ", {"table": loaded.table.name})
    except (pa.ArrowException, OSError):
        yield Fault("unreadable", {"file": f"data/{path.name}"})


def _csv_faults(connection: DuckDBPyConnection, loaded: Loaded, resource: Resource) -> Iterator[Fault]:
    import pyarrow as pa

    try:
        if not is_csv_of(connection, loaded, resource):
            yield Fault("rows-differ", {"file": f"data/{resource.path.name}"})
    except (pa.ArrowException, OSError):
        yield Fault("unreadable", {"file": f"data/{resource.path.name}"})


def _private_faults(connection: DuckDBPyConnection, held: Mapping[str, Loaded]) -> Iterator[Fault]:
    """Yield the values of indicators that are marked as hidden and stand there all the same."""
    loaded = held.get("indicator_values")
    if loaded is None:
        return
    place: dict[str, Any] = {field.name: f"c{i}" for i, field in enumerate(loaded.table.fields, 1)}
    if {"status", "value", "n"} <= place.keys():
        told = " OR ".join(f"{place[name]} IS NOT NULL" for name in ("value", "numerator", "denominator", "n"))
        sql = f"SELECT count(*) FROM t{loaded.number} WHERE {place['status']} = 'suppressed' AND ({told})"
        count = engine.rows(connection, sql)[0][0]
        if count:
            yield Fault("suppressed-told", {"count": str(count)})
