"""Findings put into words: the issues of a run and their counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from resopen.errors import Finding, Issue
from resopen.messages import Messages
from resopen.schema import Field, Package, Rule


@dataclass(frozen=True)
class Report:
    """All findings of a run in the order of tables, files, rows and columns, and the rows judged a table.

    An issue is put into words when it is asked for, so that a million of them do not flood memory.
    `timings` are the seconds of each phase; they are no part of the content.
    """

    package: Package = field(repr=False, compare=False)
    messages: Messages = field(repr=False, compare=False)
    findings: tuple[Finding, ...]
    rows: tuple[tuple[str, int], ...]
    timings: tuple[tuple[str, float], ...] = field(default=(), compare=False)

    @cached_property
    def errors(self) -> int:
        """Number of issues of severity error."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Number of issues of severity warning."""
        return len(self.findings) - self.errors

    @property
    def issues(self) -> tuple[Issue, ...]:
        """All issues in words."""
        return tuple(self.in_words())

    def in_words(self, findings: Iterable[Finding] | None = None) -> Iterator[Issue]:
        """Yield the issues of findings, of all by default, in their order."""
        words = _Words(self.package, self.messages)
        for finding in self.findings if findings is None else findings:
            yield words.issue(finding)


def sort_findings(findings: Sequence[Finding], package: Package) -> list[Finding]:
    """Return the findings in the order of the package's tables, then row, line, column and rule."""
    order = {resource.name: i for i, resource in enumerate(package.resources)}
    return sorted(findings, key=lambda f: (order.get(f.table, -1), f.file, f.row, f.line, f.column, f.rule, f.details))


@dataclass(frozen=True)
class _Words:
    """What is needed to put findings into words, looked up once."""

    package: Package
    messages: Messages

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.package.rules}

    @cached_property
    def fields(self) -> Mapping[tuple[str, str], Field]:
        return {(item.name, field.name): field for item in self.package.resources for field in item.table.fields}

    def issue(self, finding: Finding) -> Issue:
        """Return the issue of a finding: the message and the remedy of its rule, filled in.

        The texts of a rule of the package come from the rule, all others from the catalogue. A
        message may use the finding's own details and {field}, {title}, {value}, {example}, {table}.
        """
        messages, rule = self.messages, self.rules.get(finding.rule)
        if rule:
            message, remedy = rule.message.text(messages.language), rule.remedy.text(messages.language)
        else:
            details = self._details(finding)
            message = messages.text(f"issues.{finding.rule}.message", details)
            remedy = messages.text(f"issues.{finding.rule}.remedy", details)
        return Issue(
            finding.severity, finding.rule.removesuffix("-null"), finding.table, finding.row, finding.line,
            finding.column, finding.field, finding.value, message, remedy, finding.file,
        )  # fmt: skip

    def _details(self, finding: Finding) -> dict[str, str]:
        details = {"table": finding.table, "field": finding.field, "value": finding.value or ""}
        details |= dict(finding.details)
        known = self.fields.get((finding.table, finding.field))
        details["title"] = (known.title.text(self.messages.language) if known else "") or finding.field
        details["example"] = known.example if known else ""
        if "type" in details:
            details["type"] = self.messages.text(f"types.{details['type']}")
        return details
