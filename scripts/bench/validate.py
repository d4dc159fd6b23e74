"""Validation of packages large and small against its peers, in one run: whole processes, median of several.

The package is synthetic and written into a temporary folder: municipalities (2,000 rows),
organizations (N/5) and grants (N rows of 11 columns: keys, codes, Cyrillic titles, dates, decimals,
an enum, two foreign keys), clean, and dirty with 0.1 % of the cells broken in every way: types,
constraints, keys, structure. Run it with the environment's Python:
    .venv/bin/python scripts/bench/validate.py [N] [RUNS] [PEER...]
PEER: `frictionless` judges the same packages; `parquet` is the clean package as Parquet; `wrong` has a
wrong cell in every row; `small` is a package of 20 small tables; `memory` limits resopen to 1 GiB.
Every peer runs in turn with the others, so that a noisy machine is unjust to all alike.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from processes import arguments, measure, show

STATUSES = ("applied", "won", "refused", "completed")
WORDS = ("поддержка", "развитие", "клуб", "школа", "музей", "двор", "село", "волонтёр", "центр", "семья", "спорт")
FIELDS = (
    "grant_id", "ogrn", "oktmo", "title", "year", "starts_on", "awarded_on", "asked_rub", "awarded_rub", "status",
    "note",
)  # fmt: skip
# What becomes of a row: a cell of another kind, a broken constraint or key, another structure.
FAULTS: Mapping[str, Callable[[list[str]], None]] = MappingProxyType(
    {
        "wrong date": lambda row: row.__setitem__(6, "31.12.2022"),
        "impossible date": lambda row: row.__setitem__(5, "2022-02-30"),
        "decimal comma": lambda row: row.__setitem__(8, '"1 000,50"'),
        "padded number": lambda row: row.__setitem__(4, " 2022"),
        "signed number": lambda row: row.__setitem__(4, "+2022"),
        "enum": lambda row: row.__setitem__(9, "wonn"),
        "pattern": lambda row: row.__setitem__(0, "g" + row[0]),
        "minimum": lambda row: row.__setitem__(7, "-1.00"),
        "maximum": lambda row: row.__setitem__(4, "2099"),
        "minLength": lambda row: row.__setitem__(3, "я"),
        "required": lambda row: row.__setitem__(3, ""),
        "repeated key": lambda row: row.__setitem__(0, "g-0"),
        "foreign key": lambda row: row.__setitem__(1, "9999999999999"),
        "too few cells": lambda row: row.__delitem__(10),
        "too many cells": lambda row: row.append("x"),
        "blank row": lambda row: row.clear(),
        "stray quote": lambda row: row.__setitem__(3, 'клуб "Ручей"'),
    }
)
READ = """
import sys
from pyarrow import csv
import pyarrow as pa
typed = {"awarded_on": pa.date32(), "starts_on": pa.date32(), "awarded_rub": pa.decimal128(18, 2), "asked_rub":
    pa.decimal128(18, 2), "year": pa.int64(), "ogrn": pa.string(), "oktmo": pa.string(), "inn": pa.string()}
for name in ("municipalities", "organizations", "grants"):
    csv.read_csv(f"{sys.argv[1]}/{name}.csv", convert_options=csv.ConvertOptions(column_types=typed))
"""
PARQUET = """
import sys
from pathlib import Path
from pyarrow import csv, parquet
import pyarrow as pa
typed = {"awarded_on": pa.date32(), "starts_on": pa.date32(), "awarded_rub": pa.decimal128(18, 2), "asked_rub":
    pa.decimal128(18, 2), "year": pa.int64(), "ogrn": pa.string(), "oktmo": pa.string(), "note": pa.string()}
source, target = map(Path, sys.argv[1:])
options = csv.ConvertOptions(column_types=typed, strings_can_be_null=True)
for name in ("municipalities", "organizations", "grants"):
    parquet.write_table(csv.read_csv(source / f"{name}.csv", convert_options=options), target / f"{name}.parquet")
