"""The other indicators: each worked out by hand over a small package, and their agreement with the requests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pytest

from resopen import engine
from resopen.indicators import Value
from resopen.schema.indicators import Indicator, load_indicators
from tests.packages import ROOT, RUN_DATE, Rows, curated, read_csv
from tests.test_indicators import ANGARSK, BRATSK, IRKUTSK, KALUGA, REGION, rows, run, small_package
from tests.test_indicators import EXPECTED as EARLIER

KALUGA_REGION = "29000000"
TODAY = RUN_DATE.isoformat()
PLACES: Mapping[str, Rows] = MappingProxyType({
    "regions": rows("region_code oktmo_prefix", "RU-IRK 25", "RU-KLU 29"),
    "municipalities": rows(
        "oktmo region_code valid_from valid_to",
        f"{IRKUTSK} RU-IRK . .", f"{ANGARSK} RU-IRK . .", f"{BRATSK} RU-IRK . .", "25999000 RU-IRK . 2019",
        f"{KALUGA} RU-KLU . .",
    ),
})  # fmt: skip
TABLES: Mapping[str, Rows] = MappingProxyType({
    **PLACES,
    "sources": rows("source_id published_on", "register 2022-06-01"),
    "population": rows(
        "oktmo as_of population is_usable source_id",
        f"{IRKUTSK} 2020-01-01 100000 true s", f"{ANGARSK} 2020-01-01 50000 true s",
    ),
    "nonprofits": rows(
        "oktmo form status registered_on closed_on is_so is_service_provider is_public_benefit source_id"
        " has_development_plan",
        f"{IRKUTSK} public_organization active 2015-01-01 . true true true register true",
        f"{IRKUTSK} public_organization active 2015-01-01 . true true false register true",
        *[f"{IRKUTSK} public_organization active 2015-01-01 . true false false register false"] * 2,
        *[f"{IRKUTSK} foundation active 2015-01-01 . false false false register false"] * 6,
        f"{IRKUTSK} public_organization active 2021-05-01 . false false false register false",
        f"{IRKUTSK} foundation closed 2015-01-01 2020-03-01 . . . register .",
        f"{ANGARSK} foundation closed 2015-01-01 2018-05-05 . . . register .",
        f"{BRATSK} foundation active . . . . . register .", f"{BRATSK} foundation closed 2015-01-01 . . . . register .",
    ),
    "funding": rows(
        "oktmo year channel direction status requested_rub awarded_rub cofinancing_rub ogrn programme_stage"
        " planned_beneficiaries reached_beneficiaries",
        f"{IRKUTSK} 2017 regional_budget culture won 300 300 . o1 1 . .",
        f"{IRKUTSK} 2020 federal_grant_contest education won 500 500 . o1 . . .",
        f"{IRKUTSK} 2021 federal_grant_contest education won 1000 800 . o1 . . .",
        f"{IRKUTSK} 2021 federal_grant_contest sport refused 600 . . o2 . . .",
        f"{IRKUTSK} 2021 business_community sport completed 400 400 . o1 . 100 80",
        f"{IRKUTSK} 2021 regional_budget culture terminated 200 200 . o3 2 . .",
        f"{IRKUTSK} 2021 initiative_budgeting other won 100 70 30 o1 . . .",
        f"{ANGARSK} 2020 federal_grant_contest education won 300 300 . o9 . . .",
        f"{ANGARSK} 2021 federal_grant_contest education applied 100 . . o9 . . .",
        f"{ANGARSK} 2021 initiative_budgeting other refused 10 . . . . . .",
        f"{BRATSK} 2020 federal_grant_contest sport refused 50 . . o8 . . .",
        f"{BRATSK} 2021 federal_grant_contest sport won . . . . . . .",
        f"{BRATSK} 2021 initiative_budgeting other won 10 10 . . . . .",
        f"{KALUGA} 2021 federal_grant_contest sport refused 0 . . k1 . . .",
        f"{KALUGA} 2021 regional_budget sport won 5 5 . k2 . . .",
    ),
    "statements": rows(
        "statement_id region_code oktmo value unit period_start period_end",
        "irk-contribution-2021 RU-IRK . 2400 rub 2021-01-01 2021-12-31",
        "irk-contribution-2020 RU-IRK . 100 rub 2020-01-01 2020-12-31",
        "irk-contribution-2020-other RU-IRK . 200 rub 2020-01-01 2020-12-31",
        "irk-contribution-half RU-IRK . 7 rub 2021-07-01 2021-12-31",
        "klu-contribution-2020 RU-KLU . 10 rub 2020-01-01 2020-12-31",
    ),
    "support_measures": rows(
        "oktmo organization_id year form status planned_rub actual_rub recipients_count area_m2"
        " open_to_small_territories has_effect_monitoring",
        f"{IRKUTSK} . 2021 financial active . 750 3 . true .", f"{IRKUTSK} . 2021 property active . 250 2 40.5 false .",
        f"{IRKUTSK} . 2021 property ended . 0 1 9.5 . .", f"{IRKUTSK} . 2021 benefits active . . 4 . . .",
        f"{IRKUTSK} . 2021 reward none . . . . . .", f"{IRKUTSK} . 2021 programme active 5000 0 0 . . .",
        f"{ANGARSK} . 2021 property active . . . . . .", f"{ANGARSK} . 2021 reward adopted . . . . . .",
        f"{ANGARSK} . 2021 programme none . . . . true .", f"{BRATSK} . 2021 programme drafted 9 . . . . true",
        f"{BRATSK} . 2021 property none . . . . . .", f"{KALUGA} . 2021 programme adopted . . . . . .",
        ". ministry 2021 financial active . 900 10 . true true", ". ministry 2021 information active . . . . . false",
        ". ministry 2021 contest none . . . . . .", ". office 2021 contest active . . 5 . . .",
    ),
    "organizations": rows(
        "organization_id kind is_collective region_code",
        "ministry executive_authority false RU-IRK", "office executive_authority false RU-KLU",
        "centre resource_centre false RU-IRK", "centres resource_centre true RU-KLU",
    ),
    "public_councils": rows(
        "year kind oktmo region_code members_count ngo_members_count meetings_count offsite_meetings_count"
        " has_premises",
        f"2021 local_council {IRKUTSK} RU-IRK 10 4 6 1 true", f"2021 local_chamber {IRKUTSK} RU-IRK 20 8 2 1 false",
        f"2021 local_council {ANGARSK} RU-IRK . . . . .", "2021 executive_body_council . RU-IRK 10 8 4 . .",
        f"2021 local_council {KALUGA} RU-KLU 0 0 0 0 .",
    ),
    "activities": rows(
        "oktmo kind starts_on organizer_id participants_count recommendation_id",
        f"{IRKUTSK} forum 2021-05-01 . 100 .", f"{IRKUTSK} hearing 2021-06-01 . 50 .",
        f"{IRKUTSK} contest 2021-06-02 . 50 .", f"{IRKUTSK} poll 2021-07-01 . 30 .",
        f"{IRKUTSK} consultation 2021-02-01 . . .", f"{IRKUTSK} training 2021-03-05 . . .",
        f"{IRKUTSK} media_item 2021-05-05 . . .", f"{IRKUTSK} media_item 2021-06-06 . . .",
        *[f"{IRKUTSK} monitoring_round 2020-{month}-01 . . ." for month in ("02", "03", "08")],
        f"{ANGARSK} hearing 2021-01-01 . . .", f"{BRATSK} hearing 2021-01-01 . 5 .",
        ". public_control 2021-08-01 ministry 7 .", ". public_examination 2021-09-01 . 3 rec-1",
        ". student_practice 2021-09-02 ministry . .",
        ". monitoring_round 2021-03-01 . . rec-43", ". monitoring_round 2021-04-01 . . rec-53",
        ". report 2021-03-02 . . rec-17", ". report 2021-03-03 . . rec-11",
        ". training 2021-03-04 . 12 rec-04", ". training 2022-03-04 . . rec-04",
        ". forum 2021-12-01 . 9 .",
    ),
    "events": rows(
        "event_id region_code date_start participants_count",
        "forum RU-IRK 2021-05-01 120", "second RU-IRK 2021-10-10 .", "third RU-IRK 2022-04-04 40",
        "undated RU-KLU . 80",
    ),
    "recommendations": rows(
        "recommendation_id event_id theme modality",
        "rec-1 forum officials do", *[f"rec-{i} forum monitoring consider" for i in ("04", 11, 17, 43, 53)],
    ),
    "recommendation_addressees": rows(
        "recommendation_id organization_id role",
        "rec-1 ministry addressee", "rec-1 office jointly_with", "rec-43 ministry addressee", "rec-43 centre addressee",
    ),
    "progress": rows(
        "recommendation_id reported_on status",
        "rec-1 2023-01-01 not_started", "rec-1 2024-01-01 done", "rec-43 2024-01-01 in_progress",
        "rec-53 2026-12-31 done",
    ),
    "deadlines": rows(
        "recommendation_id kind due_on",
        "rec-1 dated 2023-12-31", "rec-43 dated 2023-12-31", "rec-53 dated 2026-12-31",
    ),
    "data_requests": rows("data_request_id area", "F1 registers", "F3 registers", "F4 registers", "D3 monitoring"),
    "data_request_recommendations": rows(
        "data_request_id recommendation_id",
        "D2 rec-43", "D2 rec-53", "D3 rec-43", "D5 rec-17", "D6 rec-11", "G1 rec-04", "F1 rec-1", "F3 rec-53",
        "F4 rec-43",
    ),
    "survey_waves": rows(
        "survey_wave_id region_code starts_on anonymity_threshold", "w1 RU-IRK 2022-01-01 5", "w2 RU-IRK 2023-01-01 8"
    ),
    "survey_questions": rows(
        "survey_wave_id question_id level support_form scale_min scale_max",
        "w1 q1 local financial 1 5", "w1 q2 local . 0 10", "w1 q3 state property 1 5", "w1 q4 state training 1 5",
        "w1 flat federal reward 3 3", "w2 q1 local benefits 1 5",
    ),
    "survey_answers": rows(
        "survey_wave_id question_id answer_scale answer_code respondent_kind",
        *[
            f"{answer} expert"
            for answer, times in (
                ("w1 q1 4 .", 10), ("w1 q2 5 .", 6), ("w1 q3 5 .", 4), ("w1 q4 3 .", 10), ("w1 flat 3 .", 6),
                ("w2 q1 5 .", 7), ("w1 barrier-any . money", 12), ("w1 barrier-any . time", 6),
                ("w1 barrier-any . staff", 2), ("w1 trust . yes", 10), ("w1 trust . no", 30), ("w1 join . yes", 3),
                ("w2 trust . yes", 7),
            )
            for _ in range(times)
        ],
    ),
    "service_demand": rows(
        "service_ru region_code oktmo year clients_count providers_count barrier_ru",
        f"care RU-IRK {IRKUTSK} 2021 100 2 .", f"care RU-IRK {ANGARSK} 2021 50 0 .", "school RU-IRK . 2021 . . rules",
        "care RU-IRK . 2022 10 . .",
    ),
    "practices": rows(
        "theme oktmo ogrn year score is_rewarded replications_count",
        f"tos {IRKUTSK} o1 2021 80 true 2", f"tos {IRKUTSK} o1 2021 90 true 0", f"media {IRKUTSK} o2 2021 . false 1",
        f"media {ANGARSK} . 2021 . . .", f"media {BRATSK} o5 2021 0 . 0",
    ),
    "self_governments": rows(
        "oktmo registered_on closed_on residents_count source_id",
        f"{IRKUTSK} 2015-01-01 . 1000 register", f"{IRKUTSK} 2020-05-05 . 500 register",
        f"{IRKUTSK} 2015-01-01 2019-12-31 . register", f"{ANGARSK} 2016-01-01 2018-01-01 10 register",
        f"{BRATSK} . . 5 register",
    ),
})  # fmt: skip

Case = tuple[str, str, str, float | None, str]
NO, ZERO, FEW, HIDDEN = "no_input", "denominator_missing", "small_number", "suppressed"
# By indicator: place, period, part, value, status.
EXPECTED: Mapping[str, tuple[Case, ...]] = MappingProxyType({
    "contribution_per_nonprofit": (
        (IRKUTSK, "2021", "", 1200 / 11, "ok"), (ANGARSK, "2021", "", None, ZERO), (BRATSK, "2021", "", None, NO),
    ),
    "contribution_change": (
        (IRKUTSK, "2021", "", 140, "ok"), (ANGARSK, "2021", "", -100, "ok"), (BRATSK, "2021", "", None, NO),
        (IRKUTSK, "2020", "", None, ZERO), (BRATSK, "2020", "", None, ZERO),
    ),
    "contribution_region_change": ((REGION, "2021", "", 50, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "contribution_reconciliation": (
        (REGION, "2021", "", 50, "ok"), (REGION, "2020", "", None, ZERO), (KALUGA_REGION, "2020", "", None, NO),
    ),
    "support_form_share": (
        (IRKUTSK, "2021", "financial", 75, "ok"), (BRATSK, "2021", "property", None, ZERO),
        (KALUGA, "2021", "programme", None, NO),
    ),
    "support_measures_count": (
        (IRKUTSK, "2021", "", 5, "ok"), (IRKUTSK, "2021", "property", 2, "ok"), (IRKUTSK, "2021", "reward", 0, "ok"),
        (BRATSK, "2021", "", 0, "ok"),
    ),
    "reward_measures": (
        (ANGARSK, "2021", "", 1, "ok"), (IRKUTSK, "2021", "", 0, "ok"), (BRATSK, "2021", "", None, NO),
    ),
    "benefit_measures": ((IRKUTSK, "2021", "", 1, "ok"), (ANGARSK, "2021", "", None, NO)),
    "support_recipients": (
        (IRKUTSK, "2021", "", 10, "ok"), (ANGARSK, "2021", "", None, NO), (ANGARSK, "2021", "programme", 0, "ok"),
    ),
    "nonprofits_change": (
        (IRKUTSK, "2021", "", 10, "ok"), (IRKUTSK, "2020", "", -100 / 11, "ok"), (ANGARSK, "2018", "", -100, FEW),
        (ANGARSK, "2019", "", None, ZERO), (BRATSK, "2021", "", None, NO), (IRKUTSK, "2017", "", None, ZERO),
    ),
    "municipalities_without_nonprofits": (
        (REGION, "2021", "", 1, "ok"), (REGION, "2017", "", 0, "ok"), (KALUGA_REGION, "2021", "", None, NO),
    ),
    "nonprofits_by_form": (
        (IRKUTSK, "2022", "", 11, "ok"), (IRKUTSK, "2022", "public_organization", 5, "ok"),
        (ANGARSK, "2022", "", 0, "ok"), (KALUGA, "2022", "", None, NO),
    ),
    "so_nonprofits": (
        (IRKUTSK, "2022", "", 4, "ok"), (ANGARSK, "2022", "", 0, "ok"), (BRATSK, "2022", "", None, NO),
    ),
    "service_providers": ((IRKUTSK, "2022", "", 2, "ok"), (BRATSK, "2022", "", None, NO)),
    "development_plans": ((IRKUTSK, "2022", "", 2, "ok"), (BRATSK, "2022", "", None, NO)),
    "stages_funded": (
        (REGION, "2017", "", 1, "ok"), (REGION, "2021", "", 2, "ok"), (KALUGA_REGION, "2021", "", None, NO),
    ),
    "funded_project_results": ((IRKUTSK, "2021", "", 80, "ok"), (ANGARSK, "2021", "", None, NO)),
    "cost_per_beneficiary": ((IRKUTSK, "2021", "", 5, "ok"), (ANGARSK, "2021", "", None, NO)),
    "public_benefit_providers": ((IRKUTSK, "2022", "", 1, "ok"), (BRATSK, "2022", "", None, NO)),
    "nonprofits_registered": (
        (IRKUTSK, "2021", "", 1, "ok"), (IRKUTSK, "2017", "", 0, "ok"), (BRATSK, "2021", "", None, NO),
    ),
    "nonprofits_closed": (
        (IRKUTSK, "2020", "", 1, "ok"), (ANGARSK, "2021", "", 0, "ok"), (BRATSK, "2021", "", None, NO),
    ),
    "grants_awarded": (
        (IRKUTSK, "2021", "", 1000, "ok"), (IRKUTSK, "2021", "federal_grant_contest", 800, "ok"),
        (ANGARSK, "2021", "", 0, "ok"), (BRATSK, "2021", "", None, NO),
    ),
    "nonprofits_applying": (
        (IRKUTSK, "2021", "", 300 / 11, FEW), (ANGARSK, "2021", "", None, ZERO), (BRATSK, "2021", "", None, NO),
        (KALUGA, "2021", "", None, ZERO),
    ),
    "funding_gap_to_2017": ((REGION, "2021", "", -100, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "initiative_cofinancing": (
        (IRKUTSK, "2021", "", 30, "ok"), (ANGARSK, "2021", "", 0, "ok"), (BRATSK, "2021", "", None, NO),
    ),
    "initiative_cofinancing_share": ((IRKUTSK, "2021", "", 30, "ok"), (BRATSK, "2021", "", None, NO)),
    "municipalities_with_initiatives": ((REGION, "2021", "", 2, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "awarded_to_requested": (
        (IRKUTSK, "2021", "", 147000 / 2300, "ok"), (IRKUTSK, "2021", "federal_grant_contest", 50, "ok"),
        (IRKUTSK, "2021", "business_community", 100, "ok"), (BRATSK, "2021", "", None, NO),
        (KALUGA, "2021", "federal_grant_contest", None, ZERO),
    ),
    "state_measures": ((REGION, "2021", "", 2, "ok"), (REGION, "2021", "contest", 0, "ok")),
    "state_support_total": (
        (REGION, "2021", "", 900, "ok"), (REGION, "2021", "information", None, NO),
        (REGION, "2021", "contest", 0, "ok"), (KALUGA_REGION, "2021", "", None, NO),
    ),
    "state_support_recipients": (
        (REGION, "2021", "", None, NO), (REGION, "2021", "financial", 10, "ok"), (KALUGA_REGION, "2021", "", 5, "ok"),
    ),
    "measures_open_to_small_territories": (
        (REGION, "2021", "", 200 / 3, "ok"), (REGION, "2021", "local", 50, "ok"), (REGION, "2021", "state", 100, "ok"),
        (KALUGA_REGION, "2021", "", None, NO),
    ),
    "measures_with_effect_monitoring": ((REGION, "2021", "state", 50, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "programmes_by_status": (
        (REGION, "2021", "", 3, "ok"), (REGION, "2021", "active", 1, "ok"), (REGION, "2021", "none", 1, "ok"),
        (KALUGA_REGION, "2021", "adopted", 1, "ok"),
    ),
    "programme_budget": (
        (IRKUTSK, "2021", "", 5000, "ok"), (BRATSK, "2021", "", 0, "ok"), (KALUGA, "2021", "", None, NO),
    ),
    "property_area": (
        (IRKUTSK, "2021", "", 50, "ok"), (BRATSK, "2021", "", 0, "ok"), (ANGARSK, "2021", "", None, NO),
    ),
    "municipalities_with_contest": ((REGION, "2021", "", 100, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "projects_count": (
        (IRKUTSK, "2021", "", 4, "ok"), (IRKUTSK, "2021", "sport", 1, "ok"), (ANGARSK, "2021", "", 0, "ok"),
        (BRATSK, "2021", "", None, NO),
    ),
    "councils_count": (
        (IRKUTSK, "2021", "", 2, "ok"), (IRKUTSK, "2021", "local_chamber", 1, "ok"), (BRATSK, "2021", "", None, NO),
    ),
    "council_activity": (
        (IRKUTSK, "2021", "", 4, "ok"), (ANGARSK, "2021", "", None, NO), (KALUGA, "2021", "", 0, "ok"),
    ),
    "council_activity_region": ((REGION, "2021", "", 4, "ok"), (REGION, "2021", "local_council", 6, "ok")),
    "council_ngo_share": ((REGION, "2021", "", 50, "ok"), (KALUGA_REGION, "2021", "", None, ZERO)),
    "council_offsite_share": ((REGION, "2021", "", 25, "ok"), (KALUGA_REGION, "2021", "", None, ZERO)),
    "councils_with_premises": ((REGION, "2021", "", 50, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "citizen_involvement": (
        (IRKUTSK, "2021", "", 0.2, "ok"), (ANGARSK, "2021", "", None, NO), (BRATSK, "2021", "", None, ZERO),
    ),
    "projects_completed_share": ((IRKUTSK, "2021", "", 50, FEW), (ANGARSK, "2021", "", None, NO)),
    "honoured_nonprofits": (
        (IRKUTSK, "2021", "", 1, "ok"), (ANGARSK, "2021", "", None, NO), (BRATSK, "2021", "", None, NO),
    ),
    "activities_held": (
        (IRKUTSK, "2021", "", 8, "ok"), (IRKUTSK, "2021", "media_item", 2, "ok"), (KALUGA, "2021", "", None, NO),
    ),
    "activity_participants": (
        (IRKUTSK, "2021", "hearing", 50, "ok"), (IRKUTSK, "2021", "", None, NO), (BRATSK, "2021", "", 5, "ok"),
    ),
    "activities_in_region": ((REGION, "2021", "", 18, "ok"), (REGION, "2021", "hearing", 3, "ok")),
    "participants_in_region": (
        (REGION, "2021", "public_control", 7, "ok"), (REGION, "2021", "public_examination", 3, "ok"),
        (REGION, "2021", "hearing", None, NO),
    ),
    "activities_by_request": (
        (REGION, "2021", "D2", 2, "ok"), (REGION, "2021", "D3 · monitoring_round", 1, "ok"),
        (KALUGA_REGION, "2021", "", None, NO),
    ),
    "sector_monitoring_rounds": ((REGION, "2021", "", 2, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "interethnic_monitoring_rounds": ((REGION, "2021", "", 1, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "council_reports_filed": ((REGION, "2021", "", 1, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "nonprofit_reports_received": ((REGION, "2021", "", 1, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "monitoring_quarters_share": ((IRKUTSK, "2020", "", 50, "ok"), (ANGARSK, "2020", "", None, NO)),
    "survey_scores_by_level": (
        (REGION, "2022", "w1 · local", 62.5, "ok"), (REGION, "2022", "w1 · state", None, HIDDEN),
        (REGION, "2022", "w1 · federal", None, NO), (REGION, "2023", "w2 · local", None, HIDDEN),
    ),
    "survey_scores_by_form": (
        (REGION, "2022", "w1 · financial", 75, "ok"), (REGION, "2022", "w1 · training", 50, "ok"),
        (REGION, "2022", "w1 · property", None, HIDDEN), (REGION, "2023", "w2 · benefits", None, HIDDEN),
    ),
    "survey_answer_shares": (
        (REGION, "2022", "w1 · trust", 100, "ok"), (REGION, "2022", "w1 · trust · yes", 25, "ok"),
        (REGION, "2022", "w1 · join · yes", None, HIDDEN), (REGION, "2022", "w1 · join", None, HIDDEN),
        (REGION, "2023", "w2 · trust · yes", None, HIDDEN), (REGION, "2022", "w1 · barrier-any · time", None, HIDDEN),
    ),
    # Two named staff; the smallest other answer is hidden with it, or the total would give it away.
    "barrier_frequency": (
        (REGION, "2022", "w1 · barrier-any · money", 60, "ok"), (REGION, "2022", "w1 · barrier-any", 100, "ok"),
        (REGION, "2022", "w1 · barrier-any · staff", None, HIDDEN),
        (REGION, "2022", "w1 · barrier-any · time", None, HIDDEN),
    ),
    "polls_held": ((IRKUTSK, "2021", "", 1, "ok"), (ANGARSK, "2021", "", None, NO)),
    "consultations_held": ((IRKUTSK, "2021", "", 1, "ok"), (ANGARSK, "2021", "", None, NO)),
    "open_platforms_held": ((ANGARSK, "2021", "", 1, "ok"), (KALUGA, "2021", "", None, NO)),
    "public_control_events": ((REGION, "2021", "", 1, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "public_examinations_held": ((REGION, "2021", "", 1, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "student_practices": ((REGION, "2021", "", 1, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "media_items": ((IRKUTSK, "2021-Q2", "", 2, "ok"), (ANGARSK, "2021-Q2", "", None, NO)),
    "officials_trained": ((REGION, "2021", "", 12, "ok"), (REGION, "2022", "", None, NO)),
    "forums_held": (
        (REGION, "2021", "", 2, "ok"), (REGION, "2022", "", 1, "ok"), (KALUGA_REGION, "2021", "", None, NO),
    ),
    "forum_participants": ((REGION, "2021", "", None, NO), (REGION, "2022", "", 40, "ok")),
    "services_demanded": ((REGION, "2021", "", 2, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "services_with_provider": ((REGION, "2021", "", 50, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "service_clients": ((REGION, "2021", "", None, NO), (REGION, "2022", "", 10, "ok")),
    "services_with_barrier": ((REGION, "2021", "", 1, "ok"), (REGION, "2022", "", None, NO)),
    "practices_published": (
        (IRKUTSK, "2021", "", 3, "ok"), (IRKUTSK, "2021", "tos", 2, "ok"), (KALUGA, "2021", "", None, NO),
    ),
    "practices_rewarded": ((IRKUTSK, "2021", "", 2, "ok"), (ANGARSK, "2021", "", None, NO)),
    "practice_replications": (
        (IRKUTSK, "2021", "", 3, "ok"), (BRATSK, "2021", "", 0, "ok"), (ANGARSK, "2021", "", None, NO),
    ),
    "practice_scores": (
        (IRKUTSK, "2021", "", 85, "ok"), (BRATSK, "2021", "", 0, "ok"), (ANGARSK, "2021", "", None, NO),
    ),
    "self_governments_count": (
        (IRKUTSK, "2021", "", 2, "ok"), (IRKUTSK, "2017", "", 2, "ok"), (IRKUTSK, "2019", "", 1, "ok"),
        (ANGARSK, "2021", "", 0, "ok"), (BRATSK, "2021", "", None, NO),
    ),
    "self_government_coverage": (
        (IRKUTSK, "2021", "", 1.5, "ok"), (ANGARSK, "2021", "", 0, "ok"), (IRKUTSK, "2018", "", None, NO),
        (ANGARSK, "2019", "", None, ZERO), (BRATSK, "2021", "", None, NO),
    ),
    "municipalities_with_self_government": ((REGION, "2021", "", 50, "ok"), (KALUGA_REGION, "2021", "", None, NO)),
    "resource_centres_count": ((REGION, TODAY, "", 1, "ok"), (KALUGA_REGION, TODAY, "", None, NO)),
    "recommendations_by_addressee": (
        (REGION, TODAY, "ministry", 2, "ok"), (REGION, TODAY, "ministry · done", 1, "ok"),
        (REGION, TODAY, "centre · in_progress", 1, "ok"), (KALUGA_REGION, TODAY, "", None, NO),
    ),
    "recommendations_by_theme": (
        (REGION, TODAY, "officials · done", 1, "ok"), (REGION, TODAY, "monitoring · not_reported", 4, "ok"),
        (KALUGA_REGION, TODAY, "", None, NO),
    ),
    "recommendations_by_modality": (
        (REGION, TODAY, "consider", 5, "ok"), (REGION, TODAY, "do · done", 1, "ok"),
        (KALUGA_REGION, TODAY, "", None, NO),
    ),
    "recommendations_overdue_by_addressee": (
        (REGION, TODAY, "ministry", 1, "ok"), (REGION, TODAY, "centre", 1, "ok"), (KALUGA_REGION, TODAY, "", None, NO),
    ),
    "recommendations_done_share": (
        (REGION, TODAY, "", 50, "ok"), (REGION, TODAY, "forum", 50, "ok"), (KALUGA_REGION, TODAY, "", None, NO),
    ),
    "registers_published": ((REGION, TODAY, "", 1, "ok"), (KALUGA_REGION, TODAY, "", None, NO)),
})  # fmt: skip
CASES = [(name, *case) for name, cases in EXPECTED.items() for case in cases]


@pytest.fixture(scope="module")
def known() -> tuple[Indicator, ...]:
    return load_indicators(curated())


@pytest.fixture(scope="module")
def values(
    known: tuple[Indicator, ...], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[tuple[str, str, str, str], Value]:
    found = run(small_package(tmp_path_factory.mktemp("more"), TABLES), known, tmp_path_factory.mktemp("scratch"))
    return {(value.indicator, value.oktmo, value.period, value.part): value for value in found}


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case[:4]))
def test_value_is_that_worked_out_by_hand(
    values: Mapping[tuple[str, str, str, str], Value], case: tuple[str, str, str, str, float | None, str]
) -> None:
    *key, value, status = case
    found = values[key[0], key[1], key[2], key[3]]
    assert (found.value, found.status) == (value if value is None else pytest.approx(value), status)


def test_every_indicator_has_a_value_worked_out_by_hand(known: tuple[Indicator, ...]) -> None:
    worked_out = {name for name, *_, value, _ in CASES if value is not None}
    worked_out |= {key[0] for key, (value, _) in EARLIER.items() if value is not None}
    assert worked_out == {item.id for item in known}


def test_every_other_indicator_has_a_case_without_a_value_unless_its_rows_always_tell_it() -> None:
    counted = {"activities_in_region", "support_measures_count", "state_measures", "programmes_by_status"}
    means = {"council_activity_region"}
    without = {name for name, *_, value, _ in CASES if value is None}
    assert set(EXPECTED) - without == counted | means


@pytest.mark.parametrize(
    ("key", "denominator", "n"),
    [
        (("contribution_reconciliation", REGION, "2021", ""), 2400, 2),
        (("contribution_region_change", REGION, "2021", ""), 800, 2),
        (("municipalities_without_nonprofits", REGION, "2021", ""), 2, 2),
        (("service_providers", IRKUTSK, "2022", ""), 11, 11),
        (("municipalities_with_initiatives", REGION, "2021", ""), 3, 3),
        (("municipalities_with_self_government", REGION, "2021", ""), 2, 2),
        (("recommendations_overdue_by_addressee", REGION, TODAY, "ministry"), 2, 2),
        (("registers_published", REGION, TODAY, ""), 2, 2),
        (("survey_scores_by_level", REGION, "2022", "w1 · local"), 2, 6),
        (("survey_scores_by_level", REGION, "2022", "w1 · state"), None, None),
        (("barrier_frequency", REGION, "2022", "w1 · barrier-any · staff"), None, None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_value_says_what_it_rests_on(
    values: Mapping[tuple[str, str, str, str], Value], key: tuple[str, str, str, str],
    denominator: float | None, n: int | None,
) -> None:  # fmt: skip
    assert (values[key].denominator, values[key].n) == (denominator, n)


def test_what_is_not_of_the_indicator_has_no_value(values: Mapping[tuple[str, str, str, str], Value]) -> None:
    assert not [key for key in values if key[0] == "recommendations_by_addressee" and key[3].startswith("office")]
    assert not [key for key in values if key[0] == "barrier_frequency" and "trust" in key[3]]
    assert ("forums_held", KALUGA_REGION, "2021", "") in values
    assert values["activities_in_region", REGION, "2021", "forum"].value == 1


def test_mean_of_questions_is_hidden_where_the_answers_of_one_are(
    values: Mapping[tuple[str, str, str, str], Value],
) -> None:
    assert values["survey_scores", REGION, "2022", "w1 · q3"].status == HIDDEN
    assert values["survey_scores", REGION, "2022", "w1 · q4"].status == "ok"
    assert values["survey_scores_by_level", REGION, "2022", "w1 · state"].status == HIDDEN


def test_every_indicator_of_answers_has_a_threshold(known: tuple[Indicator, ...]) -> None:
    of_answers = {item.id: item.anonymity for item in known if "survey_answers" in item.inputs}
    assert {name for name, anonymity in of_answers.items() if anonymity < 5} == {"survey_response_rate"}


@pytest.mark.parametrize("tables", [{}, PLACES], ids=["nothing", "only places"])
def test_empty_tables_give_no_value(
    known: tuple[Indicator, ...], tmp_path: Path, tables: Mapping[str, Rows]
) -> None:  # fmt: skip
    assert [v for v in run(small_package(tmp_path / "empty", tables), known, tmp_path) if v.status != "no_input"] == []


def test_requests_and_indicators_name_each_other(known: tuple[Indicator, ...]) -> None:
    outputs = read_csv(ROOT / "datapackage" / "data" / "data_request_outputs.csv")
    listed = [row for row in outputs if row["kind"] == "indicator"]
    available = sorted((row["data_request_id"], row["output"]) for row in listed if row["state"] == "available")
    assert available == sorted((request, item.id) for item in known for request in item.data_requests)
    planned = {row["output"] for row in listed if row["state"] == "planned"}
    assert not planned


def test_engines_of_two_indicators_do_not_see_each_other() -> None:
    isolation = engine.isolation(RUN_DATE)
    table = pa.table({"x": [1]})
    first = engine.isolated(isolation, {"mine": table}, {"limit_of_mine": 5})
    engine.rows(first, "CREATE TEMP TABLE _values AS SELECT x, limit_of_mine() AS y FROM mine")
    second = engine.isolated(isolation, {}, {})
    assert engine.rows(first, "SELECT * FROM _values") == [(1, 5)]
    assert engine.rows(second, "SELECT run_date()") == [(RUN_DATE,)]
    for sql in ("SELECT * FROM mine", "SELECT limit_of_mine()", "SELECT * FROM _values", "SELECT * FROM table"):
        assert engine.sql_fault(second, sql), sql
    for connection in (first, second):
        assert engine.sql_fault(connection, "SELECT * FROM read_text('pyproject.toml')")
        with pytest.raises(engine.WrongSql):
            engine.rows(connection, "SET enable_external_access = true")
