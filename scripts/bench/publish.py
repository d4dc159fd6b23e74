"""Publishing a large package against its peers, in one run: whole processes, median of several.

The package is that of validate.py (municipalities, organizations, N grants of 11 columns, clean).
resopen validates it, writes every table sorted as canonical CSV and Parquet, packs the zip, and reads
all back with every check. Peers on the same files: pyarrow's typed read and its two writes (CSV and
Parquet), pandas to_csv and to_parquet, frictionless reading and writing CSV with its validation.
Run it with the environment's Python:
    .venv/bin/python scripts/bench/publish.py [N] [RUNS] [PEER...]
PEER: `pandas`, `frictionless`.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from validate import run, write

PYARROW = """
import sys
from pathlib import Path
from pyarrow import csv, parquet
import pyarrow as pa
typed = {"awarded_on": pa.date32(), "starts_on": pa.date32(), "awarded_rub": pa.decimal128(18, 2), "asked_rub":
    pa.decimal128(18, 2), "year": pa.int64(), "ogrn": pa.string(), "oktmo": pa.string(), "note": pa.string()}
source, target = map(Path, sys.argv[1:])
target.mkdir(exist_ok=True)
for name in ("municipalities", "organizations", "grants"):
    rows = csv.read_csv(source / f"{name}.csv", convert_options=csv.ConvertOptions(column_types=typed))
    csv.write_csv(rows, target / f"{name}.csv")
    parquet.write_table(rows, target / f"{name}.parquet", compression="zstd")
"""
PANDAS = """
import sys
from pathlib import Path
import pandas
source, target = map(Path, sys.argv[1:])
target.mkdir(exist_ok=True)
for name in ("municipalities", "organizations", "grants"):
    rows = pandas.read_csv(source / f"{name}.csv", dtype=str)
    rows.to_csv(target / f"{name}.csv", index=False)
    rows.to_parquet(target / f"{name}.parquet", compression="zstd")
"""
FRICTIONLESS = """
import sys
from frictionless import Package, validate
source, target = sys.argv[1:]
validate(f"{source}/datapackage.json")
package = Package(f"{source}/datapackage.json")
for resource in package.resources:
    resource.write(f"{target}/{resource.name}.csv")
"""


def main() -> None:
    """Print the time and memory of each peer, and the ratio of its time to pyarrow's."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    peers = set(sys.argv[3:])
    with tempfile.TemporaryDirectory() as place:
        scratch = Path(place)
        source, target = scratch / "package", scratch / "target"
        write(source, count, 0.0, ())
        (source / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0 - 2026-11-21\n\n- x\n", "utf-8")
        publish = [sys.executable, "-m", "resopen", "publish", str(source), "--version", "0.1.0", "--output"]
        commands = {
            "pyarrow": [sys.executable, "-c", PYARROW, str(source), str(target)],
            "resopen publish": [*publish, str(target)],
            "resopen verify": [sys.executable, "-m", "resopen", "verify", str(target / "PACKAGE")],
        }
        if "pandas" in peers:
            commands["pandas"] = [sys.executable, "-c", PANDAS, str(source), str(target)]
        if "frictionless" in peers:
            commands["frictionless"] = [sys.executable, "-c", FRICTIONLESS, str(source), str(target)]
        subprocess.run([*publish, str(target)], check=True)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                if name == "resopen verify":
                    command = [*command[:-1], str(next(target.glob("*-0.1.0")))]
                else:
                    shutil.rmtree(target, ignore_errors=True)
                    target.mkdir()
                found[name].append(run(command))
        base = statistics.median(seconds for seconds, _ in found["pyarrow"])
        print(f"{count:,} grants, median of {runs}")
        for name, times in found.items():
            seconds, memory = (statistics.median(values) for values in zip(*times, strict=True))
            print(f"{name:<16} {seconds:7.2f} s  {seconds / base:6.2f} x pyarrow  {memory:7.0f} MiB")


if __name__ == "__main__":
    main()
