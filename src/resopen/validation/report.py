"""Findings put into words: the issues of a run and their counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from resopen.errors import Finding, Issue
from resopen.messages import Messages, fill
from resopen.schema import Field, Package, Rule
from resopen.validation.words import range_in_words, type_in_words

Details = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Report:
    """All findings of a run in the order of tables, files, rows and columns, and the rows judged a table.

    An issue is put into words when it is asked for, so that a million of them do not flood memory.
    `packages` are the judged ones, no two tables of which have the same name. `timings` are the
    seconds of each phase; they are no part of the content.
    """

    packages: tuple[Package, ...] = field(repr=False, compare=False)
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

    @cached_property
    def tables(self) -> int:
        """Number of resources that are tables; of the others only bytes and hash were judged."""
        files = {item.name for package in self.packages for item in package.resources if item.format == "file"}
        return sum(name not in files for name, _ in self.rows)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """All issues in words."""
        return tuple(self.in_words())

    def in_words(self, findings: Iterable[Finding] | None = None) -> Iterator[Issue]:
        """Yield the issues of findings, of all by default, in their order."""
        words = _Words(self.packages, self.messages)
        for finding in self.findings if findings is None else findings:
            yield words.issue(finding)

    def rule_in_words(self, table: str, rule: str) -> str:
        """Return what a rule is, in a few words: the message of a package's rule, else the catalogue's name."""
        own = _Words(self.packages, self.messages).rules.get((table, rule))
        return own.message.text(self.messages.language) if own else self.messages.text(f"rules.{rule}")


def join_reports(reports: Sequence[tuple[str, Report]]) -> Report:
    """Return the reports of several places as one, in their order.

    A table whose name stands in more than one of them is called `NAME (PLACE)` in the whole report.
    Args: at least one place with its report, all in one language.
    """
    counts = Counter(name for _, report in reports for name, _ in report.rows)
    joined = [_renamed(report, {n: f"{n} ({at})" for n, _ in report.rows if counts[n] > 1}) for at, report in reports]
    return Report(
        packages=tuple(package for report in joined for package in report.packages),
        messages=joined[0].messages,
        findings=tuple(finding for report in joined for finding in report.findings),
        rows=tuple(rows for report in joined for rows in report.rows),
        timings=tuple(timing for report in joined for timing in report.timings),
    )


def _renamed(report: Report, names: Mapping[str, str]) -> Report:
    """Return a report with other names for some of its tables."""
    if not names:
        return report
    packages = tuple(
        replace(
            package,
            resources=tuple(
                replace(item, table=replace(item.table, name=names.get(item.name, item.name)))
                for item in package.resources
            ),
        )
        for package in report.packages
    )
    findings = tuple(replace(f, table=names[f.table]) if f.table in names else f for f in report.findings)
    rows = tuple((names.get(name, name), count) for name, count in report.rows)
    return replace(report, packages=packages, findings=findings, rows=rows)


def sort_findings(findings: Sequence[Finding], package: Package) -> list[Finding]:
    """Return the findings in the order of the package's tables, then row, line, column and rule."""
    order = {resource.name: i for i, resource in enumerate(package.resources)}
    return sorted(findings, key=lambda f: (order.get(f.table, -1), f.file, f.row, f.line, f.column, f.rule, f.details))


@dataclass(frozen=True)
class _Words:
    """What is needed to put findings into words, looked up once."""

    packages: tuple[Package, ...]
    messages: Messages

    @cached_property
    def rules(self) -> Mapping[tuple[str, str], Rule]:
        return {
            (item.name, rule.id): rule for package in self.packages for item in package.resources
            for rule in package.rules
        }  # fmt: skip

    @cached_property
    def fields(self) -> Mapping[tuple[str, str], Field]:
        return {
            (item.name, field.name): field for package in self.packages for item in package.resources
            for field in item.table.fields
        }  # fmt: skip

    @cached_property
    def texts(self) -> Callable[[str, str, str, Details], tuple[list[str], list[str]]]:
        # Faults of one kind come by the million and differ in their value alone.
        return lru_cache(maxsize=1024)(self._texts)

    def issue(self, finding: Finding) -> Issue:
        """Return the issue of a finding: the message and the remedy of its rule, filled in.

        The texts of a rule of the package come from the rule, all others from the catalogue. A
        message may use the finding's own details and {field}, {title}, {value}, {example}, {table}.
        """
        message, remedy = self.texts(finding.rule, finding.table, finding.field, finding.details)
        value = finding.value or ""
        return Issue(
            finding.severity, finding.rule.removesuffix("-null"), finding.table, finding.row, finding.line,
            finding.column, finding.field, finding.value, value.join(message), value.join(remedy), finding.file,
        )  # fmt: skip

    def _texts(self, rule: str, table: str, field: str, details: Details) -> tuple[list[str], list[str]]:
        """Return the message and the remedy as the pieces between which the value stands."""
        own = self.rules.get((table, rule))
        if own:
            return [own.message.text(self.messages.language)], [own.remedy.text(self.messages.language)]
        known = self._details(table, field, details)
        message, remedy = (_pieces(self._template(rule, part, known), known) for part in ("message", "remedy"))
        return message, remedy

    def _template(self, rule: str, part: str, known: Mapping[str, str]) -> str:
        """Return the text of a rule: of the variant that the finding names, or plain where nothing fills the usual."""
        usual = self.messages.text(f"issues.{rule}.{part}")
        is_bare = any(f"{{{name}}}" in usual and not known.get(name) for name in ("example", "delimiter"))
        for variant in (known.get("variant", ""), "plain" * is_bare):
            if variant and self.messages.has(f"issues.{rule}.{part}-{variant}"):
                return self.messages.text(f"issues.{rule}.{part}-{variant}")
        return usual

    def _details(self, table: str, field: str, details: Details) -> dict[str, str]:
        filled = {"table": table, "field": field} | dict(details)
        known = self.fields.get((table, field))
        filled["title"] = (known.title.text(self.messages.language) if known else "") or field
        filled["example"] = known.example if known else ""
        if "type" in filled:
            filled["type"] = type_in_words(self.messages, filled["type"], known)
        if known:
            filled["range"] = range_in_words(self.messages, known)
        return self.messages.in_words(filled)


def _pieces(template: str, details: Mapping[str, str]) -> list[str]:
    """Return a template filled with the details, cut where the value goes unless they name one."""
    if "value" in details:
        return [fill(template, details)]
    return [fill(piece, details) for piece in template.split("{value}")]
