"""The time of all indicators over the synthetic example, whole process and phase by phase; median of several runs.

Run it with the environment's Python, after `python scripts/make_example.py FOLDER`:
    .venv/bin/python scripts/bench/indicators.py FOLDER [runs] [large]
`large` computes them too over the example with 20,000 municipalities and 1,000,000 rows of funding
(invented, seed 1), which are loaded and not validated.
"""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from resopen.computing import compute_indicators, valid_package
from resopen.indicators import compute, open_inputs
from resopen.messages import load_messages
from resopen.opening import open_package
from resopen.schema import read_schema_folder
from resopen.schema.indicators import load_indicators

ROOT = Path(__file__).resolve().parents[2]
METHOD = ROOT / "schema" / "methodology" / "irkutsk-ngo-support-2022.toml"


def phases(place: Path) -> tuple[float, float]:
    """Return the seconds that validating took, and computing all indicators."""
    known = load_indicators(read_schema_folder(ROOT / "schema"))
    names = [item.id for item in known]
    with TemporaryDirectory() as scratch:
        start = time.perf_counter()
        judged = valid_package(place, Path(scratch), load_messages("en"), date(2026, 12, 31))
        middle = time.perf_counter()
        compute_indicators(judged, known, names, date(2026, 12, 31))
        end = time.perf_counter()
        judged.connection.close()
    return middle - start, end - middle


def enlarged(place: Path, folder: Path) -> Path:
    """Copy the example with 20,000 municipalities and 1,000,000 rows of funding and return its descriptor."""
    shutil.copytree(place.parent, folder)
    chance = random.Random(1)
    codes = [f"25{i:06}" for i in range(20_000)]
    for name, lines in (
        ("municipalities", (f"{code},2019,0,RU-IRK,Место {code},,municipal_district,2019,,,,,,,s," for code in codes)),
        ("funding", (_grant(i, chance, codes) for i in range(1_000_000))),
    ):
        path = folder / "data" / f"{name}.csv"
        header = path.read_text("utf-8").partition("\n")[0]
        with path.open("w", encoding="utf-8", newline="") as handle:
            handle.write(header + "\n")
            handle.writelines(line + "\n" for line in lines)
    return folder / "datapackage.json"


def _grant(number: int, chance: random.Random, codes: list[str]) -> str:
    channel = chance.choice(("federal_grant_contest", "business_community", "regional_budget"))
    asked, status = chance.randrange(10**6), chance.choice(("won", "completed", "refused"))
    awarded = "0.00" if status == "refused" else f"{asked // 2}.00"
    cells = [f"f{number}", str(chance.randrange(2019, 2023)), channel, "Фонд", "culture", f"{asked}.00", awarded, ""]
    return ",".join([*cells, status, "1020000000000", chance.choice(codes), "", "", "", "", "", "s"])


def large(place: Path) -> float:
    """Return the seconds that computing all indicators takes over the enlarged example."""
    known = load_indicators(read_schema_folder(ROOT / "schema"))
    with TemporaryDirectory() as scratch:
        file = enlarged(place, Path(scratch) / "large")
        package = open_package(file, Path(scratch))
        inputs = open_inputs(package, known, date(2026, 12, 31), Path(scratch))
        start = time.perf_counter()
        compute(inputs, known)
        end = time.perf_counter()
        inputs.connection.close()
    return end - start


def process(*arguments: str) -> float:
    """Return the seconds of a whole process."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "resopen", *arguments]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians."""
    place, runs = Path(sys.argv[1]) / "datapackage.json", int(sys.argv[2]) if len(sys.argv) > 2 else 5
    both = [phases(place) for _ in range(runs)]
    for name, times in (
        ("validate the package, in process", [one for one, _ in both]),
        ("compute all indicators, in process", [two for _, two in both]),
        ("resopen indicators, whole process", [process("indicators", "--package", str(place), "--format", "csv")
                                               for _ in range(runs)]),
        ("resopen rank, whole process", [process("rank", "--methodology", str(METHOD), "--package", str(place))
                                         for _ in range(runs)]),
    ):  # fmt: skip
        print(f"{name}: {statistics.median(times):.2f} s (median of {runs})")
    if "large" in sys.argv[3:]:
        print(f"compute over 20,000 municipalities and 1,000,000 grants, in process: {large(place):.2f} s (one run)")


if __name__ == "__main__":
    main()
