"""Run the command line: python -m resopen."""

from resopen.cli import run

run()
