"""Fuzzes the reader and the judge with atheris until it is stopped.

Usage: python scripts/fuzz.py [FORM] [options of libFuzzer]. FORM is csv (the default), json, xlsx,
parquet, csv.gz, csv.zip, or descriptor. Needs `pip install atheris`, which has wheels for Linux. A
crash is written to a file beside; give its name to run it again. Try -max_total_time=600.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FORMS = ("csv", "json", "xlsx", "parquet", "csv.gz", "csv.zip", "descriptor")


def main() -> int:
    """Fuzz one form; the first inputs are the valid file of the tests."""
    try:
        import atheris
    except ImportError:
        print("atheris is not installed. Install it: .venv/bin/pip install atheris", file=sys.stderr)
        return 2
    form, rest = (sys.argv[1], sys.argv[2:]) if sys.argv[1:2] and sys.argv[1] in FORMS else ("csv", sys.argv[1:])
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    with atheris.instrument_imports(include=["resopen"]):
        from tests import test_fuzz

    def judge(content: bytes) -> None:
        if form == "descriptor":
            test_fuzz.judge_descriptor(content)
        else:
            test_fuzz.judge_bytes(content, form, {})

    seeds = Path(tempfile.mkdtemp(prefix="resopen-fuzz-"))
    valid = [text.encode() for text in test_fuzz.descriptors()] if form == "descriptor" else [test_fuzz.original(form)]
    for i, content in enumerate(valid):
        (seeds / str(i)).write_bytes(content)
    atheris.Setup([sys.argv[0], *rest, str(seeds)], judge)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
