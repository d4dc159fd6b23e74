"""The days and times that a text may mean: ISO 8601, the Russian standard, and slashes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

Orders = frozenset[tuple[str, str]]

TIME = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:\.[0-9]+)?))?"
ZONE = r"(?P<zone>(?:Z|[+-][0-9]{2}:[0-9]{2})?)"
CLOCK = re.compile(TIME)
MOMENT = re.compile(
    rf"(?P<first>[0-9]{{1,4}})(?P<mark>[./-])(?P<middle>[0-9]{{1,2}})(?P=mark)(?P<last>[0-9]{{1,4}})(?:(?:[T ]|,? )"
    rf"{TIME}{ZONE})?"
)
ORDERS: Mapping[str, str] = MappingProxyType({".": "dmy", "/": "dmy mdy", "-": "dmy mdy"})


@dataclass(frozen=True)
class Moment:
    """What a text says of a day and a time: its days by order of the parts, the clock, the zone.

    The order is `ymd`, `dmy` or `mdy`. `mark` stands between the parts. The clock is empty where no
    time stands. `fault` is the rule that a text breaks which looks like a date but is none.
    """

    days: Mapping[str, str]
    mark: str = ""
    clock: str = ""
    zone: str = ""
    fault: str = ""

    @property
    def is_midnight(self) -> bool:
        """Say whether no time is lost when only the day is kept."""
        return not self.zone and not re.search("[1-9]", self.clock)


def read_moment(text: str) -> Moment | None:
    """Return what a text says, or None where it does not look like a date at all."""
    match = MOMENT.fullmatch(text)
    if not match:
        return None
    first, middle, last, mark = match["first"], match["middle"], match["last"], match["mark"]
    clock = read_clock(text[match.start("hour") : match.start("zone")]) if match["hour"] else ""
    if match["hour"] and not clock:
        return Moment({}, fault="impossible-date")
    if len(first) == 4 and len(last) <= 2 and mark in "-/":
        orders = "ymd" if mark == "/" or len(middle) == len(last) == 2 else ""
    elif len(last) == 4 and len(first) <= 2:
        orders = ORDERS[mark]
    elif max(len(first), len(last)) <= 2:
        return Moment({}, fault="two-digit-year")
    else:
        return None
    days = {order: day for order in orders.split() if (day := _day(first, middle, last, order))}
    return Moment(days, mark, clock, match["zone"] or "", "" if days else "impossible-date") if orders else None


def read_clock(text: str) -> str:
    """Return a time as HH:MM:SS with its fraction, or nothing where there is no such time."""
    match = CLOCK.fullmatch(text)
    if not match or int(match["hour"]) > 23 or int(match["minute"]) > 59 or float(match["second"] or 0) >= 60:
        return ""
    return f"{int(match['hour']):02}:{match['minute']}:{match['second'] or '00'}"


def orders_seen(texts: Iterable[str]) -> Orders:
    """Return the marks and orders of the dates of a column that can be read in one way only.

    A point tells nothing: after it the day is always first.
    """
    found = (read_moment(text) for text in texts)
    single = (moment for moment in found if moment and moment.mark in "/-" and len(moment.days) == 1)
    return frozenset((moment.mark, order) for moment in single for order in moment.days if order != "ymd")


def settled_day(moment: Moment, seen: Orders) -> str:
    """Return the one day that a text means, by the orders seen in its column, or nothing where it is unsettled."""
    days = set(moment.days.values())
    orders = [order for mark, order in seen if mark == moment.mark]
    if len(days) > 1 and len(orders) == 1:
        days = {moment.days[orders[0]]}
    return days.pop() if len(days) == 1 else ""


def _day(first: str, middle: str, last: str, order: str) -> str:
    parts = dict(zip(order, (first, middle, last), strict=True))
    try:
        return date(int(parts["y"]), int(parts["m"]), int(parts["d"])).isoformat()
    except ValueError:
        return ""
