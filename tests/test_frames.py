"""Contracts of pandera: valid frames pass, a broken one fails as the validator says, nulls pass."""

from __future__ import annotations

import csv
import io
import pickle
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

import resopen
from resopen import engine
from resopen.errors import DefinitionError, SetupError
from resopen.frames import field_descriptor, pandas_frame, pandera_schema
from resopen.judges import is_text
from resopen.messages import load_messages
from resopen.schema import Table
from resopen.schema.fields import load_field, load_table
from resopen.schema.lexical import is_constant
from resopen.tables.parquet import arrow_schema, write_parquet
from resopen.values import read_values
from tests.packages import ROOT, RUN_DATE, curated, judge, table_package

Broken = set[tuple[str, object, str]]


def table_of(*fields: Mapping[str, Any], **keys: Any) -> Table:
    return load_table({"fields": list(fields), **keys}, "table", "schema")


def frame_of(table: Table, **columns: Sequence[object]) -> pandas.DataFrame:
    return pandas_frame(pa.table(columns, schema=arrow_schema(table)))


def broken_by(table: Table, frame: pandas.DataFrame) -> Broken:
    """Return check, index and column of every failure of a frame under the contract of its table."""
    try:
        pandera_schema(table).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        return set(zip(cases["check"], cases["index"], cases["column"], strict=True))
    return set()


def test_every_curated_table_fulfils_its_contract(tmp_path: Path) -> None:
    connection = engine.connect(RUN_DATE)
    filled = 0
    for resource in curated().package().resources:
        rows = read_values(connection, resource)
        frame = pandas_frame(rows)
        assert broken_by(resource.table, frame) == set(), resource.name
        write_parquet(iter([rows]), rows.schema, [], tmp_path / "table.parquet", {})
        published = pandas.read_parquet(tmp_path / "table.parquet", dtype_backend="pyarrow")
        pandas.testing.assert_frame_equal(published, frame)
        filled += bool(len(frame))
    assert filled > 40


def test_frame_keeps_whole_numbers_decimals_and_days_exact() -> None:
    table = table_of(
        {"name": "whole", "type": "integer"},
        {"name": "money", "type": "number", "decimalPlaces": 2},
        {"name": "day", "type": "date"},
    )
    large, money = 2**53 + 1, Decimal("1234567890123456.01")
    frame = frame_of(table, whole=[large, None], money=[money, None], day=[date(1861, 3, 3), None])
    assert [str(dtype) for dtype in frame.dtypes] == [
        "int64[pyarrow]",
        "decimal128(18, 2)[pyarrow]",
        "date32[day][pyarrow]",
    ]
    assert frame.iloc[0].tolist() == [large, money, date(1861, 3, 3)]
    assert frame.isna().iloc[1].all()


def test_frame_has_the_columns_of_its_rows_whatever_index_their_metadata_name() -> None:
    rows = pa.Table.from_pandas(pandas.DataFrame({"a": [1, 2]}, index=pandas.Index([7, 8], name="b")))
    frame = pandas_frame(rows)
    assert (list(frame.columns), list(frame.index)) == (["a", "b"], [0, 1])


