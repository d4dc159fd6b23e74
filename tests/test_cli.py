"""The command line as a person and as a script meet it: whole processes, both languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.corpus import COLUMNS, PLAIN, as_json, as_parquet, as_xlsx, facts
from tests.packages import ROOT, copy_repository

Done = subprocess.CompletedProcess[str]


def resopen(*arguments: str, cwd: Path = ROOT, lang: str = "C.UTF-8") -> Done:
    """Run the program as a process and return what it did; it must never show a traceback."""
    environment = {**os.environ, "LC_ALL": lang, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "resopen", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return copy_repository(tmp_path / "repository")


def test_clean_run_says_so_in_both_languages() -> None:
    english, russian = resopen("validate"), resopen("validate", lang="ru_RU.UTF-8")
    assert (english.returncode, russian.returncode) == (0, 0)
    assert english.stdout.startswith("No errors. 65 tables and ")
    assert russian.stdout.startswith("Ошибок нет. Проверено: 65 таблиц, ")


def test_broken_cell_is_told_with_place_and_remedy_and_exit_code_1(repository: Path) -> None:
    path = repository / "datapackage" / "data" / "events.csv"
    path.write_bytes(path.read_bytes().replace(b"2018-02-08", b"08.02.2018", 1))
    done = resopen("validate", "--lang", "ru", cwd=repository)
    assert done.returncode == 1
    assert "столбец 5 (date_start)" in done.stdout
    assert "Как исправить" in done.stdout
    report = json.loads(resopen("validate", "--format", "json", cwd=repository).stdout)
    assert report["errors"] == 1
    issue = report["issues"][0]
    assert (issue["table"], issue["rule"], issue["column"], issue["value"]) == ("events", "type", 5, "08.02.2018")
    assert issue["row"] == issue["line"]


def test_limit_limits_printing_not_counting(repository: Path) -> None:
    path = repository / "datapackage" / "data" / "population.csv"
    path.write_text(path.read_text("utf-8").replace(",true,false,", ",да,false,"), "utf-8")
    done = resopen("validate", "--limit", "2", cwd=repository)
    count = sum(",да,false," in line for line in path.read_text("utf-8").splitlines())
    assert f"population · type · {count} issues" in done.stdout
    assert f"and {count - 2} more" in done.stdout
    assert done.stdout.count("“да” is not true or false") == 2


def test_warning_fails_only_when_asked(repository: Path) -> None:
    path = repository / "datapackage" / "data" / "regions.csv"
    path.write_text(path.read_text("utf-8").replace("Irkutsk Oblast", "Irkutsk Oblast "), "utf-8")
    assert resopen("validate", cwd=repository).returncode == 0
    assert resopen("validate", "--fail-on", "warning", cwd=repository).returncode == 1


@pytest.mark.parametrize("command", ["", "validate", "describe", "normalize", "publish", "trace"])
def test_help_stands_in_both_languages(command: str) -> None:
    arguments = [*command.split(), "--help"]
    english = resopen(*arguments, lang="C.UTF-8")
    russian = resopen(*arguments, lang="ru_RU.UTF-8")
    assert english.stdout.startswith("Usage: resopen")
    assert russian.stdout.startswith("Вызов: resopen")
    assert "Options:" in english.stdout
    assert "Параметры:" in russian.stdout
    assert not [word for word in ("Show", "Options", "Usage") if word in russian.stdout]


@pytest.mark.parametrize(
    ("arguments", "russian"),
    [
        (["wahlidate"], "Такой команды нет"),
        (["validate", "--nope"], "Параметра --nope нет"),
        (["publish"], "Не указан параметр --version"),
        (["trace", "irkutsk-01"], "Не указан параметр --sources"),
        (["validate", "--format", "xml"], "--format: ожидается"),
        (["validate", "--today", "вчера"], "--today: ожидается"),
        (["validate", "no/such/datapackage.json"], "такого файла нет"),
        (["validate", "docs"], "нет datapackage.json"),
        (["validate", "README.md"], "не пакет и не таблица"),
        (["publish", "--version", "one"], "не версия"),
        (["trace", "no-such", "--sources", "."], "Рекомендации no-such нет"),
        (["trace", "--sources", "."], "Назовите рекомендацию"),
    ],
)
def test_wrong_call_has_a_clear_message_and_exit_code_2(arguments: list[str], russian: str) -> None:
    done = resopen(*arguments, lang="ru_RU.UTF-8")
    assert done.returncode == 2
    assert russian in done.stderr
    assert done.stdout == ""


def test_folder_without_a_package_is_told_so(tmp_path: Path) -> None:
    done = resopen("validate", cwd=tmp_path)
    assert done.returncode == 2
    assert "schema/package.toml" in done.stderr


def test_missing_table_is_one_issue_of_its_own(repository: Path) -> None:
    (repository / "datapackage" / "data" / "deadlines.csv").unlink()
    done = resopen("validate", cwd=repository)
    assert done.returncode == 1
    assert "deadlines · missing-file · 1 issue" in done.stdout
    assert done.stdout.count("issue") == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_table_is_a_fault_of_the_set_up(repository: Path) -> None:
    (repository / "datapackage" / "data" / "deadlines.csv").chmod(0)
    done = resopen("validate", cwd=repository)
    assert done.returncode == 2
    assert "cannot be read" in done.stderr


def test_folder_in_place_of_a_descriptor_file_is_a_fault_of_the_set_up(repository: Path) -> None:
    (repository / "schema" / "rules.toml").unlink()
    (repository / "schema" / "rules.toml").mkdir()
    done = resopen("validate", cwd=repository)
    assert done.returncode == 2
    assert "rules.toml" in done.stderr


def test_stale_descriptor_has_exit_code_1_and_names_the_command(repository: Path) -> None:
    path = repository / "datapackage" / "data" / "regions.csv"
    path.write_text(path.read_text("utf-8").replace("Irkutsk Oblast", "Irkutsk"), "utf-8")
    done = resopen("describe", "--check", cwd=repository)
    assert done.returncode == 1
    assert "resopen describe" in done.stderr
    assert resopen("describe", cwd=repository).returncode == 0
    assert resopen("describe", "--check", cwd=repository).returncode == 0


def test_escape_sequences_of_a_cell_come_out_dead(repository: Path) -> None:
    path = repository / "datapackage" / "data" / "events.csv"
    path.write_bytes(path.read_bytes().replace(b"2018-02-08", b"\x1b[31m2018", 1))
    done = resopen("validate", cwd=repository)
    assert "\x1b" not in done.stdout
    assert "\\x1b[31m2018" in done.stdout


def test_place_names_the_line_alone_where_the_record_is_unknown(repository: Path) -> None:
    path = repository / "datapackage" / "data" / "regions.csv"
    path.write_bytes(path.read_text("utf-8").encode("cp1251"))
    done = resopen("validate", cwd=repository)
    assert "\n  line 2: Byte " in done.stdout
    assert "row 0" not in done.stdout


def test_same_input_gives_the_same_report(repository: Path) -> None:
    path = repository / "datapackage" / "data" / "organizations.csv"
    path.write_text(path.read_text("utf-8").replace(",true,", ",так,"), "utf-8")
    reports = {resopen("validate", "--format", "json", cwd=repository).stdout for _ in range(3)}
    assert len(reports) == 1


def test_single_table_is_judged_by_a_schema_or_by_its_structure_alone(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,x\nу,y\n2\n", "utf-8")
    (tmp_path / "schema.json").write_text('{"fields": [{"name": "a", "type": "integer"}, {"name": "b"}]}', "utf-8")
    bare = json.loads(resopen("validate", "table.csv", "--format", "json", cwd=tmp_path).stdout)
    assert [(issue["rule"], issue["line"]) for issue in bare["issues"]] == [("missing-cells", 4)]
    full = json.loads(
        resopen("validate", "table.csv", "--schema", "schema.json", "--format", "json", cwd=tmp_path).stdout
    )
    assert [(issue["rule"], issue["line"]) for issue in full["issues"]] == [("type", 3), ("missing-cells", 4)]
    alone = resopen("validate", "--schema", "schema.json", cwd=tmp_path)
    assert (alone.returncode, "needs a table" in alone.stderr) == (2, True)


@pytest.mark.parametrize(
    ("form", "start"),
    [("csv", "file,severity"), ("junit", "<?xml"), ("sarif", "{"), ("html", "<!doctype html>"), ("github", "")],
)
def test_formats_for_machines_come_from_the_command(form: str, start: str) -> None:
    done = resopen("validate", "--format", form)
    assert done.returncode == 0
    assert done.stdout.startswith(start)


def test_several_packages_give_one_report_and_fail_if_any_does(tmp_path: Path) -> None:
    for name, row in (("good", "1"), ("bad", "x")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "table.csv").write_text(f"a\n{row}\n", "utf-8")
    (tmp_path / "other.csv").write_text("b\n2,3\n", "utf-8")
    (tmp_path / "schema.json").write_text('{"fields": [{"name": "a", "type": "integer"}]}', "utf-8")
    tables = ["good/table.csv", "bad/table.csv", "good/table.csv"]
    done = resopen("validate", *tables, "--schema", "schema.json", "--format", "json", cwd=tmp_path)
    report = json.loads(done.stdout)
    assert (done.returncode, report["errors"]) == (1, 1)
    assert [(table["name"], table["file"]) for table in report["tables"]] == [
        ("table (good/table.csv)", "good/table.csv"),
        ("table (bad/table.csv)", "bad/table.csv"),
    ]
    assert [(issue["table"], issue["file"]) for issue in report["issues"]] == [
        ("table (bad/table.csv)", "bad/table.csv")
    ]
    text = resopen("validate", "good/table.csv", "other.csv", cwd=tmp_path)
    assert (text.returncode, "other · extra-cells · 1 issue" in text.stdout) == (1, True)
    assert "2 tables and 2 rows were checked." in text.stdout
    assert resopen("validate", "good/table.csv", "good/table.csv", cwd=tmp_path).returncode == 0


def test_package_that_cannot_be_opened_ends_the_run_of_several() -> None:
    done = resopen("validate", "docs/broken", "no/such")
    assert (done.returncode, done.stdout, "no/such" in done.stderr) == (2, "", True)


def test_rule_of_each_of_several_packages_speaks_its_own_words(tmp_path: Path) -> None:
    for name in ("one", "two"):
        texts = {key: f"{key} of {name}" for key in ("message", "message_ru", "remedy", "remedy_ru")}
        rule = {
            "id": "b-there", "severity": "error", "table": "t", "fields": ["b"], "fails_where": "b IS NULL",
            "counterexample": {"value": "''"}, **texts,
        }  # fmt: skip
        node = {"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "b", "type": "string"}, {"name": "c"}]}}
        (tmp_path / name).mkdir()
        (tmp_path / name / "t.csv").write_text("b,c\n,x\n", "utf-8")
        descriptor = {"name": name, "resources": [node], "rules": [rule]}
        (tmp_path / name / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    done = resopen("validate", "one", "two", "--format", "json", cwd=tmp_path)
    found = [(issue["table"], issue["message"]) for issue in json.loads(done.stdout)["issues"]]
    assert found == [("t (one)", "message of one"), ("t (two)", "message of two")]


def test_every_table_of_ours_can_be_judged_alone_by_its_schema() -> None:
    done = resopen("validate", "datapackage/data/events.csv", "--schema", "schema/tables/events.json")
    assert (done.returncode, done.stdout.startswith("No errors. 1 table")) == (0, True)


def test_day_that_does_not_exist_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,day\n1,2022-02-30\n2,30.02.2022\n", "utf-8")
    schema = {"fields": [{"name": "a", "type": "integer"}, {"name": "day", "type": "date"}]}
    (tmp_path / "schema.json").write_text(json.dumps(schema), "utf-8")
    done = resopen("validate", "t.csv", "--schema", "schema.json", "--lang", "en", cwd=tmp_path)
    assert "There is no such day: “2022-02-30” does not exist." in done.stdout
    assert "“30.02.2022” is not a date such as 2023-12-31 (year-month-day)." in done.stdout


@pytest.mark.slow
def test_report_of_a_table_larger_than_the_memory_allowed_is_the_same(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'слово ' * 12}{i % 1000},{i % 7}\n" for i in range(400_000))
    (tmp_path / "t.csv").write_text(f"a,b,c\n{rows}7,again,x\n", "utf-8")
    fields = [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}, {"name": "c", "type": "integer"}]
    (tmp_path / "schema.json").write_text(json.dumps({"fields": fields, "primaryKey": "a"}), "utf-8")
    call = ("validate", "t.csv", "--schema", "schema.json", "--format", "json")
    free, limited = resopen(*call, cwd=tmp_path), resopen(*call, "--memory", "48MiB", cwd=tmp_path)
    assert json.loads(free.stdout)["errors"] == 2
    assert (limited.returncode, limited.stdout) == (1, free.stdout), limited.stderr


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet", "inline"])
def test_table_of_every_form_is_judged_by_a_process_of_its_own(form: str, tmp_path: Path) -> None:
    # In the process of the tests everything is imported already; what a form needs must come by itself.
    sheet = facts([next(column for column in COLUMNS if column.name == "integer")], 4).with_cell(2, 1, "x")
    contents = {"csv": lambda item: PLAIN.content(PLAIN.records(item)), "json": as_json, "xlsx": as_xlsx}
    node: dict[str, Any] = {"name": "facts", "path": f"facts.{form}", "schema": sheet.schema}
    if form == "inline":
        node = {"name": "facts", "data": json.loads(as_json(sheet)), "schema": sheet.schema}
    else:
        (tmp_path / f"facts.{form}").write_bytes(contents.get(form, as_parquet)(sheet))
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "test", "resources": [node]}), "utf-8")
    report = json.loads(resopen("validate", str(tmp_path), "--format", "json", cwd=tmp_path).stdout)
    assert [(issue["rule"], issue["row"], issue["column"]) for issue in report["issues"]] == [("type", 4, 2)]
