"""What a new user met: messages that say what is true, in one language, with the file and the place."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import resopen
from resopen import runs
from resopen.cli import main
from resopen.errors import DataInvalid, DefinitionError, SetupError
from resopen.messages import LANGUAGES, load_messages
from resopen.reasons import CAUSES
from resopen.schema import load_package
from resopen.schema.files import CAUSES_OF_JSON
from tests.descriptors import second
from tests.packages import ROOT, judge, table_package
from tests.test_cli import resopen as process
from tests.test_profile import VALUES, nodes, put

METHOD = ROOT / "schema" / "methodology" / "tai-2001.toml"
TAI = ROOT / "tests" / "data" / "tai" / "tai23_input.csv"
Capture = pytest.CaptureFixture[str]


def schema(*fields: Mapping[str, Any], **keys: Any) -> dict[str, Any]:
    return {"fields": list(fields), **keys}


def said(folder: Path, node: Mapping[str, Any], content: str, language: str = "en", **resource: Any) -> list[str]:
    """Return rule, message and remedy of each issue of a table."""
    issues = judge(table_package(folder, node, content, **resource), language).issues
    return [f"{issue.rule}: {issue.message} {issue.remedy}" for issue in issues]


def of_cell(folder: Path, field: Mapping[str, Any], text: str, language: str = "en") -> list[str]:
    node = schema({"name": "a", **field}, {"name": "b"})
    return said(folder, node, f"a;b\n{text};x\n", language, dialect={"delimiter": ";"})


def faults(folder: Path, node: Mapping[str, Any], **resource: Any) -> list[str]:
    """Return the faults of a table's descriptor in words, in both languages one after the other."""
    with pytest.raises(DefinitionError) as caught:
        table_package(folder, node, "a\n1\n", **resource)
    every = (caught.value, *caught.value.others)
    return [load_messages(language).error(one.key, one.details) for language in LANGUAGES for one in every]