# Each constraint with values that fulfil it, and one that breaks it and no other.
CONSTRAINTS: Sequence[tuple[str, dict[str, Any], list[object], object]] = [
    ("enum", {"type": "string", "constraints": {"enum": ["x", "y"]}}, ["x", "y"], "z"),
    ("enum", {"type": "integer", "constraints": {"enum": [1, "2"]}}, [1, 2], 3),
    ("enum", {"type": "number", "constraints": {"enum": [0.1, "-0"]}}, [0.1, -0.0, 0.0], float("nan")),
    ("enum", {"type": "number", "decimalPlaces": 2, "constraints": {"enum": [0.1]}}, [Decimal("0.10")], Decimal(1)),
    ("enum", {"type": "boolean", "constraints": {"enum": [True]}}, [True], False),
    ("enum", {"type": "date", "constraints": {"enum": ["2023-12-31"]}}, [date(2023, 12, 31)], date(2023, 12, 30)),
    ("enum", {"type": "duration", "constraints": {"enum": ["PT1H"]}}, [3600.0], 3601.0),
    ("categories", {"type": "string", "categories": ["x", "y"]}, ["x", "y"], "z"),
    ("categories", {"type": "integer", "categories": [{"value": 1, "label": "one"}]}, [1], 2),
    ("pattern", {"type": "string", "constraints": {"pattern": "ab|cd"}}, ["ab", "cd"], "abX"),
    ("pattern", {"type": "string", "constraints": {"pattern": "[0-9]{2}"}}, ["12"], "12\n"),
    ("pattern", {"type": "string", "constraints": {"pattern": r"(?!00)\w+"}}, ["01", "да"], "00"),
    ("pattern", {"type": "any", "constraints": {"pattern": "[а-яё]+"}}, ["ёж"], "eж"),
    ("minLength", {"type": "string", "constraints": {"minLength": 3}}, ["яяя"], "яя"),
    ("maxLength", {"type": "string", "constraints": {"maxLength": 2}}, ["яя", ""], "яяя"),
    ("minimum", {"type": "integer", "constraints": {"minimum": 3}}, [3, 4], 2),
    ("minimum", {"type": "number", "decimalPlaces": 2, "constraints": {"minimum": "0.10"}}, [Decimal("0.10")],
     Decimal("0.09")),
    ("minimum", {"type": "number", "constraints": {"minimum": 0.5}}, [0.5, float("nan")], 0.25),
    ("minimum", {"type": "date", "constraints": {"minimum": "2023-01-01"}}, [date(2023, 1, 1)], date(2022, 12, 31)),
    ("minimum", {"type": "duration", "constraints": {"minimum": "P1D"}}, [86400.0], 86399.5),
    ("maximum", {"type": "year", "constraints": {"maximum": 2100}}, [2100], 2101),
    ("maximum", {"type": "time", "constraints": {"maximum": "12:00:00"}}, [time(12)], time(12, 0, 1)),
    ("maximum", {"type": "yearmonth", "constraints": {"maximum": "2023-05"}}, ["2023-05"], "2023-06"),
    ("maximum", {"type": "number", "constraints": {"maximum": 9}}, [9.0], float("nan")),
    ("exclusiveMinimum", {"type": "integer", "constraints": {"exclusiveMinimum": 3}}, [4], 3),
    ("exclusiveMinimum", {"type": "time", "constraints": {"exclusiveMinimum": "12:00:00"}}, [time(12, 0, 1)], time(12)),
    ("exclusiveMaximum", {"type": "datetime", "constraints": {"exclusiveMaximum": "2023-05-01T10:00:00Z"}},
     [datetime(2023, 5, 1, 9, 59, 59, 999999)], datetime(2023, 5, 1, 10)),
    ("exclusiveMaximum", {"type": "number", "constraints": {"exclusiveMaximum": 1}}, [0.99], 1.0),
    ("stdnum", {"type": "string", "stdnum": "ru.inn"}, ["7707083893"], "7707083894"),
    ("unique", {"type": "string", "constraints": {"unique": True}}, ["x", "X", "x "], "x"),
    ("unique", {"type": "number", "constraints": {"unique": True}}, [0.0, 1.0], -0.0),
    ("type", {"type": "string", "format": "email"}, ["a.b@example.org"], "a@b"),
    ("type", {"type": "string", "format": "uri"}, ["https://example.org/я"], "example.org"),
    ("type", {"type": "string", "format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"], "123e4567"),
    ("type", {"type": "string", "format": "binary"}, ["0L/RgNC40LLQtdGC"], "привет"),
    ("type", {"type": "object"}, ["{}"], "[]"),
    ("type", {"type": "array"}, ["[1]"], "{}"),
    ("type", {"type": "geojson"}, ['{"type": "Point", "coordinates": [1, 2]}'], "{}"),
    ("type", {"type": "geopoint"}, ["104.28, 52.29"], "52.29"),
    ("type", {"type": "list", "itemType": "integer"}, ["1,2"], "1,x"),
    ("type", {"type": "yearmonth"}, ["2023-05"], "2023-13"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "field", "good", "bad"), CONSTRAINTS)
def test_broken_constraint_fails_by_its_name_at_its_row(
    rule: str, field: dict[str, Any], good: list[object], bad: object
) -> None:
    table = table_of({"name": "a", **field})
    passing = [None, *good, None]
    assert broken_by(table, frame_of(table, a=passing)) == set()
    failing = frame_of(table, a=[*passing, bad, None])
    assert broken_by(table, failing) == {(rule, len(passing), "a")}


