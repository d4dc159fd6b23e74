"""Another judge beside ours: resopen and frictionless agree, or frictionless is known to be wrong there."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resopen.schema import load_package
from tests.corpus import COLUMNS, Column
from tests.packages import judge

# Rule, row, column; the column of a key or of a row is 0, for frictionless names none there.
Place = tuple[str, int, int]
RULES = {
    "type-error": "type",
    "unique-error": "unique",
    "primary-key": "primaryKey",
    "foreign-key": "foreignKeys",
    "blank-row": "blank-row",
    "missing-cell": "missing-cells",
    "extra-cell": "extra-cells",
}
OF_ROWS = ("primaryKey", "foreignKeys", "uniqueKeys", "blank-row", "missing-cells", "extra-cells")
# What frictionless says where it has taken a row of data for the header.
GUESSED = ("missing-label", "incorrect-label", "duplicate-label", "blank-label", "extra-label")
NESTED = ("array", "object", "geojson", "list", "geopoint")
QUOTES = ("stray-quote", "unclosed-quote")
V2 = "https://datapackage.org/profiles/2.0/datapackage.json"
ODD = (
    " 5",
    "5 ",
    "+5",
    "1_000",
    "٣",
    "１",
    "1e3",
    "nan",
    "NaN",
    "12\n",
    "\u00a05",
    "5\u200b",
    "0x10",
    "1.",
    "-",
    "1,5",
)
# What frictionless refuses to judge at all, and what only we judge (both below), is not drawn.
APART = (
    "pattern_integer", "length_any", "object_schema", "array_schema", "duration_within", "duration_between",
    "integer_group", "topojson", "stdnum", "decimals", "date_own", "date_any", "time_own", "datetime_own",
)  # fmt: skip
DRAWN = tuple(column for column in COLUMNS if column.name not in APART)


def judged(schema: dict[str, Any], content: str) -> tuple[set[Place], set[Place] | str]:
    """Return what we find in a table and what frictionless does, or why it does not judge the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "table.csv").write_bytes(content.encode())
        node = {
            "name": "table", "path": "table.csv", "type": "table", "format": "csv", "mediatype": "text/csv",
            "encoding": "utf-8", "schema": schema,
            "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False},
        }  # fmt: skip
        descriptor = {"$schema": V2, "name": "test", "resources": [node]}
        (folder / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
        issues = judge(load_package(descriptor, folder, "descriptor")).issues
        ours = {(item.rule, item.row, 0 if item.rule in OF_ROWS else item.column) for item in issues}
        return ours, frictionless_places(folder / "datapackage.json")


def frictionless_places(path: Path) -> set[Place] | str:
    """Return what frictionless finds, in our words; or the error that keeps it from judging."""
    try:
        report = frictionless.validate(str(path))
    except Exception as crash:
        return f"crash: {crash}"
    found: set[Place] = set()
    for task in report.tasks:
        for error in task.errors:
            facts = error.to_dict()
            if "rowNumber" not in facts:
                return str(facts["note"]) or error.type
            limit = re.search(r'constraint "(\w+)"', facts["note"])
            rule = limit[1] if error.type == "constraint-error" and limit else RULES[error.type]
            found.add((rule, facts["rowNumber"], 0 if rule in OF_ROWS else facts["fieldNumber"]))
    return str(report.errors[0].note) if report.errors else found


@dataclass(frozen=True)
class Difference:
    """An issue that only one of the two finds, with what stands there; `text` is empty for whole rows."""

    is_ours: bool
    rule: str
    row: int
    text: str
    field: dict[str, Any]
    cells: dict[str, str]
    schema: dict[str, Any]
    ours: frozenset[Place]

    @property
    def kind(self) -> str:
        """The type of the field."""
        return str(self.field.get("type", ""))


@dataclass(frozen=True)
class Known:
    """What frictionless does wrong: which differences it explains, and a table that shows it."""

    name: str
    reason: str
    explains: Callable[[Difference], bool]
    schema: dict[str, Any]
    content: str
    ours: set[Place]
    theirs: set[Place] | str


def _numeric(node: dict[str, Any]) -> bool:
    return node.get("type") in ("integer", "number", "list", "year")


def _form(test: Callable[[dict[str, Any], str], bool]) -> Callable[[Difference], bool]:
    """Return what explains that frictionless takes a text for a value, and what it then says of that value."""

    def explains(one: Difference) -> bool:
        if one.rule in OF_ROWS:
            return any(test(node, one.cells.get(node["name"], "")) for node in one.schema["fields"])
        return test(one.field, one.text) and (
            one.rule == "type" if one.is_ours else any(rule == "type" and row == one.row for rule, row, _ in one.ours)
        )

    return explains


def _named(*rules: str) -> Callable[[Difference], bool]:
    return lambda one: one.is_ours and one.rule in rules


def _table(node: dict[str, Any], *cells: str, **keys: Any) -> tuple[dict[str, Any], str]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [["a", "b"], *([cell, "x"] for cell in cells)]
    )
    return {"fields": [{"name": "a", **node}, {"name": "b", "type": "string"}], **keys}, text.getvalue()


