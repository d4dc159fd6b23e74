"""Reports for machines: each reads back with the reader of its own field, and no cell comes out alive."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resopen.errors import Finding, Issue
from resopen.formats import to_csv, to_github, to_json, to_junit
from resopen.messages import load_messages
from resopen.printing import visible
from resopen.sarif import to_sarif
from resopen.schema import load_package
from resopen.validation import Report
from tests.packages import judge, table_package
from tests.reports import HOSTILE, REPORTS, report_of

Make = Callable[[Report, Mapping[str, str]], Iterator[str]]

FILES = {"table": "data/table, 1.csv"}
NASTY = "=1+1\n::error::<b>&\x1b[31m"
ALL: tuple[Make, ...] = (to_json, to_csv, to_junit, to_sarif, to_github)


def text(make: Make, report: Report, files: Mapping[str, str] = FILES) -> str:
    return "".join(make(report, files))


@pytest.fixture
def report(tmp_path: Path) -> Report:
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}]}
    return judge(table_package(tmp_path, schema, f'a,b\n1,x\n"{NASTY}",y\n2\n'))


def issue_at(**place: object) -> Report:
    """Return a report with one finding at a place."""
    return report_of(Finding(**{"rule": "type", "table": "table", "details": (("type", "integer"),), **place}))  # type: ignore[arg-type]


def test_json_holds_every_issue_with_every_field(report: Report) -> None:
    content = json.loads(text(to_json, report))
    assert (content["valid"], content["errors"], content["warnings"]) == (False, 2, 0)
    assert content["tables"] == [{"name": "table", "rows": 3, "file": FILES["table"]}]
    assert [(item["rule"], item["line"]) for item in content["issues"]] == [("type", 3), ("missing-cells", 5)]
    assert content["issues"][0]["value"] == NASTY
    assert list(content["issues"][0]) == [field.name for field in fields(Issue)]


@given(st.text())
def test_json_gives_every_cell_back_as_it_stands(cell: str) -> None:
    assert json.loads(text(to_json, issue_at(value=cell)))["issues"][0]["value"] == cell


def test_csv_has_a_line_an_issue_and_no_formula(report: Report) -> None:
    lines = text(to_csv, report).splitlines()
    rows = list(csv.DictReader(lines))
    assert (len(lines), len(rows)) == (3, 2)
    assert list(rows[0]) == ["file", *(field.name for field in fields(Issue) if field.name != "file")]
    assert [(row["file"], row["rule"], row["line"]) for row in rows] == [
        (FILES["table"], "type", "3"),
        (FILES["table"], "missing-cells", "5"),
    ]
    assert rows[0]["value"] == "'" + visible(NASTY)
    assert (rows[1]["column"], rows[1]["value"]) == ("0", "")


@given(st.text(), st.sampled_from("=+-@＝＋－＠"))
def test_no_cell_of_the_csv_begins_as_a_formula(cell: str, sign: str) -> None:
    for row in csv.reader(io.StringIO(text(to_csv, issue_at(value=sign + cell, field=sign + cell)), newline="")):
        assert not [cell for cell in row if cell[:1] in set("=+-@＝＋－＠\t\r\n")]


def test_junit_has_a_case_a_table_with_one_failure_of_all_errors(report: Report) -> None:
    suite = ElementTree.fromstring(text(to_junit, report))  # noqa: S314
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1", "1")
    (failure,) = suite.iter("failure")
    assert failure.attrib == {"type": "type, missing-cells", "message": "2 errors"}
    lines = (failure.text or "").strip().split("\n")
    assert len(lines) == 2
    assert lines[0].startswith("[type] row 3, line 3, column 1 (a): “=1+1\\n::error::<b>&\\x1b[31m” is not")
    assert lines[1].startswith("[missing-cells] row 4, line 5: Cells in the row: 1;")


def test_junit_tells_warnings_as_output_and_whole_tables_in_words() -> None:
    report = report_of(
        Finding("missing-file", "table", details=(("file", "x"),)),
        Finding("type", "table", 2, 2, 1, "a", "[[ATTACHMENT|/etc/passwd]]", "warning", (("type", "integer"),)),
    )
    (case,) = ElementTree.fromstring(text(to_junit, report))  # noqa: S314
    assert "whole table: The file of this table is not there" in (case.findtext("failure") or "")
    assert "row 2, line 2, column 1 (a)" in (case.findtext("system-out") or "")
    assert "line 0" not in text(to_junit, report)
    assert "[[" not in text(to_junit, report)


def test_junit_case_of_a_table_with_warnings_alone_passes() -> None:
    suite = ElementTree.fromstring(text(to_junit, issue_at(severity="warning")))  # noqa: S314
    assert (suite.attrib["failures"], list(suite.iter("failure"))) == ("0", [])


def test_sarif_points_at_file_and_line_and_says_what_the_rules_are(report: Report) -> None:
    run = json.loads(text(to_sarif, report))["runs"][0]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [place["region"] for place in places] == [{"startLine": 3}, {"startLine": 5}]
    assert [place["artifactLocation"] for place in places] == [
        {"uri": "data/table%2C%201.csv", "uriBaseId": "%SRCROOT%"}
    ] * 2
    assert set(run["originalUriBaseIds"]) == {"%SRCROOT%"}
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert [(rule["id"], rule["shortDescription"]["text"]) for rule in rules] == [
        ("missing-cells", "Too few cells in the row"),
        ("type", "Value of the wrong kind"),
    ]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["type", "missing-cells"]


def test_sarif_takes_the_words_of_a_rule_of_the_package_from_the_rule(tmp_path: Path) -> None:
    texts = {"message": "No b.", "message_ru": "Нет b.", "remedy": "Add b.", "remedy_ru": "Добавьте b."}
    rule = {
        "id": "b-there", "severity": "warning", "table": "table", "fields": ["b"], "fails_where": "b IS NULL",
        "counterexample": {"row": "true", "value": "''"}, **texts,
    }  # fmt: skip
    schema = {"fields": [{"name": "b", "type": "string"}, {"name": "c", "type": "string"}]}
    table_package(tmp_path, schema, "b,c\n,x\n")
    node = {"name": "table", "path": "table.csv", "schema": schema}
    package = load_package({"name": "test", "resources": [node], "rules": [rule]}, tmp_path, "descriptor")
    for language, words in (("en", "No b."), ("ru", "Нет b.")):
        run = json.loads(text(to_sarif, judge(package, language)))["runs"][0]
        (described,) = run["tool"]["driver"]["rules"]
        assert (described["shortDescription"]["text"], described["defaultConfiguration"]) == (
            words,
            {"level": "warning"},
        )
        assert run["language"] == language


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("данные/a b%c.csv", {"uri": "%D0%B4%D0%B0%D0%BD%D0%BD%D1%8B%D0%B5/a%20b%25c.csv", "uriBaseId": "%SRCROOT%"}),
        ("a:b.csv", {"uri": "a%3Ab.csv", "uriBaseId": "%SRCROOT%"}),
        ("/data/a b.csv", {"uri": "file:///data/a%20b.csv"}),
        ("C:/data/a b.csv", {"uri": "file:///C:/data/a%20b.csv"}),
        ("https://example.org/a%20b.csv?x=1", {"uri": "https://example.org/a%20b.csv?x=1"}),
    ],
)
def test_sarif_names_every_file_by_a_correct_address(file: str, address: dict[str, str]) -> None:
    content = json.loads(text(to_sarif, issue_at(), {"table": file}))
    assert content["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == address


@given(st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1).filter(lambda file: file[0] != "/"))
def test_relative_address_of_sarif_leads_back_to_the_file(file: str) -> None:
    content = json.loads(text(to_sarif, issue_at(), {"table": file}))
    uri = content["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (unquote(uri), uri.isascii(), " " in uri) == (file, True, False)


def test_cell_is_neither_a_link_nor_a_placeholder_in_sarif() -> None:
    content = json.loads(text(to_sarif, issue_at(value="[click](http://evil.example) {0}")))
    message = content["runs"][0]["results"][0]["message"]["text"]
    assert "](" not in message
    assert "{{0}}" in message


def commands(output: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as GitHub's runner reads them."""
    found = []
    for line in output.splitlines():
        start, _, data = line.removeprefix("::").partition("::")
        name, _, rest = start.partition(" ")
        properties = dict(item.split("=", 1) for item in rest.split(","))
        assert line.startswith("::")
        found.append((name, {key: unescaped(value) for key, value in properties.items()}, unescaped(data)))
    return found


