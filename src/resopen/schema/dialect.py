"""Table Dialect descriptors read into records, refused by key where they are wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resopen.errors import DefinitionError
from resopen.schema.fields import take
from resopen.schema.files import read_json, safe_path
from resopen.schema.keywords import show
from resopen.schema.records import Dialect
from resopen.schema.spots import attempt, refuse, wrong, wrong_kind


def load_dialect(node: Any, file_format: str, base: Path, where: str, key: str) -> Dialect:
    """Return the dialect of a resource: versions 1 and 2 of Table Dialect, or a file that holds one.

    Raises DefinitionError, with all faults, when a key has a wrong kind, or a quote, escape or
    comment is not one character, or is the delimiter. Source: Table Dialect, Data Package version 2;
    CSV Dialect, version 1.
    """
    if isinstance(node, str):
        file = safe_path(base, node, where, key)
        node, where, key = read_json(file), str(file), "$"
    node = {} if node is None else node
    if not isinstance(node, Mapping):
        raise wrong_kind(where, key, node, dict)
    faults: list[DefinitionError] = []

    def text(name: str, default: str) -> str:
        value = node.get(name, default)
        given = {name: "" if value is None else value}
        return str(attempt(faults, default, take, given, name, str, where, key, default))

    def flag(name: str, default: bool) -> bool:
        return bool(attempt(faults, default, take, node, name, bool, where, key, default))

    def numbers(name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        return attempt(faults, default, _numbers, node, name, where, key, default)

    escape = text("escapeChar", "")
    quote = text("quoteChar", "" if escape and "quoteChar" not in node else '"')
    delimiter = text("delimiter", "\t" if file_format == "tsv" else ",")
    marks = {"quoteChar": quote, "escapeChar": escape, "commentChar": text("commentChar", "")}
    faults += _wrong_characters(where, key, delimiter, marks)
    made = Dialect(
        delimiter=delimiter,
        quote_char=quote,
        double_quote=flag("doubleQuote", not escape),
        escape_char=escape,
        line_terminator=_terminator(text("lineTerminator", "")),
        skip_initial_space=flag("skipInitialSpace", False),
        null_sequence=text("nullSequence", ""),
        header=flag("header", True),
        header_rows=numbers("headerRows", (1,)),
        header_join=text("headerJoin", " "),
        comment_rows=numbers("commentRows", ()),
        comment_char=marks["commentChar"],
        case_sensitive_header=flag("caseSensitiveHeader", True),
        data_property=text("property", ""),
        item_type=text("itemType", ""),
        item_keys=tuple(map(str, attempt(faults, [], take, node, "itemKeys", list, where, key, []))),
        sheet_number=attempt(faults, 0, take, node, "sheetNumber", int, where, key, 0),
        sheet_name=text("sheetName", ""),
    )
    refuse(faults)
    return made


def _wrong_characters(where: str, key: str, delimiter: str, marks: Mapping[str, str]) -> list[DefinitionError]:
    found = []
    if not delimiter or "\n" in delimiter or "\r" in delimiter:
        details = {"found": show(delimiter), "expected": ", ; \\t |"}
        found.append(wrong(where, f"{key}.delimiter", "unknown-value", **details))
    for name, mark in marks.items():
        if len(mark) > 1 or (mark and (mark in "\r\n" or mark == delimiter)):
            details = {"found": show(mark), "expected": "\" ' \\ #"}
            found.append(wrong(where, f"{key}.{name}", "unknown-value", **details))
    return found


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
