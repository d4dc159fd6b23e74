"""Indicators: each value of a small package worked out by hand, the statuses, the refusals, the real data."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resopen.errors import DefinitionError, SetupError
from resopen.evidence import explain
from resopen.indicator_commands import refuse_anonymous
from resopen.indicators import Value, compute, open_inputs, value_rows
from resopen.messages import load_messages
from resopen.schema import Package, load_package
from resopen.schema.indicators import Indicator, load_indicators
from resopen.suppression import JOIN, hidden_cells
from tests.packages import ROOT, RUN_DATE, Rows, copy_repository, curated, read_csv, write_csv

IRKUTSK, ANGARSK, BRATSK = "25701000", "25703000", "25714000"
REGION = "25000000"
KALUGA = "29701000"


def rows(header: str, *lines: str) -> Rows:
    """Return rows of a table from texts such as "a b" and "1 2"; a dot is an empty cell."""
    names = header.split()
    return [dict(zip(names, (cell.strip(".") for cell in line.split()), strict=True)) for line in lines]


TABLES: Mapping[str, Rows] = MappingProxyType({
    "regions": rows("region_code oktmo_prefix", "RU-IRK 25", "RU-KLU 29"),
    "municipalities": rows(
        "oktmo region_code valid_from valid_to",
        f"{IRKUTSK} RU-IRK . .", f"{ANGARSK} RU-IRK . .", f"{BRATSK} RU-IRK . .", "25999000 RU-IRK . 2019",
        f"{KALUGA} RU-KLU . .",
    ),
    "sources": rows("source_id published_on", "register 2022-06-01"),
    "population": rows(
        "oktmo as_of population is_usable source_id",
        f"{IRKUTSK} 2020-01-01 100000 true s", f"{IRKUTSK} 2021-10-01 200000 true s",
        f"{IRKUTSK} 2021-12-01 999999 false s", f"{ANGARSK} 2021-01-01 50000 true s",
    ),
    "nonprofits": rows(
        "oktmo status registered_on closed_on source_id form",
        *[f"{IRKUTSK} active 2015-01-01 . register foundation"] * 6,
        f"{IRKUTSK} active 2021-05-01 . register foundation",
        f"{IRKUTSK} closed 2015-01-01 2020-12-31 register foundation",
        f"{IRKUTSK} inactive 2015-01-01 . register foundation",
        *[f"{ANGARSK} active 2015-01-01 . register foundation"] * 2,
        f"{BRATSK} active . . register foundation",
    ),
    "funding": rows(
        "oktmo year channel direction status awarded_rub",
        f"{IRKUTSK} 2021 federal_grant_contest education won 1000.50",
        f"{IRKUTSK} 2021 federal_grant_contest sport completed 2000",
        f"{IRKUTSK} 2021 business_community sport terminated 500",
        f"{IRKUTSK} 2021 business_community sport refused .",
        f"{IRKUTSK} 2021 regional_budget sport won 600",
        f"{IRKUTSK} 2017 regional_budget sport won 400",
        f"{ANGARSK} 2021 federal_grant_contest sport refused .",
        f"{ANGARSK} 2021 federal_grant_contest sport applied .",
        f"{BRATSK} 2021 federal_grant_contest sport won .",
        f"{IRKUTSK} 2020 federal_grant_contest culture won 100",
        f"{ANGARSK} 2020 federal_grant_contest culture won 300",
        *[f"{BRATSK} 2020 federal_grant_contest culture {status} 0" for status in ("won", "refused") for _ in "123"],
        *[f"2580{i}000 2020 federal_grant_contest culture won 100" for i in range(4)],
    ),
    "support_measures": rows(
        "oktmo year form status actual_rub",
        f"{IRKUTSK} 2021 financial active 7000", f"{IRKUTSK} 2021 property active .",
        f"{IRKUTSK} 2021 programme none .", f"{IRKUTSK} 2021 contest none .",
        f"{ANGARSK} 2021 programme active .", f"{ANGARSK} 2021 information active .",
        ". 2021 programme active 5",
    ),
    "activities": rows(
        "oktmo kind starts_on participants_count recommendation_id",
        f"{ANGARSK} contest 2021-03-01 . .", f"{ANGARSK} contest 2021-09-01 . .",
        f"{IRKUTSK} training 2021-03-01 10 .", f"{IRKUTSK} training 2021-04-01 15 .",
        f"{ANGARSK} training 2021-04-01 . .",
        ". internship 2023-02-01 4 rec-1", f"{IRKUTSK} internship 2023-03-01 7 .",
        f"{IRKUTSK} monitoring_round 2021-02-01 . .", f"{IRKUTSK} monitoring_round 2021-03-01 . .",
    ),
    "events": rows("event_id region_code", "round-table RU-IRK"),
    "recommendations": rows("recommendation_id event_id", *[f"rec-{i} round-table" for i in (1, 2, 3)]),
    "progress": rows(
        "recommendation_id reported_on status",
        "rec-1 2024-01-01 in_progress", "rec-1 2025-01-01 done", "rec-2 2024-01-01 in_progress",
        "rec-3 2026-12-31 done",
    ),
    "deadlines": rows(
        "recommendation_id kind due_on", "rec-1 dated 2023-12-31", "rec-2 dated 2023-12-31", "rec-3 dated 2026-12-31"
    ),
    "targets": rows(
        "recommendation_id metric value period_end",
        "rec-1 internships 3 2023-12-31", "rec-1 internship_participants 10 2023-12-31",
    ),
    "survey_waves": rows(
        "survey_wave_id region_code starts_on anonymity_threshold invited_count", "w1 RU-IRK 2022-01-01 5 40"
    ),
    "survey_answers": rows(
        "survey_wave_id respondent_id question_id respondent_kind answer_scale",
        *[f"w1 a{i} q1 nonprofit 4" for i in range(10)], *[f"w1 b{i} q1 official 2" for i in range(3)],
        *[f"w1 c{i} q1 citizen 3" for i in range(7)],
    ),
    "statements": rows(
        "statement_id oktmo value unit period_end",
        f"k-share-kaluga {KALUGA} 47 percent 2023-03-30", f"k-participants {KALUGA} 92 person 2023-03-30",
    ),
})  # fmt: skip

WON = 3500.5
EXPECTED: Mapping[tuple[str, str, str, str], tuple[float | None, str]] = MappingProxyType({
    ("residents", IRKUTSK, "2020", ""): (100000, "ok"),
    ("residents", IRKUTSK, "2021", ""): (200000, "ok"),
    ("residents", BRATSK, "2021", ""): (None, "no_input"),
    ("contribution_total", IRKUTSK, "2021", ""): (WON, "ok"),
    ("contribution_total", IRKUTSK, "2021", "federal_grant_contest"): (3000.5, "ok"),
    ("contribution_total", IRKUTSK, "2021", "business_community · sport"): (500, "ok"),
    ("contribution_total", ANGARSK, "2021", ""): (0, "ok"),
    ("contribution_total", BRATSK, "2021", ""): (None, "no_input"),
    ("contribution_total", KALUGA, "2021", ""): (None, "no_input"),
    ("contribution_share", IRKUTSK, "2021", "business_community"): (100 * 500 / WON, "ok"),
    ("contribution_share", ANGARSK, "2021", "federal_grant_contest"): (None, "denominator_missing"),
    ("contribution_per_resident", IRKUTSK, "2021", ""): (WON / 200000, "ok"),
    ("contribution_per_resident", ANGARSK, "2020", ""): (None, "denominator_missing"),
    ("contribution_per_resident", BRATSK, "2021", ""): (None, "no_input"),
    ("contribution_region_total", REGION, "2021", ""): (WON, "ok"),
    ("contribution_completeness", REGION, "2021", ""): (100 * 2 / 3, "ok"),
    ("contribution_completeness", "29000000", "2021", ""): (0, "ok"),
    # 2020: 300, 100 five times, 0; the five largest hold 700 of 800.
    ("contribution_concentration", REGION, "2020", ""): (100 * 700 / 800, "ok"),
    ("contribution_gini", REGION, "2020", ""): ((7 + 1 - 2 * (300 + 100 * (2 + 3 + 4 + 5 + 6)) / 800) / 7, "ok"),
    ("contribution_hhi", REGION, "2020", ""): ((9 + 5) / 64, "ok"),
    ("contribution_concentration", REGION, "2021", ""): (100, "small_number"),
    ("support_total", IRKUTSK, "2021", ""): (7000, "ok"),
    ("support_total", IRKUTSK, "2021", "programme"): (0, "ok"),
    ("support_total", IRKUTSK, "2021", "property"): (None, "no_input"),
    ("support_total", ANGARSK, "2021", ""): (None, "no_input"),
    ("support_per_resident", IRKUTSK, "2021", ""): (0.035, "ok"),
    ("support_per_nonprofit", IRKUTSK, "2021", ""): (1000, "ok"),
    ("active_nonprofits", IRKUTSK, "2019", ""): (7, "ok"),
    ("active_nonprofits", IRKUTSK, "2020", ""): (6, "ok"),
    ("active_nonprofits", IRKUTSK, "2021", ""): (7, "ok"),
    ("active_nonprofits", BRATSK, "2021", ""): (None, "no_input"),
    ("nonprofits_per_10k", IRKUTSK, "2021", ""): (0.35, "ok"),
    ("nonprofits_per_10k", ANGARSK, "2021", ""): (0.4, "small_number"),
    ("nonprofits_region_share", IRKUTSK, "2021", ""): (100 * 7 / 9, "ok"),
    ("nonprofits_region_share_stated", KALUGA, "2023-03-30", ""): (47, "ok"),
    ("small_town_share", REGION, "2021", ""): (100 * 2 / 9, "ok"),
    ("municipalities_with_programme", REGION, "2021", ""): (50, "ok"),
    ("contests_held", ANGARSK, "2021", ""): (2, "ok"),
    ("contests_held", IRKUTSK, "2021", ""): (0, "ok"),
    ("contests_held", BRATSK, "2021", ""): (None, "no_input"),
    ("grants_applied", IRKUTSK, "2021", ""): (3, "ok"),
    ("grants_won", IRKUTSK, "2021", "federal_grant_contest"): (2, "ok"),
    ("grants_won", ANGARSK, "2021", ""): (0, "ok"),
    ("grant_success_rate", BRATSK, "2020", ""): (50, "ok"),
    ("grant_success_rate", ANGARSK, "2021", ""): (0, "small_number"),
    ("funding_ratio_to_2017", REGION, "2021", ""): (1.5, "ok"),
    ("trained_persons", IRKUTSK, "2021", ""): (25, "ok"),
    ("trained_persons", ANGARSK, "2021", ""): (None, "no_input"),
    ("internships_held", REGION, "2023", ""): (2, "ok"),
    ("internship_participants", REGION, "2023", ""): (11, "ok"),
    ("monitoring_rounds_held", IRKUTSK, "2021-Q1", ""): (2, "ok"),
    ("recommendations_by_status", REGION, "2026-11-21", "round-table · done"): (1, "ok"),
    ("recommendations_by_status", REGION, "2026-11-21", "round-table · not_reported"): (1, "ok"),
    ("recommendations_overdue", REGION, "2026-11-21", ""): (1, "ok"),
    ("survey_scores", REGION, "2022", "w1 · q1"): (3.35, "ok"),
    ("survey_scores", REGION, "2022", "w1 · q1 · nonprofit"): (4, "ok"),
    ("survey_scores", REGION, "2022", "w1 · q1 · official"): (None, "suppressed"),
    ("survey_scores", REGION, "2022", "w1 · q1 · citizen"): (None, "suppressed"),
    ("survey_response_rate", REGION, "2022", "w1"): (50, "ok"),
})  # fmt: skip


def small_package(folder: Path, tables: Mapping[str, Rows] = TABLES) -> Package:
    """Write tables with their real schemas and no keys, and all other tables empty."""
    nodes = [dict(node) for node in curated().descriptor["resources"] if "/codelists/" not in node["path"]]
    for node in nodes:
        names = [field["name"] for field in node["schema"]["fields"]]
        write_csv(folder / node["path"], names, tables.get(node["name"], []))
        node["schema"] = {key: value for key, value in node["schema"].items() if key != "foreignKeys"}
    return load_package({"name": "small", "resources": nodes}, folder, "descriptor")


@pytest.fixture(scope="module")
def known() -> tuple[Indicator, ...]:
    return load_indicators(curated())


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return small_package(tmp_path_factory.mktemp("small"))


def run(package: Package, indicators: tuple[Indicator, ...], folder: Path, day: date = RUN_DATE) -> list[Value]:
    found = compute(open_inputs(package, indicators, day, folder), indicators)
    return [value for item in indicators for value in value_rows(item, found[item.id])]


@pytest.fixture(scope="module")
def values(
    package: Package, known: tuple[Indicator, ...], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str, str, str], Value]:
    found = run(package, known, tmp_path_factory.mktemp("scratch"))
    return {(value.indicator, value.oktmo, value.period, value.part): value for value in found}


@pytest.mark.parametrize("key", list(EXPECTED), ids=" ".join)
def test_value_is_that_worked_out_by_hand(
    values: Mapping[tuple[str, str, str, str], Value], key: tuple[str, str, str, str]
) -> None:
    value, status = EXPECTED[key]
    assert (values[key].value, values[key].status) == (value if value is None else pytest.approx(value), status)


def test_missing_is_null_and_never_zero(values: Mapping[tuple[str, str, str, str], Value]) -> None:
    for value in values.values():
        assert (value.value is None) == (value.status in ("no_input", "denominator_missing", "suppressed"))


def test_municipality_that_has_ended_is_not_listed_as_missing(
    values: Mapping[tuple[str, str, str, str], Value],
) -> None:
    assert ("contribution_total", "25999000", "2021", "") not in values
    assert ("active_nonprofits", "25999000", "2019", "") in values


def test_target_stands_in_the_denominator_of_internships(values: Mapping[tuple[str, str, str, str], Value]) -> None:
    assert values["internships_held", REGION, "2023", ""].denominator == 3
    assert values["internship_participants", REGION, "2023", ""].denominator == 10


def test_limit_of_small_towns_is_a_parameter(package: Package, known: tuple[Indicator, ...], tmp_path: Path) -> None:
    chosen = tuple(
        replace(item, parameters={**item.parameters, "includes_limit": False})
        if item.id == "small_town_share"
        else item
        for item in known
        if item.id in ("small_town_share", "active_nonprofits", "residents")
    )
    found = [v for v in run(package, chosen, tmp_path) if (v.indicator, v.period) == ("small_town_share", "2021")]
    assert [v.value for v in found if v.oktmo == REGION] == [0]


def test_kaluga_shares_come_out_of_a_register_made_by_hand(known: tuple[Indicator, ...], tmp_path: Path) -> None:
    counts = {"29701000": 47, "29715000": 14, "29606000": 6, "29602000": 33}
    register = [
        {"oktmo": oktmo, "status": "active", "registered_on": "2010-01-01", "source_id": "register"}
        for oktmo, count in counts.items()
        for _ in range(count)
    ]
    chosen = tuple(item for item in known if item.id in ("active_nonprofits", "nonprofits_region_share"))
    made = small_package(tmp_path / "kaluga", {**TABLES, "nonprofits": register})
    shares = {
        value.oktmo: value.value
        for value in run(made, chosen, tmp_path)
        if (value.indicator, value.period) == ("nonprofits_region_share", "2021") and value.value is not None
    }
    assert shares == counts


def test_kaluga_shares_come_out_of_the_statements_of_the_curated_data(
    known: tuple[Indicator, ...], tmp_path: Path
) -> None:
    chosen = tuple(item for item in known if item.id == "nonprofits_region_share_stated")
    found = {value.oktmo: value.value for value in run(curated().package(), chosen, tmp_path) if value.status == "ok"}
    assert found == {"29701000": 47, "29715000": 14, "29606000": 6}


def test_curated_data_give_only_what_their_rows_hold(known: tuple[Indicator, ...], tmp_path: Path) -> None:
    found = run(curated().package(), known, tmp_path)
    ids = {value.indicator for value in found}
    assert ids == {
        "residents", "nonprofits_region_share_stated", "recommendations_by_status", "recommendations_overdue",
        "recommendations_by_addressee", "recommendations_by_modality", "recommendations_by_theme",
        "recommendations_overdue_by_addressee", "resource_centres_count", "forums_held", "forum_participants",
    }  # fmt: skip
    counts = {float(row["population"]) for row in read_csv(ROOT / "datapackage" / "data" / "population.csv")}
    assert {v.value for v in found if v.indicator == "residents" and v.status == "ok"} <= counts
    totals = [v.value for v in found if v.indicator == "recommendations_by_status" and not v.part]
    assert sum(filter(None, totals)) == len(read_csv(ROOT / "datapackage" / "data" / "recommendations.csv"))


def made(known: tuple[Indicator, ...], sql: str, **changes: Any) -> tuple[Indicator, ...]:
    item = next(item for item in known if item.id == "monitoring_rounds_held")
    return (replace(item, sql=sql, period="year", **changes),)


ROW = "SELECT '25701000' AS oktmo, '2021' AS period, {} AS value, 1 AS numerator, 1 AS denominator, 1 AS n"


@pytest.mark.parametrize(
    ("sql", "key"),
    [
        ("SELECT * FROM read_csv('/etc/passwd')", "wrong-sql"),
        (ROW.format("(SELECT count(*) FROM read_text('pyproject.toml'))"), "wrong-sql"),
        (ROW.format("(SELECT count(*) FROM funding)"), "wrong-sql"),
        (ROW.format("(SELECT max(participants_count) FROM activities)"), "wrong-sql"),
        (ROW.format("1") + "); COPY (SELECT 1) TO 'out.csv'; SELECT (1", "wrong-sql"),
        ("COPY activities TO 'out.csv'", "wrong-sql"),
        (ROW.format("'many'"), "wrong-sql"),
        (ROW.format("1") + ", 2 AS rank", "columns"),
        ("SELECT '25701000' AS oktmo, '2021' AS period, 1 AS value", "columns"),
        (ROW.format("1").replace("2021", "2021-Q1"), "period"),
        (ROW.format("1").replace("'25701000'", "NULL"), "period"),
        (ROW.format("1") + " UNION ALL " + ROW.format("2"), "twice"),
    ],
)
def test_wrong_sql_is_refused_with_its_file(
    package: Package, known: tuple[Indicator, ...], tmp_path: Path, sql: str, key: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        run(package, made(known, sql), tmp_path)
    assert caught.value.key == f"indicator.{key}"
    assert caught.value.details["file"].endswith("monitoring_rounds_held.toml")
    assert load_messages("ru").has(f"errors.{caught.value.key}")
    assert not Path("out.csv").exists()


def test_value_that_is_no_finite_number_is_missing(
    package: Package, known: tuple[Indicator, ...], tmp_path: Path
) -> None:
    (found, *_) = [v for v in run(package, made(known, ROW.format("1::DOUBLE / 0")), tmp_path) if v.oktmo == IRKUTSK]
    assert (found.value, found.status) == (None, "no_input")


@pytest.mark.parametrize(
    ("old", "new", "key", "spot"),
    [
        ('id = "grants_won"', 'id = "grants_one"', "indicator.not-file-name", "id"),
        ('direction = "up"', 'direction = "upward"', "definition.unknown-value", "direction"),
        ('unit = "count"', 'unit = "pieces"', "definition.unknown-value", "unit"),
        ("minimum = 0", "", "definition.missing-key", "minimum"),
        ("minimum = 0", "minimum = 0\nminimun = 1", "definition.unknown-key", "minimun"),
        ('title_ru = "Полученные гранты"', "", "definition.missing-key", "title_ru"),
        ('["A6"]', '["A66"]', "indicator.no-such-request", "data_requests"),
        ("funding = [", "fundings = [", "definition.no-such-table", "inputs.fundings"),
        ('"channel", "status"]', '"chanel", "status"]', "definition.no-such-field", "inputs.funding"),
        ('["A6"]', '["A6"]\nindicators = ["grants_lost"]', "indicator.no-such-indicator", "indicators"),
        ('["A6"]', '["A6"]\nindicators = ["survey_scores"]', "indicator.reads-anonymous", "indicators"),
        ('["A6"]', '["A6"]\nindicators = ["grants_won"]', "indicator.ring", "indicators"),
        ("anonymity = 0", "anonymity = 1.5", "definition.unknown-value", "anonymity"),
        ("[inputs]", '[parameters]\nrun_date = 1\n[inputs]', "indicator.parameter-name", "parameters.run_date"),
        ("[inputs]", '[parameters]\nlimit = "a"\n[inputs]', "definition.wrong-kind", "parameters.limit"),
    ],
)  # fmt: skip
def test_wrong_file_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, key: str, spot: str) -> None:
    folder = replace(curated(), path=copy_repository(tmp_path / "copy") / "schema")
    file = folder.path / "indicators" / "grants_won.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_indicators(folder)
    assert (caught.value.key, caught.value.details["key"]) == (key, spot)
    assert caught.value.details["file"] == str(file)
    assert load_messages("en").has(f"errors.{key}")


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), min_size=1), st.integers(2, 10))
def test_hidden_parts_of_a_total_cannot_be_worked_out(parts: dict[str, int], threshold: int) -> None:
    cells: dict[str, int | None] = {**parts, "": sum(parts.values())}
    hidden = hidden_cells(cells, threshold)
    gone = [part for part in parts if part in hidden]
    assert {part for part, n in parts.items() if 0 < n < threshold} <= hidden
    if gone and "" not in hidden:
        assert len(gone) > 1
        assert sum(parts[part] for part in gone) >= threshold


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), st.integers(1, 20), min_size=1
    ),
    st.integers(2, 8),
)  # fmt: skip
def test_hidden_cell_of_two_levels_is_never_a_difference_of_shown_ones(
    leaves: dict[tuple[str, str], int], threshold: int
) -> None:
    cells: dict[str, int | None] = {"": sum(leaves.values())}
    for (a, b), n in leaves.items():
        cells[a] = (cells.get(a) or 0) + n
        cells[a + JOIN + b] = n
    hidden = hidden_cells(cells, threshold)
    told = set(cells) - hidden
    families = [[part for part in cells if part.rpartition(JOIN)[0] == a and JOIN in part] for a in "abc"]
    families = [[family[0].partition(JOIN)[0], *family] for family in families if family]
    families.append(["", *[a for a in "abc" if a in cells]])
    changed = True
    while changed:
        changed = False
        for family in families:
            unknown = [cell for cell in family if cell not in told]
            if len(unknown) == 1:
                told.add(unknown[0])
                changed = True
    assert told == set(cells) - hidden


def test_rows_behind_a_value_are_those_of_its_place_and_period(
    package: Package, known: tuple[Indicator, ...], tmp_path: Path
) -> None:
    inputs = open_inputs(package, known, RUN_DATE, tmp_path)
    found = explain(inputs, {item.id: item for item in known}, "contribution_per_resident", IRKUTSK, "2021")
    funding = next(part for part in found if part.table == "funding")
    assert [row for row, _ in funding.rows] == [2, 3, 4, 5, 6]
    assert funding.narrowed_by == ("oktmo", "year")
    population = next(part for part in found if part.table == "population")
    assert len(population.rows) == 3
    register = next(
        part
        for part in explain(inputs, {item.id: item for item in known}, "active_nonprofits", IRKUTSK, "2021")
        if part.table == "nonprofits"
    )
    assert (register.has_place, register.has_period, len(register.rows)) == (True, False, 9)


def test_command_prints_values_and_says_what_has_no_input() -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-m", "resopen", "indicators", "--lang", "ru", *arguments]
        return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")

    text = command("residents", "grants_won", "--today", "2024-12-31")
    assert text.returncode == 0, text.stderr
    assert text.stdout.splitlines()[-1] == "grants_won: нет данных"
    whole = json.loads(command("nonprofits_region_share_stated", "--format", "json").stdout)
    assert len([v for v in whole["indicators"][0]["values"] if v["status"] == "ok"]) == 3
    explained = command("--explain", "nonprofits_region_share_stated", "29701000", "2023-03-30")
    assert "kaluga-2023-share-kaluga" in explained.stdout
    wrong = command("grant_won")
    assert (wrong.returncode, wrong.stderr.strip()) == (2, "Показателя grant_won нет. Ближайший — grants_won.")
    assert command("--explain", "residents", "29701000", "1999").returncode == 2


@pytest.mark.parametrize("name", ["survey_scores", "survey_response_rate"])
def test_no_answer_of_a_survey_is_shown_behind_a_value(name: str, known: tuple[Indicator, ...]) -> None:
    with pytest.raises(SetupError, match="anonymous"):
        refuse_anonymous(name, [item for item in known if item.id == name])
    refuse_anonymous("contribution_total", [item for item in known if item.id == "contribution_total"])
