"""Random draws that are the same on every machine.

The bits come from numpy's PCG64, whose stream numpy guarantees; all that is made of them is whole
numbers and decimals, whose results the standard fixes (logarithms of floats are not so).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Context, Decimal
from typing import TypeVar

from numpy.random import PCG64, SeedSequence

Item = TypeVar("Item")
Draws = Iterator[int]

BITS = 32
PRECISION = 20


def draws(seed: int, name: str) -> Draws:
    """Yield whole numbers below 2**32; each name has a stream of its own, so that one table does not move another."""
    bits = PCG64(SeedSequence([seed, zlib.crc32(name.encode())]))
    while True:
        yield from (bits.random_raw(1024) >> BITS).tolist()


def below(stream: Draws, limit: int) -> int:
    """Return a whole number from 0 to limit - 1."""
    return (next(stream) * limit) >> BITS


def between(stream: Draws, low: int, high: int) -> int:
    """Return a whole number from low to high, both included."""
    return low + below(stream, high - low + 1)


def chance(stream: Draws, percent: int) -> bool:
    """Return true in so many of a hundred draws."""
    return below(stream, 100) < percent


def pick(stream: Draws, items: Sequence[Item]) -> Item:
    """Return one of the items, all alike."""
    return items[below(stream, len(items))]


def weighted(stream: Draws, weights: Mapping[str, int]) -> str:
    """Return a key as often as its weight says."""
    left = below(stream, sum(weights.values()))
    for name, weight in weights.items():
        left -= weight
        if left < 0:
            return name
    raise AssertionError("weights are above zero")


def skewed(stream: Draws, median: Decimal | int, sigma: str) -> Decimal:
    """Return a lognormal amount: half lie below the median, few are many times larger.

    The normal deviate is the sum of twelve uniform ones less six.
    """
    context = Context(prec=PRECISION)
    total = sum(next(stream) for _ in range(12))  # Whole numbers: the order does not matter.
    deviate = context.subtract(context.divide(Decimal(total), Decimal(2**BITS)), Decimal(6))
    return context.multiply(Decimal(median), context.exp(context.multiply(Decimal(sigma), deviate)))


def count(stream: Draws, mean: Decimal | int, sigma: str = "0.4") -> int:
    """Return a skewed whole number; what is left over is rounded up as often as it is large."""
    amount = skewed(stream, mean, sigma)
    whole = int(amount)
    return whole + (next(stream) < int((amount - whole) * 2**BITS))


def day(stream: Draws, first: date, last: date) -> date:
    """Return a day from the first to the last."""
    return first + timedelta(days=below(stream, (last - first).days + 1))


def day_of(stream: Draws, year: int) -> date:
    """Return a day of a year."""
    return day(stream, date(year, 1, 1), date(year, 12, 31))


def money(amount: Decimal, step: int = 100) -> str:
    """Return roubles with kopecks, rounded down to a step as people write them."""
    return f"{int(amount) // step * step}.00"
