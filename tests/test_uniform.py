"""The fast look says the same as the careful reader, or leaves the file to it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resopen.tables.scan import parse
from resopen.tables.lines import read_uniform
from tests.packages import judge, places, table_package

HEADER = "a,b\n"


def careful(body: str) -> tuple[int, list[int]] | None:
    """Return count and lines of a body that the careful reader finds no fault in, else None."""
    records = list(parse(HEADER + body, ",", '"'))[1:]
    if "\r" in body or "\0" in body or any(len(item.cells) != 2 or item.quote_fault for item in records):
        return None
    return len(records), [item.line for item in records]


def quick(folder: Path, body: str, chunk: int) -> tuple[int, list[int]] | None:
    path = folder / "table.csv"
    path.write_bytes((HEADER + body).encode())
    found = read_uniform(path, HEADER.encode(), ("a", "b"), ",", '"', chunk)
    return (found.count, list(found.lines) or list(range(2, found.count + 2))) if found else None


@given(st.text(st.sampled_from('x,"\n\r'), max_size=30), st.integers(1, 12))
@example('"x\n",x\nx,x\n', 3)
@example('"x""",x', 2)
@example('x,"\n\n"', 1)
@example('""x,"\n', 4)
def test_fast_look_agrees_with_the_careful_reader(
    tmp_path_factory: pytest.TempPathFactory, body: str, chunk: int
) -> None:
    assert quick(tmp_path_factory.mktemp("quick"), body, chunk) == careful(body)


@given(st.lists(st.tuples(st.text('xя,"\n'), st.text('xя,"\n', min_size=1)), min_size=1), st.integers(1, 40))
def test_whatever_the_csv_module_writes_is_uniform(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], chunk: int
) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    found = quick(tmp_path_factory.mktemp("quick"), text.getvalue(), chunk)
    assert found is not None
    assert found[0] == len(rows)


@pytest.mark.parametrize("fault", ["", "x\n", 'x"y,1\n', "\n", "x,1,2\n"])
def test_large_file_has_the_issues_of_a_small_one(fault: str, tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}]}
    rows = "".join(f'"текст\n{i}",{i}\n' for i in range(60_000))
    report = judge(table_package(tmp_path, schema, f"{HEADER}{rows}{fault}y,?\n"))
    last = [(issue.rule, issue.row, issue.line) for issue in report.issues][-1]
    assert last == ("type", 60_002 + bool(fault), 120_002 + bool(fault))
    assert len(places(report)) == 1 + bool(fault)
