"""The curated rows: what the documents and the sources print, counted and spot-checked."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from stdnum.ru import inn

from resopen.computed_tables import NAMES as COMPUTED
from resopen.schema import find_schema_folder
from tests.packages import ROOT, Rows, curated, read_csv


def table(name: str) -> Rows:
    return read_csv(curated().package().resource(name).path)


def test_five_events_with_their_items() -> None:
    items = Counter(row["event_id"] for row in table("recommendations"))
    assert items == {
        "irkutsk-small-territories": 14, "tigil-2018": 23, "kaluga-2023": 7, "amur-2016": 21, "amur-2018": 62,
    }  # fmt: skip


def test_irkutsk_document_prints_no_date_and_says_so() -> None:
    event = next(row for row in table("events") if row["event_id"] == "irkutsk-small-territories")
    assert (event["date_start"], event["date_end"], event["date_precision"]) == ("", "", "unknown")
    assert event["note"]


@pytest.mark.parametrize(
    ("event", "value", "unit"),
    [
        ("tigil-2018", "92", "person"),
        ("amur-2016", "121", "person"),
        ("amur-2018", "400", "person"),
        ("kaluga-2023", "47", "percent"),
        ("kaluga-2023", "14", "percent"),
        ("kaluga-2023", "6", "percent"),
        ("kaluga-2023", "4", "count"),
        ("kaluga-2023", "3", "count"),
        ("amur-2018", "8", "count"),
    ],
)
def test_printed_number_is_a_statement(event: str, value: str, unit: str) -> None:
    found = [(row["event_id"], row["value"], row["unit"]) for row in table("statements")]
    assert (event, value, unit) in found


def test_participants_of_the_events_are_those_printed() -> None:
    counts = {row["event_id"]: (row["participants_count"], row["participants_precision"]) for row in table("events")}
    assert counts["tigil-2018"] == ("92", "exact")
    assert counts["amur-2016"] == ("121", "exact")
    assert counts["amur-2018"] == ("400", "about")


@pytest.mark.parametrize(
    ("recommendation", "metric", "comparator", "value"),
    [
        ("irkutsk-14", "internships", "at_least", "3"),
        ("irkutsk-14", "internship_participants", "at_least", "10"),
        ("irkutsk-13", "programme_stages", "equal", "3"),
        ("irkutsk-09", "population", "at_most", "50000"),
        ("amur-2018-52", "funding_ratio_to_2017", "at_least", "1"),
    ],
)
def test_printed_quantity_is_a_target(recommendation: str, metric: str, comparator: str, value: str) -> None:
    found = [(row["recommendation_id"], row["metric"], row["comparator"], row["value"]) for row in table("targets")]
    assert (recommendation, metric, comparator, value) in found


def test_printed_deadlines_are_there() -> None:
    rows = {row["deadline_id"]: row for row in table("deadlines")}
    assert rows["irkutsk-04-year"]["due_on"] == "2023-12-31"
    assert rows["irkutsk-13-stages"]["due_on"] == "2026-12-31"
    assert rows["tigil-2018-09-quarterly"]["recurrence"] == "FREQ=MONTHLY;INTERVAL=3"
    assert rows["amur-2018-17-yearly"]["recurrence"] == "FREQ=YEARLY"


def test_57_requests_each_have_an_asker_and_an_output_that_exists() -> None:
    requests = {row["data_request_id"] for row in table("data_requests")}
    assert len(requests) == 57
    assert {row["data_request_id"] for row in table("data_request_recommendations")} == requests
    outputs = table("data_request_outputs")
    assert {row["data_request_id"] for row in outputs} == requests
    tables = {resource.name for resource in curated().package().resources}
    for row in outputs:
        assert row["kind"] != "table" or (row["state"] == "available" and row["output"] in tables)
        if row["kind"] == "computed_table":
            assert row["output"] in COMPUTED
        if row["kind"] == "ranking":
            assert (ROOT / "schema" / "methodology" / f"{row['output'].replace('_', '-')}.toml").is_file()


def test_every_recommendation_that_asks_for_data_is_asked_for_by_a_request() -> None:
    asked = {
        row["recommendation_id"] for row in table("data_request_recommendations") if row["data_request_id"] != "I1"
    }
    assert [row["recommendation_id"] for row in table("recommendations") if row["asks_for_data"] == "true"] == [
        row["recommendation_id"]
        for row in table("recommendations")
        if row["asks_for_data"] == "true" and row["recommendation_id"] in asked
    ]


def test_111_municipalities_with_the_right_sums() -> None:
    rows = table("municipalities")
    regions = Counter(row["region_code"] for row in rows)
    assert regions == {"RU-IRK": 42, "RU-AMU": 29, "RU-KLU": 26, "RU-KAM": 14}
    irkutsk = Counter(row["kind"] for row in rows if row["region_code"] == "RU-IRK")
    assert irkutsk == {"urban_okrug": 10, "municipal_district": 32}
    census = [int(row["population"]) for row in table("population") if row["source_id"] == "census-2021-secondary"]
    assert (len(census), sum(census)) == (27, 1_898_637)


def test_unusable_figures_are_marked() -> None:
    assert sum(row["is_usable"] == "false" for row in table("population")) == 4


def test_tables_without_a_known_figure_are_empty() -> None:
    assert table("funding") == table("support_measures") == table("survey_answers") == table("progress") == []


def test_no_row_says_that_it_is_synthetic() -> None:
    for path in (ROOT / "datapackage").rglob("*"):
        if path.is_file():
            assert not re.search("synthetic|синтетич", path.read_text("utf-8"), re.IGNORECASE), path


def test_curated_files_are_canonical_csv() -> None:
    for path in find_schema_folder(ROOT).parent.joinpath("datapackage", "data").rglob("*.csv"):
        content = path.read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.reader(handle))
        assert {len(row) for row in rows} == {len(rows[0])}, path


def test_check_digits_of_the_personal_number_in_the_counterexample_are_right() -> None:
    rule = next(rule for rule in curated().package().rules if rule.id == "personal-inn")
    assert inn.is_valid(re.findall("[0-9]{12}", rule.cell_counterexample)[0])


def test_readme_shows_the_broken_file_as_it_is() -> None:
    broken = (ROOT / "docs" / "broken" / "grants.csv").read_text("utf-8")
    for name in ("README.md", "README.ru.md"):
        assert f"```csv\n{broken}```" in Path(ROOT / name).read_text("utf-8")
