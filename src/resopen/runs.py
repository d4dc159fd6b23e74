"""What `resopen validate` does: the arguments in, the report out, the exit code back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from resopen.errors import ResopenError
from resopen.formats import junit_error, to_csv, to_github, to_json, to_junit
from resopen.html_report import to_html
from resopen.opening import open_package
from resopen.printing import error_lines, to_text
from resopen.sarif import to_sarif
from resopen.schema import Resource
from resopen.terminal import day_of_run, messages_of_run, paint, say, shown, write
from resopen.validation import Report, join_reports, validate


def run_validate(
    packages: Sequence[str], schema: Path | None, format: str, limit: int, fail_on: str, today: Any, allow_remote: bool,
    memory: str | None,
) -> int:  # fmt: skip
    """Judge packages one after the other and print one report; none named is the curated one.

    What cannot be opened ends the run, so that the report never passes over what was asked; as
    JUnit it is then a test case with an error.
    """
    messages = messages_of_run()
    places: Sequence[str | None] = packages or (None,)
    reports = []
    for place in dict.fromkeys(places):
        try:
            with TemporaryDirectory(prefix="resopen-") as scratch:
                judged = open_package(place, Path(scratch), schema, allow_remote)
                reports.append((place or "", validate(judged, messages, day_of_run(today), memory or "")))
        except ResopenError as error:
            if format == "junit":  # A server of builds that reads an empty file would say nothing of the fault.
                write(junit_error(place or "", error_lines(error, messages)))
            raise
    report = join_reports(reports)
    files = {item.name: _place(item) for package in report.packages for item in package.resources}
    if format == "text":
        say(to_text(report, messages, limit, paint(sys.stdout)))
    else:
        write(_pieces(report, files, format, limit))
    return int(bool(report.errors or (fail_on == "warning" and report.warnings)))


def _pieces(report: Report, files: Mapping[str, str], format: str, limit: int) -> Iterator[str]:
    """Return a report in a format for machines or browsers, piece by piece."""

    if format == "html":
        return to_html(report, files, limit)
    forms = {"json": to_json, "csv": to_csv, "junit": to_junit, "sarif": to_sarif, "github": to_github}
    return forms[format](report, files)


def _place(resource: Resource) -> str:
    """Return where a table is, as seen from where we stand: its file, its address, or nothing."""
    name = next(iter(resource.files), "")
    return name if "://" in name else shown(Path(name))
