"""Differences of two versions: every kind of change, whatever the format, and the version that they demand."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resopen.cli import main
from resopen.differences.comparing import Comparison, changes, compare
from resopen.differences.html_form import to_html
from resopen.differences.machine_forms import to_csv, to_json
from resopen.differences.places import Version, open_version
from resopen.differences.records import Difference, RowChange, Side, TableDifference
from resopen.differences.text_form import to_text
from resopen.differences.versions import changelog_entry, is_enough, next_version, version_reasons, version_step
from resopen.errors import ResopenError, SetupError
from resopen.messages import LANGUAGES
from resopen.opening import open_package
from resopen.publishing.material import Order
from resopen.publishing.release import publish
from resopen.schema import load_package
from resopen.schema.records import Bilingual
from tests.packages import MESSAGES, ROOT, RUN_DATE, curated, released

Row = Mapping[str, object]
FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "id", "type": "integer"},
    {"name": "amount", "type": "number"},
    {"name": "name", "type": "string"},
)
SCHEMA: dict[str, Any] = {"fields": list(FIELDS), "primaryKey": ["id"]}


def write(folder: Path, tables: Mapping[str, tuple[dict[str, Any], str]], **keys: Any) -> Path:
    """Write a package of CSV tables, each a schema and the content of its file."""
    folder.mkdir(parents=True, exist_ok=True)
    nodes = []
    for name, (schema, content) in tables.items():
        (folder / f"{name}.csv").write_bytes(content.encode())
        nodes.append({"name": name, "type": "table", "path": f"{name}.csv", **({"schema": schema} if schema else {})})
    descriptor = {"name": "small", "version": "1.0.0", "resources": nodes, **keys}
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), "utf-8")
    return folder


def table(folder: Path, content: str, schema: dict[str, Any] | None = None, **keys: Any) -> Path:
    """Write a package of one table."""
    return write(folder, {"table": (SCHEMA if schema is None else schema, content)}, **keys)


@contextmanager
def compared(old: Path | str, new: Path | str) -> Iterator[Comparison]:
    """Compare two places."""
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        done = compare(open_version(str(old), scratch), open_version(str(new), scratch), scratch, RUN_DATE)
        yield done
        done.connection.close()


def found(old: Path | str, new: Path | str) -> Difference:
    """Return the difference of two places."""
    with compared(old, new) as done:
        return done.difference


def rows_of(old: Path, new: Path, name: str = "table") -> list[RowChange]:
    """Return the changed rows of a table."""
    with compared(old, new) as done:
        return list(changes(done, name))


def kinds(difference: Difference) -> set[tuple[str, str]]:
    """Return kind and step of every change of the schema."""
    return {(change.kind, change.step) for change in difference.schema}


def test_every_kind_of_row_change_is_told_with_its_key_and_cells(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,5,a\n2,6,b\n3,7,\n4,,d\n5,9,unique\n6,1,gone\n")
    new = table(tmp_path / "b", "id,amount,name\n1,5.5,a\n2,,b\n3,7,c\n4,,d\n50,9,unique\n7,2,come\n")
    told = [(item.kind, dict(item.key), dict(item.row), [(c.field, c.kind, c.old, c.new) for c in item.cells])
            for item in rows_of(old, new)]  # fmt: skip
    assert told == [
        ("removed", {"id": "6"}, {"id": "6", "amount": "1", "name": "gone"}, []),
        ("added", {"id": "7"}, {"id": "7", "amount": "2", "name": "come"}, []),
        ("key-changed", {"id": "5"}, {}, [("id", "revised", "5", "50")]),
        ("revised", {"id": "1"}, {}, [("amount", "revised", "5", "5.5")]),
        ("revised", {"id": "2"}, {}, [("amount", "newly-missing", "6", None)]),
        ("revised", {"id": "3"}, {}, [("name", "newly-filled", None, "c")]),
    ]
    counts = found(old, new).tables[0]
    assert (counts.removed, counts.added, counts.key_changed, counts.revised, counts.cells) == (1, 1, 1, 3, (1, 1, 1))
    assert {(item.field, item.revised, item.newly_missing, item.newly_filled) for item in counts.fields} == {
        ("amount", 1, 1, 0), ("name", 0, 0, 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ({"type": "number"}, "1.0", "1.00"),
        ({"type": "number"}, "-0.50", "-.5"),
        ({"type": "number"}, "1e3", "1000"),
        ({"type": "number"}, "5.", "5"),
        ({"type": "number"}, "-0", "0.0"),
        ({"type": "number", "decimalPlaces": 2}, "1.5", "1.50"),
        ({"type": "number", "decimalChar": ",", "groupChar": " "}, '"1 234,50"', '"1234,5"'),
        ({"type": "integer"}, "7", "007"),
        ({"type": "boolean"}, "true", "1"),
        ({"type": "boolean", "trueValues": ["да"], "falseValues": ["нет", "no"]}, "нет", "no"),
        ({"type": "datetime"}, "2023-01-02T03:04:05", "2023-01-02T03:04:05.000"),
        ({"type": "object"}, '"{""a"": 1}"', '"{""a"":1}"'),
        ({"type": "duration"}, "P1Y", "P12M"),
        ({"type": "string", "missingValues": ["", "-"]}, "-", ""),
    ],
)
def test_the_same_value_in_another_spelling_is_no_difference(
    tmp_path: Path, field: dict[str, Any], old: str, new: str
) -> None:
    schema = {"fields": [FIELDS[0], {"name": "v", **field}], "primaryKey": ["id"]}
    both = [table(tmp_path / name, f"id,v\n1,{text}\n", schema) for name, text in (("a", old), ("b", new))]
    assert found(*both).is_empty


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ({"type": "number"}, "12345678901234567.1", "12345678901234567.2"),
        ({"type": "number"}, "1.5", "1.5x"),
        ({"type": "number", "decimalChar": ","}, '"1,5"', "1.5"),
        ({"type": "integer"}, "123456789012345678901", "123456789012345678902"),
        ({"type": "string"}, "1.0", "1.00"),
        ({"type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]}, "да", "true"),
        ({"type": "date"}, "2023-02-28", "2023-02-30"),
        ({"type": "integer"}, "7", " 7"),
    ],
)
def test_other_values_and_texts_of_no_type_are_a_difference(
    tmp_path: Path, field: dict[str, Any], old: str, new: str
) -> None:
    schema = {"fields": [FIELDS[0], {"name": "v", **field}], "primaryKey": ["id"]}
    both = [table(tmp_path / name, f"id,v\n1,{text}\n", schema) for name, text in (("a", old), ("b", new))]
    assert found(*both).tables[0].revised == 1


def test_key_is_matched_by_its_value_and_a_missing_part_of_it_is_a_value_too(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n01,1,a\n,2,b\n")
    new = table(tmp_path / "b", "id,amount,name\n,2,b\n1,1.0,a\n")
    assert found(old, new).is_empty


def test_order_of_rows_and_columns_line_ends_and_quotes_are_no_difference(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1,a\n2,2,б\n")
    new = table(tmp_path / "b", 'name,id,"amount"\r\n"б","2",2\r\n"a",1,"1"\r\n')
    assert found(old, new).is_empty


def test_csv_against_parquet_json_and_zip_of_the_same_table_is_empty(tmp_path: Path) -> None:
    kinds_of = {
        "s": "string", "i": "integer", "n": "number", "d": "date", "b": "boolean", "t": "datetime", "y": "year",
        "h": "time",
    }  # fmt: skip
    fields: list[dict[str, Any]] = [{"name": name, "type": kind} for name, kind in kinds_of.items()]
    fields.append({"name": "r", "type": "number", "decimalPlaces": 2})
    schema = {"fields": fields, "primaryKey": ["s"]}
    line = "a,7,0.1234567890123456789,2023-01-02,true,2023-01-02T03:04:05,0999,10:11:12,1.5\n"
    old = table(tmp_path / "csv", "s,i,n,d,b,t,y,h,r\n" + line + "b,,,,,,,,\n", schema)
    new = table(tmp_path / "parquet", "", schema)
    columns: dict[str, Any] = {
        "r": pa.array([1.5, None], pa.float64()).cast(pa.decimal128(18, 2)), "s": ["a", "b"], "i": [7, None],
        "n": [0.1234567890123456789, None], "d": [date(2023, 1, 2), None], "b": [True, None],
        "t": pa.array(["2023-01-02T03:04:05", None]).cast(pa.timestamp("us")), "y": pa.array([999, None], pa.int32()),
        "h": pa.array([36_672_000_000, None], pa.int64()).cast(pa.time64("us")),
    }  # fmt: skip
    pa.parquet.write_table(pa.table(columns).take([1, 0]), new / "table.parquet")
    node: dict[str, Any] = {"name": "table", "path": "table.parquet", "schema": {**schema, "fieldsMatch": ["equal"]}}
    (new / "datapackage.json").write_text(json.dumps({"name": "small", "version": "1.0.0", "resources": [node]}))
    done = found(old, new)
    assert not done.tables[0].rows_changed
    assert kinds(done) == {("fields-match-changed", "minor")}
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for path in old.iterdir():
            archive.write(path, f"inner/{path.name}")
    assert found(tmp_path / "old.zip", old).is_empty
    rows: list[dict[str, object]] = [{"s": "b"}, dict(zip(["s", "i", "r"], ["a", 7, 1.5], strict=True))]
    inline = table(tmp_path / "json", "", schema)
    node = {"name": "table", "data": rows, "schema": schema}
    (inline / "datapackage.json").write_text(json.dumps({"name": "small", "version": "1.0.0", "resources": [node]}))
    assert found(old, inline).tables[0].cells == (0, 6, 0)


def test_parquet_column_of_another_kind_than_its_field_is_compared_by_its_text(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1,5\n")
    new = table(tmp_path / "b", "")
    pa.parquet.write_table(pa.table({"id": [1], "amount": [1.0], "name": [5]}), new / "table.parquet")
    node = {"name": "table", "path": "table.parquet", "schema": SCHEMA}
    (new / "datapackage.json").write_text(json.dumps({"name": "small", "version": "1.0.0", "resources": [node]}))
    assert found(old, new).is_empty


def test_changed_primary_key_matches_rows_by_the_key_that_serves_both_versions(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1,a\n2,2,b\n")
    new = table(tmp_path / "b", "id,amount,name\n1,1,c\n2,2,b\n", {**SCHEMA, "primaryKey": ["id", "name"]})
    done = found(old, new)
    assert ("primary-key-changed", "major") in kinds(done)
    assert (done.tables[0].matching, done.tables[0].key, done.tables[0].revised) == ("common-key", ("id",), 1)
    assert "id" in text_of(old, new, "en").split("Rows were matched by ")[1].split(",")[0]


def test_changed_primary_key_without_a_common_one_matches_no_rows_and_says_so(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1,a\n1,2,b\n", {**SCHEMA, "primaryKey": ["amount"]})
    new = table(tmp_path / "b", "id,amount,name\n1,3,b\n2,3,a\n", {**SCHEMA, "primaryKey": ["id"]})
    done = found(old, new)
    assert (done.tables[0].matching, done.tables[0].added, done.tables[0].removed) == ("rows", 2, 2)
    assert "no key serves both versions" in text_of(old, new, "en")
    assert "общего для обеих версий ключа нет" in text_of(old, new, "ru")


def test_table_without_a_key_is_compared_as_a_multiset(tmp_path: Path) -> None:
    schema = {"fields": list(FIELDS)}
    old = table(tmp_path / "a", "id,amount,name\n1,1.0,a\n1,1,a\n1,1.00,a\n2,2,b\n", schema)
    new = table(tmp_path / "b", "id,amount,name\n2,2,b\n1,1,a\n3,3,\n3,3,\n", schema)
    told = [(item.kind, [text for _, text in item.row]) for item in rows_of(old, new)]
    assert told == [
        ("removed", ["1", "1", "a"]), ("removed", ["1", "1.0", "a"]),
        ("added", ["3", "3", None]), ("added", ["3", "3", None]),
    ]  # fmt: skip


def test_repeated_keys_are_matched_in_the_order_of_their_values(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1,a\n1,2,b\n2,5,x\n")
    new = table(tmp_path / "b", "id,amount,name\n1,2,b\n1,1,a\n1,3,c\n2,5,y\n")
    done = found(old, new).tables[0]
    assert (done.repeats, done.added, done.removed, done.revised) == (True, 1, 0, 1)
    assert "repeats" in text_of(old, new, "en")


def test_changed_key_is_told_only_where_no_other_reading_is_possible(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1,same\n2,2,one\n4,4,\n9,9,same too\n")
    new = table(tmp_path / "b", "id,amount,name\n10,1,same\n2,2,one\n3,1,same\n5,,\n")
    done = found(old, new).tables[0]
    assert (done.key_changed, done.added, done.removed) == (0, 3, 3)
    emptied = table(tmp_path / "c", "id,amount,name\n1,,\n")
    assert found(emptied, table(tmp_path / "d", "id,amount,name\n2,,\n")).tables[0].key_changed == 0


def test_changed_type_compares_texts_and_says_so(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1.0,a\n2,2,b\n")
    fields = [FIELDS[0], {"name": "amount", "type": "string"}, FIELDS[2]]
    new = table(tmp_path / "b", "id,amount,name\n1,1,a\n2,2,b\n", {**SCHEMA, "fields": fields})
    done = found(old, new)
    assert (done.tables[0].as_texts, done.tables[0].revised) == (("amount",), 1)
    assert ("field-retyped", "major") in kinds(done)


def test_faults_of_structure_are_counted_and_a_table_without_records_is_refused(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1,a\n")
    ragged = table(tmp_path / "b", "id,amount,name\n1,1,a,surplus\n")
    done = found(old, ragged).tables[0]
    assert (done.rows_changed, done.new_faults) == (0, 1)
    assert "faults of structure (1 issue)" in text_of(old, ragged, "en")
    (ragged / "table.csv").unlink()
    with pytest.raises(SetupError) as caught:
        found(old, ragged)
    assert (caught.value.key, caught.value.details["rule"]) == ("difference.unreadable-table", "missing-file")


def test_table_without_a_schema_takes_the_definition_of_its_other_version(tmp_path: Path) -> None:
    old = table(tmp_path / "a", "id,amount,name\n1,1.0,a\n", {})
    new = table(tmp_path / "b", "id,amount,name\n1,1.00,a\n")
    assert found(old, new).is_empty
    assert found(old, table(tmp_path / "c", "id,amount,name\n1,1.00,a\n", {})).tables[0].rows_changed == 2


def field_of(**keys: Any) -> dict[str, Any]:
    """Return the schema with another definition of the field amount."""
    return {**SCHEMA, "fields": [FIELDS[0], {**FIELDS[1], **keys}, FIELDS[2]]}


def limited(**limits: Any) -> dict[str, Any]:
    """Return the schema with constraints of the field amount."""
    return field_of(constraints=limits)


@pytest.mark.parametrize(
    ("old", "new", "kind", "step"),
    [
        (SCHEMA, {**SCHEMA, "fields": FIELDS[:2]}, "field-removed", "major"),
        ({**SCHEMA, "fields": FIELDS[:2]}, SCHEMA, "field-added", "minor"),
        (SCHEMA, {**SCHEMA, "fields": FIELDS[::-1]}, "fields-reordered", "major"),
        (SCHEMA, field_of(unit="rub"), "field-changed", "major"),
        (SCHEMA, field_of(decimalPlaces=2), "field-changed", "major"),
        (SCHEMA, field_of(missingValues=["", "-"]), "field-changed", "major"),
        (SCHEMA, field_of(decimalChar=","), "field-changed", "major"),
        (SCHEMA, field_of(title="Sum", title_ru="Сумма"), "title-changed", "patch"),
        (SCHEMA, field_of(description="All of it"), "description-changed", "patch"),
        (SCHEMA, field_of(example="5"), "field-changed", "patch"),
        (SCHEMA, limited(required=True), "constraint-added", "major"),
        (limited(required=True), limited(required=False), "constraint-removed", "minor"),
        (limited(minimum=1), limited(minimum=0.5), "constraint-changed", "minor"),
        (limited(minimum="9"), limited(minimum="10"), "constraint-changed", "major"),
        (limited(maximum=1), limited(maximum=2), "constraint-changed", "minor"),
        (limited(maximum=2), limited(maximum=1), "constraint-changed", "major"),
        (limited(enum=[1, 2]), limited(enum=[2]), "code-removed", "major"),
        (limited(enum=[1, 2]), limited(enum=[2, 1, 3]), "code-added", "minor"),
        (SCHEMA, {**SCHEMA, "uniqueKeys": [["name"]]}, "unique-key-added", "major"),
        ({**SCHEMA, "uniqueKeys": [["name"]]}, SCHEMA, "unique-key-removed", "minor"),
        (SCHEMA, {**SCHEMA, "primaryKey": ["name"]}, "primary-key-changed", "major"),
        (SCHEMA, {**SCHEMA, "foreignKeys": [{"fields": ["amount"], "reference": {"resource": "", "fields": ["id"]}}]},
         "foreign-key-added", "major"),
        (SCHEMA, {**SCHEMA, "title": "A table"}, "title-changed", "patch"),
    ],
)  # fmt: skip
def test_every_change_of_the_schema_is_named_and_demands_its_step(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], kind: str, step: str
) -> None:
    both = []
    for name, schema in (("a", old), ("b", new)):
        header = ",".join(field["name"] for field in schema["fields"])
        both.append(table(tmp_path / name, f"{header}\n", schema))
    done = found(*both)
    assert (kind, step) in kinds(done)
    assert {change.kind for change in done.schema} == {kind}
    assert version_step(done) == step
    for language in LANGUAGES:
        assert MESSAGES[language].text(f"difference.kind-{kind}") in text_of(both[0], both[1], language)


def test_tables_that_come_and_go_are_named_with_their_rows(tmp_path: Path) -> None:
    one, two = (SCHEMA, "id,amount,name\n1,1,a\n2,1,a\n"), (SCHEMA, "id,amount,name\n")
    old, new = write(tmp_path / "a", {"one": one}), write(tmp_path / "b", {"two": two})
    assert [(item.kind, item.table, item.old, item.new) for item in found(old, new).schema] == [
        ("table-removed", "one", "2", ""), ("table-added", "two", "", "0"),
    ]  # fmt: skip


def test_codes_of_codelists_are_named(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "code", "type": "string"}, {"name": "label_en", "type": "string"}],
              "primaryKey": ["code"]}  # fmt: skip
    old = table(tmp_path / "a", "code,label_en\nx,X\ny,Y\nz,Z\n", schema)
    new = table(tmp_path / "b", "code,label_en\ny,Why\nnew,New\nz2,Z\n", schema)
    assert [(item.kind, item.old or item.new) for item in found(old, new).schema] == [
        ("code-removed", "x"), ("code-added", "new"), ("code-removed", "z"), ("code-added", "z2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ({"title": "A"}, {"title": "B"}, "patch"),
        ({"version": "1.0.0"}, {"version": "1.0.1", "created": "2024-01-01T00:00:00Z"}, "none"),
        ({"name": "small"}, {"name": "large"}, "major"),
        ({"id": "doi-1.0.0"}, {"id": "doi-1.0.1", "version": "1.0.1"}, "none"),
        ({"id": "one"}, {"id": "other"}, "major"),
        ({"licenses": [{"name": "CC-BY-4.0"}]}, {"licenses": [{"name": "CC0-1.0"}]}, "major"),
        ({"licenses": [{"name": "CC0-1.0"}]}, {"licenses": [{"name": "CC0-1.0"}, {"name": "ODbL-1.0"}]}, "minor"),
        ({"sources": [{"title": "One"}]}, {"sources": [{"title": "One"}, {"title": "Two"}]}, "patch"),
    ],
)
def test_metadata_of_the_package_are_compared(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], step: str
) -> None:
    content = "id,amount,name\n"
    done = found(table(tmp_path / "a", content, **old), table(tmp_path / "b", content, **new))
    assert {item.key for item in done.metadata} == {key for key in {**old, **new} if old.get(key) != new.get(key)} - (
        {"version"} if "version" not in new else set()
    )
    assert not done.is_empty
    assert version_step(done) == step


def test_methodologies_are_compared_key_by_key(tmp_path: Path) -> None:
    content = "id,amount,name\n"
    old, new = table(tmp_path / "a", content), table(tmp_path / "b", content)
    for folder, weight, title in ((old, 1, "Index"), (new, 2, "Our index")):
        (folder / "methodology").mkdir()
        text = f'id = "m"\ntitle = "{title}"\n[[nodes]]\nid = "tai"\nweight = {weight}\n[result]\nties = "mean"\n'
        (folder / "methodology" / "m.toml").write_text(text, "utf-8")
    (new / "methodology" / "n.toml").write_text('id = "n"\n', "utf-8")
    assert [(item.file, item.key, item.old, item.new, item.step) for item in found(old, new).methodology] == [
        ("m.toml", "title", '"Index"', '"Our index"', "patch"),
        ("m.toml", "nodes[tai].weight", "1", "2", "major"),
        ("n.toml", "", "", '"n"', "minor"),
    ]


def test_moves_in_rankings_are_told_by_ranking_and_unit(tmp_path: Path) -> None:
    fields = [{"name": name, "type": "number" if name == "place" else "string"}
              for name in ("ranking", "unit", "name", "place", "score")]  # fmt: skip
    schema = {"fields": fields, "primaryKey": ["ranking", "unit"]}
    head = "ranking,unit,name,place,score\n"
    old = write(tmp_path / "a", {"rankings": (schema, head + "r,1,A,1,5\nr,2,B,2,4\nr,3,C,3,3\nr,5,E,,\n")})
    new = write(tmp_path / "b", {"rankings": (schema, head + "r,1,A,2,4\nr,2,B,1.0,6\nr,4,D,4,1\nr,5,E,,1\n")})
    done = found(old, new)
    assert [(move.unit, move.name, move.old, move.new) for move in done.moves] == [
        ("1", "A", "1", "2"), ("2", "B", "2", "1.0"), ("3", "C", "3", ""), ("4", "D", "", "4"),
    ]  # fmt: skip
    assert "r, A (1): 1 → 2" in text_of(old, new, "en")


def test_files_that_are_no_tables_are_compared_by_their_bytes(tmp_path: Path) -> None:
    both = []
    for name, content in (("a", "one"), ("b", "two")):
        folder = table(tmp_path / name, "id,amount,name\n")
        descriptor = json.loads((folder / "datapackage.json").read_bytes())
        (folder / "note.txt").write_text(content)
        descriptor["resources"].append({"name": "note", "path": "note.txt"})
        (folder / "datapackage.json").write_text(json.dumps(descriptor))
        both.append(folder)
    assert [(item.name, item.kind, item.step) for item in found(*both).files] == [("note", "changed", "patch")]


def test_rows_removed_from_a_table_that_others_refer_to_demand_a_major_step(tmp_path: Path) -> None:
    child = {"fields": [{"name": "of", "type": "integer"}],
             "foreignKeys": [{"fields": ["of"], "reference": {"resource": "table", "fields": ["id"]}}]}  # fmt: skip
    full, less = "id,amount,name\n1,1,a\n2,2,b\n", "id,amount,name\n1,1,a\n"
    alone = found(table(tmp_path / "a", full), table(tmp_path / "b", less))
    assert version_step(alone) == "minor"
    both = [write(tmp_path / name, {"table": (SCHEMA, text), "child": (child, "of\n1\n")})
            for name, text in (("c", full), ("d", less))]  # fmt: skip
    reasons = version_reasons(found(*both))
    assert [(item.step, item.kind, item.places) for item in reasons] == [
        ("major", "referenced-rows-removed", ("table",))
    ]


def blank(**keys: Any) -> Difference:
    """Return an empty difference with some parts of it filled."""
    side = Side("x", "x", "1.2.3", Bilingual("", ""))
    parts: dict[str, Any] = dict.fromkeys(("metadata", "schema", "files", "methodology", "moves", "tables"), ())
    return Difference(old=side, new=side, **{**parts, **keys})


def rows_difference(**counts: Any) -> Difference:
    """Return the difference of one table with such counts."""
    return blank(tables=(TableDifference("t", Bilingual("Т", "T"), "key", ("id",), 1, 1, **counts),))


def test_rows_demand_a_minor_step_corrections_a_patch_and_changed_keys_a_major_one() -> None:
    assert version_step(blank()) == "none"
    assert version_step(rows_difference(added=1, revised=1)) == "minor"
    assert version_step(rows_difference(revised=1)) == "patch"
    assert version_step(rows_difference(key_changed=1)) == "major"


@pytest.mark.parametrize(
    ("old", "step", "new"),
    [
        ("1.2.3", "major", "2.0.0"), ("1.2.3", "minor", "1.3.0"), ("1.2.3", "patch", "1.2.4"),
        ("1.2.3", "none", "1.2.3"), ("0.2.3", "major", "0.3.0"), ("0.2.3", "patch", "0.2.4"),
    ],
)  # fmt: skip
def test_next_version_follows_by_its_step(old: str, step: Any, new: str) -> None:
    assert next_version(old, step) == new
    assert is_enough(old, new, step) is (step != "none")
    assert is_enough(old, "99.0.0", step)
    assert not is_enough(old, "0.0.1", step)


@pytest.mark.parametrize("wrong", ["1.0", "01.0.0", "1.0.0-rc", ""])
def test_what_is_no_version_is_refused(wrong: str) -> None:
    with pytest.raises(ResopenError):
        next_version(wrong, "patch")
    with pytest.raises(ResopenError):
        is_enough("1.0.0", wrong, "patch")


def test_changelog_entry_counts_per_table_in_both_languages_and_obeys_no_markdown(tmp_path: Path) -> None:
    schema = {**SCHEMA, "title": "[A](http://x) <b>", "title_ru": "Таблица"}
    old = table(tmp_path / "a", "id,amount,name\n1,1,a\n2,2,b\n", schema)
    new = table(tmp_path / "b", "id,amount,name\n1,5,a\n3,,c\n4,,\n2,2,b\n", schema, title="Now with a title")
    done = found(old, new)
    english = changelog_entry(done, "1.1.0", "en", date(2024, 2, 3))
    assert english.splitlines()[0] == "## 1.1.0 - 2024-02-03"
    assert "- `table` (\\[A\\](http://x) \\<b\\>): 2 rows added, 1 row revised (1 cell revised)." in english
    assert "- Description of the package changed: `title`." in english
    russian = changelog_entry(done, "1.1.0", "ru", date(2024, 2, 3))
    assert "- `table` (Таблица): добавлены 2 строки, изменена 1 строка (изменена 1 ячейка)." in russian


values = st.one_of(st.none(), st.sampled_from(["1", "1.0", "2.50", "-3", "x", "=1+1"]))
tables = st.dictionaries(
    st.integers(0, 12), st.tuples(values, st.one_of(st.none(), st.text("ab\n\",'é", min_size=1, max_size=3))),
    max_size=8,
)  # fmt: skip


def content(rows: Sequence[Sequence[object]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["id", "amount", "name"], *[["" if cell is None else cell for cell in row] for row in rows]])
    return text.getvalue()


def written(folder: Path, name: str, rows: Sequence[Sequence[object]], schema: dict[str, Any]) -> Path:
    """Write a table of rows in a new folder."""
    return table(folder / name, content(rows), schema)


def counts(item: TableDifference) -> tuple[object, ...]:
    """Return all counts of a table."""
    return item.added, item.removed, item.key_changed, item.revised, item.cells


def turned(item: TableDifference) -> tuple[object, ...]:
    """Return all counts as those of the difference the other way round."""
    revised, missing, filled = item.cells
    return item.removed, item.added, item.key_changed, item.revised, (revised, filled, missing)


@given(tables, tables, st.booleans(), st.randoms())
@settings(max_examples=25, deadline=None)
def test_difference_is_empty_of_the_same_turns_round_and_can_be_applied(
    old: dict[int, tuple[str | None, str | None]], new: dict[int, tuple[str | None, str | None]], has_key: bool,
    chance: Any,
) -> None:  # fmt: skip
    schema = SCHEMA if has_key else {"fields": list(FIELDS)}
    before, after = ([(str(key), *rest) for key, rest in rows.items()] for rows in (old, new))
    mixed = chance.sample(after, len(after))
    with TemporaryDirectory() as name:
        folder = Path(name)
        a, b = written(folder, "a", before, schema), written(folder, "b", after, schema)
        c = written(folder, "c", mixed, schema)
        assert found(b, c).is_empty
        assert found(a, a).is_empty
        with compared(a, b) as done, compared(b, a) as back, compared(a, c) as other:
            assert turned(done.difference.tables[0]) == counts(back.difference.tables[0])
            told = list(changes(done, "table"))
            assert told == list(changes(other, "table"))
            assert applied(before, told, has_key) == sorted(map(normal, after), key=str)


def normal(row: Sequence[object]) -> tuple[object, ...]:
    """Return a row with its amount as a number where it is one."""
    key, amount, name = row
    is_number = isinstance(amount, str) and re.fullmatch(r"-?[0-9.]+", amount)
    return key, float(str(amount)) if is_number else amount, name


def applied(before: Sequence[Sequence[object]], told: Sequence[RowChange], has_key: bool) -> list[tuple[object, ...]]:
    """Return the rows after the changes."""
    rows = [dict(zip(("id", "amount", "name"), row, strict=True)) for row in before]
    for change in told:
        key = dict(change.key) if has_key else dict(change.row)
        alike = [row for row in rows if {name: row[name] for name in key} == key]
        if change.kind == "added":
            rows.append(dict(change.row))
        elif change.kind == "removed":
            rows.remove(alike[0])
        else:
            alike[0].update({cell.field: cell.new for cell in change.cells})
    return sorted((normal(tuple(row.values())) for row in rows), key=str)


def text_of(old: Path, new: Path, language: Any, limit: int = 10) -> str:
    """Return the difference of two places as text."""
    with compared(old, new) as done:
        return "\n".join(to_text(done, MESSAGES[language], limit, lambda text, name: text))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Return two small versions with something of everything."""
    schema = {**SCHEMA, "title": "T & <b>", "title_ru": "Т"}
    old = table(tmp_path / "old", content([("1", "1", "a"), ("2", "2", "=cmd"), ("3", "3", "c\x1b[31m")]), schema)
    new = table(tmp_path / "new", content([("1", None, "a"), ("2", "2", "<script>"), ("4", "4", "d"), ("5", "5", "e")]),
                {**schema, "title": "Table"}, title="New")  # fmt: skip
    return old, new


