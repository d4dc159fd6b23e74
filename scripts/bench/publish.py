"""Publishing a large package against its peers, in one run: whole processes, median of several.

The package is that of validate.py (municipalities, organizations, N grants of 11 columns, clean).
resopen validates it, writes every table sorted as canonical CSV and Parquet, packs the zip, and reads
all back with every check. Peers on the same files: pyarrow's typed read and its two writes (CSV and
Parquet), pandas to_csv and to_parquet, frictionless with its validation.
Run it with the environment's Python:
    .venv/bin/python scripts/bench/publish.py [N] [RUNS] [PEER...]
PEER: `pandas`, `frictionless` (validation, then both files), `canonical` (the same
rows written canonically and sorted).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import arguments, measure, show
from validate import write

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
from pathlib import Path
from frictionless import Package, validate
source, target = map(Path, sys.argv[1:])
target.mkdir(exist_ok=True)
assert validate(f"{source}/datapackage.json").valid
package = Package(f"{source}/datapackage.json")
for resource in package.resources:
    resource.write(str(target / f"{resource.name}.csv"))
    resource.write(str(target / f"{resource.name}.parquet"))
package.to_json(str(target / "datapackage.json"))
"""


def commands_of(scratch: Path, count: int, peers: set[str]) -> dict[str, list[str]]:
    """Write the packages and return the command of each peer."""
    source, target = scratch / "package", scratch / "target"
    write(source, count, 0.0, ())
    (source / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0 - 2026-11-21\n\n- x\n", "utf-8")
    ours = [sys.executable, "-m", "resopen", "publish", "--version", "0.1.0", "--output"]
    subprocess.run([*ours, str(scratch / "kept"), str(source)], check=True)
    commands = {
        "pyarrow": [sys.executable, "-c", PYARROW, str(source), str(target)],
        "resopen publish": [*ours, str(target), str(source)],
    }
    kept = scratch / "kept" / "bench-0.1.0"
    commands["resopen verify"] = [sys.executable, "-m", "resopen", "verify", str(kept)]
    if "canonical" in peers:
        # The same rows as a steward keeps them: as they stand in a version.
        shutil.copytree(source, scratch / "canonical")
        for path in (kept / "data").glob("*.csv"):
            shutil.copy(path, scratch / "canonical")
        commands["resopen publish, canonical"] = [*ours, str(target), str(scratch / "canonical")]
    for name, script in (("pandas", PANDAS), ("frictionless", FRICTIONLESS)):
        if name in peers:
            commands[name] = [sys.executable, "-c", script, str(source), str(target)]
    return commands


def main() -> None:
    """Print the time and memory of each peer, and the ratio of its time to pyarrow's."""
    count, runs, peers = arguments()
    with tempfile.TemporaryDirectory() as place:
        scratch = Path(place)

        def empty(name: str) -> None:
            shutil.rmtree(scratch / "target", ignore_errors=True)

        show(count, measure(commands_of(scratch, count, peers), runs, empty), "pyarrow")


if __name__ == "__main__":
    main()