def test_null_passes_everything_but_required_and_the_primary_key() -> None:
    limits = {"pattern": "x", "minLength": 1, "enum": ["x"], "unique": True}
    fields = [{"name": name, "type": "string", "constraints": limits} for name in "ab"]
    table = table_of({**fields[0], "constraints": {"required": True}}, fields[1], {"name": "c"}, primaryKey=["c"])
    assert broken_by(table, frame_of(table, a=["x", None], b=[None, None], c=["x", None])) == {
        ("not_nullable", 1, "a"),
        ("not_nullable", 1, "c"),
    }


def test_repeated_key_is_named_after_its_first_row_and_a_null_repeats_nothing() -> None:
    fields = [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}]
    columns: dict[str, list[object]] = {"a": ["x", "x", "x", "x", None, None], "b": [1, None, None, 1, 2, 2]}
    pair = table_of(*fields, uniqueKeys=[["b", "a"]])
    assert broken_by(pair, frame_of(pair, **columns)) == {("uniqueKeys", 3, "b")}
    key = table_of(*fields, primaryKey=["a", "b"])
    nulls = {("not_nullable", 1, "b"), ("not_nullable", 2, "b"), ("not_nullable", 4, "a"), ("not_nullable", 5, "a")}
    assert broken_by(key, frame_of(key, **columns)) == {("primaryKey", 3, "a"), *nulls}


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("integer", pandas.Series([1.5, 2.0])),
        ("integer", pandas.Series([1.0, None])),
        ("integer", pandas.Series(["1", "2"])),
        ("integer", pandas.Series([1, "x"], dtype=object)),
        ("date", pandas.Series(["2023-12-31", None])),
        ("date", pandas.Series(pandas.to_datetime(["2023-12-31"]))),
        ("boolean", pandas.Series(["true"])),
        ("number", pandas.Series([1, 2])),
        ("string", pandas.Series([1, 2])),
        ("string", pandas.Series(["x"], dtype=object)),
    ],
)
def test_column_of_another_type_is_refused_and_only_that(kind: str, column: Any) -> None:
    limits = {"enum": [], "unique": True, "pattern": "y"}
    values = {"integer": [7], "date": ["2020-01-01"], "boolean": [False], "number": [7], "string": ["y"]}
    table = table_of({"name": "a", "type": kind, "constraints": {**limits, "enum": values[kind]}}, primaryKey=["a"])
    found = {check for check, _, _ in broken_by(table, pandas.DataFrame({"a": column}))} - {"not_nullable"}
    assert len(found) == 1
    assert str(*found).startswith("dtype(")


def test_pandas_own_types_of_the_same_values_are_judged_alike() -> None:
    table = table_of(
        {"name": "a", "type": "integer", "constraints": {"minimum": 2}},
        {"name": "b", "type": "number", "constraints": {"maximum": 9}},
    )
    own = {"a": pandas.Series([1, None, 2], dtype="Int64"), "b": pandas.Series([9.0, None, 10.0], dtype="float64")}
    assert broken_by(table, pandas.DataFrame(own)) == {("minimum", 0, "a"), ("maximum", 2, "b")}


def test_a_decimal_column_of_other_places_is_refused() -> None:
    table = table_of({"name": "a", "type": "number", "decimalPlaces": 2})
    wider = table_of({"name": "a", "type": "number", "decimalPlaces": 3})
    found = broken_by(table, frame_of(wider, a=[Decimal("1.005")]))
    assert {check for check, _, _ in found} == {"dtype('decimal128(18, 2)[pyarrow]')"}


def test_columns_are_all_there_in_order_and_none_besides() -> None:
    table = table_of({"name": "a", "type": "string"}, {"name": "b", "type": "string"}, uniqueKeys=[["a", "b"]])
    frame = frame_of(table, a=["x"], b=["y"])
    assert broken_by(table, frame) == set()
    assert {check for check, _, _ in broken_by(table, frame[["b", "a"]])} == {"column_ordered"}
    assert {check for check, _, _ in broken_by(table, frame[["a"]])} == {"column_in_dataframe"}
    assert {check for check, _, _ in broken_by(table, frame.assign(c=1))} == {"column_in_schema"}
    twice = pandas.concat([frame, frame[["a"]]], axis="columns")
    assert "dataframe_column_labels_unique" in {check for check, _, _ in broken_by(table, twice)}


