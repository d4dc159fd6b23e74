"""What each command does: the arguments in, the words out, the exit code back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import click

from resopen.describe import check_fresh, describe
from resopen.errors import DataInvalid, SetupError
from resopen.formats import to_csv, to_github, to_json, to_junit
from resopen.html_report import to_html
from resopen.messages import Messages
from resopen.normalization import normalize_file, summary
from resopen.opening import open_package
from resopen.printing import printable, to_text
from resopen.publish import publish
from resopen.sarif import to_sarif
from resopen.schema import Package, Resource, find_schema_folder, read_schema_folder
from resopen.trace import check_sources, trace
from resopen.validation import Report, join_reports, validate

FORMATS = ("text", "html", "json", "csv", "junit", "sarif", "github")
COLOURS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"bold": {"bold": True}})


def run_validate(
    packages: Sequence[str], schema: Path | None, format: str, limit: int, fail_on: str, today: Any, allow_remote: bool,
    memory: str | None,
) -> int:  # fmt: skip
    """Judge packages one after the other and print one report; none named is the curated one.

    What cannot be opened ends the run, so that the report never passes over what was asked.
    """
    messages = _messages()
    places: Sequence[str | None] = packages or (None,)
    reports = []
    for place in dict.fromkeys(places):
        with TemporaryDirectory(prefix="resopen-") as scratch:
            judged = open_package(place, Path(scratch), schema, allow_remote)
            reports.append((place or "", validate(judged, messages, _day(today), memory or "")))
    report = join_reports(reports)
    files = {item.name: _place(item) for package in report.packages for item in package.resources}
    if format == "text":
        click.echo(to_text(report, messages, limit, paint(sys.stdout)))
    else:
        _write(_pieces(report, files, format, limit))
    return int(bool(report.errors or (fail_on == "warning" and report.warnings)))


def _pieces(report: Report, files: Mapping[str, str], format: str, limit: int) -> Iterator[str]:
    """Return a report in a format for machines or browsers, piece by piece."""

    if format == "html":
        return to_html(report, files, limit)
    forms = {"json": to_json, "csv": to_csv, "junit": to_junit, "sarif": to_sarif, "github": to_github}
    return forms[format](report, files)


def _write(pieces: Iterable[str]) -> None:
    """Write a report for machines and browsers: the same bytes, in UTF-8, on every system."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()


def _place(resource: Resource) -> str:
    """Return where a table is, as seen from where we stand: its file, its address, or nothing."""
    name = next(iter(resource.files), "")
    return name if "://" in name else _shown(Path(name))


def run_describe(check: bool) -> int:
    """Write the derived files of the curated package, or say that they are stale."""
    messages = _messages()
    folder = read_schema_folder(find_schema_folder(Path.cwd()))
    done = check_fresh(folder) if check else describe(folder)
    details = {
        "file": str(done.files[-1][0]),
        "tables": messages.plural("plural.tables", done.tables),
        "rows": messages.plural("plural.rows", done.rows),
    }
    click.echo(messages.text("ui.described" if check else "ui.written", details))
    return 0


def run_normalize(file: Path, schema: Path | None, output: Path | None, sheet: str, check: bool, limit: int) -> int:
    """Rewrite a spreadsheet's file as canonical CSV and print what changed, or what is not decided."""
    messages = _messages()
    done = normalize_file(file, schema, output, sheet, check)
    click.echo(summary(done, messages, limit, check, paint(sys.stdout)))
    return int(bool(done.result.findings or (check and done.is_changed)))


def run_publish(version: str, output: Path | None, today: Any) -> int:
    """Publish a version and say where it lies."""
    messages = _messages()
    folder = read_schema_folder(find_schema_folder(Path.cwd()))

    with _progress(messages) as step:
        done = publish(folder, version, output or folder.path.parent / "dist", messages, _day(today), step)
    details = {
        "version": version,
        "folder": str(done.folder),
        "tables": messages.plural("plural.tables", done.tables),
        "rows": messages.plural("plural.rows", done.rows),
        "files": messages.plural("plural.files", done.files),
    }
    click.echo(messages.text("ui.published", details))
    return 0


def run_trace(recommendation_id: str | None, sources: Path, everything: bool) -> int:
    """Print the lines behind a recommendation, or check all sources."""
    messages = _messages()
    package = read_schema_folder(find_schema_folder(Path.cwd())).package()
    report = validate(package, messages, date.today())
    if report.errors:
        raise DataInvalid("trace.data-invalid", issues=report.issues)
    if everything:
        return _check_sources(package, sources, messages, report)
    if not recommendation_id:
        raise SetupError("trace.no-recommendation-named")
    passage = trace(package, recommendation_id, sources)
    click.echo(paint(sys.stdout)(str(passage.file), "bold"))
    for number, line in enumerate(passage.lines, passage.line_start):
        click.echo(f"{number:>5}  {printable(line, 10_000)}")
    return 0


def _check_sources(package: Package, sources: Path, messages: Messages, report: Report) -> int:

    faults = check_sources(package, sources)
    for fault in faults:
        click.echo(messages.text(f"ui.trace-{fault.key}", fault.details))
    if faults:
        click.echo(messages.text("ui.trace-faults", {"faults": messages.plural("plural.faults", len(faults))}))
        return 1
    rows = dict(report.rows)
    details = {
        "sources": messages.plural("plural.sources", rows["events"]),
        "recommendations": messages.plural("plural.recommendations", rows["recommendations"]),
    }
    click.echo(messages.text("ui.traced", details))
    return 0


def _shown(path: Path) -> str:
    """Return a path as seen from where we stand, with slashes, or the whole path from elsewhere."""
    full = path.resolve()
    here = Path.cwd().resolve()
    return (full.relative_to(here) if full.is_relative_to(here) else full).as_posix()


def _messages() -> Messages:
    messages: Messages = click.get_current_context().obj
    return messages


def _day(value: Any) -> date:
    return value.date() if value else date.today()


def paint(stream: Any) -> Callable[[str, str], str]:
    """Return how to colour a text: not at all unless a person looks at a terminal."""
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    return lambda text, name: click.style(text, **COLOURS.get(name, {"fg": name})) if colours else text


@contextmanager
def _progress(messages: Messages) -> Iterator[Callable[[str], None]]:
    """Give a function that shows the running step on a terminal, and shows nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda name: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda name: status.update(messages.text(f"ui.publish-step-{name}") + " …")
