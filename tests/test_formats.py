"""Reports for machines: each reads back with the reader of its own field, and says where."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from resopen.formats import to_csv, to_github, to_json, to_junit, to_sarif
from resopen.validation import Report
from tests.packages import judge, table_package

FILES = {"table": "data/table, 1.csv"}
NASTY = "=1+1\n::error::<b>&\x1b[31m"


@pytest.fixture
def report(tmp_path: Path) -> Report:
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}
    return judge(table_package(tmp_path, schema, f'a,b\n1,x\n"{NASTY}",y\n2\n'))


def test_json_holds_every_issue(report: Report) -> None:
    content = json.loads(to_json(report, FILES))
    assert (content["valid"], content["errors"]) == (False, 2)
    assert [(item["rule"], item["line"]) for item in content["issues"]] == [("type", 3), ("missing-cells", 5)]
    assert content["issues"][0]["value"] == NASTY


def test_csv_has_a_line_an_issue_and_no_formula(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(report, FILES), newline="")))
    assert [(row["file"], row["rule"], row["line"]) for row in rows] == [
        (FILES["table"], "type", "3"),
        (FILES["table"], "missing-cells", "5"),
    ]
    assert rows[0]["value"] == "'" + NASTY


def test_junit_has_a_case_a_table_and_a_failure_an_error(report: Report) -> None:
    suite = ElementTree.fromstring(to_junit(report, FILES))  # noqa: S314
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1", "2")
    assert [failure.attrib["type"] for failure in suite.iter("failure")] == ["type", "missing-cells"]


def test_sarif_points_at_file_and_line(report: Report) -> None:
    run = json.loads(to_sarif(report, FILES))["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [place["region"]["startLine"] for place in places] == [3, 5]
    assert {place["artifactLocation"]["uri"] for place in places} == {FILES["table"]}


def test_github_annotates_the_line_and_no_cell_becomes_a_command(report: Report) -> None:
    lines = to_github(report, FILES).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=data/table%2C 1.csv,line=3,title=table.a type::")
    assert "%0A::error" in lines[0]


@pytest.mark.parametrize("make", [to_json, to_csv, to_junit, to_sarif, to_github])
def test_clean_report_has_no_issue_in_any_format(
    make: Callable[[Report, Mapping[str, str]], str], tmp_path: Path
) -> None:
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    assert "missing" not in make(judge(table_package(tmp_path, schema, "a\n1\n")), FILES)