def test_rows_are_named_by_any_index() -> None:
    table = table_of({"name": "a", "type": "integer", "constraints": {"minimum": 2}}, primaryKey=["a"])
    frame = frame_of(table, a=[2, 1, 2])
    assert broken_by(table, frame.set_axis(["p", "q", "q"])) == {("minimum", "q", "a"), ("primaryKey", "q", "a")}
    pairs = pandas.MultiIndex.from_tuples([("p", 1), ("p", 2), ("q", 1)])
    assert broken_by(table, frame.set_axis(pairs)) == {("minimum", "('p', 2)", "a"), ("primaryKey", "('q', 1)", "a")}


def test_pattern_of_a_typed_value_is_left_to_the_validator(tmp_path: Path) -> None:
    field = {"name": "a", "type": "integer", "constraints": {"pattern": "00[0-9]"}}
    report = judge(table_package(tmp_path, {"fields": [field]}, "a\n007\n7\n"))
    assert [(issue.rule, issue.row) for issue in report.issues] == [("pattern", 3)]
    table = table_of(field)
    assert broken_by(table, frame_of(table, a=[7])) == set()
    assert pandera_schema(table).columns["a"].metadata["field"]["constraints"] == {"pattern": "00[0-9]"}


def test_contract_carries_texts_of_both_languages_and_the_whole_field() -> None:
    resource = curated().package().resource("recommendations")
    contract = pandera_schema(resource.table)
    assert (contract.name, contract.title) == ("recommendations", resource.table.title.en)
    assert contract.metadata["title_ru"] == resource.table.title.ru
    assert contract.metadata["primaryKey"] == list(resource.table.primary_key)
    named = {key["reference"]["resource"] for key in contract.metadata["foreignKeys"]}
    assert named == {key.resource for key in resource.table.foreign_keys}
    for field in resource.table.fields:
        column = contract.columns[field.name]
        assert (column.title, column.description) == (field.title.en, field.description.en)
        assert (column.metadata["title_ru"], column.metadata["unit"]) == (field.title.ru, field.unit)


def test_descriptor_of_a_field_reads_back_as_the_field() -> None:
    package = curated().package()
    fields = [field for resource in package.resources for field in resource.table.fields]
    fields += [table_of({"name": "a", **node}).fields[0] for _, node, _, _ in CONSTRAINTS]
    for field in fields:
        assert load_field(field_descriptor(field), "schema", "field", ()) == field


def test_contract_can_be_pickled() -> None:
    table = table_of({"name": "a", "type": "date", "constraints": {"minimum": "2023-01-01"}}, primaryKey=["a"])
    contract = pickle.loads(pickle.dumps(pandera_schema(table)))  # noqa: S301
    with pytest.raises(SchemaErrors):
        contract.validate(frame_of(table, a=[date(2022, 1, 1)]), lazy=True)


