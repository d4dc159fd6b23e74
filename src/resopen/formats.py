"""Reports for machines: JSON, CSV, JUnit and the annotations of GitHub.

Each is yielded in pieces, so that a million issues never stand in memory as text. No character
that a terminal or a viewer would obey comes out alive: JSON escapes it as it escapes control
characters, so that a reader gets the character back; the others show the escape.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from html import escape

from resopen.errors import Finding, Issue
from resopen.messages import Messages
from resopen.printing import place_in_words, visible
from resopen.validation import Report

NAMES = tuple(field.name for field in fields(Issue) if field.name != "file")
ENCODER = json.JSONEncoder(ensure_ascii=False)
# What a spreadsheet takes for the beginning of a formula, in its wide forms too.
FORMULA = frozenset("=+-@＝＋－＠")
# Characters after which a piece is yielded.
CHUNK = 1 << 16


def file_of(issue: Issue, files: Mapping[str, str]) -> str:
    """Return the file of an issue: its own where the table has several, else that of the table."""
    return issue.file or files.get(issue.table, "")


def to_json(report: Report, files: Mapping[str, str]) -> Iterator[str]:
    """Yield the report as JSON: counts, and every issue with all its fields, in order, one a line."""
    yield f'{{\n  "valid": {json_line(not report.errors)},\n'
    yield f'  "errors": {report.errors},\n  "warnings": {report.warnings},\n  "tables": '
    tables = ({"name": name, "rows": rows, "file": files.get(name, "")} for name, rows in report.rows)
    yield from json_lines(map(json_line, tables))
    yield ',\n  "issues": '
    yield from json_lines(_json_issues(report, files))
    yield "\n}\n"


def _json_issues(report: Report, files: Mapping[str, str]) -> Iterator[str]:
    """Yield every issue as JSON, put together by hand, which is much faster than by keys."""
    name = lru_cache(maxsize=1024)(json_line)
    for issue in report.in_words():
        yield (
            f'{{"severity": "{issue.severity}", "rule": {name(issue.rule)}, "table": {name(issue.table)}, '
            f'"row": {issue.row}, "line": {issue.line}, "column": {issue.column}, "field": {name(issue.field)}, '
            f'"value": {json_line(issue.value)}, "message": {json_line(issue.message)}, '
            f'"remedy": {json_line(issue.remedy)}, "file": {name(file_of(issue, files))}}}'
        )


def json_lines(items: Iterable[str]) -> Iterator[str]:
    """Yield a JSON array of items that are JSON already, one a line."""
    between = "[\n    "
    for item in items:
        yield between + item
        between = ",\n    "
    yield "[]" if between.startswith("[") else "\n  ]"


def json_line(content: object) -> str:
    """Return JSON on one line, in which a character that is not printable is escaped."""
    text = ENCODER.encode(content)
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def to_csv(report: Report, files: Mapping[str, str]) -> Iterator[str]:
    """Yield one line an issue, with a header; `file` is the file of the issue; no value is an empty cell.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", *NAMES])
    name = lru_cache(maxsize=1024)(_cell)
    for issue in report.in_words():
        writer.writerow(
            (
                name(file_of(issue, files)), issue.severity, name(issue.rule), name(issue.table), issue.row,
                issue.line, issue.column, name(issue.field), _cell(issue.value or ""), _cell(issue.message),
                _cell(issue.remedy),
            )
        )  # fmt: skip
        if text.tell() > CHUNK:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def _cell(text: str) -> str:
    """Return a text as a cell that shows everything and runs nothing."""
    shown = visible(text)
    return "'" + shown if shown[:1] in FORMULA else shown


def to_junit(report: Report, files: Mapping[str, str]) -> Iterator[str]:
    """Yield the report as JUnit XML: a test case a table, one failure with its errors, warnings as output.

    There is one failure a test case, however many errors it has, because readers such as GitLab's
    show the first alone, and others count failures against test cases.
    """
    tables: dict[str, list[Finding]] = {name: [] for name, _ in report.rows}
    for finding in report.findings:
        tables.setdefault(finding.table, []).append(finding)
    failed = len({finding.table for finding in report.findings if finding.severity == "error"})
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuite name="resopen validate" tests="{len(tables)}" failures="{failed}" errors="0">\n'
    for table, findings in tables.items():
        yield f'<testcase classname="resopen" name={_attribute(table)} file={_attribute(files.get(table, ""))}>\n'
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors:
            rules = ", ".join(dict.fromkeys(finding.rule.removesuffix("-null") for finding in errors))
            count = report.messages.plural("plural.errors", len(errors))
            yield f"<failure type={_attribute(rules)} message={_attribute(count)}>\n"
            yield from _junit_lines(report, errors)
            yield "</failure>\n"
        if len(errors) < len(findings):
            yield "<system-out>\n"
            yield from _junit_lines(report, [finding for finding in findings if finding.severity == "warning"])
            yield "</system-out>\n"
        yield "</testcase>\n"
    yield "</testsuite>\n"


def junit_error(place: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield JUnit XML that says why a package could not be judged: one test case with an error, one line a fault."""
    name = place or "datapackage"
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<testsuite name="resopen validate" tests="1" failures="0" errors="1">\n'
    yield f'<testcase classname="resopen" name={_attribute(name)} file={_attribute(place)}>\n'
    yield f"<error message={_attribute(lines[0])}>\n"
    for line in lines:
        yield escape(visible(line).replace("[[", "[ ["), quote=False) + "\n"
    yield "</error>\n</testcase>\n</testsuite>\n"


def _junit_lines(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a line an issue: the rule, the place, what is wrong and how to mend it."""
    for issue in report.in_words(findings):
        line = f"[{issue.rule}] {place_in_words(issue, report.messages)}: {issue.message} {issue.remedy}"
        # GitLab and Jenkins would take a file of the job for an attachment where a cell says so.
        yield escape(visible(line).replace("[[", "[ ["), quote=False) + "\n"


def _attribute(text: str) -> str:
    return f'"{escape(visible(text))}"'


def to_github(report: Report, files: Mapping[str, str]) -> Iterator[str]:
    """Yield one workflow command an issue, so that the line of the file is annotated."""
    for issue in report.in_words():
        file = _escaped(file_of(issue, files) or issue.table, True)
        title = _escaped(f"{subject(issue, report.messages)} {issue.rule}", True)
        text = _escaped(f"{issue.message} {issue.remedy}", False)
        yield f"::{issue.severity} file={file},line={max(issue.line, 1)},title={title}::{text}\n"


def subject(issue: Issue, messages: Messages) -> str:
    """Return what an issue is about: its table and field, and its row where the file has no lines to point at."""
    name = f"{issue.table}.{issue.field}" if issue.field else issue.table
    return f"{name}, {place_in_words(issue, messages)}" if issue.row and not issue.line else name


def _escaped(text: str, is_property: bool) -> str:
    """Escape a text as GitHub's workflow commands demand, so that a cell cannot become a command."""
    text = visible(text).replace("%", "%25")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text