def unescaped(value: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(code, sign)
    return value


def test_github_annotates_the_line_and_no_cell_becomes_a_command(report: Report) -> None:
    first, second = commands(text(to_github, report))
    assert first[:2] == ("error", {"file": FILES["table"], "line": "3", "title": "table.a type"})
    assert first[2].startswith("“=1+1\\n::error::<b>&\\x1b[31m” is not")
    assert second[1]["title"] == "table missing-cells"


@given(st.text(), st.text(min_size=1), st.text(min_size=1))
@example("%0A::error::100%", "%3A,%2C:%25", "a%0Ab,c:d.csv")
def test_github_reads_back_what_was_written(cell: str, field: str, file: str) -> None:
    report = issue_at(value=cell, field=field, line=7)
    ((name, properties, data),) = commands(text(to_github, report, {"table": file}))
    assert name == "error"
    assert properties == {"file": visible(file), "line": "7", "title": f"table.{visible(field)} type"}
    assert data.startswith(f"“{visible(cell)}” is not")


@given(REPORTS)
def test_no_character_that_a_terminal_obeys_comes_out_of_any_format(report: Report) -> None:
    for make in ALL:
        output = text(make, report, {name: f"{name}.csv" for name, _ in report.rows})
        assert [c for c in output if not c.isprintable() and c != "\n"] == [], make.__name__


@pytest.mark.parametrize("make", ALL)
def test_hostile_cells_come_out_as_readable_escapes(make: Make) -> None:
    output = text(make, issue_at(value=HOSTILE))
    assert ("\\u001b" if make in (to_json, to_sarif) else "\\x1b") in output
    assert "\\u202e" in output


@pytest.mark.parametrize("make", ALL)
def test_same_report_gives_the_same_text_in_pieces(make: Make) -> None:
    report = report_of(*(Finding("missing-cells", "table", i, i) for i in range(3000)))
    pieces = list(make(report, FILES))
    assert pieces == list(make(report, FILES))
    assert max(map(len, pieces)) < 100_000


@pytest.mark.parametrize("make", ALL)
def test_clean_report_has_no_issue_in_any_format(make: Make, tmp_path: Path) -> None:
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    assert "missing" not in text(make, judge(table_package(tmp_path, schema, "a\n1\n")))


@pytest.mark.parametrize("make", ALL)
def test_time_grows_as_the_number_of_issues(make: Make) -> None:
    """50,000 issues take a fraction of a second; what grows with their square or asks for all fields takes minutes."""
    findings = (Finding("missing-cells", f"t{i % 500}", i, i, details=(("found", str(i)),)) for i in range(50_000))
    report = report_of(*findings)
    start = time.process_time()
    assert sum(map(len, make(report, {}))) > 50_000
    assert time.process_time() - start < 5


def test_words_are_the_same_for_a_value_that_looks_like_a_placeholder() -> None:
    message = next(issue_at(value="{type} {value} {title}").in_words()).message
    assert message == "“{type} {value} {title}” is not " + load_messages("en").text("types.integer") + "."
