"""Reports as one page of HTML for people who have never seen a schema.

The page fetches nothing, runs no script and has one style of its own, which alone its policy
allows; everything of the data is escaped and shown by `printable`. The same report gives the same
page, for there is no clock in it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

from resopen import __version__
from resopen.errors import Finding, Issue
from resopen.messages import Messages
from resopen.printing import grouped, printable
from resopen.schema import Field, Table
from resopen.validation import Report

# How many places of a rule stand open; further ones are in a list that a click unfolds.
OPEN = 10
WIDTH = 500
# The columns of a list of places: class and key of the label. Its cells are named after them on narrow screens.
PLACE = (("p", "file"), ("r", "row"), ("l", "line"), ("c", "column"), ("f", "field"), ("v", "value"), ("m", "message"))
COUNTS = (("t", "table"), ("o", "rows"), ("e", "errors"), ("w", "warnings"), ("p", "file"))
NUMBERS = ("rows", "errors", "warnings", "row", "line", "column")


@dataclass(frozen=True)
class Part:
    """One table of a report: its anchor, what is known of it, and its findings rule by rule."""

    anchor: str
    table: Table
    rows: int
    file: str
    groups: tuple[Sequence[Finding], ...]

    def count(self, severity: str) -> int:
        """Return the number of findings of a severity."""
        return sum(finding.severity == severity for group in self.groups for finding in group)


def to_html(report: Report, files: Mapping[str, str], limit: int) -> Iterator[str]:
    """Yield a report as a page: the verdict, the tables with their counts, the faults table by table.

    Args: the report, the file of each table, and how many places of one rule in one table to list
    (0 = all). All counts are complete; where places are left out, the page says how to get them.
    """
    messages = report.messages
    parts = _parts(report, files)
    is_cut = bool(limit) and any(len(group) > limit for part in parts for group in part.groups)
    yield from _head(report)
    yield from _header(report, limit if is_cut else 0)
    yield f'<main>\n<section>\n<h2 id="tables">{_say(messages, "tables")}</h2>\n'
    yield from _summary(messages, parts)
    yield "</section>\n"
    for part in parts:
        if part.groups:
            yield from _table_section(report, part, limit)
    made_by = messages.text("html.made-by", {"version": __version__})
    yield f"</main>\n<footer><p>{escape(made_by)}</p></footer>\n</body>\n</html>\n"


def _parts(report: Report, files: Mapping[str, str]) -> list[Part]:
    tables = {item.name: item.table for package in report.packages for item in package.resources}
    groups: dict[str, list[Sequence[Finding]]] = {name: [] for name, _ in report.rows}
    for group in grouped(report.findings):
        groups[group[0].table].append(group)
    return [
        Part(f"t{i}", tables[name], rows, files.get(name, ""), tuple(groups[name]))
        for i, (name, rows) in enumerate(report.rows, 1)
    ]


def _head(report: Report) -> Iterator[str]:
    """Yield the head; the policy allows the style by its hash, so that no other could ever apply."""
    import hashlib  # Loads OpenSSL, which no other report needs.

    style = _style(report.messages)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    name = _name(report)
    title = f"{_verdict(report)} — {name}" if name else _verdict(report)
    yield f'<!doctype html>\n<html lang="{report.messages.language}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f"<title>{_shown(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"


def _style(messages: Messages) -> str:
    """Return the style; on narrow screens each cell is preceded by the name of its column."""
    labels = "".join(
        f'  .{kind}::before {{ content: "{messages.text(f"html.{key}")}"; }}\n'
        for kind, key in dict(PLACE + COUNTS).items()
    )
    css = resources.files("resopen").joinpath("html_report.css").read_text("utf-8")
    return f"\n{css}@media (max-width: 44rem) {{\n{labels}}}\n"


def _header(report: Report, limit: int) -> Iterator[str]:
    """Yield the verdict, what was checked, and how to read the page."""
    messages = report.messages
    mood, sign = ("bad", "✗") if report.errors else ("doubtful", "!") if report.warnings else ("good", "✓")
    tables = messages.plural("plural.tables", report.tables)
    rows = messages.plural("plural.rows", sum(count for _, count in report.rows))
    yield f'<header class="{mood}">\n<h1><span aria-hidden="true">{sign}</span> {escape(_verdict(report))}</h1>\n'
    if name := _name(report):
        yield f"<p><bdi>{_shown(name)}</bdi></p>\n"
    yield f"<p>{escape(messages.text('html.checked', {'tables': tables, 'rows': rows}))}</p>\n</header>\n"
    if not report.findings:
        yield f"<p>{_say(messages, 'all-good')}</p>\n"
        return
    yield f"<p>{_say(messages, 'intro')}</p>\n<p>{_say(messages, 'places')}</p>\n"
    if limit:
        text = messages.text("html.limited", {"limit": str(limit)})
        yield f'<p id="limited">{escape(text)}</p>\n'


def _verdict(report: Report) -> str:
    messages = report.messages
    counts = {
        "errors": messages.plural("plural.errors", report.errors),
        "warnings": messages.plural("plural.warnings", report.warnings),
    }
    key = "invalid" if report.errors else "valid-with-warnings" if report.warnings else "valid"
    return messages.text(f"html.{key}", counts)


def _name(report: Report) -> str:
    """Return what a single package is called: its title or name, and its version; nothing of several."""
    if len(report.packages) > 1:
        return ""
    package = report.packages[0]
    return f"{package.title.text(report.messages.language) or package.name} {package.version}".strip()


def _summary(messages: Messages, parts: Sequence[Part]) -> Iterator[str]:
    """Yield the tables with faults, then those without, folded where there are both."""
    faulty = [part for part in parts if part.groups]
    clean = [part for part in parts if not part.groups]
    if faulty:
        yield from _counts(messages, faulty)
    if clean and faulty:
        count = messages.plural("plural.clean-tables", len(clean))
        yield f"<details>\n<summary>{escape(count)}</summary>\n"
    if clean:
        yield from _counts(messages, clean)
    if clean and faulty:
        yield "</details>\n"


def _counts(messages: Messages, parts: Sequence[Part]) -> Iterator[str]:
    yield from _table_start(messages, COUNTS, _say(messages, "tables-caption"))
    for part in parts:
        name = _named(part, messages)
        name = f'<a href="#{part.anchor}">{name}</a>' if part.groups else name
        errors, warnings = (part.count(severity) for severity in ("error", "warning"))
        yield f'<tr><th scope="row" class="t"><span>{name}</span></th><td class="n o">{part.rows}</td>'
        yield f'<td class="n e">{_number(errors, "error")}</td><td class="n w">{_number(warnings, "warning")}</td>'
        yield f'<td class="p">{_code(part.file)}</td></tr>\n'
    yield "</tbody>\n</table>\n"


def _number(count: int, severity: str) -> str:
    return f'<span class="{severity}">{count}</span>' if count else "0"


def _table_section(report: Report, part: Part, limit: int) -> Iterator[str]:
    """Yield the faults of one table, rule by rule."""
    messages = report.messages
    yield f'<section aria-labelledby="{part.anchor}">\n<h2 id="{part.anchor}">{_named(part, messages)}</h2>\n'
    counts = ", ".join(messages.plural(f"plural.{word}s", part.count(word)) for word in ("error", "warning"))
    yield f'<p class="quiet">{escape(counts)}. {_code(part.file)}</p>\n'
    fields = {field.name: field for field in part.table.fields}
    for i, group in enumerate(part.groups, 1):
        yield from _rule_section(report, group, limit, f"{part.anchor}-{i}", fields)
    yield f'<p class="top"><a href="#tables">{_say(messages, "to-top")}</a></p>\n</section>\n'


def _rule_section(
    report: Report, group: Sequence[Finding], limit: int, anchor: str, fields: Mapping[str, Field]
) -> Iterator[str]:
    """Yield the faults of one rule in one table; a remedy they share stands once before them."""
    messages = report.messages
    issues = list(report.in_words(group[: limit or None]))
    first = issues[0]
    yield f'<section aria-labelledby="{anchor}">\n'
    yield f'<h3 id="{anchor}">{_shown(report.rule_in_words(first.table, first.rule))}</h3>\n'
    count = escape(messages.plural("plural.issues", len(group)))
    word = escape(messages.text(f"ui.{first.severity}"))
    yield f'<p><span class="{first.severity}">{word}</span> · {count} · {_code(first.rule)}</p>\n'
    is_shared = len({issue.remedy for issue in issues}) == 1
    if is_shared:
        yield f'<p class="mend">{_remedy(first, messages)}</p>\n'
    for start in range(0, len(issues), OPEN)[:2]:
        listed = issues[:OPEN] if start == 0 else issues[OPEN:]
        span = {"first": str(start + 1), "last": str(start + len(listed)), "count": str(len(group))}
        if start:
            yield f"<details>\n<summary>{escape(messages.plural('plural.places', len(listed)))}</summary>\n"
        yield from _places(listed, messages, fields, is_shared, escape(messages.text("html.span", span)))
        if start:
            yield "</details>\n"
    if len(group) > len(issues):
        more = {"more": messages.plural("plural.places", len(group) - len(issues))}
        why = f'<a href="#limited">{_say(messages, "why")}</a>'
        yield f"<p>{escape(messages.text('html.more', more))} ({why}).</p>\n"
    yield "</section>\n"


def _places(
    issues: Sequence[Issue], messages: Messages, fields: Mapping[str, Field], is_shared: bool, caption: str
) -> Iterator[str]:
    """Yield a list of places; a column that would be empty is left out."""
    filled = {
        "file": any(issue.file for issue in issues), "line": any(issue.line for issue in issues),
        "column": any(issue.column for issue in issues),
        "field": any(issue.field for issue in issues), "value": any(issue.value is not None for issue in issues),
    }  # fmt: skip
    columns = [(kind, key) for kind, key in PLACE if filled.get(key, True)]
    yield from _table_start(messages, columns, caption)
    for issue in issues:
        cells = {
            "file": _code(issue.file), "row": str(issue.row or ""), "line": str(issue.line or ""),
            "column": str(issue.column or ""), "field": _field(issue, fields, messages),
            "value": _value(issue, messages), "message": _message(issue, messages, is_shared),
        }  # fmt: skip
        if not issue.row and not issue.line:
            cells["row"] = escape(messages.text("ui.where-table"))
        yield "<tr>" + "".join(f"<td{_class(kind, key)}>{cells[key]}</td>" for kind, key in columns) + "</tr>\n"
    yield "</tbody>\n</table>\n"


def _message(issue: Issue, messages: Messages, is_shared: bool) -> str:
    """Return what is wrong, with the remedy unless it stands before the list."""
    mend = "" if is_shared else f'<span class="mend">{_remedy(issue, messages)}</span>'
    return f"<span>{_shown(issue.message)}{mend}</span>"


def _class(kind: str, key: str) -> str:
    return f' class="n {kind}"' if key in NUMBERS else f' class="{kind}"'


def _table_start(messages: Messages, columns: Sequence[tuple[str, str]], caption: str) -> Iterator[str]:
    yield f"<table>\n<caption>{caption}</caption>\n<thead><tr>"
    for _, key in columns:
        right = ' class="n"' if key in NUMBERS else ""
        yield f'<th scope="col"{right}>{_say(messages, key)}</th>'
    yield "</tr></thead>\n<tbody>\n"


def _named(part: Part, messages: Messages) -> str:
    """Return a table's name with its title where it has one."""
    title = part.table.title.text(messages.language)
    return f"<bdi>{_shown(title)}</bdi> {_code(part.table.name)}" if title else _code(part.table.name)


def _field(issue: Issue, fields: Mapping[str, Field], messages: Messages) -> str:
    if not issue.field:
        return ""
    known = fields.get(issue.field)
    title = known.title.text(messages.language) if known else ""
    return f"<span>{_code(issue.field)} <bdi>{_shown(title)}</bdi></span>" if title else _code(issue.field)


def _value(issue: Issue, messages: Messages) -> str:
    """Return the value; an empty cell is said to be empty, where there is no cell there is nothing."""
    if issue.value == "":
        return f'<span class="quiet">{_say(messages, "empty")}</span>'
    return _code(issue.value or "")


def _remedy(issue: Issue, messages: Messages) -> str:
    return f"{escape(messages.text('ui.how-to-mend'))}{_shown(issue.remedy)}"


def _code(text: str) -> str:
    return f"<code><bdi>{_shown(text)}</bdi></code>" if text else ""


def _shown(text: str) -> str:
    """Return a text of the data as HTML that can only be text."""
    return escape(printable(text, WIDTH))


def _say(messages: Messages, key: str) -> str:
    return escape(messages.text(f"html.{key}"))
