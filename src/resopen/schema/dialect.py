"""Table Dialect descriptors read into records, refused by key where they are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resopen.schema.fields import take, wrong
from resopen.schema.files import read_json, safe_path
from resopen.schema.records import Dialect


def load_dialect(node: Any, file_format: str, base: Path, where: str, key: str) -> Dialect:
    """Return the dialect of a resource: versions 1 and 2 of Table Dialect, or a file that holds one.

    Raises DefinitionError when a key has a wrong kind, quotes and escapes contradict each other, or
    a quote, escape or comment is not one character. Source: Table Dialect, Data Package version 2;
    CSV Dialect, version 1.
    """
    if isinstance(node, str):
        node = read_json(safe_path(base, node, where, key))
    node = {} if node is None else node
    if not isinstance(node, Mapping):
        raise wrong(where, key, "wrong-kind", found=type(node).__name__)

    def text(name: str, default: str) -> str:
        value = node.get(name, default)
        return str(take({name: "" if value is None else value}, name, str, where, key, default))

    escape = text("escapeChar", "")
    quote = text("quoteChar", "" if escape and "quoteChar" not in node else '"')
    delimiter = text("delimiter", "\t" if file_format == "tsv" else ",")
    _check_characters(where, key, delimiter, quoteChar=quote, escapeChar=escape, commentChar=text("commentChar", ""))
    return Dialect(
        delimiter=delimiter,
        quote_char=quote,
        double_quote=take(node, "doubleQuote", bool, where, key, not escape),
        escape_char=escape,
        line_terminator=_terminator(text("lineTerminator", "")),
        skip_initial_space=take(node, "skipInitialSpace", bool, where, key, False),
        null_sequence=text("nullSequence", ""),
        header=take(node, "header", bool, where, key, True),
        header_rows=_numbers(node, "headerRows", where, key, (1,)),
        header_join=text("headerJoin", " "),
        comment_rows=_numbers(node, "commentRows", where, key, ()),
        comment_char=text("commentChar", ""),
        case_sensitive_header=take(node, "caseSensitiveHeader", bool, where, key, True),
        data_property=text("property", ""),
        item_type=text("itemType", ""),
        item_keys=tuple(map(str, take(node, "itemKeys", list, where, key, []))),
        sheet_number=take(node, "sheetNumber", int, where, key, 0),
        sheet_name=text("sheetName", ""),
    )


def _check_characters(where: str, key: str, delimiter: str, **marks: str) -> None:
    if not delimiter or "\n" in delimiter or "\r" in delimiter:
        raise wrong(where, f"{key}.delimiter", "unknown-value", found=delimiter, expected=", ; \\t |")
    for name, mark in marks.items():
        if len(mark) > 1 or (mark and (mark in "\r\n" or mark == delimiter)):
            raise wrong(where, f"{key}.{name}", "unknown-value", found=mark, expected="\" ' \\ #")


def _terminator(text: str) -> str:
    """Return a line terminator that is neither LF nor CR LF, which are read alike, else nothing."""
    return "" if text in ("\n", "\r\n") else text


def _numbers(node: Mapping[str, Any], name: str, where: str, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Return a list of row numbers, counted from 1."""
    values = take(node, name, list, where, key, list(default))
    for i, value in enumerate(values):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise wrong(where, f"{key}.{name}[{i}]", "unknown-value", found=str(value), expected="1, 2, 3, …")
    return tuple(values)
