"""Reports as text for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from resopen.errors import Issue
from resopen.messages import Messages
from resopen.validate import Report

Paint = Callable[[str, str], str]


def to_text(report: Report, messages: Messages, limit: int, paint: Paint) -> str:
    """Return the report as text: the issues as in `issues_text`, then the total."""
    total = _total(report, messages, paint)
    return f"{issues_text(report.issues, messages, limit, paint)}\n\n{total}" if report.issues else total


def issues_text(issues: Sequence[Issue], messages: Messages, limit: int, paint: Paint) -> str:
    """Return issues as text, grouped by table and rule.

    Args: the issues, the catalogue, how many issues of one rule in one table to print (0 = all),
    and how to paint a text in a named colour.
    """
    groups = groupby(sorted(issues, key=_first_seen(issues)), key=lambda issue: (issue.table, issue.rule))
    return "\n\n".join("\n".join(_group_lines(list(members), messages, limit, paint)) for _, members in groups)


def _group_lines(issues: Sequence[Issue], messages: Messages, limit: int, paint: Paint) -> Iterator[str]:
    """Yield the lines of the issues of one rule in one table; a remedy they share is printed once."""
    first = issues[0]
    word = paint(messages.text(f"ui.{first.severity}"), "red" if first.severity == "error" else "yellow")
    count = messages.plural("plural.issues", len(issues))
    yield f"{word} {paint(f'{first.table} · {first.rule} · {count}', 'bold')}"
    shared = len({issue.remedy for issue in issues}) == 1
    mend = paint(messages.text("ui.how-to-mend"), "green")
    shown = issues[: limit or None]
    for issue in shown:
        yield from _issue_lines(issue, messages, paint)
        if not shared:
            yield f"    {mend}{printable(issue.remedy)}"
    if len(issues) > len(shown):
        more = messages.plural("plural.more", len(issues) - len(shown))
        yield "  " + messages.text("ui.more", {"more": more})
    if shared:
        yield f"  {mend}{printable(first.remedy)}"


def _first_seen(issues: Sequence[Issue]) -> Callable[[Issue], tuple[int, int]]:
    """Return a key that keeps tables in their order and puts the issues of a rule together."""
    tables: dict[str, int] = {}
    rules: dict[tuple[str, str], int] = {}
    for issue in issues:
        tables.setdefault(issue.table, len(tables))
        rules.setdefault((issue.table, issue.rule), len(rules))
    return lambda issue: (tables[issue.table], rules[issue.table, issue.rule])


def _issue_lines(issue: Issue, messages: Messages, paint: Paint) -> Iterator[str]:
    place = messages.text("ui.where-table")
    if issue.line:
        key = "ui.where-row" if issue.row else "ui.where-line"
        place = messages.text(key, {"row": str(issue.row), "line": str(issue.line)})
    if issue.column:
        place += ", " + messages.text("ui.column", {"column": str(issue.column), "field": printable(issue.field)})
    yield f"  {paint(place, 'cyan')}: {printable(issue.message)}"
    if issue.value and issue.value not in issue.message:
        yield f"    {printable(issue.value)}"


def _total(report: Report, messages: Messages, paint: Paint) -> str:
    details = {
        "tables": messages.plural("plural.tables", len(report.rows)),
        "rows": messages.plural("plural.rows", sum(rows for _, rows in report.rows)),
        "errors": messages.plural("plural.errors", report.errors),
        "warnings": messages.plural("plural.warnings", report.warnings),
    }
    if not report.issues:
        return paint(messages.text("ui.clean", details), "green")
    return paint(messages.text("ui.found", details), "red" if report.errors else "yellow")


def printable(text: str, width: int = 200) -> str:
    """Return a text of the data on one line, control characters shown as escapes, cut at a width."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= width else shown[: width - 1] + "…"
