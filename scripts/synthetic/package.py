"""The example as files: the tables from their streams, the descriptor from schema/, the two readmes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from resopen.describe import sized, to_json
from resopen.schema import SchemaFolder
from resopen.tables.files import read_bytes
from resopen.tables.scan import record_count
from synthetic import answers, life, money, sector
from synthetic.dirt import AMOUNTS, Record, soil, soil_file
from synthetic.draws import draws
from synthetic.facts import QUALITY, Tables, curated_tables, places, read_rows, synthetic_sources

NAME = "resopen-synthetic-example"
TEXTS: Mapping[str, Any] = MappingProxyType(
    {
        "name": NAME,
        "synthetic": True,
        "title": "SYNTHETIC DATA: example of the nonprofit sector of 42 municipalities",
        "title_ru": "СИНТЕТИЧЕСКИЕ ДАННЫЕ: пример некоммерческого сектора 42 муниципальных образований",
        "description": "SYNTHETIC. The resolutions, the municipalities of Irkutsk Oblast and their census are real; "
        "every nonprofit, sum, event, answer and report is invented by a program and says nothing of a real place.",
        "description_ru": "СИНТЕТИЧЕСКИЕ ДАННЫЕ. Резолюции, муниципальные образования Иркутской области и их перепись "
        "настоящие; все НКО, суммы, события, ответы и отчёты вымышлены программой и ничего не говорят о настоящих "
        "территориях и органах.",
        "keywords": ["synthetic", "example", "синтетические данные", "пример"],
        "contributors": [{"title": "scripts/make_example.py", "roles": ["creator"]}],
    }
)
QUALITY_ROW = {"code": QUALITY, "label_ru": "Вымышлено, синтетические данные", "label_en": "Invented, synthetic data"}
READMES: Mapping[str, str] = MappingProxyType(
    {
        "readme.md": "- `dirt.json` lists every fault made on purpose: file, row (the header is row 1; 0: the whole "
        "file), field, kind, and the rule that finds it.\n",
        "readme.ru.md": "- `dirt.json` перечисляет все намеренные ошибки: файл, строка (заголовок — строка 1; 0 — весь "
        "файл), поле, вид и правило, которое её находит.\n",
    }
)


def build(folder: SchemaFolder, seed: int, dirt: str) -> dict[str, bytes]:
    """Return the files of the example by their paths; the descriptor comes first.

    The same seed gives the same bytes. Args: the schema folder, the seed, `none`, `some` or `much` dirt.
    Raises SetupError or DefinitionError when the curated data cannot be read.
    """
    tables = curated_tables(folder)
    real = {name: len(rows) for name, rows in tables.items()}
    invent(tables, seed, [row["code"] for row in read_rows(read_bytes(folder.codelist_file("themes")))])
    invented = {name for name, rows in tables.items() if len(rows) > real[name]}
    _in_order(folder, tables)
    recorded: list[Record] = list(soil(draws(seed, "dirt"), tables, AMOUNTS[dirt]))
    contents = _contents(folder, tables)
    counts = {name: record_count(content) for name, content in contents.items()}
    if AMOUNTS[dirt]:
        for name in tables:
            contents[name], more = soil_file(name, contents[name])
            recorded += more
    nodes = [
        {**node, **({"synthetic": True} if node["name"] in invented else {})} for node in folder.descriptor["resources"]
    ]
    resources = [sized(node, contents[node["name"]], counts[node["name"]]) for node in nodes]
    descriptor = {**_head(folder.descriptor), "resources": resources, "rules": folder.descriptor["rules"]}
    files = {"datapackage.json": to_json(descriptor)}
    for name, line in READMES.items():
        text = (Path(__file__).parent / name).read_text("utf-8").format(seed=seed, dirt=dirt)
        files[name.replace("readme", "README")] = (text + line * bool(AMOUNTS[dirt])).encode()
    if AMOUNTS[dirt]:
        files["dirt.json"] = (json.dumps(recorded, ensure_ascii=False, indent=1) + "\n").encode()
    return files | {node["path"]: contents[node["name"]] for node in nodes}


def _contents(folder: SchemaFolder, tables: Tables) -> dict[str, bytes]:
    """Return the content of each table's file; the codelist of qualities gets a code for what is invented."""
    contents = {}
    for node in folder.descriptor["resources"]:
        name, fields = node["name"], [field["name"] for field in node["schema"]["fields"]]
        if name in tables:
            contents[name] = to_csv(fields, tables[name])
        else:
            contents[name] = read_bytes(folder.codelist_file(name))
            if name == "source_qualities":
                contents[name] += to_csv(fields, [QUALITY_ROW]).split(b"\n", 1)[1]
    return contents


def invent(tables: Tables, seed: int, themes: list[str]) -> None:
    """Fill the tables that the resolutions leave empty, and add invented sources, organizations and residents."""
    towns = places(tables)
    tables["sources"] += synthetic_sources()
    tables["population"] += sector.population(draws(seed, "population"), tables["population"], towns)
    invented = sector.organizations(draws(seed, "organizations"), towns)
    tables["organizations"] += invented
    tables["nonprofits"] = sector.nonprofits(draws(seed, "nonprofits"), towns)
    tables["self_governments"] = sector.self_governments(draws(seed, "self_governments"), towns)
    tables["funding"] = money.funding(draws(seed, "funding"), towns, tables["nonprofits"])
    tables["support_measures"] = money.support_measures(draws(seed, "support_measures"), towns, invented)
    requests = tables["data_request_recommendations"]
    tables["activities"] = life.activities(draws(seed, "activities"), towns, requests, invented)
    tables["practices"] = life.practices(draws(seed, "practices"), towns, tables["nonprofits"], themes)
    tables["public_councils"] = life.public_councils(draws(seed, "public_councils"), towns, sector.BODIES)
    tables["service_demand"] = life.service_demand(draws(seed, "service_demand"), towns)
    tables["progress"] = answers.progress(draws(seed, "progress"), tables["recommendations"])
    tables["survey_waves"] = answers.survey_waves(draws(seed, "survey_waves"))
    tables["survey_questions"] = answers.survey_questions()
    tables["survey_answers"] = answers.survey_answers(draws(seed, "survey_answers"), towns)


def _in_order(folder: SchemaFolder, tables: Tables) -> None:
    """Sort the rows of every table by its key."""
    for node in folder.descriptor["resources"]:
        if node["name"] in tables:
            key = node["schema"]["primaryKey"]
            tables[node["name"]].sort(key=lambda row: [row[name] for name in key])


def _head(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the head of the descriptor: that of the curated package with texts of its own."""
    head = {key: value for key, value in descriptor.items() if key not in ("resources", "rules")}
    return {"$schema": head["$schema"], **TEXTS, **{key: head[key] for key in ("licenses", "sources")}}


def to_csv(names: list[str], rows: list[dict[str, str]]) -> bytes:
    """Return rows as canonical CSV; a cell that a row lacks is empty.

    Raises ValueError when a row has a cell that is no field.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def is_ours(folder: Path) -> bool:
    """Say whether a folder holds an example that this program has written."""
    try:
        descriptor = json.loads((folder / "datapackage.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(descriptor, dict) and descriptor.get("name") == NAME and descriptor.get("synthetic") is True
