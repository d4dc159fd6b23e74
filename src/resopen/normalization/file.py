"""The work of the command: the schema and the target of a file, and the writing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from resopen.errors import SetupError
from resopen.normalization.reading import Raw, read_delimited, read_workbook
from resopen.normalization.run import Normalized, normalize
from resopen.schema import Dialect, Package, Resource, find_schema_folder, read_schema_folder
from resopen.schema.fields import load_table
from resopen.schema.package import table_schema
from resopen.tables.files import read_bytes, write_atomically

WORKBOOKS = (".xlsx", ".xlsm")
# First bytes of files that are no texts: ZIP, OLE 2 (old Excel), Parquet.
NO_TEXTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")


@dataclass(frozen=True)
class Done:
    """What a run found: the target, whether it differs from what stands there, and the package of the table."""

    source: Path
    target: Path
    package: Package
    result: Normalized
    is_changed: bool


def normalize_file(
    path: Path, schema: Path | None = None, output: Path | None = None, sheet: str = "", is_check: bool = False
) -> Done:
    """Normalise a spreadsheet's file and write the result completely or not at all.

    Args: the file; the file of its Table Schema (None: that of the curated package whose resource
    the file or its target is); the target (None: a .csv itself, else the same name with .csv); the
    name or number of a workbook's sheet; whether to write nothing.
    Nothing is written where a cell is not decided, or where the target is canonical already.
    Raises SetupError when there is no schema, the file is of another kind, cannot be read or
    written, has no such sheet, or the target is another existing file that was not named;
    DefinitionError when the schema is wrong.
    """
    _refuse_other_kinds(path, sheet)
    target = output or (path if path.suffix.lower() == ".csv" else path.with_suffix(".csv"))
    if target.suffix.lower() in WORKBOOKS:
        raise SetupError("setup.output-is-workbook", {"file": str(target)})
    package = _package(path, target, schema)
    result = normalize(package.resources[0].table, _raw(path, package, sheet))
    old = read_bytes(target) if target.exists() else None
    is_changed = not result.findings and result.content != old
    if is_changed and old is not None and not output and target != path:
        raise SetupError("setup.output-exists", {"file": str(target)})
    if is_changed and not is_check:
        # A link stays a link; what it leads to is written.
        write_atomically(target.resolve(), result.content)
    return Done(path, target, package, result, is_changed)


def _raw(path: Path, package: Package, sheet: str) -> Raw:
    resource = package.resources[0]
    if path.suffix.lower() not in WORKBOOKS:
        return read_delimited(read_bytes(path), resource.table)
    raw = read_workbook(path, resource, sheet)
    missing = next((item for item in raw.findings if item.rule == "no-such-sheet"), None)
    if missing and sheet:
        details = {"file": str(path), "sheet": sheet, "sheets": dict(missing.details)["found"]}
        raise SetupError("setup.no-such-sheet", details)
    return raw


def _refuse_other_kinds(path: Path, sheet: str) -> None:
    start = read_bytes(path)[:4]
    if path.suffix.lower() in WORKBOOKS:
        return
    if start in NO_TEXTS:
        raise SetupError("setup.not-a-spreadsheet", {"file": str(path)})
    if sheet:
        raise SetupError("setup.sheet-without-workbook", {"file": str(path)})


def _package(path: Path, target: Path, schema: Path | None) -> Package:
    """Return a package of the one table of a file; SetupError when no schema is known for it."""
    if schema:
        table = load_table(table_schema(schema), path.stem, str(schema))
        resource = Resource(table, (path,), "csv", Dialect(), "utf-8", None, "", files=(path.as_posix(),))
        return Package(table.name, "", table.title, (resource,), (), {})
    for file in (path.resolve(), target.resolve()):
        try:
            folder = find_schema_folder(file.parent)
        except SetupError:
            continue
        package = read_schema_folder(folder).package()
        for resource in package.resources:
            if file in (item.resolve() for item in resource.paths):
                return replace(package, resources=(resource,))
    raise SetupError("setup.no-table-schema", {"file": str(path)})
