"""The Python API: a report, typed tables, errors in words."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path

import pandas
import pyarrow as pa
import pytest

import resopen
from tests.packages import ROOT, RUN_DATE

SCHEMA = {
    "fields": [{"name": "code", "type": "string"}, {"name": "n", "type": "integer"}, {"name": "day", "type": "date"}],
    "primaryKey": "code",
}


def write(folder: Path, rows: str) -> Path:
    node = {"name": "t", "path": "t.csv", "schema": SCHEMA}
    (folder / "datapackage.json").write_text(json.dumps({"name": "p", "resources": [node]}), "utf-8")
    (folder / "t.csv").write_text("code,n,day\n" + rows, "utf-8")
    return folder


def test_validate_returns_a_frozen_report_whose_timings_are_no_content(tmp_path: Path) -> None:
    place = write(tmp_path, "b,1,2020-01-01\na,x,\n")
    first, second = (resopen.validate(place, language="en", today=RUN_DATE) for _ in range(2))
    assert [(issue.rule, issue.row, issue.field) for issue in first.issues] == [("type", 3, "n")]
    assert (first.errors, first.warnings, first.rows) == (1, 0, (("t", 2),))
    assert first == second
    assert first.timings != second.timings
    assert {name for name, _ in first.timings} == {"load", "tables", "rules"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.findings = ()  # type: ignore[misc]


def test_read_table_gives_typed_rows_in_the_order_of_the_key(tmp_path: Path) -> None:
    place = write(tmp_path, "b,1,2020-01-01\n007,,\n")
    frame = resopen.read_table(place, today=RUN_DATE)
    assert isinstance(frame, pandas.DataFrame)
    assert [str(kind) for kind in frame.dtypes] == ["string[pyarrow]", "int64[pyarrow]", "date32[day][pyarrow]"]
    assert list(frame["code"]) == ["007", "b"]
    assert frame["n"].isna().tolist() == [True, False]
    rows = resopen.read_table(place, "t", kind="arrow")
    assert isinstance(rows, pa.Table)
    assert rows.column("n").to_pylist() == [None, 1]


def test_read_table_refuses_a_package_with_errors_and_keeps_its_issues(tmp_path: Path) -> None:
    with pytest.raises(resopen.DataInvalid) as caught:
        resopen.read_table(write(tmp_path, "a,x,\n"))
    assert [issue.rule for issue in caught.value.issues] == ["type"]


def test_error_says_in_words_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(resopen.SetupError) as caught:
        resopen.validate(tmp_path / "нет.csv", language="ru")
    assert "такого файла нет" in caught.value.__notes__[0]
    with pytest.raises(resopen.SetupError) as caught:
        resopen.read_table(ROOT / "datapackage", "nope", language="en")
    assert "recommendations" in caught.value.__notes__[0]


def test_every_public_name_is_there() -> None:
    assert all(getattr(resopen, name) for name in resopen.__all__)


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_example_of_the_readme_runs(name: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True)
    errors, rows = done.stdout.splitlines()
    assert errors == "0 0"
    assert int(rows) > 100
