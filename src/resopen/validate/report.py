"""Findings put into words: the issues of a run and their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resopen.errors import Finding, Issue
from resopen.messages import Messages
from resopen.schema import Package


@dataclass(frozen=True)
class Report:
    """All issues of a run in the order of tables, rows and columns, and the rows judged a table."""

    issues: tuple[Issue, ...]
    rows: tuple[tuple[str, int], ...]

    @property
    def errors(self) -> int:
        """Number of issues of severity error."""
        return sum(issue.severity == "error" for issue in self.issues)

    @property
    def warnings(self) -> int:
        """Number of issues of severity warning."""
        return len(self.issues) - self.errors


def sort_findings(findings: Sequence[Finding], package: Package) -> list[Finding]:
    """Return the findings in the order of the package's tables, then row, line, column and rule."""
    order = {resource.name: i for i, resource in enumerate(package.resources)}
    return sorted(findings, key=lambda f: (order.get(f.table, -1), f.file, f.row, f.line, f.column, f.rule, f.details))


def put_into_words(finding: Finding, package: Package, messages: Messages) -> Issue:
    """Return the issue of a finding: the message and the remedy of its rule, filled in.

    The texts of a rule of the package come from the rule, all others from the catalogue. A message
    may use the finding's own details and {field}, {title}, {value}, {example}, {table}.
    """
    details = _details(finding, package, messages)
    rule = next((rule for rule in package.rules if rule.id == finding.rule), None)
    if rule:
        message, remedy = rule.message.text(messages.language), rule.remedy.text(messages.language)
    else:
        message = messages.text(f"issues.{finding.rule}.message", details)
        remedy = messages.text(f"issues.{finding.rule}.remedy", details)
    return Issue(
        finding.severity, finding.rule.removesuffix("-null"), finding.table, finding.row, finding.line,
        finding.column, finding.field, finding.value, message, remedy, finding.file,
    )  # fmt: skip


def _details(finding: Finding, package: Package, messages: Messages) -> dict[str, str]:
    details = {"table": finding.table, "field": finding.field, "value": finding.value or "", **dict(finding.details)}
    resource = next((item for item in package.resources if item.name == finding.table), None)
    known = resource and next((f for f in resource.table.fields if f.name == finding.field), None)
    details["title"] = known.title.text(messages.language) if known else finding.field
    details["example"] = known.example if known else ""
    if "type" in details:
        details["type"] = messages.text(f"types.{details['type']}")
    return details