def _misread(name: str, reason: str, test: Callable[[dict[str, Any], str], bool], kind: str, *cells: str) -> Known:
    schema, content = _table({"type": kind}, *cells)
    return Known(name, reason, _form(test), schema, content, {("type", i, 1) for i in range(2, len(cells) + 2)}, set())


def _missing(one: Difference, name: str) -> bool:
    node = next(node for node in one.schema["fields"] if node["name"] == name)
    missing = node.get("missingValues", one.schema.get("missingValues", [""]))
    return one.cells.get(name, "") in missing


def _has_null_in_key(one: Difference) -> bool:
    keys = [one.schema.get("primaryKey", []), *(key["fields"] for key in one.schema.get("foreignKeys", []))]
    return one.rule in ("primaryKey", "foreignKeys") and any(_missing(one, name) for key in keys for name in key)


def _has_wrong_type_in_key(one: Difference) -> bool:
    """Say whether a key is called repeated whose row, or the row it is said to repeat, has a cell of no type."""
    return one.rule == "primaryKey" and not one.is_ours and any(
        rule == "type" and row <= one.row for rule, row, _ in one.ours
    )  # fmt: skip


PAIR = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}
KNOWN_ERRORS_OF_FRICTIONLESS = (
    _misread("padded", "blanks around a number pass, a line end and a no-break space among them",
             lambda node, text: _numeric(node) and text != text.strip(), "integer", " 5 ", "5 ", "12\n", "\u00a05"),
    _misread("underscore", "Python's 1_000 is no integer of Table Schema",
             lambda node, text: _numeric(node) and "_" in text, "integer", "1_000"),
    _misread("plus", "a plus sign passes; we refuse it, which is stricter than the standard and not an error there",
             lambda node, text: _numeric(node) and text.startswith("+"), "integer", "+5"),
    _misread("digits", "digits that are not ASCII pass",
             lambda node, text: _numeric(node) and not text.isascii(), "integer", "٣", "１"),
    _misread("nan", "only NaN, INF and -INF are numbers of the standard",
             lambda node, text: node["type"] == "number" and text.lower() in ("nan", "infinity"),
             "number", "nan", "Infinity"),
    _misread("unpadded", "months and days of one digit pass",
             lambda node, text: node["type"] in ("date", "yearmonth") and bool(re.search(r"-\d\b", text)),
             "date", "2023-1-1"),
    _misread("blank for T", "ISO 8601 separates date and time by T, and so does the standard",
             lambda node, text: node["type"] == "datetime" and " " in text, "datetime", "2023-05-01 10:00:00"),
    _misread("empty duration", "PT names no length at all", lambda node, text: text == "PT", "duration", "PT"),
    Known("base64", "characters outside of Base64 are passed over",
          _form(lambda node, text: node.get("format") == "binary"),
          *_table({"type": "string", "format": "binary"}, "1_000"), {("type", 2, 1)}, set()),
    Known("alternatives", "the pattern ab|cd is anchored at its ends only, as ^ab or cd$",
          lambda one: one.is_ours and one.rule == "pattern" and "|" in one.field["constraints"]["pattern"],
          *_table({"type": "string", "constraints": {"pattern": "ab|cd"}}, "abXX"), {("pattern", 2, 1)}, set()),
    Known("line end", "the end of a pattern, $, lets a line end pass",
          lambda one: one.is_ours and one.rule == "pattern" and one.text.endswith("\n"),
          *_table({"type": "string", "constraints": {"pattern": "[0-9]{2}"}}, "12\n"), {("pattern", 2, 1)}, set()),
    Known("categories", "categories are never enforced", _named("categories"),
          *_table({"type": "string", "categories": ["x"]}, "y"), {("categories", 2, 1)}, set()),
    Known("uniqueKeys", "uniqueKeys are never enforced", _named("uniqueKeys"),
          *_table({"type": "string"}, "y", "y", uniqueKeys=[["a"]]), {("uniqueKeys", 3, 0)}, set()),
    Known("null in a key", "a null in a part of a key is an error only where all parts are null",
          _has_null_in_key, {**PAIR, "primaryKey": ["a", "b"]}, "a,b\nx,\n", {("primaryKey", 2, 0)}, set()),
    Known("type in a key", "a text that is not of its type is called a null of the key, too",
          _has_wrong_type_in_key, *_table({"type": "integer"}, "x", primaryKey=["a"]), {("type", 2, 1)},
          {("type", 2, 1), ("primaryKey", 2, 0)}),
    Known("NaN", "NaN is called less than every minimum and more than every maximum; we let it be the largest number",
          lambda one: one.kind == "number" and one.text == "NaN" and one.rule in ("minimum", "exclusiveMinimum"),
          *_table({"type": "number", "constraints": {"minimum": 1}}, "NaN"), set(), {("minimum", 2, 1)}),
    Known("key said twice", "a repeated value of a unique field that is the key is said twice",
          lambda one: not one.is_ours and one.rule == "unique" and one.schema.get("primaryKey") == [one.field["name"]],
          *_table({"type": "integer", "constraints": {"unique": True}}, "1", "1", primaryKey=["a"]),
          {("primaryKey", 3, 0)}, {("primaryKey", 3, 0), ("unique", 3, 1)}),
    Known("row of empty cells", "a row of empty cells is blank only where empty is missing in every field",
          lambda one: any(rule == "blank-row" and row == one.row for rule, row, _ in one.ours),
          {"fields": [{"name": "a", "type": "integer", "missingValues": ["-"]}, {"name": "b"}]}, "a,b\n,\n",
          {("blank-row", 2, 0)}, {("type", 2, 1)}),
    Known("row of missing values", "a short row whose cells are all missing values is called blank",
          lambda one: bool(one.cells) and all(_missing(one, name) for name in one.cells),
          PAIR | {"missingValues": ["-"]},
          "a,b\n-\n", {("missing-cells", 2, 0)}, {("blank-row", 2, 0)}),
    Known("time zone", "a moment with a zone never equals one without; we read both as UTC, as the engine does",
          lambda one: one.rule in ("primaryKey", "uniqueKeys", "unique") and any(
              node["type"] == "datetime" for node in one.schema["fields"]),
          *_table({"type": "datetime", "constraints": {"unique": True}}, "2023-05-01T10:00:00Z", "2023-05-01T10:00:00"),
          {("unique", 3, 1)}, set()),
    Known("decimal commas", "a column of decimal commas is said once here, and once a cell there",
          lambda one: one.kind == "number" and any(rule == "decimal-comma" for rule, _, _ in one.ours),
          *_table({"type": "number"}, "1,5", "2,5"), {("decimal-comma", 2, 1)}, {("type", 2, 1), ("type", 3, 1)}),
    Known("guessed header", "a later row is taken for the header where most rows are shorter than it",
          lambda one: False, {"fields": [{"name": name} for name in "abcd"]}, "a,b,c,d\n\n0,0,9\n",
          {("blank-row", 2, 0), ("missing-cells", 3, 0)}, "missing-label"),
    Known("unique list", "a unique list or array ends the run with a traceback", lambda one: False,
          *_table({"type": "array", "constraints": {"unique": True}}, "[1]"), set(), "crash: unhashable type: 'list'"),
    Known("ragged", "a missing cell is also called empty, though what should stand there is unknown",
          lambda one: not one.is_ours and any(row == one.row and rule in ("missing-cells", "extra-cells")
                                              for rule, row, _ in one.ours),
          {"fields": [{"name": "a"}, {"name": "b", "constraints": {"required": True}}]}, "a,b\nx\n",
          {("missing-cells", 2, 0)}, {("missing-cells", 2, 0), ("required", 2, 2)}),
    Known("stray quote", "a quote inside a cell, and text after a quoted cell, are called valid",
          lambda one: any(rule in QUOTES and row <= one.row for rule, row, _ in one.ours),
          PAIR, 'a,b\nx"y,1\n"x"z,2\n', {("stray-quote", 2, 1), ("stray-quote", 3, 1)}, set()),
    Known("unclosed quote", "a quote that nothing closes swallows the rest of the file without a word",
          lambda one: False, PAIR, 'a,b\nx,1\nx,"y\nx,1\nx,1\n', {("unclosed-quote", 3, 2)}, set()),
    Known("pattern of a number", "a pattern on a number keeps the whole table from being judged",
          lambda one: False, *_table({"type": "integer", "constraints": {"pattern": "[0-9]{2}"}}, "7"),
          {("pattern", 2, 1)}, 'constraint "pattern" is not supported by type "integer"'),
    Known("bound of a duration", "a minimum of a duration keeps the whole table from being judged",
          lambda one: False, *_table({"type": "duration", "constraints": {"minimum": "P1M"}}, "P29D"),
          {("minimum", 2, 1)}, 'constraint "minimum" is not supported by type "duration"'),
    Known("jsonSchema", "jsonSchema keeps the whole table from being judged",
          lambda one: False, *_table({"type": "array", "constraints": {"jsonSchema": {"maxItems": 1}}}, "[1, 2]"),
          {("jsonSchema", 2, 1)}, 'constraint "jsonSchema" is not supported by type "array"'),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("known", KNOWN_ERRORS_OF_FRICTIONLESS, ids=lambda known: known.name)
def test_known_error_of_frictionless_is_still_there(known: Known) -> None:
    assert judged(known.schema, known.content) == (known.ours, known.theirs)


@pytest.mark.parametrize("text", ["Infinity", "-infinity", "epoch"])
@pytest.mark.parametrize(
    "node", [{"type": "date", "format": "%d.%m.%Y"}, {"type": "datetime", "format": "%d.%m.%Y %H"}]
)
def test_words_of_the_engine_are_no_dates(node: dict[str, Any], text: str) -> None:
    ours, theirs = judged(*_table(node, text))
    assert ours == theirs == {("type", 2, 1)}


@pytest.mark.parametrize("limits", [{"pattern": "("}, {"minimum": "abc"}])
def test_wrong_constant_of_a_schema_is_a_crash_there_and_a_definition_error_here(limits: dict[str, Any]) -> None:
    from resopen.errors import DefinitionError

    schema, content = _table({"type": "string" if "pattern" in limits else "integer", "constraints": limits}, "1")
    with pytest.raises(DefinitionError):
        judged(schema, content)


def _text(column: Column) -> st.SearchStrategy[str]:
    return st.sampled_from([*column.good, *column.good, *(text for _, text in column.bad), *ODD])


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """Draw a schema and a file under it: a key, a few columns of the corpus, and rows that may be corrupt."""
    columns = draw(st.lists(st.sampled_from(DRAWN), min_size=1, max_size=3, unique_by=lambda column: column.name))
    nodes = [{**column.field} for column in columns]
    for node in nodes:
        if draw(st.integers(0, 3)) == 0:
            limit = draw(st.sampled_from(["required", "unique"] if node["type"] not in NESTED else ["required"]))
            node["constraints"] = {**node.get("constraints", {}), limit: True}
        if "missingValues" not in node and draw(st.integers(0, 4)) == 0:
            node["missingValues"] = draw(st.sampled_from([["", "-"], ["-"]]))
    schema: dict[str, Any] = {"fields": [*nodes, {"name": "last", "type": "string"}]}
    rows = [[*(draw(_text(column)) for column in columns), f"r{i}"] for i in range(draw(st.integers(1, 5)))]
    if draw(st.booleans()):
        return {**schema, **draw(_keys(nodes))}, _csv(schema, rows)
    return schema, draw(_corrupt(_csv(schema, rows)))


def _csv(schema: dict[str, Any], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[node["name"] for node in schema["fields"]], *rows])
    return text.getvalue()


