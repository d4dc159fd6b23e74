"""The time of all indicators over the synthetic example, whole process and phase by phase; median of several runs.

Run it with the environment's Python, after `python scripts/make_example.py FOLDER`:
    .venv/bin/python scripts/bench/indicators.py FOLDER [runs]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from resopen.computing import compute_indicators, valid_package
from resopen.messages import load_messages
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


if __name__ == "__main__":
    main()