def test_empty_frame_and_table_without_fields_pass() -> None:
    for _, field, _, _ in CONSTRAINTS:
        table = table_of({"name": "a", **field}, primaryKey=["a"])
        assert broken_by(table, frame_of(table, a=[])) == set()
    bare = replace(table_of({"name": "a"}), fields=())
    assert broken_by(bare, pandas.DataFrame({"anything": [1]})) == set()


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ({"type": "string", "constraints": {"pattern": r"\u0430"}}, "definition.not-checkable"),
        ({"type": "integer", "constraints": {"minimum": 2**70}}, "definition.not-checkable"),
        ({"type": "string", "stdnum": "ru.nothing"}, "definition.unknown-stdnum"),
    ],
)
def test_constraint_that_cannot_be_judged_is_refused_with_its_place(field: dict[str, Any], key: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        pandera_schema(table_of({"name": "a", **field}))
    assert caught.value.key == key
    assert caught.value.details["file"] == "schema"
    assert caught.value.details["key"].startswith("$.fields[0].")


@pytest.mark.parametrize("language", ["ru", "en"])
def test_missing_pandera_says_what_to_install(language: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandera.pandas", None)
    with pytest.raises(SetupError) as caught:
        pandera_schema(table_of({"name": "a"}))
    text = load_messages(language).text(f"errors.{caught.value.key}", caught.value.details)
    assert "pandera" in text
    assert 'pip install "resopen[pandas]"' in text
    assert not re.search(r"\{[a-z]+\}", text)


def test_import_loads_nothing_heavy_until_it_is_asked_for() -> None:
    heavy = "{'pandas', 'pandera', 'pyarrow', 'duckdb', 'numpy'}"
    script = (
        f"import sys, resopen; assert not {heavy} & set(sys.modules);"
        f"from resopen import pandera_schema; assert not {heavy} & set(sys.modules);"
        "assert 'pandera_schema' in dir(resopen); assert callable(resopen.pandera_schema)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    with pytest.raises(AttributeError, match="nothing"):
        _ = resopen.nothing


@pytest.mark.parametrize("name", ["python.md", "python.ru.md"])
def test_example_of_the_documentation_runs(name: str) -> None:
    text = (ROOT / "docs" / name).read_text("utf-8")
    (example,) = [block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "pandera_schema" in block]
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True)
    shown = re.search(r"```python\n[^`]*pandera_schema.*?```\n+```\n(.*?)```", text, re.DOTALL)
    assert shown
    assert done.stdout == shown[1]


# Texts of each type, from which cells and the values of constraints are drawn. Those of a type that
# Arrow knows are all of their type, for a typed frame can hold no others.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "integer": ("-7", "0", "-0", "1", "2", "03", "42"),
    "number": ("-1.5", "0", "-0", "0.50", ".5", "1e3", "NaN", "INF", "-INF"),
    "decimal": ("-3.25", "0", "0.00", "1.5", "1.50", "2", "1234567890123456.01"),
    "boolean": ("true", "false", "1", "0"),
    "date": ("2022-12-31", "2023-01-01", "1861-03-03", "2024-02-29"),
    "time": ("00:00:00", "12:00:00", "12:00:01", "23:59:59"),
    "datetime": ("2023-05-01T10:00:00Z", "2023-05-01T10:00:00", "2023-05-01T13:00:00+03:00", "2023-05-01T10:00:00.5"),
    "year": ("-0044", "0999", "2023", "2024"),
    "duration": ("P1M", "P30D", "PT36H", "-P3D", "P1DT12H", "PT0.5S"),
    "yearmonth": ("2022-12", "2023-05", "2023-13", "2023"),
    "string": ("a", "ab", "abc", "AB", "12", "٣", "да", "ёж", "a\nb", " a", "\u00a0", '"', "ab\n"),
    "any": ("a", "1", "да"),
    "email": ("a@b.ru", "a.b@example.org", "a@b", "я"),
    "uri": ("https://example.org/я", "mailto:a", "x y", "example.org"),
    "uuid": ("123e4567-e89b-12d3-a456-426614174000", "123e4567"),
    "binary": ("0L/RgNC40LLQtdGC", "QQ==", "Q", "да"),
    "object": ("{}", '{"a": [1]}', "[]", "{a}", '{"a": NaN}'),
    "array": ("[]", "[1, 2]", "{}", "x"),
    "geojson": ('{"type": "Point", "coordinates": [1, 2]}', '{"type": "Nope"}', "[]"),
    "geopoint": ("104.28, 52.29", "1,2", "181, 5", "x"),
    "list": ("1,2", "1", "1,x", ","),
    "stdnum": ("7707083893", "7707083894", "770708389", "x"),
}
PATTERNS = ("[a-z]+", "ab|cd", ".", "[0-9]{2,}", r"\d", r"\s", r"\w+", r"(?!a).*", "(?i)AB", "а.*|д.", "(.)b", "[^a]*")
MISSING = ("", "-", "н/д")


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """Draw a field of any type with any constraints that fit it."""
    kind = draw(st.sampled_from(list(TEXTS)))
    forms = ("email", "uri", "uuid", "binary")
    special: dict[str, dict[str, Any]] = {
        "decimal": {"type": "number", "decimalPlaces": 2},
        "list": {"type": "list", "itemType": "integer"},
        "stdnum": {"type": "string", "stdnum": "ru.inn"},
        **{form: {"type": "string", "format": form} for form in forms},
    }
    own = special.get(kind, {"type": kind})
    node: dict[str, Any] = {"name": name, **own, "constraints": {}, "x": kind}
    known = [text for text in TEXTS[kind] if is_constant(text, own["type"], "default", {})]
    constants = st.sampled_from([text for text in known if text != "NaN"])
    limits: dict[str, st.SearchStrategy[Any]] = {
        "required": st.booleans(),
        "unique": st.booleans(),
        "enum": st.lists(st.sampled_from(known), min_size=1, max_size=4, unique=True),
    }
    if own["type"] in ("string", "any", "object", "array", "geojson", "list"):
        limits |= {"minLength": st.integers(0, 4), "maxLength": st.integers(0, 12)}
    if own["type"] in ("integer", "number", "date", "time", "datetime", "year", "yearmonth", "duration"):
        limits |= dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), constants)
    if is_text(table_of(node).fields[0]):
        # The validator judges stdnum beside a pattern of Python's; the contract does not, as documented.
        limits["pattern"] = st.sampled_from([p for p in PATTERNS if kind != "stdnum" or p.startswith("[")])
    for limit in draw(st.lists(st.sampled_from(list(limits)), min_size=1, max_size=3, unique=True)):
        node["constraints"][limit] = draw(limits[limit])
    if own["type"] in ("string", "integer") and draw(st.booleans()):
        values = st.integers(-7, 7) if own["type"] == "integer" else constants
        node["categories"] = draw(st.lists(values, min_size=1, max_size=5, unique=True))
        node["constraints"].pop("enum", None)
    if draw(st.booleans()):
        node["missingValues"] = list(MISSING)
    try:
        table_of(node)
    except DefinitionError:  # Limits between which no value lies are refused.
        for limit in ("maxLength", "maximum", "exclusiveMaximum"):
            node["constraints"].pop(limit, None)
    return node


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, Any], list[list[str]]]:
    """Draw a schema and the texts of a few rows under it; the last column is filled in every row.

    A column has few different texts, so that keys repeat.
    """
    nodes = [draw(fields(f"f{i}")) for i in range(draw(st.integers(2, 5)))]
    names = st.lists(st.sampled_from([node["name"] for node in nodes]), min_size=1, max_size=2, unique=True)
    schema = {
        "fields": [*nodes, {"name": "last", "type": "string"}],
        "primaryKey": draw(st.one_of(names, st.just([]))),
        "uniqueKeys": draw(st.lists(names, max_size=2, unique_by=tuple)),
    }
    schema = {key: value for key, value in schema.items() if value}
    pools = [st.sampled_from((*TEXTS[node["x"]], *node.get("missingValues", [""]))) for node in nodes]
    cells = [st.sampled_from(draw(st.lists(pool, min_size=2, max_size=5))) for pool in pools]
    rows = draw(st.lists(st.tuples(*cells), min_size=4, max_size=9))
    return schema, [[*row, "x"] for row in rows]