@st.composite
def _keys(draw: st.DrawFn, nodes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = [node["name"] for node in nodes if node["type"] not in NESTED] or ["last"]
    chosen = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
    keys: dict[str, Any] = {}
    if draw(st.booleans()):
        keys["primaryKey"] = draw(chosen)
    if draw(st.booleans()):
        keys["uniqueKeys"] = [draw(chosen)]
    return keys


@st.composite
def _corrupt(draw: st.DrawFn, content: str) -> str:
    """Return a file with a few records made blank, short, long or badly quoted."""
    if content.count("\n") != len(list(csv.reader(io.StringIO(content)))):
        return content
    lines = content.splitlines()
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(1, len(lines) - 1))
        kind = draw(st.sampled_from(["blank", "short", "long", "stray", "open", "empty"]))
        if kind in ("blank", "empty"):
            lines.insert(at, "" if kind == "blank" else "," * lines[0].count(","))
        elif '"' not in lines[at] and lines[at]:
            changed = {
                "short": lines[at].rpartition(",")[0], "long": f"{lines[at]},x", "stray": f'{lines[at]}x"y',
                "open": lines[at].rpartition(",")[0] + ',"x',
            }  # fmt: skip
            lines[at] = changed[kind]
    return "\n".join(lines) + "\n"


