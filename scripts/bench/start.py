"""Start-up and validation of the curated package, against frictionless, in one run.

Whole processes, median of several; prints a table. Run it with the environment's Python:
    .venv/bin/python scripts/bench/start.py [runs]
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTOR = str(ROOT / "datapackage" / "datapackage.json")
COMMANDS = {
    "resopen --help": [sys.executable, "-m", "resopen", "--help"],
    "resopen validate": [sys.executable, "-m", "resopen", "validate"],
    "resopen validate datapackage.json": [sys.executable, "-m", "resopen", "validate", DESCRIPTOR],
    "frictionless validate datapackage.json": [sys.executable, "-m", "frictionless", "validate", DESCRIPTOR],
}


def seconds(command: list[str]) -> float:
    """Return the time of one run of a command, which must succeed."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Time the commands in turn, so that a noisy moment meets all of them alike."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            times[name].append(seconds(command))
    peer = statistics.median(times["frictionless validate datapackage.json"])
    print(f"median of {runs}, seconds; ratio = frictionless / command")
    for name, values in times.items():
        middle = statistics.median(values)
        print(f"{name:42} {middle:6.3f}  {peer / middle:6.1f}x")


if __name__ == "__main__":
    main()
