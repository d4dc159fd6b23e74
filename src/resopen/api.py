"""What a program or a notebook calls: validate a package, read a clean table of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal, overload

from resopen import engine
from resopen.errors import DataInvalid, ResopenError, SetupError
from resopen.frames import pandas_frame
from resopen.messages import Language, Messages, environment_language, load_messages
from resopen.opening import open_package
from resopen.printing import place_in_words, printable
from resopen.schema import Package, Resource
from resopen.validation import Report
from resopen.validation import validate as judge
from resopen.values import read_values

if TYPE_CHECKING:
    import pandas
    import pyarrow


def validate(
    place: str | Path | None = None, *, schema: str | Path | None = None, language: Language | None = None,
    today: date | None = None, memory: str = "", allow_remote: bool = False,
) -> Report:  # fmt: skip
    """Judge a package, or a single table, and return the report.

    Args: a datapackage.json, its folder or zip, a single table, or with `allow_remote` an https
    address of one of these; without a place the curated package of where we stand. The Table Schema
    of a single table; the language of the report (that of the environment by default); the day of
    the run, for rules that know of a future (the real one by default); a memory limit such as 1GiB.
    Returns a frozen report: `issues` in order, `errors`, `warnings`, `rows` of each table, and
    `timings`, which are no part of its content.
    Raises SetupError when something cannot be read, DefinitionError when a definition is wrong.
    """
    messages = load_messages(language or environment_language())
    with in_words(messages), TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        package = open_package(place, Path(scratch), Path(schema) if schema else None, allow_remote)
        return judge(package, messages, today or date.today(), memory)


@overload
def read_table(
    place: str | Path | None = None, name: str = "", *, kind: Literal["pandas"] = "pandas",
    schema: str | Path | None = None, language: Language | None = None, today: date | None = None,
) -> pandas.DataFrame: ...  # fmt: skip


@overload
def read_table(
    place: str | Path | None = None, name: str = "", *, kind: Literal["arrow"],
    schema: str | Path | None = None, language: Language | None = None, today: date | None = None,
) -> pyarrow.Table: ...  # fmt: skip


def read_table(
    place: str | Path | None = None, name: str = "", *, kind: Literal["pandas", "arrow"] = "pandas",
    schema: str | Path | None = None, language: Language | None = None, today: date | None = None,
) -> pandas.DataFrame | pyarrow.Table:  # fmt: skip
    """Return one table of a valid package, typed as its schema says and sorted by its key.

    Missing values are null. Args: as `validate`; the name of the table (the first one by default);
    `kind` chooses a pandas frame of Arrow dtypes or an Arrow table.
    Raises DataInvalid, with all issues, when the package has errors; otherwise as `validate`, and
    SetupError when the package has no such table or pandas is wanted and is not installed.
    """
    messages = load_messages(language or environment_language())
    with in_words(messages), TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        package = open_package(place, Path(scratch), Path(schema) if schema else None)
        resource = _resource(package, name)
        report = judge(package, messages, today or date.today())
        if report.errors:
            raise _invalid(report, messages)
        rows = read_values(engine.connect(today or date.today()), resource)
    return rows if kind == "arrow" else pandas_frame(rows)


def _invalid(report: Report, messages: Messages) -> DataInvalid:
    """Return the error of data with errors: how many there are, the first of them, and all as issues."""
    first = next(issue for issue in report.in_words() if issue.severity == "error")
    details = {
        "count": messages.plural("plural.errors", report.errors),
        "place": f"{printable(first.table)}, {place_in_words(first, messages)}", "message": printable(first.message),
    }  # fmt: skip
    return DataInvalid("setup.data-invalid", details, report.issues)


def _resource(package: Package, name: str) -> Resource:
    for resource in package.resources:
        if resource.table.fields and name in ("", resource.name):
            return resource
    known = ", ".join(resource.name for resource in package.resources)
    raise SetupError("setup.no-table-of-name", {"name": name, "known": known})


@contextmanager
def in_words(messages: Messages) -> Iterator[None]:
    """Add to an error of ours what it says in words, which Python prints under the traceback."""
    try:
        yield
    except ResopenError as error:
        error.add_note(messages.error(error.key, error.details))
        raise