def call(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    done = capsys.readouterr()
    return code, done.out, done.err


# Cells.


@pytest.mark.parametrize("text", ["NaN", "INF", "-INF", "1e30", "123456789012345678901234.5"])
@pytest.mark.parametrize("options", [{}, {"groupChar": " "}])
def test_number_of_the_standard_is_one_where_decimal_places_are_declared(
    text: str, options: dict[str, str], tmp_path: Path
) -> None:
    field = {"type": "number", "decimalPlaces": 2, **options}
    assert of_cell(tmp_path, field, text) == []
    low = of_cell(tmp_path, {**field, "constraints": {"minimum": 5, "maximum": 7}}, text)
    assert [line.split(":")[0] for line in low] == (["minimum"] if text == "-INF" else ["maximum"])


def test_number_that_a_typed_table_cannot_hold_is_refused_and_never_made_null(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1.5\nNaN\n", "utf-8")
    (tmp_path / "s.json").write_text(json.dumps(schema({"name": "a", "type": "number", "decimalPlaces": 2})), "utf-8")
    assert resopen.validate(tmp_path / "t.csv", schema=tmp_path / "s.json").errors == 0
    with pytest.raises(SetupError) as caught:
        resopen.read_table(tmp_path / "t.csv", schema=tmp_path / "s.json")
    assert (caught.value.key, caught.value.details["found"]) == ("setup.not-typed", "NaN")


OWN = {"type": "boolean", "trueValues": ["да"], "falseValues": ["нет"]}
COMMA = {"type": "number", "decimalChar": ",", "groupChar": " "}
DAY = {"type": "date", "format": "%d.%m.%Y"}


@pytest.mark.parametrize(
    ("field", "text", "english", "russian"),
    [
        (OWN, "true", "one of the words да, нет", "одно из слов да, нет"),
        (COMMA, "1.5", "a number such as 1 234,50", "число вида 1 234,50"),
        (DAY, "2021-02-03", "a date such as 31.12.2023", "дата вида 31.12.2023"),
        (DAY, "30.02.2021", "“30.02.2021” does not exist", "«30.02.2021» не существует"),
        ({"type": "date"}, "2021-02-30", "“2021-02-30” does not exist", "«2021-02-30» не существует"),
        ({"type": "time", "format": "%H.%M"}, "25.00", "“25.00” does not exist", "«25.00» не существует"),
        ({"type": "datetime", "format": "%d.%m.%y %H:%M"}, "x", "such as 31.12.23 14:30", "вида 31.12.23 14:30"),
    ],
)
def test_message_on_a_type_shows_the_form_of_the_field(
    field: dict[str, Any], text: str, english: str, russian: str, tmp_path: Path
) -> None:
    for language, expected in (("en", english), ("ru", russian)):
        (line,) = of_cell(tmp_path, field, text, language)
        assert line.startswith("type: ")
        assert expected in line
    if "exist" not in english:
        assert "decimal point" not in line


@pytest.mark.parametrize("text", ["-1", "100"])
def test_message_on_a_bound_says_the_whole_range(text: str, tmp_path: Path) -> None:
    field = {"type": "integer", "constraints": {"minimum": 0, "exclusiveMaximum": 100}}
    assert "must be at least 0 and less than 100." in of_cell(tmp_path, field, text)[0]
    assert "должно быть не меньше 0 и меньше 100." in of_cell(tmp_path, field, text, "ru")[0]


@pytest.mark.parametrize(("row", "remedy"), [("1", "its separator, “;”"), ("1;2;3", "a text with “;” inside")])
def test_remedy_of_a_ragged_row_names_the_own_delimiter(row: str, remedy: str, tmp_path: Path) -> None:
    (line,) = said(tmp_path, schema({"name": "a"}, {"name": "b"}), f"a;b\n{row}\n", dialect={"delimiter": ";"})
    assert remedy in line
    assert "comma" not in line
    assert "1 cells" not in line


def test_ragged_row_of_json_has_no_word_of_delimiters(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[["a", "b"], [1]]', "utf-8")
    (line,) = said(tmp_path, schema({"name": "a"}, {"name": "b"}), "", path="t.json")
    assert line == "missing-cells: Cells in the row: 1; in the header: 2. Add the missing cells."


def test_message_on_a_composite_key_shows_all_its_values_and_the_value_stays_that_of_its_first_cell(
    tmp_path: Path,
) -> None:
    two = [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]
    key = {"fields": ["a", "b"], "reference": {"resource": "", "fields": ["b", "a"]}}
    for keys, message in (
        ({"primaryKey": ["a", "b"]}, "Row 2 already has this key: x, 7 (a, b)."),
        ({"uniqueKeys": [["a", "b"]]}, "Row 2 already has the same values: x, 7 (a, b)."),
        ({"foreignKeys": [key]}, "“x, 7” is not in the table table (b, a)."),
    ):
        issue = judge(table_package(tmp_path, schema(*two, **keys), "a,b\nx,7\nx,7\n")).issues[-1]
        assert (issue.message, issue.value) == (message, "x")


def test_column_without_a_name_is_said_to_have_none(tmp_path: Path) -> None:
    assert said(tmp_path, schema({"name": "a"}), "a,\n1,2\n")[0].startswith("extra-label: This column has no name.")


def test_json_schema_says_in_both_languages_what_it_demands(tmp_path: Path) -> None:
    field = {"type": "object", "constraints": {"jsonSchema": {"required": ["a"]}}}
    assert '$: “required” demands ["a"]' in of_cell(tmp_path, field, "{}")[0]
    assert '$: «required» требует ["a"]' in of_cell(tmp_path, field, "{}", "ru")[0]


# Files.


def test_each_part_is_unpacked_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n", "utf-8")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a\n2\n"))
    with zipfile.ZipFile(tmp_path / "c.csv.zip", "w") as archive:
        archive.writestr("c.csv", "a\nx\n")
    parts = ["a.csv", "b.csv.gz", "c.csv.zip"]
    for order in (parts, parts[::-1]):
        report = judge(table_package(tmp_path, schema({"name": "a", "type": "integer"}), "", path=order))
        assert dict(report.rows) == {"table": 3}
        assert [(one.rule, one.value, Path(one.file).name) for one in report.findings] == [("type", "x", "c.csv.zip")]
    # What the descriptor says of all parts holds for all.
    report = judge(table_package(tmp_path, schema({"name": "a"}), "", path=parts, compression="gz"))
    assert [one.rule for one in report.findings] == ["damaged-archive"] * 2


def test_what_differs_from_a_foreign_descriptor_is_to_be_written_there(tmp_path: Path) -> None:
    lines = said(tmp_path / "own", schema({"name": "a"}), "a\n1\n", bytes=1, hash="sha256:00")
    assert ['write "bytes": 4 into' in lines[0], 'write "hash": "sha256:' in lines[1]] == [True, True]
    assert "resopen describe" not in "".join(lines)
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "package.toml").write_text("", "utf-8")
    lines = said(tmp_path / "datapackage", schema({"name": "a"}), "a\n1\n", bytes=1)
    assert "Run resopen describe" in lines[0]


