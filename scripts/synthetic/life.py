"""Invented doings: activities, practices, public councils, services in demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from synthetic.draws import Draws, between, chance, count, day, day_of, pick, skewed
from synthetic.facts import REGION, REPORTS, YEARS, Place, Rows

ROUNDS_MONTHS = (2, 5, 8, 11)
SHARE = 95  # Percent of the municipalities that have a kind of activity in a year.
INTERNSHIP_YEARS = (*YEARS, 2023)
SERVICES = (
    "уход на дому", "сопровождение инвалидов", "группы дневного пребывания", "помощь семьям в кризисе",
    "социальное такси", "обучение пожилых людей", "юридическая помощь", "ранняя помощь детям",
)  # fmt: skip
BARRIERS = (
    "нет тарифа", "сложная отчётность", "нет помещения", "мало получателей", "не хватает работников",
    "не знают о конкурсах", "",
)  # fmt: skip


@dataclass(frozen=True)
class Doing:
    """A kind of activity: its title, the data request it answers, how many a place of 10,000 has, who takes part."""

    kind: str
    title: str
    request: str
    mean: str
    participants: int


DOINGS = (
    Doing("training", "обучение муниципальных служащих", "G1", "0.7", 14),
    Doing("training", "обучение работников НКО и добровольцев", "G2", "0.8", 22),
    Doing("student_practice", "практика студентов", "G4", "0.5", 5),
    Doing("consultation", "консультация НКО", "G5", "1.2", 3),
    Doing("forum", "круглый стол о малых территориях", "H1", "0.4", 60),
    Doing("contest", "конкурс инициатив", "B4", "0.5", 25),
    Doing("hearing", "открытая площадка", "H2", "0.9", 45),
    Doing("hearing", "участие граждан в общественно полезных проектах", "C4", "0.9", 120),
    Doing("public_control", "общественная проверка", "F5", "0.7", 8),
    Doing("public_examination", "общественная экспертиза проекта акта", "F6", "0.5", 7),
    Doing("poll", "опрос жителей в ТОС", "E3", "0.6", 180),
    Doing("monitoring_round", "мониторинг состояния некоммерческого сектора", "D2", "0.2", 0),
    Doing("monitoring_round", "мониторинг межнациональных отношений", "D3", "0.2", 0),
    Doing("report", "отчёт руководителя о работе с общественным советом", "D5", "0.3", 0),
    Doing("report", "отчёт НКО о своей работе и барьерах", "D6", "0.7", 0),
    Doing("report", "план развития НКО", "F14", "0.8", 0),
    Doing("media_item", "публикация об НКО", "H3", "1.5", 0),
)
QUARTERLY = Doing("monitoring_round", "ежеквартальный мониторинг НКО и инициативных групп", "D1", "1", 0)
INTERNSHIP = Doing("internship", "стажировка для НКО малых территорий", "G3", "1", 8)


def activities(stream: Draws, towns: Sequence[Place], requests: Rows, organizations: Rows) -> Rows:
    """Return the activities, each with the recommendation that it answers where the request has one.

    Gaps: about one municipality in twenty did not report a year; one activity in three hundred has no
    number of participants, one round of monitoring in ten was not held.
    """
    answered = _answered(requests)
    centres = {row["oktmo"]: row["organization_id"] for row in organizations if row["kind"] == "resource_centre"}
    rows: Rows = []
    for year in YEARS:
        for place in towns:
            if chance(stream, 5):
                continue
            organizer = {"oktmo": place.oktmo, "organizer_id": centres.get(place.oktmo, "")}
            for doing in DOINGS:
                number = 1 + count(stream, place.scale * Decimal(doing.mean)) if chance(stream, SHARE) else 0
                rows += [
                    _activity(stream, doing, day_of(stream, year), answered) | organizer for _ in range(number)
                ]  # fmt: skip
            rows += [
                _activity(stream, QUARTERLY, day(stream, date(year, month, 1), date(year, month, 28)), answered)
                | organizer
                for month in ROUNDS_MONTHS if not chance(stream, 10)
            ]  # fmt: skip
    for year in INTERNSHIP_YEARS:
        for place in _some(stream, towns, between(stream, 4, 7)):
            rows.append(_activity(stream, INTERNSHIP, day_of(stream, year), answered) | {"oktmo": place.oktmo})
    return [{"activity_id": f"synthetic-{row['starts_on'][:4]}-{i:05}"} | row for i, row in enumerate(rows, 1)]


def _activity(stream: Draws, doing: Doing, start: date, answered: Mapping[str, str]) -> dict[str, str]:
    row = {
        "kind": doing.kind,
        "title_ru": f"Вымышленное мероприятие: {doing.title}",
        "starts_on": start.isoformat(),
        "ends_on": (start + timedelta(days=between(stream, 0, 3))).isoformat(),
        "recommendation_id": answered[doing.request],
        "source_id": REPORTS,
    }
    if doing.participants and not _once_in(stream, 300):
        row["participants_count"] = str(1 + count(stream, doing.participants, "0.6"))
    return row


def _once_in(stream: Draws, number: int) -> bool:
    return between(stream, 1, number) == 1


def _answered(requests: Rows) -> dict[str, str]:
    """Return for each data request of an activity the recommendation that it answers, no two the same one.

    That of the Irkutsk round table goes first; requests with little choice choose first.
    """
    choices: dict[str, list[str]] = {doing.request: [] for doing in (*DOINGS, QUARTERLY, INTERNSHIP)}
    for row in requests:
        if row["data_request_id"] in choices:
            choices[row["data_request_id"]].append(row["recommendation_id"])
    found: dict[str, str] = {}
    for request, known in sorted(choices.items(), key=lambda item: (len(item[1]), item[0])):
        free = [name for name in known if name not in found.values()] or known
        found[request] = min(free, key=lambda name: (not name.startswith("irkutsk"), name), default="")
    return found


def _some(stream: Draws, towns: Sequence[Place], number: int) -> list[Place]:
    return [pick(stream, towns) for _ in range(number)]


def practices(stream: Draws, towns: Sequence[Place], nonprofits: Rows, themes: Sequence[str]) -> Rows:
    """Return the practices of the yearly selections; in about one place in eight none was put forward."""
    known: dict[str, list[str]] = {}
    for row in nonprofits:
        if row["status"] == "active":
            known.setdefault(row["oktmo"], []).append(row["ogrn"])
    rows: Rows = []
    for year in YEARS:
        for place in towns:
            number = 0 if chance(stream, 12) else 1 + count(stream, place.scale)
            for _ in range(number):
                theme = pick(stream, themes)
                score = between(stream, 3500, 10000)
                rows.append({
                    "practice_id": f"synthetic-{year}-{len(rows) + 1:05}",
                    "title_ru": f"Вымышленная практика № {len(rows) + 1}",
                    "theme": theme,
                    "oktmo": place.oktmo,
                    "ogrn": "" if chance(stream, 10) else pick(stream, known[place.oktmo]),
                    "year": str(year),
                    "score": "" if chance(stream, 3) else f"{score // 100}.{score % 100:02}",
                    "is_rewarded": "true" if score > 8000 else "false",
                    "replications_count": str(max(0, count(stream, 1, "1") - 1)),
                    "source_id": REPORTS,
                })  # fmt: skip
    return rows


def public_councils(stream: Draws, towns: Sequence[Place], bodies: int) -> Rows:
    """Return the councils of municipalities and of executive bodies, a row a year; one place in twelve has none."""
    councils = [("", "executive_body_council", f"Вымышленный общественный совет № {i + 1}") for i in range(bodies)]
    for place in towns:
        if chance(stream, 92):
            councils.append((place.oktmo, "local_council", f"Вымышленный общественный совет, {place.name}"))
        if place.residents > 50_000 or chance(stream, 20):
            councils.append((place.oktmo, "local_chamber", f"Вымышленная общественная палата, {place.name}"))
    rows: Rows = []
    for i, (oktmo, kind, name) in enumerate(councils, 1):
        members = between(stream, 7, 30)
        ngo_members = members * between(stream, 30, 80) // 100
        for year in YEARS:
            if chance(stream, 4):
                continue
            meetings = between(stream, 1, 12)
            rows.append({
                "public_council_id": f"synthetic-council-{i:03}",
                "year": str(year),
                "name_ru": name,
                "kind": kind,
                "oktmo": oktmo,
                "region_code": REGION,
                "members_count": str(members),
                "ngo_members_count": str(ngo_members),
                "meetings_count": str(meetings),
                "offsite_meetings_count": str(between(stream, 0, meetings // 2)),
                "has_premises": "" if chance(stream, 5) else "true" if chance(stream, 60) else "false",
                "source_id": REPORTS,
            })  # fmt: skip
    return rows


def service_demand(stream: Draws, towns: Sequence[Place]) -> Rows:
    """Return the services in demand; about one municipality in ten did not list any in a year."""
    rows: Rows = []
    for year in YEARS:
        for place in towns:
            if chance(stream, 10):
                continue
            first = between(stream, 0, len(SERVICES) - 1)
            for i in range(between(stream, 1, 4)):
                clients = 5 + int(skewed(stream, place.scale * 40, "0.8"))
                rows.append({
                    "service_demand_id": f"synthetic-{year}-{len(rows) + 1:04}",
                    "service_ru": f"Вымышленная потребность: {SERVICES[(first + i) % len(SERVICES)]}",
                    "region_code": REGION,
                    "oktmo": place.oktmo,
                    "year": str(year),
                    "clients_count": "" if chance(stream, 2) else str(clients),
                    "providers_count": str(between(stream, 0, 1 + min(5, int(place.scale)))),
                    "barrier_ru": pick(stream, BARRIERS),
                    "source_id": REPORTS,
                })  # fmt: skip
    return rows
