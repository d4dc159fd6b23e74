"""Whole processes timed in turn, so that a noisy moment meets all of them alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping


def arguments() -> tuple[int, int, set[str]]:
    """Return the number of rows, the number of runs and the words of the command line: [N] [RUNS] [PEER...]."""
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    count, runs = (*numbers, *[1_000_000, 5][len(numbers) :])[:2]
    return count, runs, {argument for argument in sys.argv[1:] if not argument.isdigit()}


def run(command: list[str]) -> tuple[float, float]:
    """Return the seconds and the largest memory, in MiB, of one run of a command, whatever its exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def measure(
    commands: Mapping[str, list[str]], runs: int, prepare: Callable[[str], None] = lambda name: None
) -> dict[str, list[tuple[float, float]]]:  # fmt: skip
    """Run the commands in turn and return the seconds and memory of every run; `prepare` is called before each."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            prepare(name)
            found[name].append(run(command))
    return found


def show(count: int, found: Mapping[str, list[tuple[float, float]]], peer: str) -> None:
    """Print the median time of each command, its ratio to that of a peer, and the largest memory."""
    runs = len(found[peer])
    floor = statistics.median(seconds for seconds, _ in found[peer])
    print(f"N = {count:,}, median of {runs} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, values in found.items():
        middle, most = statistics.median(seconds for seconds, _ in values), max(memory for _, memory in values)
        print(f"{name:32} {middle:8.2f} s {middle / floor:7.2f} x {peer} {most:8,.0f} MiB")
