"""Real packages for tests: the curated one in memory, and its copies on disk with broken cells."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from resopen.messages import LANGUAGES, load_messages
from resopen.publishing.material import Order
from resopen.publishing.release import Published, publish
from resopen.schema import Package, SchemaFolder, load_package, read_schema_folder
from resopen.validation import Report, validate

ROOT = Path(__file__).resolve().parents[1]
RUN_DATE = date(2026, 11, 21)
# Read once: the tests judge thousands of packages.
MESSAGES = {language: load_messages(language) for language in LANGUAGES}

Rows = list[dict[str, str]]
Place = tuple[str, str, int, int]


def curated() -> SchemaFolder:
    """Return the schema folder of this repository."""
    return read_schema_folder(ROOT / "schema")


def read_csv(path: Path) -> Rows:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write_csv(path: Path, labels: Sequence[str], rows: Rows) -> None:
    """Write rows as CSV with the labels in that order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(labels)
        writer.writerows([[row.get(label, "") for label in labels] for row in rows])


def write_package(folder: Path, tables: Mapping[str, Rows], descriptor: Mapping[str, object]) -> Package:
    """Write tables as the data files of a descriptor and return the package."""
    package = load_package(descriptor, folder, "descriptor")
    for resource in package.resources:
        write_csv(resource.path, [field.name for field in resource.table.fields], tables[resource.name])
    return package


def copy_repository(folder: Path) -> Path:
    """Copy schema/, datapackage/ and CHANGELOG.md of this repository and return the copy's folder."""
    for name in ("schema", "datapackage"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "CHANGELOG.md", folder / "CHANGELOG.md")
    return folder


def judge(package: Package, language: str = "en") -> Report:
    """Validate a package on the fixed day of the tests."""
    return validate(package, MESSAGES["ru" if language == "ru" else "en"], RUN_DATE)


def places(report: Report) -> set[Place]:
    """Return rule, table, row and column of every issue."""
    return {(issue.rule, issue.table, issue.row, issue.column) for issue in report.issues}


def table_package(folder: Path, schema: Mapping[str, object], content: str | bytes, **resource: object) -> Package:
    """Write one table with its schema and return the package that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    (folder / "table.csv").write_bytes(data)
    node = {"name": "table", "path": "table.csv", "schema": schema, **resource}
    return load_package({"name": "test", "resources": [node]}, folder, "descriptor")


def order(folder: SchemaFolder, output: Path) -> Order:
    """Return what is to be published of a schema folder's own package."""
    return Order(folder.package(), folder.data_folder, folder.data_folder / "CHANGELOG.md", folder, output)


def released(folder: SchemaFolder, output: Path, version: str = "0.1.0") -> Published:
    """Publish a version of a schema folder's own package."""
    return publish(order(folder, output), version, MESSAGES["en"])
