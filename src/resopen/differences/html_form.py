"""A difference as one page of HTML, which fetches nothing and runs nothing.

It has the style of the reports of `validate`; everything of the data is escaped and shown by
`printable`. The same difference gives the same page, for there is no clock in it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import resources

from resopen import __version__
from resopen.differences.comparing import Comparison, changes
from resopen.differences.records import ROW_KINDS, Difference, RowChange, TableDifference
from resopen.differences.text_form import demanded
from resopen.differences.versions import version_reasons
from resopen.differences.words import (
    counts_in_words,
    kind_in_words,
    move_in_words,
    notes,
    schema_in_words,
    side_in_words,
    some,
    step_in_words,
)
from resopen.messages import Messages
from resopen.printing import printable

WIDTH = 500
COUNTS = ("table", "added", "removed", "key-changed", "revised", "cells-revised", "newly-missing", "newly-filled")


def to_html(comparison: Comparison, messages: Messages, limit: int) -> Iterator[str]:
    """Yield a difference as a page: the verdict, the counts, the definitions, the rows table by table.

    Args: the comparison, the catalogue, how many rows of each kind of change to list for a table
    (0 = all). All counts are complete; where rows are left out, the page says so.
    """
    found = comparison.difference
    title = f"{side_in_words(found.old)} → {side_in_words(found.new)}"
    yield from _head(title, messages)
    yield from _header(found, title, messages)
    yield "<main>\n"
    yield from _counts(found, messages)
    yield from _definitions(found, messages)
    for i, table in enumerate(found.tables):
        if table.rows_changed:
            yield from _table(comparison, table, f"t{i}", messages, limit)
    made_by = messages.text("html.made-by", {"version": __version__})
    yield f"</main>\n<footer><p>{escape(made_by)}</p></footer>\n</body>\n</html>\n"


def _head(title: str, messages: Messages) -> Iterator[str]:
    """Yield the head; the policy allows the style by its hash, so that no other could ever apply."""
    css = resources.files("resopen").joinpath("html_report.css").read_text("utf-8")
    style = f"\n{css}ins {{ color: var(--good); text-decoration: none; }} del {{ color: var(--error); }}\n"
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield f'<!doctype html>\n<html lang="{messages.language}">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f"<title>{_shown(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"


def _header(found: Difference, title: str, messages: Messages) -> Iterator[str]:
    mood = "good" if found.is_empty else "doubtful"
    verdict = messages.text("difference.empty") if found.is_empty else demanded(found, messages)
    yield f'<header class="{mood}">\n<h1>{_shown(verdict)}</h1>\n<p><bdi>{_shown(title)}</bdi></p>\n</header>\n'
    reasons = [
        f"<b>{escape(step_in_words(reason.step, messages))}</b>: {escape(kind_in_words(reason.kind, messages))}: "
        + some([_code(place) for place in reason.places], messages)
        for reason in version_reasons(found)
    ]
    yield from _list(reasons)


def _counts(found: Difference, messages: Messages) -> Iterator[str]:
    heading = escape(messages.text("difference.section-rows"))
    yield f'<section>\n<h2 id="tables">{heading}</h2>\n'
    changed = [(i, table) for i, table in enumerate(found.tables) if table.rows_changed]
    if changed:
        heads = [messages.text(f"difference.head-{head}") for head in COUNTS]
        yield from _start(heads, numbers=len(heads) - 1)
        for i, table in changed:
            counts = (table.added, table.removed, table.key_changed, table.revised, *table.cells)
            cells = "".join(f'<td class="n">{count}</td>' for count in counts)
            yield f'<tr><th scope="row"><a href="#t{i}">{_code(table.name)}</a></th>{cells}</tr>\n'
        yield "</tbody>\n</table>\n"
    same = messages.plural("plural.tables", len(found.tables) - len(changed))
    yield f"<p>{escape(messages.text('difference.same-tables', {'tables': same}))}</p>\n</section>\n"


def _definitions(found: Difference, messages: Messages) -> Iterator[str]:
    """Yield what changed beside the rows."""
    old_new = [messages.text("difference.head-old"), messages.text("difference.head-new")]
    what = messages.text("difference.head-what")
    tables = {
        "metadata": [(_code(item.key), _old(item.old), _new(item.new)) for item in found.metadata],
        "methodology": [
            (f"{_code(item.file)} {_code(item.key)}", _old(item.old), _new(item.new)) for item in found.methodology
        ],
    }
    lists = {
        "schema": [_shown(schema_in_words(item, messages)) for item in found.schema],
        "files": [f"{_code(item.name)}: {escape(kind_in_words(f'file-{item.kind}', messages))}"
                  for item in found.files],
        "moves": [f"{_code(item.ranking)} <bdi>{_shown(item.name)}</bdi> {_code(item.unit)}: "
                  f"{_shown(move_in_words(item.old, item.new, messages))}" for item in found.moves],
    }  # fmt: skip
    for name in ("metadata", "schema", "files", "methodology", "moves"):
        if tables.get(name) or lists.get(name):
            yield f"<section>\n<h2>{escape(messages.text(f'difference.section-{name}'))}</h2>\n"
            if name in tables:
                yield from _start([what, *old_new])
                yield from (f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in tables[name])
                yield "</tbody>\n</table>\n"
            yield from _list(lists.get(name, ()))
            yield "</section>\n"


def _table(
    comparison: Comparison, table: TableDifference, anchor: str, messages: Messages, limit: int
) -> Iterator[str]:
    title = table.title.text(messages.language)
    name = f"<bdi>{_shown(title)}</bdi> {_code(table.name)}" if title else _code(table.name)
    yield f'<section aria-labelledby="{anchor}">\n<h2 id="{anchor}">{name}</h2>\n'
    yield f"<p>{escape(counts_in_words(table, messages))}</p>\n"
    yield from (f'<p class="quiet">{_shown(note)}</p>\n' for note in notes(comparison.difference, table, messages))
    heads = [messages.text(f"difference.head-{head}") for head in ("key", "field", "old", "new")]
    for kind in ROW_KINDS:
        if table.count(kind):
            yield f"<h3>{escape(messages.plural(f'plural.rows-{kind}', table.count(kind)))}</h3>\n"
            yield from _start(heads)
            for change in changes(comparison, table.name, kind, limit):
                yield _row(change, messages)
            yield "</tbody>\n</table>\n"
            if limit and table.count(kind) > limit:
                more = {"more": messages.plural("plural.more", table.count(kind) - limit)}
                yield f"<p>{escape(messages.text('difference.more', more))}</p>\n"
    yield f'<p class="top"><a href="#tables">{escape(messages.text("html.to-top"))}</a></p>\n</section>\n'


def _row(change: RowChange, messages: Messages) -> str:
    """Return a change as rows of a table: one for each changed cell, or one with the whole row."""
    key = "<br>".join(f"{_code(name)} {_cell(text, '', messages)}" for name, text in change.key)
    if change.row:
        filled = [(name, text) for name, text in change.row if text is not None]
        tag = "del" if change.kind == "removed" else "ins"
        whole = "<br>".join(f"{_code(name)} {_cell(text, tag, messages)}" for name, text in filled)
        sides = (whole, "") if change.kind == "removed" else ("", whole)
        return f"<tr><td>{key}</td><td></td><td>{sides[0]}</td><td>{sides[1]}</td></tr>\n"
    return "".join(
        f"<tr><td>{key}</td><td>{_code(cell.field)}</td><td>{_cell(cell.old, 'del', messages)}</td>"
        f"<td>{_cell(cell.new, 'ins', messages)}</td></tr>\n"
        for cell in change.cells
    )


def _start(heads: Sequence[str], numbers: int = 0) -> Iterator[str]:
    yield "<table>\n<thead><tr>"
    for i, head in enumerate(heads):
        right = ' class="n"' if i >= len(heads) - numbers else ""
        yield f'<th scope="col"{right}>{escape(head)}</th>'
    yield "</tr></thead>\n<tbody>\n"


def _list(items: Iterable[str]) -> Iterator[str]:
    lines = [f"<li>{item}</li>\n" for item in items]
    if lines:
        yield "<ul>\n" + "".join(lines) + "</ul>\n"


def _cell(text: str | None, tag: str, messages: Messages) -> str:
    if text is None:
        return f'<span class="quiet">{escape(messages.text("difference.none"))}</span>'
    return f"<{tag}>{_code(text)}</{tag}>" if tag else _code(text)


def _old(text: str) -> str:
    return f"<del>{_code(text)}</del>" if text else ""


def _new(text: str) -> str:
    return f"<ins>{_code(text)}</ins>" if text else ""


def _code(text: str) -> str:
    return f"<code><bdi>{_shown(text)}</bdi></code>" if text else ""


def _shown(text: str) -> str:
    """Return a text of the data as HTML that can only be text."""
    return escape(printable(text, WIDTH))
