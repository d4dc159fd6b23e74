"""Two versions of a large table compared, with peers in one run: whole processes, median of several.

The old version is the package of grants that scripts/bench/validate.py writes (N rows of 11
columns beside two smaller tables); of the new one about 1 % of the rows are revised, 0.1 % removed,
2,000 added, and all stand in another order. Run it with the environment's Python:
    .venv/bin/python scripts/bench/diff.py [N] [RUNS] [PEER...]
PEER: `parquet` compares the old CSV with the new version as Parquet; `same` a version with its own
copy in another order; `polars` adds polars where it is installed. The peers read the texts, join by
the key and count the rows added, removed and revised; they neither keep nor write what changed.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from processes import arguments, measure, show
from validate import PARQUET, describe, write

PANDAS = """
import sys
import pandas as pd
old, new = (pd.read_csv(f"{path}/grants.csv", dtype=str, keep_default_na=False) for path in sys.argv[1:])
both = old.merge(new, on="grant_id", how="outer", indicator=True, suffixes=("", "_new"))
matched = both[both["_merge"] == "both"]
differs = sum((matched[name] != matched[name + "_new"]).astype(int) for name in old.columns[1:])
print(both["_merge"].value_counts().to_dict(), int((differs > 0).sum()))
"""
PANDAS_ARROW = PANDAS.replace("keep_default_na=False", 'keep_default_na=False, engine="pyarrow"')
POLARS = """
import sys
import polars as pl
old, new = (pl.read_csv(f"{path}/grants.csv", infer_schema=False) for path in sys.argv[1:])
both = old.join(new, on="grant_id", how="inner", suffix="_new")
differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + "_new")) for name in old.columns[1:])
print(len(old) - len(both), len(new) - len(both), both.filter(differs).height)
"""


def change(old: Path, new: Path, share: float) -> None:
    """Write another version of a package: a share of its grants revised, a tenth of it removed, 2,000 added."""
    chance = random.Random(11)
    shutil.copytree(old, new)
    head, *rows = (old / "grants.csv").read_text("utf-8").splitlines()
    kept = []
    for row in rows:
        draw = chance.random()
        if draw < share:
            cells = row.split(",")
            cells[8], cells[9] = f"{chance.randrange(10**6)}.00", "completed"
            row = ",".join(cells)
        if not 1 - share / 10 < draw:
            kept.append(row)
    if share:
        kept += [row.replace("g-", "g-9900000", 1) for row in rows[:2000]]
    chance.shuffle(kept)
    (new / "grants.csv").write_text("\n".join([head, *kept]) + "\n", "utf-8")


def main() -> None:
    """Print the time and memory of each peer."""
    count, runs, peers = arguments()
    with tempfile.TemporaryDirectory() as folder:
        old, new, same = Path(folder, "old"), Path(folder, "new"), Path(folder, "same")
        write(old, count, 0, ())
        change(old, new, 0.01)
        ours = [sys.executable, "-m", "resopen", "diff", "--lang", "en"]
        commands = {
            "resopen, text": [*ours, str(old), str(new)],
            "resopen, json": [*ours, str(old), str(new), "--format", "json"],
            "pandas merge": [sys.executable, "-c", PANDAS, str(old), str(new)],
            "pandas merge, Arrow reader": [sys.executable, "-c", PANDAS_ARROW, str(old), str(new)],
        }
        if "parquet" in peers:
            (parquet := Path(folder, "parquet")).mkdir()
            subprocess.run([sys.executable, "-c", PARQUET, str(new), str(parquet)], check=True)
            describe(parquet, "parquet")
            commands["resopen, CSV against Parquet"] = [*ours, str(old), str(parquet)]
        if "same" in peers:
            change(old, same, 0)
            commands["resopen, another order"] = [*ours, str(old), str(same)]
        if "polars" in peers:
            commands["polars join"] = [sys.executable, "-c", POLARS, str(old), str(new)]
        show(count, measure(commands, runs), "pandas merge")


if __name__ == "__main__":
    main()
