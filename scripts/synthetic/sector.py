"""Invented registers: residents between the counts, nonprofits, community self-governments, organizations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from synthetic.draws import Draws, below, between, chance, count, day, pick, weighted
from synthetic.facts import POPULATION, REGION, REGISTER, YEARS, Place, Rows

INN_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
FORMS: Mapping[str, int] = MappingProxyType({
    "public_organization": 34, "autonomous_nonprofit": 30, "foundation": 10, "religious_organization": 10,
    "association": 5, "self_government": 5, "cossack_society": 3, "indigenous_community": 2, "other": 1,
})  # fmt: skip
STATUSES: Mapping[str, int] = MappingProxyType({"active": 80, "closed": 12, "inactive": 6, "closing": 2})
FIRST, LAST = date(1995, 1, 10), date(2022, 12, 20)
BODIES = 6


def population(stream: Draws, real: Rows, towns: Sequence[Place]) -> Rows:
    """Return a count of residents for each year without a real usable one: the real one and a steady loss."""
    known = {(row["oktmo"], int(row["as_of"][:4])) for row in real if row["is_usable"] == "true"}
    rows = []
    for place in towns:
        loss = between(stream, -2, 12)  # A thousandth a year.
        for year in YEARS:
            if (place.oktmo, year) not in known:
                shift = place.residents * loss * (2022 - year) // 1000
                rows.append({
                    "oktmo": place.oktmo,
                    "as_of": f"{year}-01-01",
                    "population": str(place.residents + shift),
                    "is_usable": "true",
                    "is_former_code": "false",
                    "source_id": POPULATION,
                    "note": "Вымышлено: настоящего числа за этот год нет.",
                })  # fmt: skip
    return rows


def nonprofits(stream: Draws, towns: Sequence[Place]) -> Rows:
    """Return the nonprofits. Gaps: two municipalities lack a date of registration, three lack all flags."""
    undated = {pick(stream, towns).oktmo for _ in range(2)}
    unflagged = {pick(stream, towns).oktmo for _ in range(3)}
    rows: Rows = []
    for place in towns:
        density = 8 if place.residents < 100_000 else 13
        number = 8 + count(stream, Decimal(place.residents) * density / 10_000, "0.3")
        for i in range(number):
            row = _nonprofit(stream, place, len(rows) + 1)
            if place.oktmo in unflagged:
                row |= {"is_so": "", "is_service_provider": "", "is_public_benefit": "", "has_development_plan": ""}
            if place.oktmo in undated and i == 0:
                row |= {"registered_on": "", "closed_on": "", "status": "active"}
            rows.append(row)
    return rows


def _nonprofit(stream: Draws, place: Place, number: int) -> dict[str, str]:
    # Two draws, the later day: more of those that exist today are young.
    registered = max(day(stream, FIRST, LAST), day(stream, FIRST, LAST))
    status = weighted(stream, STATUSES)
    closed = day(stream, max(registered, date(2018, 1, 1)), date(2022, 12, 31)) if status == "closed" else None
    is_so = chance(stream, 45)
    return {
        "ogrn": ogrn(registered.year, number),
        "inn": inn(number),
        "name_ru": f"Вымышленная НКО № {number}, {place.name}",
        "form": weighted(stream, FORMS),
        "oktmo": place.oktmo,
        "status": status,
        "registered_on": registered.isoformat(),
        "closed_on": closed.isoformat() if closed else "",
        "is_so": _flag(is_so),
        "is_service_provider": _flag(is_so and chance(stream, 15)),
        "is_public_benefit": _flag(is_so and chance(stream, 10)),
        "has_development_plan": _flag(number % 3 == 0),
        "source_id": REGISTER,
    }


def ogrn(year: int, number: int) -> str:
    """Return a registration number with right check digits and the region code 00, which no region has."""
    head = f"1{year % 100:02}00{number:07}"
    return head + str(int(head) % 11 % 10)


def inn(number: int) -> str:
    """Return a taxpayer number with right check digits and the tax office 0000: its region 00 does not exist."""
    head = f"0000{number:05}"
    return head + str(sum(weight * int(digit) for weight, digit in zip(INN_WEIGHTS, head, strict=True)) % 11 % 10)


def self_governments(stream: Draws, towns: Sequence[Place]) -> Rows:
    """Return the TOS; about one municipality in ten has none."""
    rows: Rows = []
    for place in towns:
        number = 0 if chance(stream, 10) else 1 + count(stream, place.scale * 3, "0.7")
        for _ in range(number):
            registered = day(stream, date(2006, 3, 1), LAST)
            closed = day(stream, max(registered, date(2018, 6, 1)), date(2022, 12, 31)) if chance(stream, 8) else None
            rows.append({
                "self_government_id": f"synthetic-tos-{len(rows) + 1:04}",
                "name_ru": f"Вымышленное ТОС № {len(rows) + 1}, {place.name}",
                "oktmo": place.oktmo,
                "registered_on": registered.isoformat(),
                "closed_on": closed.isoformat() if closed else "",
                "residents_count": "" if chance(stream, 10) else str(between(stream, 30, 900)),
                "source_id": REGISTER,
            })  # fmt: skip
    return rows


def organizations(stream: Draws, towns: Sequence[Place]) -> Rows:
    """Return a resource centre in most municipalities and some executive bodies of the region."""
    rows = [
        _organization("executive-body", f"Вымышленный исполнительный орган № {i}", f"Invented executive body No. {i}",
                      "executive_authority", "")
        for i in range(1, BODIES + 1)
    ]  # fmt: skip
    rows += [
        _organization("resource-centre", f"Вымышленный ресурсный центр НКО, {place.name}",
                      f"Invented resource centre for NGOs, OKTMO {place.oktmo}", "resource_centre", place.oktmo)
        for place in towns if below(stream, 100) < 75
    ]  # fmt: skip
    return [row | {"organization_id": f"{row['organization_id']}-{i}"} for i, row in enumerate(rows, 1)]


def _organization(slug: str, name_ru: str, name_en: str, kind: str, oktmo: str) -> dict[str, str]:
    return {
        "organization_id": f"synthetic-{slug}",
        "name_ru": name_ru,
        "name_en": name_en,
        "kind": kind,
        "is_collective": "false",
        "region_code": REGION,
        "oktmo": oktmo,
    }


def _flag(value: bool) -> str:
    return "true" if value else "false"
