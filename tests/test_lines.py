"""The fast looks at lines say the same as the careful reader."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resopen.schema import Dialect
from resopen.tables.delimited import next_record, records
from resopen.tables.lines import careful_lines, quick_lines
from tests.packages import judge, places, table_package

HEADER = "a,b\n"


def careful(body: bytes, width: int, is_crlf: bool) -> set[int]:
    """Return the starts of lines that the careful reader would not take for one plain record."""
    found, start = set(), 0
    while start < len(body):
        record = next_record(body, start, Dialect())
        end = body.find(b"\n", start)
        line = body[start : len(body) if end < 0 else end + 1]
        ends_well = line.endswith(b"\r\n") if is_crlf else line.endswith(b"\n")
        is_plain = not record.fault and len(record.cells) == width and record.lines == 1
        if not is_plain or not ends_well or line.count(b"\r") != int(is_crlf):
            found.add(start)
        start += len(line)
    return found


@given(st.text(st.sampled_from('x,"\n\r'), max_size=30), st.integers(1, 12), st.integers(1, 3), st.booleans())
@example('"x\n",x\nx,x\n', 3, 2, False)
@example('"x""",x', 2, 2, False)
@example('x,"\n\n"', 1, 2, False)
@example('""x,"\n', 4, 2, False)
@example('"a,b"\r\n', 4, 1, True)
def test_no_line_that_needs_care_escapes_the_fast_look(text: str, chunk: int, width: int, is_crlf: bool) -> None:
    body = text.encode()
    found = careful_lines(body, 0, width, ",", '"', is_crlf, chunk)
    assert careful(body, width, is_crlf) <= set(found.starts)
    assert found.count == text.count("\n") + (not text.endswith("\n") and bool(text))
    assert [body.count(b"\n", 0, start) for start in found.starts] == list(found.careful)


@given(st.lists(st.tuples(st.text('xя,"'), st.text('xя,"', min_size=1)), min_size=1), st.integers(1, 40))
def test_well_quoted_lines_need_no_care(rows: list[tuple[str, str]], chunk: int) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    found = careful_lines(text.getvalue().encode(), 0, 2, ",", '"', False, chunk)
    assert (found.count, list(found.careful)) == (len(rows), [])


@given(
    st.lists(st.sampled_from(["x,y", "x", "x,y,z", '"x",y', '"x', "", "x,"]), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(12, 40),
)
def test_quick_look_is_sure_of_all_lines_or_hides_one_with_too_few_cells(
    lines: list[str], end: str, is_ended: bool, chunk: int
) -> None:
    body = (end.join(lines) + end * is_ended).encode()
    found = quick_lines(body, 0, 2, ",", '"', end == "\r\n", chunk)
    if found is None:
        return
    assert found.count == len(body.splitlines(keepends=True))
    assert [body.count(b"\n", 0, start) for start in found.starts] == list(found.careful)
    expected = careful(body, 2, end == "\r\n")
    quoted = {start for start in expected if b'"' in body[start : body.find(b"\n", start) % (len(body) + 1)]}
    missed = expected - set(found.starts)
    assert quoted <= set(found.starts)
    assert not missed or any(len(next_record(body, start, Dialect()).cells) < 2 for start in missed)


@pytest.mark.parametrize("fault", ["", "x\n", "x\nx,1,2\n", 'x"y,1\n', "\n", "x,1,2\n", '"x,1\n', "x\ry,1\n"])
@pytest.mark.parametrize("is_multiline", [True, False])
def test_large_file_has_the_issues_of_a_small_one(fault: str, is_multiline: bool, tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "integer"}]}
    text = '"текст\n{i}",{i}\n' if is_multiline else "текст {i} и ещё несколько слов,{i}\n"
    reports = []
    for count in (10, 60_000):
        rows = "".join(text.format(i=i) for i in range(count))
        report = judge(table_package(tmp_path / str(count), schema, f"{HEADER}{rows}{fault}y,?\n"))
        lines = count * 2 if is_multiline else count
        reports.append([(issue.rule, issue.row - count, issue.line - lines, issue.column) for issue in report.issues])
    assert reports[0] == reports[1]
    assert reports[0][-1][0] == "type"


def test_every_record_of_a_faulty_large_file_keeps_its_cells(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}], "primaryKey": "a"}
    rows = "".join(f"{i},{'т' * 20}\n" if i % 1000 else f'{i},x,"y\nz"\n' for i in range(60_000))
    report = judge(table_package(tmp_path, schema, f"a,b\n{rows}1,again\n"))
    assert {rule for rule, *_ in places(report)} == {"extra-cells", "primaryKey"}
    assert len(report.findings) == 61
    assert (report.issues[-1].row, report.issues[-1].line) == (60_002, 60_062)


@given(st.text(st.sampled_from('a,"\n\r;'), max_size=40))
def test_records_cover_the_content_without_gap(text: str) -> None:
    body, stop, lines = text.encode(), 0, 0
    for record in records(body, 0, Dialect()):
        assert record.start == stop
        stop, lines = record.stop, lines + record.lines
    assert stop >= len(body)
    assert lines == text.count("\n") + (bool(text) and not text.endswith("\n"))