@pytest.mark.parametrize(
    ("name", "content", "russian"),
    [
        ("t.csv.gz", b"id", "это не файл gzip"),
        ("t.csv.gz", gzip.compress(b"a\n1\n", mtime=0)[:-6], "файл обрезан"),
        ("t.csv.zip", b"id", "это не файл zip"),
        ("t.xlsx", b"id", "это не файл zip"),
        ("t.json", b"[1,]", "строка 1, знак 4: ожидается значение"),
        ("t.json", b"\xff", "байт 1 не в UTF-8"),
        ("t.json", b"[" * 100_000, "слишком глубокая вложенность"),
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_russian(name: str, content: bytes, russian: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    (line,) = said(tmp_path, schema({"name": "a"}), "", "ru", path=name)
    assert russian in line
    assert not re.search("[A-Za-z]{3,} [a-z]{3,}", line)


def test_formula_without_a_value_in_a_key_is_one_finding(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (("id", "v"), ("a", 1), ("=1+1", 2)):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    report = judge(table_package(tmp_path, schema({"name": "id"}, {"name": "v"}, primaryKey="id"), "", path="t.xlsx"))
    assert [(one.rule, one.row, one.column) for one in report.findings] == [("formula-without-value", 3, 1)]


def test_workbook_is_normalised_without_words_on_lines_it_has_not(tmp_path: Path, capsys: Capture) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (("id",), (12,)):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "s.json").write_text(json.dumps(schema({"name": "id", "type": "string"})), "utf-8")
    _, out, _ = call(capsys, "normalize", f"{tmp_path}/t.xlsx", "--schema", f"{tmp_path}/s.json", "--lang", "en")
    assert out.splitlines()[1:3] == ["  row 2, column 1 (id): “12”", ""]
    assert len(out.splitlines()) == 4


def test_what_is_no_table_is_not_counted_as_one(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n", "utf-8")
    (tmp_path / "r.md").write_text("x", "utf-8")
    items = [{"name": "t", "path": "t.csv", "schema": schema({"name": "a"})}, {"name": "r", "path": "r.md"}]
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "p", "resources": items}), "utf-8")
    assert "1 table and 1 row were" in call(capsys, "validate", str(tmp_path), "--lang", "en")[1]
    report = json.loads(process("validate", str(tmp_path), "--format", "json").stdout)
    assert [table["name"] for table in report["tables"]] == ["t", "r"]


# Descriptors.

FIELD = "$.resources[0].schema.fields[0]"


@pytest.mark.parametrize(
    ("field", "path", "english"),
    [
        ({"type": "date", "format": "%Q"}, ".format", "%Q is not known there"),
        ({"type": "date", "format": "%d.%"}, ".format", "% is not known there"),
        ({"type": "date", "format": "DD.MM.YYYY"}, ".format", "no strptime directive"),
        ({"type": "number", "decimalPlaces": -1}, ".decimalPlaces", "-1 is not allowed"),
        ({"type": "number", "decimalPlaces": 19}, ".decimalPlaces", "19 is not allowed"),
        ({"constraints": {"minLength": -1}}, ".constraints.minLength", "-1 is less than 0"),
        ({"constraints": {"minLength": 3, "maxLength": 2}}, ".constraints.minLength", "no value could fit"),
        ({"type": "integer", "constraints": {"minimum": 5, "maximum": "1"}}, ".constraints.minimum", "no value"),
        ({"type": "number", "constraints": {"exclusiveMinimum": 1, "maximum": 1.0}}, ".constraints.exclusiveMinimum",
         "no value"),
        ({**DAY, "constraints": {"minimum": "02.01.2021", "maximum": "2021-01-01"}}, ".constraints.minimum", "no val"),
        ({"type": "duration", "constraints": {"minimum": "P1M", "maximum": "P29D"}}, ".constraints.minimum", "no val"),
        ({"type": "string", "stdnum": "ru.nope"}, ".stdnum", "no module ru.nope"),
        ({"type": "string", "stdnum": "util"}, ".stdnum", "no module util"),
        ({"type": "object", "constraints": {"jsonSchema": {"type": "x"}}}, ".constraints.jsonSchema.type",
         '"x" cannot stand here'),
        ({"type": "string", "unit": 5}, ".unit", "expected a text, found a whole number"),
        ({"type": "string", "personalData": "inn"}, ".personalData", "expected a list, found a text"),
    ],
)  # fmt: skip
def test_fault_of_a_field_is_refused_by_its_json_path(
    field: dict[str, Any], path: str, english: str, tmp_path: Path
) -> None:
    russian, found = faults(tmp_path, schema({"name": "a", "type": "string", **field}))
    assert found.startswith(f"descriptor: {FIELD}{path}: ")
    assert english in found
    assert russian.startswith(f"descriptor: {FIELD}{path}: ")
    assert not re.search(r"\{[a-z]+\}|\bstr\b|\bint\b|NoneType", russian + found)


def test_limits_that_meet_are_right(tmp_path: Path) -> None:
    limits = [
        ({"type": "integer"}, {"minimum": 5, "maximum": 5}),
        ({"type": "number"}, {"minimum": "-INF", "maximum": "NaN"}),
        ({"type": "datetime"}, {"minimum": "2023-01-01T00:00:00Z", "maximum": "2022-01-01T00:00:00"}),
        ({"type": "yearmonth"}, {"minimum": "2023-01", "maximum": "2023-01"}),
        ({"type": "string"}, {"minLength": 0, "maxLength": 0}),
    ]
    for field, constraints in limits:
        table_package(tmp_path, schema({"name": "a", **field, "constraints": constraints}), "a\n1\n")


def test_delimiter_of_two_characters_is_a_sequence_as_the_standard_has_it(tmp_path: Path) -> None:
    node = schema({"name": "a", "type": "integer"}, {"name": "b"})
    assert said(tmp_path, node, 'a||b\n1||"x||y"\n', dialect={"delimiter": "||"}) == []
    (line,) = said(tmp_path, node, "a,b\n1,x\n", dialect={"delimiter": "||"})
    assert "separated by “,”, expected “||”" in line


def test_all_faults_stand_together_in_the_order_of_the_document(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"fields": [{"name": "a", "type": "x"}, {"name": 5}]}', "utf-8")
    table = {
        "name": "t", "path": "t.csv", "bytes": "x", "hash": "foo:11",
        "schema": {
            "primaryKey": "zz",
            "fields": [{"name": "a", "type": "wrong"}, {"name": "b", "constraints": {"pattern": "(", "minLength": -1}}],
            "foreignKeys": [{"fields": "b", "reference": {"resource": "none", "fields": "x"}}],
        },
    }  # fmt: skip
    other = {"name": "u", "path": "u.csv", "schema": "s.json"}
    with pytest.raises(DefinitionError) as caught:
        load_package({"name": "p", "resources": [table, other]}, tmp_path, "descriptor")
    found = [(one.details["file"], one.details["key"]) for one in (caught.value, *caught.value.others)]
    own = "$.resources[0]"
    assert found == [
        *(("descriptor", f"{own}{path}") for path in (
            ".bytes", ".hash", ".schema.primaryKey", ".schema.fields[0].type",
            ".schema.fields[1].constraints.pattern", ".schema.fields[1].constraints.minLength",
        )),
        (str(tmp_path / "s.json"), "$.fields[0].type"), (str(tmp_path / "s.json"), "$.fields[1].name"),
    ]  # fmt: skip


PLACES = tuple(nodes(second()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES)), min_size=1, max_size=3))
def test_whatever_is_wrong_has_a_json_path_and_words(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    descriptor = copy.deepcopy(second())
    for spot, value in changes:
        try:
            put(descriptor, spot, "put", value)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        load_package(descriptor, Path("no/such/folder"), "descriptor")
    except DefinitionError as error:
        every = (error, *error.others)
        assert len({(one.key, *one.details.values()) for one in every}) == len(every)
        for one in every:
            assert one.details["key"].startswith("$")
            texts = [load_messages(language).error(one.key, one.details) for language in LANGUAGES]
            assert not [text for text in texts if re.search(r"\{(file|key|found|expected|name|reason)\}", text)]
    except SetupError:
        pass  # the schema of a file is not there


def test_fault_of_a_schema_of_its_own_is_named_by_the_path_in_it(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n", "utf-8")
    (tmp_path / "s.json").write_text('{"fields": [{"name": "a", "type": "strin"}, {"name": 5}]}', "utf-8")
    code, _, said = call(capsys, "validate", f"{tmp_path}/t.csv", "--schema", f"{tmp_path}/s.json", "--lang", "en")
    assert [line.split(": ")[:2] for line in said.splitlines()] == [
        [f"{tmp_path}/s.json", "$.fields[0].type"], [f"{tmp_path}/s.json", "$.fields[1].name"],
    ]  # fmt: skip
    (tmp_path / "s.json").write_text(json.dumps({"name": "p", "resources": []}), "utf-8")
    for command in ("validate", "normalize"):
        code, _, said = call(capsys, command, f"{tmp_path}/t.csv", "--schema", f"{tmp_path}/s.json", "--lang", "en")
        assert (code, "is a whole Data Package descriptor" in said) == (2, True)


# The command line.


@pytest.mark.parametrize("lang", LANGUAGES)
def test_call_without_arguments_shows_the_help_in_the_language(lang: str) -> None:
    done = process(lang="ru_RU.UTF-8" if lang == "ru" else "C.UTF-8")
    assert done.returncode == 2
    assert done.stderr.startswith("Вызов: resopen" if lang == "ru" else "Usage: resopen")


@pytest.mark.parametrize(
    ("arguments", "russian"),
    [
        (["validate", "--format"], "Параметру --format нужно значение: [text|html"),
        (["describe", "more"], "Лишние аргументы: more. Справка: resopen describe --help"),
        (["validate", "--allow-remote=1"], "У параметра --allow-remote значения нет. Справка: resopen validate"),
        (["indicators", "--explain", "a"], "Параметру --explain нужно значение: ID OKTMO PERIOD"),
        (["validate", ""], "Имя пакета пустое"),
    ],
)
def test_wrong_call_is_explained_without_a_word_of_english(arguments: list[str], russian: str, capsys: Capture) -> None:
    code, out, said = call(capsys, "--lang", "ru", *arguments)
    assert (code, out) == (2, "")
    assert russian in said
    assert not re.search(r"Option|argument|requires|\bGot\b", said)


def test_help_says_in_russian_what_is_required(capsys: Capture) -> None:
    _, out, _ = call(capsys, "rank", "--help", "--lang", "ru")
    assert "[обязательно]" in out
    assert "[required]" not in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only there is a device that is always full")
@pytest.mark.parametrize("arguments", [["--help"], ["validate", str(TAI)], ["validate", str(TAI), "--format", "json"]])
def test_output_that_takes_nothing_is_named(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "resopen", *arguments, "--lang", "en"],
                              stdout=full, stderr=subprocess.PIPE, text=True)  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "The output cannot be written: no space left on the disk\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a folder that is in use cannot be deleted there")