def differences(schema: dict[str, Any], content: str, ours: set[Place], theirs: set[Place]) -> list[Difference]:
    """Return what only one of the two found."""
    rows = list(csv.reader(io.StringIO(content, newline="")))
    labels = [node["name"] for node in schema["fields"]]
    found = []
    for rule, row, column in ours ^ theirs:
        cells = dict(zip(labels, rows[row - 1] if 0 < row <= len(rows) else [], strict=False))
        node = schema["fields"][column - 1] if 0 < column <= len(labels) else {"type": ""}
        text = cells.get(node.get("name", ""), "")
        one = Difference((rule, row, column) in ours, rule, row, text, node, cells, schema, frozenset(ours))
        found.append(one)
    return found


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_both_judges_agree_or_frictionless_is_known_to_be_wrong(drawn: tuple[dict[str, Any], str]) -> None:
    schema, content = drawn
    ours, theirs = judged(schema, content)
    if theirs in GUESSED and any(rule in ("missing-cells", "blank-row") for rule, _, _ in ours):
        return  # See "guessed header" above.
    assert not isinstance(theirs, str), theirs
    unexplained = [
        one
        for one in differences(schema, content, ours, theirs)
        if not any(known.explains(one) for known in KNOWN_ERRORS_OF_FRICTIONLESS)
    ]
    assert unexplained == [], content
