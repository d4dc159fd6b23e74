"""Reports as text for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from resopen.errors import DefinitionError, Finding, Issue, ResopenError
from resopen.messages import Messages
from resopen.validation import Report

Paint = Callable[[str, str], str]
Problem = TypeVar("Problem", Finding, Issue)


def to_text(report: Report, messages: Messages, limit: int, paint: Paint) -> str:
    """Return the report as text: its issues as in `issues_text`, then the total."""
    total = _total(report, messages, paint)
    groups = [(list(report.in_words(members[: limit or None])), len(members)) for members in grouped(report.findings)]
    return "\n\n".join([*_groups_text(groups, messages, paint), total])


def issues_text(issues: Sequence[Issue], messages: Messages, limit: int, paint: Paint) -> str:
    """Return issues as text, grouped by table and rule.

    Args: the issues, the catalogue, how many issues of one rule in one table to print (0 = all),
    and how to paint a text in a named colour.
    """
    groups = [(members[: limit or None], len(members)) for members in grouped(issues)]
    return "\n\n".join(_groups_text(groups, messages, paint))


def grouped(issues: Sequence[Problem]) -> list[list[Problem]]:
    """Return the issues of each rule in each table; tables in their order, rules as first met."""
    tables: dict[str, dict[str, list[Problem]]] = {}
    for issue in issues:
        rule = issue.rule.removesuffix("-null")
        tables.setdefault(issue.table, {}).setdefault(rule, []).append(issue)
    return [members for rules in tables.values() for members in rules.values()]


def _groups_text(groups: Sequence[tuple[Sequence[Issue], int]], messages: Messages, paint: Paint) -> list[str]:
    return ["\n".join(_group_lines(shown, count, messages, paint)) for shown, count in groups]


def _group_lines(shown: Sequence[Issue], number: int, messages: Messages, paint: Paint) -> Iterator[str]:
    """Yield the lines of the issues of one rule in one table; a remedy they share is printed once."""
    first = shown[0]
    word = paint(messages.text(f"ui.{first.severity}"), "red" if first.severity == "error" else "yellow")
    count = messages.plural("plural.issues", number)
    yield f"{word} {paint(f'{printable(first.table)} · {printable(first.rule)} · {count}', 'bold')}"
    shared = len({issue.remedy for issue in shown}) == 1
    mend = paint(messages.text("ui.how-to-mend"), "green")
    for issue in shown:
        yield from _issue_lines(issue, messages, paint)
        if not shared:
            yield f"    {mend}{printable(issue.remedy)}"
    if number > len(shown):
        more = messages.plural("plural.more", number - len(shown))
        yield "  " + messages.text("ui.more", {"more": more})
    if shared:
        yield f"  {mend}{printable(first.remedy)}"


def _issue_lines(issue: Issue, messages: Messages, paint: Paint) -> Iterator[str]:
    yield f"  {paint(place_in_words(issue, messages), 'cyan')}: {printable(issue.message)}"
    if issue.value and issue.value not in issue.message:
        # In quotes, so that no line of ours is a command to a program that reads the log of a build.
        yield "    " + messages.text("ui.cell", {"value": printable(issue.value)})


def place_in_words(issue: Issue, messages: Messages) -> str:
    """Return where an issue is: its file where the table has several, row and line, or the whole table, column."""
    place = messages.text("ui.where-table")
    if issue.row or issue.line:
        key = "ui.where-row" if issue.row and issue.line else "ui.where-record" if issue.row else "ui.where-line"
        place = messages.text(key, {"row": str(issue.row), "line": str(issue.line)})
    if issue.column:
        key = "ui.column" if issue.field else "changes.column"
        place += ", " + messages.text(key, {"column": str(issue.column), "field": printable(issue.field)})
    return f"{printable(issue.file)}, {place}" if issue.file else place


def _total(report: Report, messages: Messages, paint: Paint) -> str:
    details = {
        "tables": messages.plural("plural.tables", report.tables),
        "rows": messages.plural("plural.rows", sum(rows for _, rows in report.rows)),
        "errors": messages.plural("plural.errors", report.errors),
        "warnings": messages.plural("plural.warnings", report.warnings),
    }
    if not report.findings:
        return paint(messages.text("ui.clean", details), "green")
    return paint(messages.text("ui.found", details), "red" if report.errors else "yellow")


def error_lines(error: ResopenError, messages: Messages) -> list[str]:
    """Return what an error says, a line for each of its faults."""
    others = error.others if isinstance(error, DefinitionError) else ()
    return [printable(messages.error(one.key, one.details), 2000) for one in (error, *others)]


def printable(text: str, width: int = 200) -> str:
    """Return a text of the data on one line, as `visible` shows it, cut at a width."""
    shown = visible(text)
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def visible(text: str) -> str:
    """Return a text with every character that is not printable shown as an escape such as \\x1b.

    These are the characters that a terminal or a viewer would obey instead of showing them: control
    characters, line ends, marks of direction, and spaces other than the common one.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def aligned(rows: Sequence[Sequence[str]], left: tuple[int, ...]) -> Iterator[str]:
    """Yield rows as lines of aligned columns."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        pairs = enumerate(zip(row, widths, strict=True))
        cells = [cell.ljust(width) if i in left else cell.rjust(width) for i, (cell, width) in pairs]
        yield "  ".join(cells).rstrip()