def test_deleted_current_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); from resopen.cli import main; sys.exit(main(['validate']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "gone", capture_output=True, text=True,
                          env={"PYTHONPATH": str(Path(resopen.__file__).parents[1]), "LC_ALL": "C"})  # fmt: skip
    assert (done.returncode, "The current folder is not there any more" in done.stderr) == (2, True)


@pytest.mark.parametrize(("lang", "words"), [("ru", "Это ошибка в самой программе"), ("en", "This is a fault of")])
def test_fault_of_the_program_is_told_as_such(
    lang: str, words: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("of a test")

    monkeypatch.setattr(runs, "validate", broken)
    code, out, said = call(capsys, "validate", str(TAI), "--lang", lang)
    assert (code, out) == (2, "")
    assert words in said
    assert "ZeroDivisionError: of a test" in said
    assert "runs.py:" in said
    assert "Traceback" not in said


def test_broken_descriptor_is_an_error_of_junit(tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text('{"name": "p", "resources": [{"name": 5}, {"path": "<&.csv"}]}', "utf-8")
    done = process("validate", str(tmp_path), "--format", "junit")
    suite = ET.fromstring(done.stdout)  # noqa: S314
    assert (done.returncode, suite.get("errors"), suite.get("failures")) == (2, "1", "0")
    (error,) = suite.iter("error")
    assert [line for line in (error.text or "").splitlines() if line] == done.stderr.splitlines()


def test_read_table_says_the_first_error_and_where_all_are(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\nx\ny\n", "utf-8")
    (tmp_path / "s.json").write_text(json.dumps(schema({"name": "a", "type": "integer"})), "utf-8")
    with pytest.raises(DataInvalid) as caught:
        resopen.read_table(tmp_path / "t.csv", schema=tmp_path / "s.json", language="en")
    (note,) = caught.value.__notes__
    assert "2 errors" in note
    assert "row 2, line 2, column 1 (a): “x” is not a whole number" in note
    assert "above" not in note
    assert len(caught.value.issues) == 2


def test_every_cause_has_words() -> None:
    for language in LANGUAGES:
        assert {*CAUSES.values(), *CAUSES_OF_JSON.values()} <= set(load_messages(language).catalogue["reasons"])


# Rankings.


def ranked(capsys: Capture, values: Path, method: Path = METHOD, lang: str = "en") -> tuple[int, str, str]:
    return call(capsys, "rank", "--methodology", str(method), "--values", str(values), "--lang", lang)


def test_values_with_semicolons_are_read_and_decimal_commas_named(tmp_path: Path, capsys: Capture) -> None:
    rows = list(csv.reader(io.StringIO(TAI.read_text("utf-8"))))
    for mark in ";\t|":
        with (tmp_path / "v.csv").open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, delimiter=mark).writerows(rows)
        assert ranked(capsys, tmp_path / "v.csv") == ranked(capsys, TAI)
    (tmp_path / "v.csv").write_text(TAI.read_text("utf-8").replace(",", ";").replace(".", ","), "utf-8")
    code, out, said = ranked(capsys, tmp_path / "v.csv")
    assert (code, out) == (2, "")
    assert "Australia, patents: 75,0 has a decimal comma" in said


def test_units_left_out_are_named_with_the_reason(tmp_path: Path, capsys: Capture) -> None:
    exclusion = '\n[[exclusions]]\nunit = "Israel"\nbecause = "no data"\nbecause_ru = "нет данных"\n'
    (tmp_path / "m.toml").write_text(METHOD.read_text("utf-8") + exclusion, "utf-8")
    assert ranked(capsys, TAI, tmp_path / "m.toml")[1].endswith("Not ranked: Israel. no data\n")
    assert ranked(capsys, TAI, tmp_path / "m.toml", "ru")[1].endswith("Вне рейтинга: Israel. нет данных\n")


def test_fault_of_an_aggregation_names_the_file(tmp_path: Path, capsys: Capture) -> None:
    text = METHOD.read_text("utf-8").replace('aggregate = "arithmetic"', 'aggregate = "geometric"')
    text = text.partition("[uncertainty]")[0].replace("worst = 0, best = 994", "worst = 500, best = 994")
    (tmp_path / "m.toml").write_text(text, "utf-8")
    code, _, said = ranked(capsys, TAI, tmp_path / "m.toml")
    assert (code, said.startswith(f"{tmp_path}/m.toml: tai: ")) == (2, True)


def test_per_cent_and_numbers_of_runs_stand_as_each_language_writes_them(capsys: Capture) -> None:
    assert "100%" in ranked(capsys, TAI)[1]
    assert "100\u00a0%" in ranked(capsys, TAI, lang="ru")[1]
    russian = load_messages("ru")
    details = {"runs": russian.plural("plural.runs", 21), "low": "5", "high": "95", "seed": "1"}
    assert "(21 расчёт, начальное число 1)" in russian.text("ranking.drawn", details)