def typed_frame(connection: Any, resource: Any, rows: list[list[str]]) -> pandas.DataFrame:
    """Return the frame of a table, whether valid or not, in the order of its rows."""
    bare = [replace(field, constraints={}) for field in resource.table.fields]
    unsorted = replace(resource.table, primary_key=(), fields=tuple(bare))
    typed = read_values(connection, replace(resource, table=unsorted))
    for i, field in enumerate(resource.table.fields):
        if is_text(field):
            texts = [None if row[i] in field.missing_values else row[i] for row in rows]
            typed = typed.set_column(i, typed.schema.field(i), pa.array(texts, pa.string()))
    return pandas_frame(typed)


@settings(max_examples=40, deadline=None)
@given(tables())
@pytest.mark.slow
def test_contract_and_validator_break_at_the_same_cells(drawn: tuple[dict[str, Any], list[list[str]]]) -> None:
    schema, rows = drawn
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([[node["name"] for node in schema["fields"]], *rows])
    with tempfile.TemporaryDirectory() as folder:
        package = table_package(Path(folder), schema, text.getvalue())
        resource = package.resources[0]
        said = {(issue.rule, issue.row - 2, issue.field) for issue in judge(package).issues}
        frame = typed_frame(engine.connect(RUN_DATE), resource, rows)
    required = {field.name for field in resource.table.fields if field.constraints.get("required")}
    found = {
        (("required" if field in required else "primaryKey") if check == "not_nullable" else check, row, field)
        for check, row, field in broken_by(resource.table, frame)
    }
    assert found == said
