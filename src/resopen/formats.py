"""Reports for machines: JSON, CSV, JUnit, SARIF and the annotations of GitHub."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from xml.etree import ElementTree

from resopen import __version__
from resopen.errors import Issue
from resopen.validation import Report

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SARIF_LEVELS: Mapping[str, str] = {"error": "error", "warning": "warning"}


def file_of(issue: Issue, files: Mapping[str, str]) -> str:
    """Return the file of an issue: its own where the table has several, else that of the table."""
    return issue.file or files.get(issue.table, "")


def to_json(report: Report, files: Mapping[str, str]) -> str:
    """Return the report as JSON: counts, and every issue with all its fields, in order."""
    content = {
        "valid": report.errors == 0,
        "errors": report.errors,
        "warnings": report.warnings,
        "tables": [{"name": name, "rows": rows, "file": files.get(name, "")} for name, rows in report.rows],
        "issues": [asdict(issue) | {"file": file_of(issue, files)} for issue in report.issues],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def to_csv(report: Report, files: Mapping[str, str]) -> str:
    """Return one line an issue, with a header; `file` is the file of the table.

    A text that a spreadsheet would run as a formula is preceded by an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(Issue) if field.name != "file"]
    writer.writerow(["file", *names])
    for issue in report.issues:
        cells = [file_of(issue, files), *(str(asdict(issue)[name] or "") for name in names)]
        writer.writerow(["'" + cell if cell[:1] in "=+-@\t\r" and cell else cell for cell in cells])
    return text.getvalue().removesuffix("\n")


def to_junit(report: Report, files: Mapping[str, str]) -> str:
    """Return the report as JUnit XML: a test case a table, a failure an error."""
    cases = dict(report.rows)
    suite = ElementTree.Element(
        "testsuite", name="resopen validate", tests=str(len(cases)), failures=str(report.errors), errors="0"
    )
    for table in cases:
        case = ElementTree.SubElement(suite, "testcase", classname="resopen", name=table, file=files.get(table, ""))
        for issue in report.issues:
            if issue.table == table and issue.severity == "error":
                failure = ElementTree.SubElement(case, "failure", type=issue.rule, message=_plain(issue.message))
                failure.text = _plain(f"line {issue.line}, column {issue.column} ({issue.field}): {issue.remedy}")
    return ElementTree.tostring(suite, "unicode", xml_declaration=True)


def to_sarif(report: Report, files: Mapping[str, str]) -> str:
    """Return the report as SARIF 2.1.0, each issue with its file and line."""
    rules = sorted({issue.rule for issue in report.issues})
    results = [
        {
            "ruleId": issue.rule,
            "level": SARIF_LEVELS[issue.severity],
            "message": {"text": f"{issue.table}.{issue.field}: {issue.message} {issue.remedy}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": file_of(issue, files) or issue.table},
                        "region": {"startLine": max(issue.line, 1)},
                    }
                }
            ],
        }
        for issue in report.issues
    ]
    driver = {"name": "resopen", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    content = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(content, ensure_ascii=False, indent=2)


def to_github(report: Report, files: Mapping[str, str]) -> str:
    """Return one workflow command an issue, so that the line of the file is annotated."""
    return "\n".join(
        f"::{issue.severity} file={_escaped(file_of(issue, files) or issue.table, True)},line={max(issue.line, 1)},"
        f"title={_escaped(f'{issue.table}.{issue.field} {issue.rule}', True)}::"
        f"{_escaped(f'{issue.message} {issue.remedy}', False)}"
        for issue in report.issues
    )


def _escaped(text: str, is_property: bool) -> str:
    """Escape a text as GitHub's workflow commands demand, so that a cell cannot become a command."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if is_property else text


def _plain(text: str) -> str:
    """Return a text with the characters that XML cannot hold shown as escapes."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)