def test_json_is_complete_and_of_the_documented_form(pair: tuple[Path, Path]) -> None:
    with compared(*pair) as done:
        node = json.loads("".join(to_json(done)))
    assert (node["form"], node["equal"], node["step"]) == (1, False, "minor")
    assert set(node) == {
        "form", "old", "new", "equal", "step", "reasons", "metadata", "schema", "files", "methodology", "rankings",
        "tables", "changes",
    }  # fmt: skip
    assert node["tables"][0]["cells"] == {"revised": 1, "newly_missing": 1, "newly_filled": 0}
    assert node["changes"][0] == {
        "table": "table", "change": "removed", "key": {"id": "3"},
        "row": {"id": "3", "amount": "3", "name": "c\x1b[31m"},
    }  # fmt: skip
    assert node["changes"][-1]["cells"] == [{"field": "name", "change": "revised", "old": "=cmd", "new": "<script>"}]
    documented = (ROOT / "docs" / "diff.md").read_text("utf-8")
    for key in [*node, *node["tables"][0], *node["changes"][0]]:
        assert f"`{key}`" in documented, key


def test_csv_has_a_line_a_change_and_runs_nothing(pair: tuple[Path, Path]) -> None:
    with compared(*pair) as done:
        lines = list(csv.DictReader(io.StringIO("".join(to_csv(done)))))
    assert [line["change"] for line in lines] == [
        "metadata-changed", "title-changed", "row-removed", "row-added", "row-added", "cell-newly-missing",
        "cell-revised",
    ]  # fmt: skip
    assert lines[-1] == {"table": "table", "change": "cell-revised", "key": '{"id": "2"}', "field": "name",
                         "old": "'=cmd", "new": "<script>"}  # fmt: skip
    assert json.loads(lines[3]["new"]) == {"id": "4", "amount": "4", "name": "d"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_self_contained_and_runs_nothing(pair: tuple[Path, Path], language: Any) -> None:
    with compared(*pair) as done:
        page = "".join(to_html(done, MESSAGES[language], 0))
        cut = "".join(to_html(done, MESSAGES[language], 1))
    assert f'<html lang="{language}">' in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "\x1b" not in page
    more = MESSAGES[language].plural("plural.more", 1)
    assert MESSAGES[language].text("difference.more", {"more": more}) in cut


def test_limit_cuts_what_is_listed_but_no_count(pair: tuple[Path, Path]) -> None:
    short, whole = text_of(*pair, "en", 1), text_of(*pair, "en", 0)
    assert "2 rows added" in short
    assert "and 1 more; --limit 0 lists all" in short
    assert "id = 5" in whole
    assert "id = 5" not in short
    assert "\x1b" not in whole


def test_command_says_by_its_exit_code_whether_there_is_a_difference(
    pair: tuple[Path, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old, new = map(str, pair)
    assert main(["diff", old, new, "--lang", "en"]) == 0
    assert main(["diff", old, new, "--exit-code", "--lang", "en"]) == 1
    assert main(["diff", old, old, "--exit-code", "--lang", "ru"]) == 0
    assert "Отличий нет." in capsys.readouterr().out
    assert main(["diff", old, str(tmp_path / "nothing"), "--lang", "en"]) == 2
    assert main(["diff", old, "--lang", "en"]) == 2
    assert main(["diff", old, str(pair[0] / "table.csv"), "--lang", "en"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "json", "csv", "html"])
def test_output_goes_into_a_file_whole(
    pair: tuple[Path, Path], tmp_path: Path, form: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    target = tmp_path / "out" / "difference"
    arguments = ["diff", *map(str, pair), "--format", form, "--lang", "en"]
    assert main([*arguments, "--output", str(target)]) == 0
    assert capsysbinary.readouterr().out == b""
    assert main(arguments) == 0
    assert capsysbinary.readouterr().out == target.read_bytes()
    assert [path.name for path in target.parent.iterdir()] == ["difference"]


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder as nobody in particular."""
    person = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **person})


def test_git_revisions_are_read_without_touching_the_working_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = tmp_path / "repository"
    table(repository / "datapackage", "id,amount,name\n1,1,a\n")
    (repository / "schema" / "methodology").mkdir(parents=True)
    (repository / "schema" / "methodology" / "m.toml").write_text('id = "m"\nweight = 1\n')
    # What git would leave out of an archive, or write in another way, is there all the same.
    (repository / ".gitattributes").write_text("*.csv export-ignore\n*.csv text eol=crlf\n")
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "one")
    git(repository, "tag", "v1.0.0")
    table(repository / "datapackage", "id,amount,name\n1,1,b\n")
    (repository / "schema" / "methodology" / "m.toml").write_text('id = "m"\nweight = 2\n')
    git(repository, "commit", "-q", "-a", "-m", "two")
    (repository / "datapackage" / "table.csv").write_text("id,amount,name\n1,1,c\n")
    (repository / "datapackage" / "note").write_text("not committed")
    monkeypatch.chdir(repository)
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    done = found("HEAD~1", "HEAD")
    assert [(item.key, item.old, item.new) for item in done.methodology] == [("weight", "1", "2")]
    assert done.tables[0].revised == 1
    assert found("v1.0.0", "HEAD~1:datapackage").is_empty
    assert found("HEAD", "datapackage").tables[0].revised == 1
    assert {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()} == before
    shutil.copytree(repository / "datapackage", repository / "HEAD")
    assert found("HEAD", "datapackage").is_empty
    for wrong, key in (
        ("v9", "no-such-place"),
        ("HEAD~1:elsewhere", "no-package-in-revision"),
        ("-x", "no-such-place"),
    ):
        with pytest.raises(SetupError) as caught:
            found(wrong, "datapackage")
        assert caught.value.key == f"difference.{key}"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["diff", "v1.0.0", "datapackage", "--lang", "ru"]) == 2
    assert "git не установлен" in capsys.readouterr().err


def test_release_its_zip_and_the_curated_package_differ_in_the_version_alone(tmp_path: Path) -> None:
    release = released(curated(), tmp_path).folder
    done = found(ROOT / "datapackage", release)
    assert done.is_empty
    assert found(release, ROOT / "datapackage").is_empty
    assert found(release, release.with_name(f"{release.name}.zip")).is_empty
    assert found(ROOT, ROOT / "datapackage").is_empty


def test_source_differs_from_its_release_only_in_what_was_edited_since(tmp_path: Path) -> None:
    fields = [
        {"name": "id", "type": "string"}, {"name": "n", "type": "number", "decimalChar": ","},
        {"name": "d", "type": "date", "format": "%d.%m.%Y"}, {"name": "keeper", "type": "string", "internal": True},
    ]  # fmt: skip
    node = {
        "name": "a", "type": "table", "path": "a.csv", "encoding": "windows-1251", "dialect": {"delimiter": ";"},
        "schema": {"fields": fields, "primaryKey": ["id"]},
    }  # fmt: skip
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "own", "resources": [node]}), "utf-8")
    (tmp_path / "a.csv").write_bytes("id;n;d;keeper\nб;1,50;02.03.2020;Я\na;;;\n".encode("windows-1251"))
    (tmp_path / "CHANGELOG.md").write_text("# C\n\n## 0.1.0 - 2026-11-21\n\n- x\n", "utf-8")
    made = Order(open_package(tmp_path, tmp_path), tmp_path, tmp_path / "CHANGELOG.md", None, tmp_path / "dist")
    release = publish(made, "0.1.0", MESSAGES["en"]).folder
    assert found(release, tmp_path).is_empty
    assert found(tmp_path, release).is_empty
    (tmp_path / "a.csv").write_bytes("id;n;d;keeper\nб;1,60;02.03.2020;Ты\na;;;\n".encode("windows-1251"))
    done = found(release, tmp_path)
    assert ([item.revised for item in done.tables], done.schema, done.metadata) == ([1], (), ())


def test_comparing_packages_from_memory_gives_the_same(pair: tuple[Path, Path], tmp_path: Path) -> None:
    sides = [Version(load_package(json.loads((folder / "datapackage.json").read_bytes()), folder, "x"), folder, "x")
             for folder in pair]  # fmt: skip
    done = compare(sides[0], sides[1], tmp_path, RUN_DATE)
    assert done.difference.tables == found(*pair).tables
