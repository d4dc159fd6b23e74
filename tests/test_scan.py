"""The structure of delimited files: every fault at its row and line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resopen.schema import Dialect
from resopen.tables.delimited import records
from tests.packages import judge, places, table_package

SCHEMA = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}]}


def found(folder: Path, content: str | bytes) -> list[tuple[str, int, int, int]]:
    report = judge(table_package(folder, SCHEMA, content))
    return [(issue.rule, issue.row, issue.line, issue.column) for issue in report.issues]


def test_clean_file_has_no_issue(tmp_path: Path) -> None:
    assert found(tmp_path, 'a,b\n"x, ""y""\nz",1\nw,2\n') == []


@pytest.mark.parametrize(
    ("content", "issue"),
    [
        ("a,b\nx,1\ny\n", ("missing-cells", 3, 3, 0)),
        ("a,b\nx,1,2\ny,2\n", ("extra-cells", 2, 2, 0)),
        ("a,b\nx,1\n\ny,2\n", ("blank-row", 3, 3, 0)),
        ('a,b\nx,1\ny"z,2\n', ("stray-quote", 3, 3, 1)),
        ('a,b\nx,1\n"y"z,2\nw,3\n', ("stray-quote", 3, 3, 1)),
        ('a,b\nx,1\n"y,2\nw,3\n', ("unclosed-quote", 3, 3, 1)),
        ("a,b\nx,не число\n", ("type", 2, 2, 2)),
        ('a,b\n"x\ny",1\nz,?\n', ("type", 3, 4, 2)),
        ("a,b\nx,1\n\ny,?\n", ("type", 4, 4, 2)),
        ('a,b\r\n"x\r\ny",1\r\nz,?\r\n', ("type", 3, 4, 2)),
        ("a\nx\n", ("missing-label", 1, 1, 0)),
        ("a,b,c\nx,1,2\n", ("extra-label", 1, 1, 3)),
        ("a,b,a\nx,1,2\n", ("repeated-label", 1, 1, 3)),
        ("b,a\n1,x\n", ("label-order", 1, 1, 1)),
        (b"", ("empty-file", 0, 0, 0)),
        ("a;b\nx;1\n", ("wrong-delimiter", 1, 1, 0)),
        ("sep=;\na;b\nx;1\n", ("wrong-delimiter", 1, 1, 0)),
        ("a,b\rx,1\ry,?\r", ("cr-line-ends", 1, 1, 0)),
        ("a,b\rx,1\ry,?\r", ("type", 3, 3, 2)),
        ("a,b\nпривет,1\n".encode("cp1251"), ("encoding", 0, 2, 0)),
        ("a,b\nx,1\n".encode("utf-16"), ("encoding", 1, 1, 0)),
        (b"a,b\nx\0,1\n", ("nul-byte", 0, 2, 0)),
        ("a,b\nx,1\n".encode("utf-8-sig"), ("byte-order-mark", 1, 1, 0)),
    ],
)
def test_each_fault_is_found_at_its_place(
    content: str | bytes, issue: tuple[str, int, int, int], tmp_path: Path
) -> None:
    assert issue in found(tmp_path, content)


def test_file_with_another_delimiter_is_one_issue_not_many(tmp_path: Path) -> None:
    assert found(tmp_path, "a;b\n" + "x;1\n" * 1000) == [("wrong-delimiter", 1, 1, 0)]


def test_cells_of_a_ragged_row_are_unknown_not_wrong(tmp_path: Path) -> None:
    assert found(tmp_path, "a,b\nx\ny,1\n") == [("missing-cells", 2, 2, 0)]


def test_ragged_parent_row_can_still_be_referred_to(tmp_path: Path) -> None:
    schema = {
        "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}, {"name": "c", "type": "string"}],
        "primaryKey": "a",
        "foreignKeys": [{"fields": "b", "reference": {"resource": "", "fields": "a"}}],
    }
    report = judge(table_package(tmp_path, schema, "a,b,c\nx,,1\ny,x\nz,y,2\n"))
    assert places(report) == {("missing-cells", "table", 3, 0)}


def test_renamed_column_is_named_and_still_judged(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "region_code", "type": "string"}, {"name": "value", "type": "integer"}]}
    report = judge(table_package(tmp_path, schema, "Region_Code,value\nx,?\n"))
    assert places(report) == {("renamed-label", "table", 1, 1), ("type", "table", 2, 2)}


def test_windows_1251_is_named_as_the_likely_encoding(tmp_path: Path) -> None:
    report = judge(table_package(tmp_path, SCHEMA, "a,b\nпривет,1\n".encode("cp1251")))
    assert "Windows-1251" in report.issues[0].message


cells = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=8)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1))


@given(tables)
def test_what_the_csv_module_writes_reads_back_cell_for_cell(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    found = list(records(text.getvalue().encode(), 0, Dialect()))
    assert [list(record.cells) for record in found] == rows
    assert not [record for record in found if record.fault]
