"""What `resopen rank` and its Python functions give: the same ranking in every form, also over a package."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pandera.errors
import pyarrow.parquet as pq
import pytest

import resopen as package
from resopen.computed_tables import computed_table, indicator_rows, rankings_rows, score_rows, status_rows
from resopen.frames import pandas_frame
from resopen.ranking.analysis import Ranking, analysed
from resopen.ranking.matrix import matrix_of, read_wide
from resopen.ranking.uncertainty import Runs, run_places
from resopen.ranking_rows import run_rows
from resopen.schema.methodology_file import load_methodology
from tests.packages import ROOT
from tests.test_cli import Done, resopen

TAI = ROOT / "schema" / "methodology" / "tai-2001.toml"
IRKUTSK = ROOT / "schema" / "methodology" / "irkutsk-ngo-support-2022.toml"
VALUES = ROOT / "tests" / "data" / "tai" / "tai23_input.csv"


def tai(*arguments: str) -> Done:
    return resopen("rank", "--methodology", str(TAI), "--values", str(VALUES), *arguments)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic") / "example"
    made = [sys.executable, str(ROOT / "scripts" / "make_example.py"), str(folder)]
    subprocess.run(made, check=True, capture_output=True)
    return folder / "datapackage.json"


@pytest.fixture(scope="module")
def saved(example: Path) -> Path:
    """The values of the ranking over the example, saved by the program itself."""
    file = example.parent / "values.csv"
    over = ("--package", str(example), "--nominal", "--save-values", str(file))
    assert resopen("rank", "--methodology", str(IRKUTSK), *over).returncode == 0
    return file


def irkutsk(saved: Path, *arguments: str) -> Done:
    return resopen("rank", "--methodology", str(IRKUTSK), "--values", str(saved), *arguments)


def test_parquet_xlsx_csv_and_json_hold_the_same_ranking(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(tai("--format", "csv").stdout)))
    units = json.loads(tai("--format", "json").stdout)["units"]
    for form in ("parquet", "xlsx"):
        assert tai("--format", form, "--output", str(tmp_path / f"tai.{form}")).returncode == 0
    table = pq.read_table(tmp_path / "tai.parquet").to_pylist()
    book = openpyxl.load_workbook(tmp_path / "tai.xlsx")
    lines = list(book.worksheets[0].iter_rows(values_only=True))
    for row, unit, record, line in zip(rows, units, table, lines[1:], strict=True):
        assert row["unit"] == unit["unit"] == record["unit"]
        assert float(row["score"]) == unit["score"] == record["score"]
        sheet = dict(zip(map(str, lines[0]), line, strict=True))
        assert (sheet["unit"], sheet["place"]) == (unit["unit"], unit["place"])


def test_workbook_says_the_method_the_probabilities_and_the_drivers(tmp_path: Path) -> None:
    file = tmp_path / "tai.xlsx"
    tai("--format", "xlsx", "--output", str(file), "--sensitivity", "--lang", "en")
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Ranking", "Method", "Probability of places", "Pairs", "Drivers"]
    places = list(book["Probability of places"].iter_rows(min_row=2, values_only=True))
    assert all(sum(float(str(x)) for x in row[2:25]) == pytest.approx(1) for row in places)
    pairs = list(book["Pairs"].iter_rows(values_only=True))
    for i in range(1, len(pairs)):
        for j in range(1, i):
            assert float(str(pairs[i][j])) + float(str(pairs[j][i])) == pytest.approx(1)


def test_form_for_programs_is_not_put_on_the_screen_without_a_file() -> None:
    done = tai("--format", "xlsx", "--lang", "en")
    assert done.returncode == 2
    assert "--output FILE" in done.stderr


def test_name_that_begins_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    lines = VALUES.read_text("utf-8").replace("Norway", '"=1+1"')
    (tmp_path / "values.csv").write_text(lines, "utf-8")
    method = ("rank", "--methodology", str(TAI), "--values", str(tmp_path / "values.csv"))
    assert resopen(*method, "--format", "xlsx", "--output", str(tmp_path / "t.xlsx")).returncode == 0
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[0].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s", "s"]


def test_ranking_is_computed_again_from_the_values_that_it_saved(example: Path, saved: Path) -> None:
    first = resopen("rank", "--methodology", str(IRKUTSK), "--package", str(example), "--format", "csv")
    again = irkutsk(saved, "--format", "csv")
    assert first.returncode == 0
    assert first.stdout == again.stdout


def test_ranking_of_invented_values_says_so_in_every_form(saved: Path) -> None:
    assert "SYNTHETIC DATA" in irkutsk(saved, "--nominal", "--lang", "en").stdout
    assert "СИНТЕТИЧЕСКИЕ ДАННЫЕ" in irkutsk(saved, "--nominal", "--lang", "ru").stdout
    assert json.loads(irkutsk(saved, "--nominal", "--format", "json").stdout)["synthetic"] is True
    rows = list(csv.DictReader(io.StringIO(irkutsk(saved, "--nominal", "--format", "csv").stdout)))
    assert {row["synthetic"] for row in rows} == {"true"}
    assert "SYNTHETIC DATA" in irkutsk(saved, "--nominal", "--explain", "25604000", "--lang", "en").stdout


def test_irkutsk_ranking_has_42_municipalities_in_two_groups_and_a_cut(saved: Path) -> None:
    done = irkutsk(saved, "--format", "csv", "--nominal", "--lang", "en")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    groups = [row["group"] for row in rows]
    assert (groups.count("urban_okrug"), groups.count("municipal_district")) == (10, 32)
    for group in ("urban_okrug", "municipal_district"):
        for size in ("up to 50,000 residents", "over 50,000 residents"):
            some = [row for row in rows if row["group"] == group and row["size_class"] == size and row["place"]]
            assert [row["size_class_place"] for row in some][:1] == ["1"]
    assert "near the limit 50000" in irkutsk(saved, "--nominal", "--lang", "en").stdout


def test_drawn_intervals_state_their_error_and_tops_add_up(saved: Path) -> None:
    whole = json.loads(irkutsk(saved, "--format", "json", "--sensitivity").stdout)
    ranked = [row for row in whole["units"] if row["place"] is not None]
    for row in ranked:
        assert row["place_low_least"] <= row["place_low"] <= row["place_low_most"]
        assert row["place_high_least"] <= row["place_high"] <= row["place_high_most"]
    tops = whole["analysis"]["top_probability"]
    for row in ranked:
        chances = tops[row["unit"]]
        assert chances == sorted(chances)
        assert chances[-1] == pytest.approx(1 - row["absent_share"])
    assert -1 <= whole["analysis"]["drivers"]["weight_influence_correlation"] <= 1


def test_curated_package_is_refused_by_what_it_lacks() -> None:
    done = resopen("rank", "--methodology", str(IRKUTSK), "--lang", "en")
    assert done.returncode == 2
    assert "no ranked unit has a value of support_measures_count · programme:2022" in done.stderr


def test_methodology_without_units_is_refused_over_a_package(example: Path) -> None:
    done = resopen("rank", "--methodology", str(TAI), "--package", str(example), "--lang", "en")
    assert done.returncode == 2
    assert "does not say which municipalities it ranks" in done.stderr


def ranking() -> Ranking:
    method = load_methodology(TAI)
    return analysed(method, matrix_of(read_wide(VALUES), method))


def test_every_run_is_computed_again_from_its_line(tmp_path: Path) -> None:
    file = tmp_path / "runs.csv"
    assert tai("--nominal", "--save-runs", str(file)).returncode == 0
    assert tai("--save-runs", str(file)).returncode == 0
    made = ranking()
    assert made.found
    lines = list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))
    assert len(lines) == len(run_rows(made)) == 72
    one = lines[17]
    names = made.found.runs.names
    choices = np.array([[int(one[name]) for name in names]])
    runs = Runs(names, made.found.runs.options, choices, np.ones((1, 0)), True)
    places = run_places(made.scores.method, made.scores.matrix, runs)[0]
    assert [float(one[f"place {unit}"]) for unit in made.scores.matrix.units] == list(places)


def test_frames_of_a_ranking_keep_their_contracts_and_a_broken_one_is_refused() -> None:
    frames = package.rank(TAI, VALUES)
    assert list(frames.places["unit"][:2]) == ["Australia", "Austria"]
    assert len(frames.scores) == 23 * 9
    contract = package.pandera_schema(computed_table("rankings"))
    broken: pd.DataFrame = frames.places.copy()
    broken.loc[0, "place"] = 0.5
    with pytest.raises(pandera.errors.SchemaError):
        contract.validate(broken)


def test_contract_refuses_a_frame_of_values_with_an_unknown_status() -> None:
    values = package.indicator_values(["residents"], ROOT / "datapackage")
    assert set(values["status"]) == {"ok", "no_input"}
    assert set(values["part"]) == {"total"}
    broken = values.copy()
    broken.loc[0, "status"] = "fine"
    with pytest.raises(pandera.errors.SchemaError):
        package.pandera_schema(computed_table("indicator_values")).validate(broken)


def test_computed_tables_are_sorted_by_their_keys() -> None:
    made = ranking()
    for rows, name in ((rankings_rows([made]), "rankings"), (score_rows([made]), "ranking_scores")):
        keys = [tuple(row[key] for key in computed_table(name).primary_key) for row in rows.to_pylist()]
        assert keys == sorted(keys)
        package.pandera_schema(computed_table(name)).validate(pandas_frame(rows))


def typed(**columns: list[Any]) -> Any:
    import pyarrow as pa

    return pa.table(columns)


def test_status_of_a_recommendation_is_the_newest_report_up_to_the_day() -> None:
    from datetime import date

    early, late, due = date(2022, 1, 1), date(2023, 1, 1), date(2022, 12, 31)
    tables = {
        "recommendations": typed(recommendation_id=["a", "b", "c"]),
        "progress": typed(
            recommendation_id=["a", "a", "b"], reported_on=[early, late, early], status=["in_progress", "done", "done"]
        ),
        "deadlines": typed(recommendation_id=["a", "b"], kind=["dated", "dated"], due_on=[due, due]),
    }

    def told(day: date) -> list[tuple[Any, ...]]:
        rows = status_rows(tables, day).to_pylist()
        return [(row["recommendation_id"], row["status"], row["is_overdue"]) for row in rows]

    assert told(date(2022, 6, 1)) == [("a", "in_progress", False), ("b", "done", False), ("c", "not_reported", None)]
    assert told(date(2022, 12, 31)) == told(date(2022, 6, 1))
    assert told(date(2023, 1, 1))[0] == ("a", "done", False)
    halfway = {**tables, "progress": tables["progress"].slice(0, 1)}
    assert status_rows(halfway, date(2023, 6, 1)).to_pylist()[0]["is_overdue"] is True


def test_empty_values_of_indicators_are_an_empty_table() -> None:
    found: Any = type("Nothing", (), {"values": {}})()
    assert indicator_rows(found, []).num_rows == 0
