# -*- coding: utf-8 -*-
"""Writes a synthetic Data Package that exercises every indicator: python scripts/make_example.py --help.

Without the packages that it needs it sets the environment up first and runs there.
"""

import importlib.util
import os
import subprocess
import sys

import set_up


def main():
    """Run the command here where resopen is installed, otherwise in the environment of this repository."""
    if importlib.util.find_spec("resopen") and importlib.util.find_spec("numpy"):
        from synthetic.command import run

        return run(sys.argv[1:])
    if os.path.realpath(sys.prefix) == os.path.realpath(set_up.VENV):
        set_up.stop(
            "В .venv нет resopen; удалите .venv и повторите.", "resopen is not in .venv; delete .venv and retry."
        )
    set_up.check_python()
    set_up.make_venv()
    set_up.install()
    return subprocess.call([set_up.python_of_venv(), os.path.abspath(__file__)] + sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
