"""Invented money: grants and other funding, municipal and regional measures of support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from synthetic.draws import Draws, between, chance, count, day_of, money, pick, skewed, weighted
from synthetic.facts import REPORTS, YEARS, Place, Rows

DIRECTIONS: Mapping[str, int] = MappingProxyType({
    "education": 18, "culture": 24, "sport": 16, "social_development": 26, "civil_society_development": 12, "other": 4,
})  # fmt: skip
BASELINE_YEAR = 2017
STAGES = (2024, 2025, 2026)
STAGE_FUNDER = "Вымышленная программа по модели Фонда Тимченко «Культурная мозаика»"
STATUSES_OF_MEASURES: Mapping[str, int] = MappingProxyType(
    {"active": 62, "adopted": 10, "ended": 6, "drafted": 6, "none": 16}
)


@dataclass(frozen=True)
class Channel:
    """A way of funding: who pays, applications of a municipality of 10,000, sum of the median one, share won (%)."""

    funder: str
    applications: str
    median: int
    won: int


CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "federal_grant_contest": Channel("Вымышленный федеральный фонд грантов", "2", 900_000, 35),
        "business_community": Channel("Вымышленное бизнес-сообщество", "1.2", 150_000, 90),
        "nongovernmental_foundation": Channel("Вымышленный неправительственный фонд", "1.2", 300_000, 45),
        "regional_budget": Channel("Вымышленный бюджет региона", "2", 450_000, 50),
        "municipal_budget": Channel("Вымышленный муниципальный бюджет", "1.5", 90_000, 60),
        "initiative_budgeting": Channel("Вымышленное инициативное бюджетирование", "1", 700_000, 70),
    }
)
# The forms of support: median of the planned roubles (0: none), percent of municipalities that give it.
FORMS: Mapping[str, tuple[int, int]] = MappingProxyType({
    "programme": (900_000, 85), "contest": (350_000, 70), "financial": (500_000, 85), "property": (0, 90),
    "benefits": (0, 55), "information": (0, 95), "consulting": (0, 85), "training": (60_000, 70), "reward": (0, 75),
})  # fmt: skip


def funding(stream: Draws, towns: Sequence[Place], nonprofits: Rows) -> Rows:
    """Return applications and awards of 2019 to 2022, the regional budget of 2017, and three planned stages.

    Gaps: about one municipality in fifteen did not report a year, and in some a won sum is missing.
    """
    known: dict[str, list[tuple[str, str]]] = {}
    for row in nonprofits:
        if row["registered_on"] and row["status"] != "closed":
            known.setdefault(row["oktmo"], []).append((row["registered_on"], row["ogrn"]))
    rows: Rows = []
    for year in (BASELINE_YEAR, *YEARS):
        for place in towns:
            if year != BASELINE_YEAR and chance(stream, 7):
                continue
            listed = ["regional_budget"] if year == BASELINE_YEAR else list(CHANNELS)
            of_place = [ogrn for registered, ogrn in known[place.oktmo] if registered < f"{year}-01-01"]
            made = [
                _application(stream, year, place, name, of_place)
                for name in listed
                for _ in range(1 + count(stream, place.scale * Decimal(CHANNELS[name].applications)))
            ]
            # A sum missing from the regional budget would hide the total of the whole region.
            won = [row for row in made if row["status"] == "won" and row["channel"] != "regional_budget"]
            if won and chance(stream, 4):
                pick(stream, won)["awarded_rub"] = ""
            rows += made
    rows += [_stage(stream, year, place) for year in STAGES for place in _smallest(towns)]
    return [{"funding_id": f"synthetic-{row['year']}-{i:05}"} | row for i, row in enumerate(rows, 1)]


def _application(stream: Draws, year: int, place: Place, name: str, of_place: Sequence[str]) -> dict[str, str]:
    channel = CHANNELS[name]
    if year == YEARS[-1] and chance(stream, 4):
        status = "applied"
    elif chance(stream, channel.won):
        status = weighted(stream, {"won": 25, "completed": 70, "terminated": 5})
    else:
        status = "refused"
    asked = max(skewed(stream, channel.median, "0.9"), Decimal(1000))
    is_won = status not in ("applied", "refused")
    given = asked * between(stream, 60, 100) / 100
    start = day_of(stream, year)
    is_summary = name == "initiative_budgeting" or chance(stream, 5) or not of_place
    return {
        "year": str(year),
        "channel": name,
        "funder": channel.funder,
        "direction": weighted(stream, DIRECTIONS),
        "requested_rub": money(asked),
        "awarded_rub": money(given) if is_won else "0.00" if status == "refused" else "",
        "cofinancing_rub": money(given * between(stream, 5, 60) / 100) if is_won else "",
        "status": status,
        "ogrn": "" if is_summary else pick(stream, of_place),
        "oktmo": place.oktmo,
        "starts_on": start.isoformat() if is_won else "",
        "ends_on": (start + timedelta(days=between(stream, 60, 400))).isoformat() if is_won else "",
        **(_beneficiaries(int(asked)) if is_won else {}),
        "source_id": REPORTS,
    }


def _beneficiaries(asked: int) -> dict[str, str]:
    """Return how many people a project planned for and reached: more where it asked for more, not all of them."""
    planned = 40 + asked // 8_000
    return {
        "planned_beneficiaries": str(planned), "reached_beneficiaries": str(planned * (75 + asked % 41) // 100),
    }  # fmt: skip


def _smallest(towns: Sequence[Place]) -> list[Place]:
    """Return the three smallest municipalities: the model is one for small towns and villages."""
    return sorted(towns, key=lambda place: place.residents)[:3]


def _stage(stream: Draws, year: int, place: Place) -> dict[str, str]:
    given = money(skewed(stream, 2_000_000, "0.4"))
    return {
        "year": str(year),
        "channel": "regional_budget",
        "funder": STAGE_FUNDER,
        "direction": "culture",
        "requested_rub": given,
        "awarded_rub": given,
        "status": "won",
        "oktmo": place.oktmo,
        "starts_on": date(year, 1, 1).isoformat(),
        "ends_on": date(year, 12, 31).isoformat(),
        "programme_stage": str(STAGES.index(year) + 1),
        "source_id": REPORTS,
    }


def support_measures(stream: Draws, towns: Sequence[Place], organizations: Rows) -> Rows:
    """Return the measures of municipalities and of the region's bodies, a row a form and year.

    A municipality says of every form whether it has it. Gaps: about one in seventeen did not report
    a year, and some did not say what they spent.
    """
    bodies = [row["organization_id"] for row in organizations if row["kind"] == "executive_authority"]
    rows: Rows = []
    for year in YEARS:
        for place in towns:
            if chance(stream, 6):
                continue
            made = [_measure(stream, year, form, place.scale) | {"oktmo": place.oktmo} for form in FORMS]
            if chance(stream, 4):
                made[0] |= {"status": "active", "actual_rub": ""}
            rows += made
        for body in bodies:
            rows += [
                _measure(stream, year, form, Decimal(30)) | {"organization_id": body}
                for form in FORMS if chance(stream, 50)
            ]  # fmt: skip
    return [{"support_measure_id": f"synthetic-{row['year']}-{i:05}"} | row for i, row in enumerate(rows, 1)]


def _measure(stream: Draws, year: int, form: str, scale: Decimal) -> dict[str, str]:
    median, share = FORMS[form]
    status = weighted(stream, STATUSES_OF_MEASURES) if chance(stream, share) else "none"
    row = {"year": str(year), "form": form, "status": status, "source_id": REPORTS}
    planned = max(skewed(stream, scale * median, "0.6"), Decimal(1000))
    is_given = status not in ("none", "drafted")
    if status != "none" and median:
        row["planned_rub"] = money(planned)
    if is_given:
        row["actual_rub"] = money(planned * between(stream, 60, 100) / 100) if median else ""
        row["recipients_count"] = "" if chance(stream, 5) else str(1 + count(stream, scale * 2))
        row["area_m2"] = f"{between(stream, 15, 150 * (1 + int(scale)))}.50" if form == "property" else ""
        row["open_to_small_territories"] = "true" if chance(stream, 65) else "false"
        row["has_effect_monitoring"] = "true" if chance(stream, 30) else "false"
    if form == "programme" and status != "none":
        row["legal_act"] = f"вымышленное постановление № {between(stream, 10, 900)} {year} года"
    return row
