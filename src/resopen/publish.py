"""A version of the curated package: checked, written completely or not at all, never changed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from resopen import engine
from resopen.describe import sized, to_json
from resopen.dictionary import data_dictionary
from resopen.errors import DataInvalid, PublishRefused, SetupError
from resopen.messages import LANGUAGES, Messages, load_messages
from resopen.reasons import system_reason
from resopen.schema import Package, Resource, SchemaFolder, load_package
from resopen.tables.files import read_bytes
from resopen.tables.parquet import write_parquet
from resopen.validation import validate
from resopen.values import Values, read_values

PARQUET_MEDIATYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True)
class Published:
    """A written version: where it lies, and how many tables, rows and files it holds."""

    folder: Path
    tables: int
    rows: int
    files: int


def publish(
    folder: SchemaFolder, version: str, output: Path, messages: Messages, run_date: date,
    step: Callable[[str], None] = lambda name: None,
) -> Published:  # fmt: skip
    """Validate the curated package and write it as a version into `output`.

    Args: the schema folder, the version (three numbers), the folder of the versions, the catalogue
    for issues, the day of the run, and what to call when a step begins.
    Raises DataInvalid with all issues when the data have errors; PublishRefused when the version
    is malformed, is not in CHANGELOG.md, exists already or is being written by another run;
    SetupError when the disk or the rights do not allow it. In all these cases no version is left.
    """
    package = folder.package()
    target = output / f"{package.name}-{version}"
    _check_version(version, target, folder.path.parent / "CHANGELOG.md")
    step("validate")
    report = validate(package, messages, run_date)
    if report.errors:
        raise DataInvalid("publish.data-invalid", issues=report.issues)
    with _exclusive(output) as part:
        step("write")
        rows = _write(package, version, part, folder.descriptor)
        step("verify")
        _verify(part, messages, run_date)
        _sync(part)
        part.rename(target)
    files = sum(1 for path in target.rglob("*") if path.is_file())
    return Published(target, len(package.resources), rows, files)


def _check_version(version: str, target: Path, changelog: Path) -> None:
    if not re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}", version):
        raise PublishRefused("publish.wrong-version", {"version": version})
    if target.exists():
        raise PublishRefused("publish.version-exists", {"folder": str(target)})
    text = read_bytes(changelog).decode("utf-8")
    if not re.search(rf"^## \[?{re.escape(version)}\b", text, re.MULTILINE):
        raise PublishRefused("publish.not-in-changelog", {"file": str(changelog), "version": version})


@contextmanager
def _exclusive(output: Path) -> Iterator[Path]:
    """Give a new empty folder beside the versions to one publisher at a time.

    The lock is the operating system's, so that it ends with its process; what a killed run left
    behind is removed by the next one. On any error the folder is removed again.
    """
    part = output / ".part"
    try:
        output.mkdir(parents=True, exist_ok=True)
        with (output / ".lock").open("a+b") as handle:
            _lock(handle.fileno(), output)
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            try:
                yield part
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        details = {"file": str(error.filename or output), **system_reason(error)}
        raise SetupError("setup.unwritable", details) from error


def _lock(handle: int, output: Path) -> None:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise PublishRefused("publish.another-running", {"folder": str(output)}) from error


def _write(package: Package, version: str, part: Path, descriptor: Mapping[str, Any]) -> int:
    """Write all files of the version into a folder and return the number of rows."""
    (part / "data").mkdir()
    nodes: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    connection = engine.connect(date.min)
    for node, resource in zip(descriptor["resources"], package.resources, strict=True):
        values = read_values(connection, resource)
        counts[resource.name] = len(values.texts)
        nodes += _write_table(node, resource, values, part)
    head = {key: value for key, value in descriptor.items() if key not in ("resources", "rules")}
    whole = {**head, "version": version, "resources": _csv_first(nodes), "rules": descriptor["rules"]}
    (part / "datapackage.json").write_bytes(to_json(whole))
    for language in LANGUAGES:
        name = "README.md" if language == "en" else f"README.{language}.md"
        text = data_dictionary(package, version, counts, load_messages(language))
        (part / name).write_bytes(text.encode())
    (part / "SHA256SUMS").write_bytes(_sums(part))
    return sum(counts.values())


def _write_table(node: Mapping[str, Any], resource: Resource, values: Values, part: Path) -> list[dict[str, Any]]:
    """Write one table as CSV and Parquet and return the two resource descriptors."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in resource.table.fields])
    writer.writerows(values.texts)
    content = text.getvalue().encode()
    csv_node = {**node, "path": f"data/{resource.name}.csv"}
    (part / csv_node["path"]).write_bytes(content)
    write_parquet(values.typed, part / "data" / f"{resource.name}.parquet", csv_node)
    parquet_node = {
        key: value for key, value in node.items() if key not in ("type", "encoding", "schema")
    } | {
        "name": f"{resource.name}-parquet",
        "path": f"data/{resource.name}.parquet",
        "format": "parquet",
        "mediatype": PARQUET_MEDIATYPE,
        # Its schema is that of the CSV. frictionless 5.21 reads nullable whole numbers of Parquet
        # as floats and would call them wrong, so the schema is referred to, not repeated.
        "alternateOf": resource.name,
    }  # fmt: skip
    size = len(values.texts)
    return [
        sized(csv_node, content, size),
        sized(parquet_node, read_bytes(part / parquet_node["path"]), size),
    ]


def _csv_first(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [node for node in nodes if node["format"] == "csv"] + [node for node in nodes if node["format"] != "csv"]


def _sums(part: Path) -> bytes:
    """Return the lines of SHA256SUMS: every file of the version but itself, sorted by path."""
    paths = sorted(path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file())
    return "".join(f"{hashlib.sha256((part / path).read_bytes()).hexdigest()}  {path}\n" for path in paths).encode()


def _verify(part: Path, messages: Messages, run_date: date) -> None:
    """Read the written version back: it must be valid, and CSV must equal Parquet.

    Raises DataInvalid or PublishRefused when it is not so.
    """
    written = load_package(json.loads((part / "datapackage.json").read_bytes()), part, "datapackage.json")
    report = validate(written, messages, run_date)
    if report.errors:
        raise DataInvalid("publish.data-invalid", issues=report.issues)
    connection = engine.connect(run_date)
    for resource in written.resources:
        if resource.format == "parquet":
            twin = written.resource(resource.name.removesuffix("-parquet"))
            if not read_values(connection, twin).typed.equals(read_values(connection, resource).typed):
                raise PublishRefused("publish.not-read-back", {"table": twin.name, "format": "Parquet"})


def _sync(part: Path) -> None:
    """Hand every written file to the disk before the version gets its name."""
    for path in part.rglob("*"):
        if path.is_file():
            with path.open("r+b") as handle:
                os.fsync(handle.fileno())
