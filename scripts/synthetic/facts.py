"""What is real in the example: the documents, the 42 municipalities of Irkutsk Oblast and their census."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from resopen.schema import SchemaFolder
from resopen.tables.files import read_bytes

Rows = list[dict[str, str]]
Tables = dict[str, Rows]

REGION, PREFIX = "RU-IRK", "25"
YEARS = (2019, 2020, 2021, 2022)
QUALITY = "synthetic"
# The table whose rows name a municipality for the document's sake.
NAMING = ("events", "organizations", "statements")

SOURCES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "synthetic-register": ("реестр НКО и ТОС", "register of NGOs and TOS", "statistics"),
        "synthetic-population": ("численность населения", "population", "statistics"),
        "synthetic-reports": ("отчёты муниципальных образований", "reports of municipalities", "report"),
        "synthetic-survey": ("опрос экспертов", "survey of experts", "report"),
        "synthetic-progress": ("сведения об исполнении рекомендаций", "reports on the recommendations", "report"),
    }
)
REGISTER, POPULATION, REPORTS, SURVEY, PROGRESS = SOURCES


@dataclass(frozen=True)
class Place:
    """A municipality: its code, name, newest real count of residents, and how many grants it draws beside a small one.

    `scale` is 1 for 10,000 residents and grows more slowly than the residents, so that the few cities
    dominate but do not hold everything.
    """

    oktmo: str
    name: str
    residents: int
    scale: Decimal


def curated_tables(folder: SchemaFolder) -> Tables:
    """Return the tables of the curated package, with the municipalities that the example needs.

    These are those of Irkutsk Oblast and those that an event, an organization or a statement names.
    """
    tables = {
        item.name: read_rows(read_bytes(item.path))
        for item in folder.package().resources
        if item.name not in folder.codelists
    }
    named = {row["oktmo"] for name in NAMING for row in tables[name]}
    for name in ("municipalities", "municipality_sources", "population"):
        tables[name] = [row for row in tables[name] if row["oktmo"].startswith(PREFIX) or row["oktmo"] in named]
    return tables


def read_rows(content: bytes) -> Rows:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def places(tables: Tables) -> tuple[Place, ...]:
    """Return the municipalities of Irkutsk Oblast in the order of their codes."""
    residents: dict[str, int] = {}
    for row in sorted(tables["population"], key=lambda row: row["as_of"], reverse=True):
        if row["is_usable"] == "true":
            residents[row["oktmo"]] = int(row["population"])  # The earliest real count stays.
    found = [row for row in tables["municipalities"] if row["region_code"] == REGION]
    return tuple(
        Place(row["oktmo"], row["name_ru"], residents[row["oktmo"]], _scale(residents[row["oktmo"]]))
        for row in sorted(found, key=lambda row: row["oktmo"])
    )


def _scale(residents: int) -> Decimal:
    """Return (residents / 10,000) ** 0.75 to three places."""
    root = (Decimal(residents) / 10_000).sqrt()
    return (root * root.sqrt()).quantize(Decimal("0.001"))


def synthetic_sources() -> Rows:
    """Return the sources of all invented rows; their titles, quality and note say what they are."""
    return [
        {
            "source_id": name,
            "title_ru": f"СИНТЕТИЧЕСКИЕ ДАННЫЕ: вымышленный источник, {russian}",
            "title_en": f"SYNTHETIC DATA: invented source, {english}",
            "kind": kind,
            "publisher": "scripts/make_example.py",
            "published_on": "2024-02-01" if name == PROGRESS else "2023-02-01",
            "quality": QUALITY,
            "note": "Все строки с этим источником вымышлены программой.",
        }
        for name, (russian, english, kind) in SOURCES.items()
    ]
