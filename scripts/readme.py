"""Puts real output into README.md and README.ru.md, between the marks; --check fails when stale.

A mark is `<!-- run: ARGUMENTS -->`; the code block after it becomes what `resopen ARGUMENTS` prints.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARK = re.compile(r"(<!-- run: (?P<arguments>[^>]*) -->\n```\n).*?(```\n)", re.DOTALL)


def output(arguments: str) -> str:
    """Return what the command prints, as a person sees it."""
    command = [sys.executable, "-m", "resopen", *arguments.split()]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=environment, check=False)
    return (done.stdout + done.stderr).decode()


def renewed(text: str) -> str:
    """Return the text with every marked block renewed."""
    return MARK.sub(
        lambda found: found[1] + f"$ resopen {found['arguments']}\n" + output(found["arguments"]) + found[3], text
    )


def main() -> int:
    """Renew both files, or say which one is stale."""
    stale = 0
    for name in ("README.md", "README.ru.md"):
        path = ROOT / name
        text = path.read_text("utf-8")
        new = renewed(text)
        if new != text and "--check" in sys.argv:
            print(f"{name} is stale; run: .venv/bin/python scripts/readme.py")
            stale = 1
        elif new != text:
            path.write_text(new, "utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
