"""Releases of packages of every form and type: what is written is canonical, and is compared with care."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resopen import engine
from resopen.errors import PublishRefused
from resopen.messages import load_messages
from resopen.opening import open_package
from resopen.publishing.comparison import is_csv_of, is_parquet_of
from resopen.publishing.contents import build, write_tables
from resopen.publishing.draft import draft_version
from resopen.publishing.material import Order, gather
from resopen.publishing.release import publish
from resopen.publishing.tables import PART, PARTS, _even, _groups
from resopen.publishing.verify import verify
from resopen.schema import Package, load_package
from resopen.tables.canonical import csv_header, csv_lines
from resopen.validation.run import validate

ENGLISH = load_messages("en")
DAY = date(2026, 11, 21)
FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "string"}, {"name": "n", "type": "number"}, {"name": "d", "type": "date"},
    {"name": "ok", "type": "boolean"}, {"name": "e", "type": "string"},
]  # fmt: skip
CANONICAL = "id,n,d,ok,e\na,,,false,\nб,1.5,2020-03-02,true,x\n"
TYPED: list[list[Any]] = [["б", 1.5, date(2020, 3, 2), True, "x"], ["a", None, None, False, None]]


def order(folder: Path, node: dict[str, Any], fields: list[dict[str, Any]] = FIELDS, **schema: Any) -> Order:
    """Write the descriptor and changelog of a package of one table, and return the order to publish it."""
    whole = {"name": "a", "type": "table", **node, "schema": {"fields": fields, "primaryKey": ["id"], **schema}}
    (folder / "datapackage.json").write_text(json.dumps({"name": "forms", "resources": [whole]}), "utf-8")
    (folder / "CHANGELOG.md").write_text("# C\n\n## 0.1.0 - 2026-11-21\n\n- x\n", "utf-8")
    return Order(open_package(folder, folder), folder, folder / "CHANGELOG.md", None, folder / "dist")


def own_dialect(folder: Path) -> Order:
    text = "id;n;d;ok;e\nб;1,50;02.03.2020;да;x\na;-;-;нет;-\n"
    (folder / "a.csv").write_bytes(text.encode("windows-1251"))
    fields: list[dict[str, Any]] = [
        {"name": "id", "type": "string"}, {"name": "n", "type": "number", "decimalChar": ","},
        {"name": "d", "type": "date", "format": "%d.%m.%Y"},
        {"name": "ok", "type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]},
        {"name": "e", "type": "string"},
    ]  # fmt: skip
    node = {"path": "a.csv", "encoding": "windows-1251", "dialect": {"delimiter": ";"}}
    return order(folder, node, fields, missingValues=["-"])


def tabbed_and_packed(folder: Path) -> Order:
    text = "id\tn\td\tok\te\nб\t1.50\t2020-03-02\ttrue\tx\na\t\t\tfalse\t\n"
    (folder / "a.tsv.gz").write_bytes(gzip.compress(text.encode()))
    return order(folder, {"path": "a.tsv.gz", "format": "tsv", "dialect": {"delimiter": "\t"}})


def in_parts(folder: Path) -> Order:
    (folder / "a1.csv").write_text("id,n,d,ok,e\nб,1.5,2020-03-02,1,x\n", "utf-8")
    (folder / "a2.csv").write_text("id,n,d,ok,e\na,,,0,\n", "utf-8")
    return order(folder, {"path": ["a1.csv", "a2.csv"]})


def inline(folder: Path) -> Order:
    rows = [[str(cell) if isinstance(cell, date) else cell for cell in row] for row in TYPED]
    return order(folder, {"data": [["id", "n", "d", "ok", "e"], *rows]})


def parquet(folder: Path) -> Order:
    columns = {field["name"]: [row[i] for row in TYPED] for i, field in enumerate(FIELDS)}
    pq.write_table(pa.table(columns), folder / "a.parquet")
    return order(folder, {"path": "a.parquet", "format": "parquet", "mediatype": "application/vnd.apache.parquet"})


def sheet(folder: Path) -> Order:
    book = openpyxl.Workbook()
    for row in (["id", "n", "d", "ok", "e"], *TYPED):
        book.active.append(row)
    book.save(folder / "a.xlsx")
    return order(folder, {"path": "a.xlsx", "format": "xlsx"})


def test_rows_that_were_judged_as_they_stand_are_kept_and_others_judged_again(tmp_path: Path) -> None:
    for name, form, is_same in (("parts", in_parts, False), ("inline", inline, True)):
        (tmp_path / name).mkdir()
        material = gather(form(tmp_path / name), DAY, ENGLISH, tmp_path, lambda step: None)
        assert (material.held["a"].judged_by is not None) is is_same


@pytest.mark.parametrize("form", [own_dialect, tabbed_and_packed, in_parts, inline, parquet, sheet])
def test_source_of_any_form_becomes_the_same_canonical_table(form: Callable[[Path], Order], tmp_path: Path) -> None:
    folder = publish(form(tmp_path), "0.1.0", ENGLISH).folder
    assert (folder / "data" / "a.csv").read_text("utf-8") == CANONICAL
    assert verify(folder, ENGLISH) == []


def test_moments_of_own_formats_become_those_of_iso_8601_but_for_zones(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,d,t,m,z\na,14.03.2024,9:05,14.03.2024 10:15:00,14.03.2024 10:15 +0300\n", "utf-8"
    )  # fmt: skip
    fields = [
        {"name": "id", "type": "string"}, {"name": "d", "type": "date", "format": "%d.%m.%Y"},
        {"name": "t", "type": "time", "format": "%H:%M"},
        {"name": "m", "type": "datetime", "format": "%d.%m.%Y %H:%M:%S"},
        {"name": "z", "type": "datetime", "format": "%d.%m.%Y %H:%M %z"},
    ]  # fmt: skip
    folder = publish(order(tmp_path, {"path": "a.csv"}, fields), "0.1.0", ENGLISH).folder
    expected = "a,2024-03-14,09:05:00,2024-03-14T10:15:00,14.03.2024 10:15 +0300"
    assert (folder / "data" / "a.csv").read_text("utf-8").splitlines()[1] == expected
    published = json.loads((folder / "datapackage.json").read_bytes())["resources"][0]["schema"]["fields"]
    assert [field.get("format") for field in published] == [None, None, None, None, "%d.%m.%Y %H:%M %z"]
    assert verify(folder, ENGLISH) == []


NAMES = ("", "../evil", "/evil", "С пробелом", "Upper", ".hidden")


@pytest.mark.parametrize("name", NAMES)
def test_name_that_is_no_name_of_a_file_everywhere_is_refused(name: str, tmp_path: Path) -> None:
    made = inline(tmp_path)
    descriptor = {**made.package.descriptor, "name": name}
    whole = replace(made, package=replace(made.package, name=name, descriptor=descriptor))
    for act in (lambda: publish(whole, "0.1.0", ENGLISH), lambda: draft_version(whole, ENGLISH, lambda step: None)):
        with pytest.raises(PublishRefused) as caught:
            act()
        assert (caught.value.key, caught.value.details) == ("publish.wrong-name", {"key": "$.name", "name": name})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["CHANGELOG.md", "datapackage.json"]


def test_table_that_takes_the_name_of_a_parquet_file_is_refused(tmp_path: Path) -> None:
    made = inline(tmp_path)
    nodes = made.package.descriptor["resources"]
    descriptor = {**made.package.descriptor, "resources": [*nodes, {**nodes[0], "name": "a-parquet"}]}
    whole = replace(made, package=replace(made.package, descriptor=descriptor))
    with pytest.raises(PublishRefused) as caught:
        publish(whole, "0.1.0", ENGLISH)
    assert caught.value.key == "publish.name-taken"
    assert caught.value.details == {"key": "$.resources[1].name", "name": "a-parquet", "table": "a"}


EVERY_TYPE = {
    "any": ("x", "1"), "string": ("б", "a,b"), "integer": ("12", "-3"), "number": ("1e-7", "0.10"),
    "boolean": ("true", "false"), "date": ("2020-01-31", "1999-12-01"), "time": ("10:20:30", "23:59:59"),
    "datetime": ("2020-01-31T10:20:30", "2020-01-31T10:20:30Z"), "year": ("2020", "0987"),
    "yearmonth": ("2020-01", "1999-12"), "duration": ("P1M", "PT36H"), "list": ("a,b", "c"),
    "geopoint": ("37.6, 55.7", "0, 0"), "object": ('{"a": 1}', "{}"), "array": ("[1, 2]", "[]"),
    "geojson": ('{"type": "Point", "coordinates": [1, 2]}', '{"type": "Point", "coordinates": [0, 0]}'),
}  # fmt: skip


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_value_of_any_type_is_published_and_both_files_stay_valid(kind: str, tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(
            [["id", "v"], *([str(i), text] for i, text in enumerate(EVERY_TYPE[kind])), ["9", ""]]
        )
    fields = [{"name": "id", "type": "string"}, {"name": "v", "type": kind}]
    folder = publish(order(tmp_path, {"path": "a.csv"}, fields), "0.1.0", ENGLISH).folder
    assert verify(folder, ENGLISH) == []
    report = validate(typed_package(folder), ENGLISH, DAY)
    assert [issue.message for issue in report.issues] == []


def typed_package(folder: Path) -> Package:
    """Return a package of the Parquet files of a release, with the schemas of its tables."""
    node = json.loads((folder / "datapackage.json").read_bytes())["resources"][0]
    node = {"name": "a", "type": "table", "path": "data/a.parquet", "format": "parquet", "schema": node["schema"]}
    return load_package({"name": "typed", "resources": [node]}, folder, "datapackage.json")


def test_record_longer_than_what_is_read_at_once_is_published(tmp_path: Path) -> None:
    long = '"' * (5 << 20)
    (tmp_path / "a.csv").write_text(f'id,e\na,"{long * 2}"\n', "utf-8")
    fields = [{"name": "id", "type": "string"}, {"name": "e", "type": "string"}]
    folder = publish(order(tmp_path, {"path": "a.csv"}, fields), "0.1.0", ENGLISH).folder
    assert pq.read_table(folder / "data" / "a.parquet").column("e").to_pylist() == [long]


COPIES: dict[str, tuple[dict[str, Any], str, bool]] = {
    "the canonical bytes": ({}, CANONICAL, True),
    "other bytes": ({}, CANONICAL.replace("x", '"x"'), False),
    "other rows": ({}, "id,n,d,ok,e\nб,1.5,2020-03-02,true,x\na,,,false,\n", False),
    "a dialect of its own": ({"dialect": {"commentChar": "#"}}, CANONICAL, False),
    "a file beside it": ({"path": ["a.csv", "b.csv"]}, CANONICAL, False),
}


@pytest.mark.parametrize("case", COPIES)
def test_csv_is_a_copy_only_of_a_plain_file_of_the_same_bytes(case: str, tmp_path: Path) -> None:
    node, content, is_copy = COPIES[case]
    (tmp_path / "a.csv").write_text(content, "utf-8")
    (tmp_path / "b.csv").write_text("id,n,d,ok,e\nc,,,,\n", "utf-8")
    made = order(tmp_path, {"path": "a.csv", **node})
    material = gather(made, DAY, ENGLISH, tmp_path, lambda name: None)
    (tmp_path / "whole").mkdir()
    assert [table.is_copy for table in build(made, material, "0.1.0", DAY, tmp_path / "whole")] == [is_copy]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a cell": lambda content: content.replace(b"1.5", b"1.6"),
    "a missing cell": lambda content: content.replace(b"true", b""),
    "the order of rows": lambda content: b"\n".join([b"id,n,d,ok,e", *content.split(b"\n")[2:0:-1], b""]),
    "a row too many": lambda content: content + b"z,,,,\n",
    "a row too few": lambda content: content[: content.rindex(b"\xd0\xb1")],
    "the name of a column": lambda content: content.replace(b"id,n", b"id,m"),
    "a quote that is not closed": lambda content: content.replace(b",x", b',"x'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_csv_that_does_not_hold_the_rows_is_told_apart(change: str, tmp_path: Path) -> None:
    material = gather(in_parts(tmp_path), DAY, ENGLISH, tmp_path, lambda name: None)
    write_tables(material, tmp_path)
    resource = load_package(material.descriptor, tmp_path, "x").resource("a")
    assert is_csv_of(material.connection.cursor(), material.held["a"].loaded, resource)
    content = resource.path.read_bytes()
    changed = CHANGES[change](content)
    assert changed != content
    resource.path.write_bytes(changed)
    try:
        assert not is_csv_of(material.connection.cursor(), material.held["a"].loaded, resource)
    except pa.ArrowException:
        assert change in ("a quote that is not closed", "the name of a column")


def test_parquet_says_what_it_is_sorted_by_and_how_it_is_encoded(tmp_path: Path) -> None:
    folder = publish(in_parts(tmp_path), "0.1.0", ENGLISH).folder
    file = pq.ParquetFile(folder / "data" / "a.parquet")
    group = file.metadata.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    assert [found.column_index for found in group.sorting_columns] == [0]
    assert {column.compression for column in columns} == {"ZSTD"}
    assert all(column.has_offset_index and column.has_column_index for column in columns)
    assert "DELTA_BYTE_ARRAY" in columns[0].encodings
    assert file.schema_arrow.metadata.keys() == {b"frictionless"}


@pytest.mark.parametrize("column", ["id", "n", "d", "ok"])
def test_parquet_that_does_not_hold_the_rows_is_told_apart(column: str, tmp_path: Path) -> None:
    material = gather(in_parts(tmp_path), DAY, ENGLISH, tmp_path, lambda name: None)
    write_tables(material, tmp_path)
    file = tmp_path / "data" / "a.parquet"
    assert is_parquet_of(material.connection.cursor(), material.held["a"].loaded, file)
    table = pq.read_table(file)
    place = table.schema.get_field_index(column)
    turned = table.column(column).take([1, 0])
    pq.write_table(table.set_column(place, table.schema.field(column), turned), file)
    assert not is_parquet_of(material.connection.cursor(), material.held["a"].loaded, file)


def test_numbers_that_are_none_are_equal_in_both_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,n\na,NaN\nb,INF\nc,-INF\nd,-0.0\n", "utf-8")
    fields = [{"name": "id", "type": "string"}, {"name": "n", "type": "number"}]
    folder = publish(order(tmp_path, {"path": "a.csv"}, fields), "0.1.0", ENGLISH).folder
    assert (folder / "data" / "a.csv").read_text("utf-8") == "id,n\na,NaN\nb,INF\nc,-INF\nd,-0\n"
    assert verify(folder, ENGLISH) == []


def test_table_without_a_schema_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\na\n", "utf-8")
    (tmp_path / "datapackage.json").write_text('{"name": "x", "resources": [{"name": "a", "path": "a.csv"}]}', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# C\n\n## 0.1.0 - 2026-11-21\n\n- x\n", "utf-8")
    whole = Order(open_package(tmp_path, tmp_path), tmp_path, tmp_path / "CHANGELOG.md", None, tmp_path / "dist")
    with pytest.raises(PublishRefused) as caught:
        publish(whole, "0.1.0", ENGLISH)
    assert (caught.value.key, caught.value.details) == ("publish.no-fields", {"table": "a"})


TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8))


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[TEXTS] * width), min_size=1, max_size=8)))
def test_lines_are_read_back_by_other_readers_and_quote_only_what_needs_it(rows: list[tuple[str | None, ...]]) -> None:
    names = [f'n,"{i}' for i in range(len(rows[0]))]
    content = csv_header(names) + bytes(
        csv_lines([pa.array(column, pa.string()) for column in zip(*rows, strict=True)])
    )
    cells = [[cell or "" for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True)) == [names, *cells]
    read = pa.csv.read_csv(
        io.BytesIO(content), parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )  # fmt: skip
    assert [list(row.values()) for row in read.to_pylist()] == cells
    bare = not any(set(cell) & set(',"\r\n') for row in cells for cell in row)
    if bare and len(names) > 1:
        assert b'"' not in content.split(b"\n", 1)[1]


@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=12), st.data())
@settings(max_examples=15, deadline=None)
def test_rows_are_cut_into_the_same_parts_however_they_come(sizes: list[int], data: st.DataObject) -> None:
    numbers, total = pa.array(range(sum(sizes)), pa.int32()), sum(sizes)
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    batches = (
        pa.record_batch({"n": numbers.slice(start, size)}) for start, size in zip(starts, sizes, strict=True)
    )  # fmt: skip
    parts = list(_even(batches))
    assert [part.num_rows for part in parts[:-1]] == [PART] * (len(parts) - 1)
    assert 0 < parts[-1].num_rows <= PART
    assert {part.column("n").num_chunks for part in parts} == {1}
    assert pa.concat_tables(parts).column("n").combine_chunks().equals(numbers.slice(0, total))


def test_row_group_holds_about_a_million_rows() -> None:
    schema = pa.schema([("n", pa.int64())])
    numbers = pa.array(range(2_500_000), pa.int32())
    batches = (pa.record_batch({"n": numbers.slice(start, 300_000)}) for start in range(0, len(numbers), 300_000))
    groups = list(_groups(batches, schema))
    assert [group.num_rows for group in groups] == [PART * PARTS, PART * PARTS, 2_500_000 - 2 * PART * PARTS]
    assert [group.schema for group in groups] == [schema] * 3
    assert pa.concat_tables(groups).column("n").to_pylist() == list(range(2_500_000))


@pytest.mark.slow
def test_bytes_of_a_large_table_do_not_hang_on_the_form_of_its_source(tmp_path: Path) -> None:
    rows = [f"k-{i},{i % 977}.50,{'текст ' * (i % 7)}" for i in range(300_000)]
    fields = [{"name": name, "type": kind} for name, kind in (("id", "string"), ("n", "number"), ("e", "string"))]
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "a.csv").write_text("\n".join(["id,n,e", *rows, ""]), "utf-8")
    first = publish(order(tmp_path / "a", {"path": "a.csv"}, fields), "0.1.0", ENGLISH).folder
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.csv").write_bytes((first / "data" / "a.csv").read_bytes())
    second = publish(order(tmp_path / "b", {"path": "a.csv"}, fields), "0.1.0", ENGLISH).folder
    assert (first / "data" / "a.csv").read_bytes() != (tmp_path / "a" / "a.csv").read_bytes()
    for name in ("data/a.csv", "data/a.parquet", "datapackage.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_rows_as_they_came_are_given_up_when_the_canonical_ones_are_there(tmp_path: Path) -> None:
    material = gather(in_parts(tmp_path), DAY, ENGLISH, tmp_path, lambda name: None)
    found = engine.rows(material.connection, "SELECT table_name FROM information_schema.tables ORDER BY 1")
    assert found == [(f"t{item.loaded.number}",) for item in material.held.values()]