"""


def field(name: str, kind: str, **limits: object) -> dict[str, object]:
    """Return a field descriptor."""
    return {"name": name, "type": kind, "constraints": limits}


def schemas() -> dict[str, dict[str, object]]:
    """Return the Table Schemas of the three tables."""
    code, number = {"required": True, "pattern": "[0-9]{8}"}, {"required": True, "pattern": "[0-9]{13}"}
    grants = [
        field("grant_id", "string", required=True, pattern="g-[0-9]+"), field("ogrn", "string", required=True),
        field("oktmo", "string", required=True), field("title", "string", required=True, minLength=3),
        field("year", "integer", minimum=2017, maximum=2026), field("starts_on", "date"), field("awarded_on", "date"),
        field("asked_rub", "number", minimum=0), field("awarded_rub", "number", minimum=0),
        field("status", "string", enum=STATUSES), field("note", "string"),
    ]  # fmt: skip
    keys = [
        {"fields": ["ogrn"], "reference": {"resource": "organizations", "fields": ["ogrn"]}},
        {"fields": ["oktmo"], "reference": {"resource": "municipalities", "fields": ["oktmo"]}},
    ]
    return {
        "municipalities": {
            "fields": [field("oktmo", "string", **code), field("name", "string")],
            "primaryKey": ["oktmo"],
        },
        "organizations": {
            "fields": [field("ogrn", "string", **number), field("name", "string")],
            "primaryKey": ["ogrn"],
        },
        "grants": {"fields": grants, "primaryKey": ["grant_id"], "foreignKeys": keys},
    }


def describe(folder: Path, ending: str = "csv") -> None:
    """Write the descriptor of the package of three tables."""
    nodes = [
        {"name": name, "type": "table", "path": f"{name}.{ending}", "schema": schema}
        for name, schema in schemas().items()
    ]
    (folder / "datapackage.json").write_text(json.dumps({"name": "bench", "resources": nodes}), "utf-8")


def write(folder: Path, count: int, broken: float, faults: tuple[str, ...]) -> int:
    """Write the package with a share of rows at fault in grants, and return how many these are."""
    chance = random.Random(7)
    folder.mkdir()
    codes, numbers = [f"{i:08}" for i in range(2000)], [f"{i:013}" for i in range(max(count // 5, 1))]
    (folder / "municipalities.csv").write_text("oktmo,name\n" + "".join(f"{c},Район {c}\n" for c in codes), "utf-8")
    (folder / "organizations.csv").write_text("ogrn,name\n" + "".join(f"{n},НКО {n}\n" for n in numbers), "utf-8")
    found = 0
    with (folder / "grants.csv").open("w", encoding="utf-8", newline="") as handle:
        handle.write(",".join(FIELDS) + "\n")
        for i in range(count):
            day = f"20{chance.randrange(18, 26)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            title = " ".join(chance.choices(WORDS, k=5))
            row = [f"g-{i}", chance.choice(numbers), chance.choice(codes), title, day[:4], day, day]
            row += [f"{chance.randrange(10**7)}.{i % 100:02}", f"{chance.randrange(10**6)}.00", STATUSES[i % 4], ""]
            if i and chance.random() < broken:
                FAULTS[faults[found % len(faults)]](row)
                found += 1
            handle.write(",".join(row) + "\n")
    describe(folder)
    return found


def write_small(folder: Path) -> None:
    """Write a package of 20 tables of ten rows, each with a key into the one before it."""
    folder.mkdir()
    nodes = []
    for number in range(20):
        rows = "".join(f"{i},2023-01-{i + 1:02},{i}.50,{i}\n" for i in range(10))
        (folder / f"t{number}.csv").write_text("id,day,amount,before\n" + rows, "utf-8")
        key = {"fields": ["before"], "reference": {"resource": f"t{max(number - 1, 0)}", "fields": ["id"]}}
        fields = [
            field("id", "integer", required=True), field("day", "date"), field("amount", "number", minimum=0),
            field("before", "integer"),
        ]  # fmt: skip
        schema = {"fields": fields, "primaryKey": ["id"], "foreignKeys": [key]}
        nodes.append({"name": f"t{number}", "type": "table", "path": f"t{number}.csv", "schema": schema})
    (folder / "datapackage.json").write_text(json.dumps({"name": "small", "resources": nodes}), "utf-8")


def packages(scratch: Path, count: int, peers: set[str]) -> dict[str, list[str]]:
    """Write the packages and return the command of each peer."""
    clean, dirty = scratch / "clean", scratch / "dirty"
    write(clean, count, 0, ())
    print(f"{write(dirty, count, 0.001 * len(FIELDS), tuple(FAULTS)):,} rows of the dirty package are at fault")
    ours = [sys.executable, "-m", "resopen", "validate"]
    commands = {
        "pyarrow typed read": [sys.executable, "-c", READ, str(clean)],
        "resopen, clean": [*ours, str(clean)],
        "resopen, dirty": [*ours, str(dirty)],
    }
    if "memory" in peers:
        commands["resopen, dirty, --memory 1GiB"] = [*ours, str(dirty), "--memory", "1GiB"]
    if "parquet" in peers:
        (scratch / "parquet").mkdir()
        subprocess.run([sys.executable, "-c", PARQUET, str(clean), str(scratch / "parquet")], check=True)
        describe(scratch / "parquet", "parquet")
        commands["resopen, Parquet"] = [*ours, str(scratch / "parquet")]
    if "wrong" in peers:
        write(scratch / "wrong", count, 2, ("wrong date",))
        commands["resopen, a wrong cell a row"] = [*ours, str(scratch / "wrong")]
    if "small" in peers:
        write_small(scratch / "small")
        commands["resopen, 20 small tables"] = [*ours, str(scratch / "small")]
    if "frictionless" in peers:
        for name, folder in (("clean", clean), ("dirty", dirty)):
            # It stops at 1,000 errors unless told otherwise; resopen counts them all.
            limit = ["--limit-errors", str(count)]
            command = [sys.executable, "-m", "frictionless", "validate", *limit, str(folder / "datapackage.json")]
            commands[f"frictionless, {name}"] = command
    return commands


def main() -> None:
    """Print the time and memory of each peer, and the ratio of its time to pyarrow's typed read."""
    count, runs, peers = arguments()
    with tempfile.TemporaryDirectory() as scratch:
        show(count, measure(packages(Path(scratch), count, peers), runs), "pyarrow typed read")


if __name__ == "__main__":
    main()
