"""The numbers that a text may mean, and the one that other cells of its column settle.

Numbers stay texts from end to end, so that no digit is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Roles = frozenset[tuple[str, str]]

SPACES = " \u00a0\u2009\u202f"
SIGNED = re.compile(r"(?P<sign>[-\u2212]?)(?P<body>[^eE]+)(?P<exponent>(?:[eE][+-]?[0-9]+)?)")
SPACED = re.compile(rf"(?P<whole>[1-9][0-9]{{0,2}}(?:[{SPACES}][0-9]{{3}})+)(?:(?P<mark>[.,])(?P<fraction>[0-9]+))?")
ONE_MARK = re.compile(r"(?P<whole>[0-9]*)(?P<mark>[.,])(?P<fraction>[0-9]*)")
GROUPED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?P<group>[.,])[0-9]{3}(?:(?P=group)[0-9]{3})*)"
    r"(?:(?!(?P=group))(?P<mark>[.,])(?P<fraction>[0-9]+))?"
)
WITH_UNIT = re.compile(r"(?P<before>[^0-9-]*)(?P<number>-?[0-9](?:.*[0-9])?)(?P<after>[^0-9]*)", re.DOTALL)
SPECIAL = ("NaN", "INF", "-INF")
OTHER = {",": ".", ".": ","}


@dataclass(frozen=True)
class Reading:
    """One meaning of a text: the number with a decimal point, and what the comma and the point are in it."""

    number: str
    roles: Roles = frozenset()


def readings(text: str) -> tuple[Reading, ...]:
    """Return what a text may mean as a number: nothing, one number, or two.

    Spaces, commas and points group thousands only where every group has exactly three digits and
    the first digit is no zero; where comma and point both stand, the last one is the decimal mark.
    """
    if text in SPECIAL:
        return (Reading(text),)
    match = SIGNED.fullmatch(text)
    if not match:
        return ()
    sign, body, exponent = "-" if match["sign"] else "", match["body"], match["exponent"]
    if body.isascii() and body.isdigit():
        return (Reading(sign + body + exponent),)
    found: list[Reading] = []
    if (one := ONE_MARK.fullmatch(body)) and (one["fraction"] or (one["whole"] and one["mark"] == ".")):
        roles = frozenset({(one["mark"], "decimal")})
        found.append(Reading(f"{sign}{one['whole']}.{one['fraction']}{exponent}", roles))
    if (spaced := SPACED.fullmatch(body)) and not exponent:
        found.append(_grouped(sign, spaced, frozenset()))
    if (grouped := GROUPED.fullmatch(body)) and not exponent:
        found.append(_grouped(sign, grouped, frozenset({(grouped["group"], "group")})))
    return tuple(found)


def _grouped(sign: str, match: re.Match[str], roles: Roles) -> Reading:
    whole = re.sub("[^0-9]", "", match["whole"])
    if not match["mark"]:
        return Reading(sign + whole, roles)
    return Reading(f"{sign}{whole}.{match['fraction']}", roles | {(match["mark"], "decimal")})


def roles_seen(cells: Iterable[Sequence[Reading]]) -> Roles:
    """Return what the comma and the point are in the cells of a column that have one meaning only."""
    return frozenset(role for found in cells if len(found) == 1 for role in found[0].roles)


def settled(found: Sequence[Reading], seen: Roles, convention: Roles) -> Reading | None:
    """Return the meaning of a text that has two, or None where nothing settles it.

    What its mark is in other cells of the column settles it; else that the other mark groups
    thousands there; else the convention of the file, unless the other mark is decimal there.
    """
    mark = next(iter(found[0].roles))[0]
    own = {role for one, role in seen if one == mark}
    other = {role for one, role in seen if one == OTHER[mark]}
    if len(own) == 1:
        role = own.pop()
    elif own or "decimal" in other:
        return None
    else:
        role = "decimal" if other else next((role for one, role in convention if one == mark), "")
    return next((reading for reading in found if (mark, role) in reading.roles), None)


def whole(number: str) -> str:
    """Return a number without its fraction where that is zero, or nothing where it is not whole."""
    match = re.fullmatch(r"(-?[0-9]+)(?:\.0*)?", number)
    return match[1] if match else ""


def with_unit(text: str) -> tuple[str, str, str] | None:
    """Return what stands before a number, the number, and what stands after it; None where none does."""
    match = WITH_UNIT.fullmatch(text)
    return (match["before"], match["number"], match["after"]) if match else None
