"""Types, constraints and keys: a wrong cell has one issue at its place, a right one has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resopen.errors import DefinitionError
from resopen.schema import load_package, read_schema_folder
from tests.packages import copy_repository, judge, places, table_package


def rules_of(folder: Path, field: dict[str, Any], value: str) -> list[str]:
    """Return the rules that a value breaks in a column of the field; the value is quoted as a cell."""
    cell = '"' + value.replace('"', '""') + '"'
    schema = {"fields": [{"name": "a", **field}, {"name": "b", "type": "string"}]}
    report = judge(table_package(folder, schema, f"a,b\n{cell},x\n"))
    return [issue.rule for issue in report.issues]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", ["0", "-7", "42"], ["1.5", "1_000", "+5", " 5", "5 ", "٣", "x", "1e3"]),
        ("number", ["0", "-7.25", "1e3", ".5", "5.", "NaN", "INF", "-INF"], ["1,5", "+5", " 5", "1_0", "nan", "x"]),
        ("boolean", ["true", "false", "True", "FALSE", "1", "0"], ["yes", "да", "tRue", "2"]),
        ("date", ["2023-12-31", "2024-02-29"], ["31.12.2023", "2023-02-29", "2023-1-1", "2023-13-01", "23-01-01"]),
        ("year", ["2023", "0999"], ["23", "20230", "x", "2023.0"]),
        ("yearmonth", ["2023-05"], ["2023-13", "2023", "2023-5"]),
        ("time", ["14:30:00"], ["25:00:00", "14:30", "x"]),
        ("datetime", ["2023-05-01T10:00:00Z", "2023-05-01T10:00:00"], ["2023-05-01", "2023-05-01 10:00:00"]),
        ("duration", ["P1Y", "P1Y6M", "PT36H", "-P3D", "P1DT2H3.5S", "P2W"], ["P", "PT", "1Y", "P1H", "P1.5Y", "x"]),
        ("geopoint", ["104.28, 52.29", "-180,90"], ["52.29", "181, 5", "5, 91", "x, y", "1, 2, 3"]),
        ("geojson", ['{"type": "Point", "coordinates": [1, 2]}'], ["{}", '{"type": "Nope"}', "[]", "x"]),
        ("object", ["{}", '{"a": [1]}'], ["[]", "1", "{a: 1}", "x"]),
        ("array", ["[]", "[1, 2]"], ["{}", "1", "x"]),
        ("any", ["x", "1", "+5"], []),
    ],
)
def test_lexical_forms_are_strict(kind: str, good: list[str], bad: list[str], tmp_path: Path) -> None:
    for i, value in enumerate(good):
        assert rules_of(tmp_path / f"good{i}", {"type": kind}, value) == [], value
    for i, value in enumerate(bad):
        assert rules_of(tmp_path / f"bad{i}", {"type": kind}, value) == ["type"], value


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ({"type": "string", "format": "email"}, "a.b@example.org", "a@b"),
        ({"type": "string", "format": "uri"}, "https://example.org/я", "example.org"),
        ({"type": "string", "format": "uuid"}, "123e4567-e89b-12d3-a456-426614174000", "123e4567"),
        ({"type": "string", "format": "binary"}, "0L/RgNC40LLQtdGC", "привет"),
        ({"type": "date", "format": "%d.%m.%Y"}, "31.12.2022", "2022-12-31"),
        ({"type": "date", "format": "any"}, "2022-12-31", "вчера"),
        ({"type": "number", "decimalChar": ",", "groupChar": " "}, "1 234,50", "1.5"),
        ({"type": "integer", "groupChar": " "}, "1 234", "1,234"),
        ({"type": "number", "bareNumber": False}, "95 %", "%"),
        ({"type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]}, "да", "true"),
        ({"type": "geopoint", "format": "array"}, "[104.28, 52.29]", "104.28, 52.29"),
        ({"type": "geopoint", "format": "object"}, '{"lon": 104.28, "lat": 52.29}', '{"lon": 104.28}'),
        ({"type": "geojson", "format": "topojson"}, '{"type": "Topology"}', '{"type": "Point"}'),
        ({"type": "list", "itemType": "integer"}, "1,2,3", "1,x"),
        ({"type": "list", "itemType": "date", "delimiter": ";"}, "2022-12-31;2023-01-01", "2022-12-31,2023-01-01"),
    ],
)
def test_formats_and_options_decide_the_lexical_form(
    field: dict[str, Any], good: str, bad: str, tmp_path: Path
) -> None:
    assert rules_of(tmp_path / "good", field, good) == []
    assert rules_of(tmp_path / "bad", field, bad) == ["type"]


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("(?!00)[0-9]{2}", "12", "00"),
        (r"(а|б)\1", "аа", "аб"),
        (r"\w+", "привет", "!"),
        (r"\bда\b.*", "да, так", "дача"),
    ],
)
def test_pattern_that_the_engine_lacks_is_still_judged(pattern: str, good: str, bad: str, tmp_path: Path) -> None:
    field = {"type": "string", "constraints": {"pattern": pattern}}
    assert rules_of(tmp_path / "good", field, good) == []
    assert rules_of(tmp_path / "bad", field, bad) == ["pattern"]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ({"type": "duration", "constraints": {"minimum": "P1M"}}, "P29D", "minimum"),
        ({"type": "duration", "constraints": {"exclusiveMaximum": "PT1H"}}, "PT60M", "exclusiveMaximum"),
        ({"type": "string", "constraints": {"pattern": "ab|cd"}}, "abX", "pattern"),
        ({"type": "string", "constraints": {"pattern": "[0-9]{2}"}}, "12\n", "pattern"),
        ({"type": "string", "constraints": {"enum": ["x", "y"]}}, "z", "enum"),
        ({"type": "integer", "constraints": {"enum": [1, 2]}}, "3", "enum"),
        ({"type": "string", "categories": ["x", "y"]}, "z", "categories"),
        ({"type": "integer", "categories": [{"value": 1, "label": "one"}]}, "2", "categories"),
        ({"type": "string", "constraints": {"maxLength": 2}}, "яяя", "maxLength"),
        ({"type": "integer", "constraints": {"exclusiveMinimum": 3}}, "3", "exclusiveMinimum"),
        ({"type": "integer", "constraints": {"exclusiveMaximum": 3}}, "3", "exclusiveMaximum"),
        ({"type": "date", "constraints": {"maximum": "2023-12-31"}}, "2024-01-01", "maximum"),
        ({"type": "number", "decimalPlaces": 2}, "1.005", "decimalPlaces"),
        ({"type": "string", "stdnum": "ru.inn"}, "7707083894", "stdnum"),
    ],
)
def test_broken_constraint_gives_its_rule(field: dict[str, Any], value: str, rule: str, tmp_path: Path) -> None:
    assert rules_of(tmp_path, field, value) == [rule]


def test_null_passes_everything_but_required(tmp_path: Path) -> None:
    limits = {"pattern": "x", "minLength": 3, "enum": ["x"], "unique": True}
    assert rules_of(tmp_path / "a", {"type": "string", "constraints": limits}, "") == []
    assert rules_of(tmp_path / "b", {"type": "integer", "constraints": {"minimum": 3}}, "") == []
    assert rules_of(tmp_path / "c", {"type": "string", "constraints": {**limits, "required": True}}, "") == ["required"]


def test_missing_values_of_a_field_are_null(tmp_path: Path) -> None:
    assert rules_of(tmp_path, {"type": "integer", "missingValues": ["-", "н/д"]}, "н/д") == []
    assert rules_of(tmp_path / "b", {"type": "integer", "missingValues": ["-"]}, "") == ["type"]
    assert (
        rules_of(tmp_path / "c", {"type": "integer", "missingValues": [{"value": "-99", "label": "нет"}]}, "-99") == []
    )


def test_wrong_type_leaves_the_other_rules_of_the_cell_unknown(tmp_path: Path) -> None:
    field = {"type": "integer", "constraints": {"minimum": 3, "enum": [4], "pattern": "[0-9]"}}
    assert rules_of(tmp_path, field, "x") == ["type"]


def test_repeated_key_names_the_first_row(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}], "primaryKey": ["a", "b"]}
    report = judge(table_package(tmp_path, schema, "a,b\n1,x\n2,x\n01,x\n1,y\n"))
    assert places(report) == {("primaryKey", "table", 4, 1)}
    assert "Row 2" in report.issues[0].message


def test_null_in_a_key_is_an_error_of_the_key(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}], "primaryKey": ["a", "b"]}
    report = judge(table_package(tmp_path, schema, "a,b\nx,\n"))
    assert places(report) == {("primaryKey", "table", 2, 2)}


def test_unique_key_with_a_null_does_not_repeat(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}], "uniqueKeys": [["a", "b"]]}
    report = judge(table_package(tmp_path, schema, "a,b\nx,\nx,\nx,y\nx,y\n"))
    assert places(report) == {("uniqueKeys", "table", 5, 1)}


def test_names_with_quotes_and_sql_inside_are_only_names(tmp_path: Path) -> None:
    name = 'a"; DROP TABLE t0; --'
    schema = {"fields": [{"name": name, "type": "integer"}], "primaryKey": [name]}
    header = '"' + name.replace('"', '""') + '"'
    report = judge(table_package(tmp_path, schema, f"{header}\n1\nx\n1\n", name="t'; --"))
    assert {(issue.rule, issue.row) for issue in report.issues} == {("type", 3), ("primaryKey", 4)}


def rule_package(folder: Path, sql: str) -> Any:
    rule = {
        "id": "own", "severity": "error", "table": "table", "fields": ["a"], "fails_where": sql,
        "message": "m", "message_ru": "m", "remedy": "r", "remedy_ru": "r", "counterexample": {"value": "1"},
    }  # fmt: skip
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    package = table_package(folder, schema, "a\n1\n2\n")
    node = {**package.descriptor["resources"][0], "schema": schema}
    return load_package({"name": "test", "resources": [node], "rules": [rule]}, folder, "descriptor")


def test_own_rule_is_judged_row_by_row(tmp_path: Path) -> None:
    assert places(judge(rule_package(tmp_path, "a > 1"))) == {("own", "table", 3, 1)}


@pytest.mark.parametrize("sql", ["no_such_column > 1", "a >", "EXISTS (SELECT 1 FROM no_such_table)"])
def test_wrong_sql_of_a_rule_is_refused_by_its_id(sql: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        judge(rule_package(tmp_path, sql))
    assert caught.value.details["key"] == "own"


@pytest.mark.parametrize(
    "sql",
    [
        "EXISTS (SELECT 1 FROM read_csv('/etc/passwd', columns = {'l': 'VARCHAR'}))",
        "EXISTS (SELECT 1 FROM read_text('table.csv'))",
        "EXISTS (SELECT 1 FROM 'https://example.org/a.parquet')",
        "a > 1) ; COPY t0 TO 'stolen.csv' --",
        "false); DELETE FROM t0; SELECT (true",
        "false) --",
    ],
)
def test_rules_cannot_reach_files_or_network(sql: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError):
        judge(rule_package(tmp_path, sql))
    assert not Path("stolen.csv").exists()


@given(st.lists(st.tuples(st.integers(-5, 5), st.text("абв", min_size=1, max_size=2)), max_size=12))
def test_issues_do_not_depend_on_anything_but_the_cells(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str]]
) -> None:
    schema = {
        "fields": [{"name": "a", "type": "integer", "constraints": {"minimum": 0}}, {"name": "b", "type": "string"}],
        "primaryKey": ["b"],
    }
    content = "a,b\n" + "".join(f"{number},{text}\n" for number, text in rows)
    report = judge(table_package(tmp_path_factory.mktemp("rows"), schema, content))
    small = {("minimum", "table", i + 2, 1) for i, (number, _) in enumerate(rows) if number < 0}
    texts = [text for _, text in rows]
    twice = {("primaryKey", "table", i + 2, 2) for i, text in enumerate(texts) if text in texts[:i]}
    assert places(report) == small | twice


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"event_id;title_ru;kind;date_start\n"])
def test_table_that_cannot_be_read_is_one_issue_and_nothing_that_refers_to_it_is_wrong(
    content: bytes | None, tmp_path: Path
) -> None:
    folder = read_schema_folder(copy_repository(tmp_path) / "schema")
    path = folder.data_folder / "data" / "events.csv"
    path.unlink() if content is None else path.write_bytes(content)
    report = judge(folder.package())
    assert {issue.table for issue in report.issues} == {"events"}
    assert "foreignKeys" not in {issue.rule for issue in report.issues}
