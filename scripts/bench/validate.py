"""Validation of a large package against its peers, in one run: whole processes, median of several.

The package is synthetic and written into a temporary folder: municipalities (2,000 rows),
organizations (N/5) and grants (N rows of 11 columns: keys, codes, Cyrillic titles, dates, decimals,
an enum, two foreign keys), clean and with 0.1 % broken cells. Run it with the environment's Python:
    .venv/bin/python scripts/bench/validate.py [N] [runs] [--frictionless]
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STATUSES = ["applied", "won", "refused", "completed"]
WORDS = [
    "поддержка",
    "развитие",
    "клуб",
    "школа",
    "музей",
    "двор",
    "село",
    "волонтёр",
    "фестиваль",
    "центр",
    "семья",
    "спорт",
]
BROKEN = {
    "awarded_on": "31.12.2022",
    "awarded_rub": "1 000,50",
    "status": "wonn",
    "ogrn": "9999999999999",
    "year": "+2022",
}
READ = """
import sys
from pyarrow import csv, types
import pyarrow as pa
typed = {"awarded_on": pa.date32(), "starts_on": pa.date32(), "awarded_rub": pa.decimal128(18, 2), "asked_rub":
    pa.decimal128(18, 2), "year": pa.int64(), "ogrn": pa.string(), "oktmo": pa.string(), "inn": pa.string()}
for name in ("municipalities", "organizations", "grants"):
    csv.read_csv(f"{sys.argv[1]}/{name}.csv", convert_options=csv.ConvertOptions(column_types=typed))
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


def write(folder: Path, count: int, broken: float) -> None:
    """Write the package with a share of broken cells in grants."""
    chance = random.Random(7)
    folder.mkdir()
    codes, numbers = [f"{i:08}" for i in range(2000)], [f"{i:013}" for i in range(max(count // 5, 1))]
    (folder / "municipalities.csv").write_text("oktmo,name\n" + "".join(f"{c},Район {c}\n" for c in codes), "utf-8")
    (folder / "organizations.csv").write_text("ogrn,name\n" + "".join(f"{n},НКО {n}\n" for n in numbers), "utf-8")
    names = [str(item["name"]) for item in schemas()["grants"]["fields"]]  # type: ignore[attr-defined]
    with (folder / "grants.csv").open("w", encoding="utf-8", newline="") as handle:
        handle.write(",".join(names) + "\n")
        for i in range(count):
            day = f"20{chance.randrange(18, 26)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            title = " ".join(chance.choices(WORDS, k=5))
            row = [f"g-{i}", chance.choice(numbers), chance.choice(codes), title, day[:4], day, day]
            row += [f"{chance.randrange(10**7)}.{i % 100:02}", f"{chance.randrange(10**6)}.00", STATUSES[i % 4], ""]
            if chance.random() < broken * len(names):
                name = chance.choice(sorted(BROKEN))
                row[names.index(name)] = f'"{BROKEN[name]}"'
            handle.write(",".join(row) + "\n")
    nodes = [
        {"name": name, "type": "table", "path": f"{name}.csv", "encoding": "utf-8", "schema": schema}
        for name, schema in schemas().items()
    ]
    (folder / "datapackage.json").write_text(json.dumps({"name": "bench", "resources": nodes}), "utf-8")


def seconds(command: list[str]) -> float:
    """Return the time of one run of a command, whatever its exit code."""
    start = time.perf_counter()
    subprocess.run(command, check=False, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the table of times, and their ratio to pyarrow's typed read of the same files."""
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    count, runs = (*numbers, *[1_000_000, 5][len(numbers) :])[:2]
    with tempfile.TemporaryDirectory() as scratch:
        for name, broken in (("clean", 0.0), ("dirty", 0.001)):
            folder = Path(scratch) / name
            write(folder, count, broken)
            commands = {
                "pyarrow typed read": [sys.executable, "-c", READ, str(Path(scratch) / "clean")],
                f"resopen validate, {name}": [sys.executable, "-m", "resopen", "validate", str(folder)],
            }
            if "--frictionless" in sys.argv:
                command = [sys.executable, "-m", "frictionless", "validate", str(folder / "datapackage.json")]
                commands[f"frictionless validate, {name}"] = command
            times: dict[str, list[float]] = {key: [] for key in commands}
            for _ in range(runs):
                for key, command in commands.items():
                    times[key].append(seconds(command))
            floor = statistics.median(times["pyarrow typed read"])
            for key, values in times.items():
                middle = statistics.median(values)
                print(f"N={count:,} {key:32} {middle:8.2f} s {middle / floor:7.1f} x pyarrow")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process: {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
