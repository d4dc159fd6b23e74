"""`resopen rank` as a person meets it: the table, the explanation, the comparison, what is refused."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.packages import ROOT
from tests.test_cli import Done, resopen

VALUES = ROOT / "tests" / "data" / "tai" / "tai23_input.csv"
METHOD = ("rank", "--methodology", str(ROOT / "schema" / "methodology" / "tai-2001.toml"))


def rank(*arguments: str, values: Path = VALUES) -> Done:
    return resopen(*METHOD, "--values", str(values), *arguments)


def test_table_names_places_intervals_and_what_they_mean_in_both_languages() -> None:
    english, russian = rank("--lang", "en"), rank("--lang", "ru")
    assert english.returncode == russian.returncode == 0
    assert english.stdout.splitlines()[0] == "Technology Achievement Index, 23 countries"
    first = english.stdout.splitlines()[3].split()
    assert first == ["1", "1–3", "0.7449", "100%", "0%", "Finland"]
    assert "(72 расчёта)" in russian.stdout


def test_csv_and_json_say_the_same_and_do_not_depend_on_the_order_of_the_values(tmp_path: Path) -> None:
    lines = VALUES.read_text("utf-8").splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", "utf-8")
    table = rank("--format", "csv").stdout
    assert rank("--format", "csv", values=turned).stdout == table
    rows = list(csv.DictReader(io.StringIO(table)))
    whole = json.loads(rank("--format", "json").stdout)
    assert (whole["analysis"]["runs"], whole["analysis"]["exact"], whole["analysis"]["seed"]) == (72, True, None)
    for places in whole["analysis"]["place_probability"].values():
        assert sum(places.values()) == pytest.approx(1)
    assert [(row["unit"], row["place"]) for row in rows] == [(u["unit"], str(u["place"])) for u in whole["units"]]


def test_explanation_adds_up_and_names_what_would_be_enough() -> None:
    text = rank("--explain", "Norway", "--lang", "en").stdout
    assert "Place 12 of 23, score 0.5804." in text
    table = text.split("\n\n")[1].splitlines()[1:]
    added = [float(line.split()[-2]) for line in table]
    assert len(added) == 8
    assert sum(added) == pytest.approx(0.5804, abs=5e-4)
    assert "To pass Germany" in text


def test_comparison_names_the_moves_and_who_left(tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    lines = [line for line in VALUES.read_text("utf-8").splitlines() if not line.startswith("Israel")]
    new.write_text("\n".join(lines) + "\n", "utf-8")
    text = rank("--compare", str(VALUES), "--lang", "en", values=new).stdout
    assert "Left: Israel." in text
    spain = next(line for line in text.splitlines() if line.startswith("Spain")).split()
    assert spain == ["Spain", "19", "18", "-1", "0", "0", "-1"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Finland,187.0", "Finland,много", "Finland, patents: много"),
        ("Finland,187.0", "Sweden,187.0", "Sweden"),
        ("country,patents", "country,patent", "patents:2001"),
        ("Finland,187.0,", "Finland,", "row 2"),
    ],
)
def test_wrong_values_are_refused_in_words(old: str, new: str, expected: str, tmp_path: Path) -> None:
    text = VALUES.read_text("utf-8")
    assert old in text
    (tmp_path / "values.csv").write_text(text.replace(old, new, 1), "utf-8")
    done = rank(values=tmp_path / "values.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert expected in done.stderr


def test_unit_that_is_not_there_is_refused() -> None:
    done = rank("--explain", "Atlantis", "--lang", "ru")
    assert done.returncode == 2
    assert "Единицы Atlantis нет" in done.stderr
