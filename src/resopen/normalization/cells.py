"""What the cells of one column become: a canonical text each, or a doubt that says why not.

Everything here is a pure function of the field, the cells and the convention of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from resopen.normalization import moments, numerals
from resopen.schema import Field
from resopen.schema.lexical import FALSE_VALUES, TRUE_VALUES
from resopen.tables.native import text_of

WORDS = (("true", "да", "истина"), ("false", "нет", "ложь"))
NUMERIC = ("integer", "number", "year")
ISO = ("default", "any")
# Spreadsheet programs keep so many digits of a number and put zeros in place of the others.
KEPT_DIGITS = 15


@dataclass(frozen=True)
class Doubt:
    """Why a cell is not decided: the rule of the message, and what fills its placeholders."""

    rule: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Column:
    """What the cells of a column that can be read in one way only tell of the others.

    `roles` are those of comma and point, `orders` those of day and month; `convention` says what a
    mark is in the whole file, where no cell of the column shows it.
    """

    roles: numerals.Roles = frozenset()
    orders: moments.Orders = frozenset()
    convention: numerals.Roles = frozenset()


Decision = str | Doubt


def decide_column(field: Field, cells: Sequence[Any], convention: numerals.Roles) -> list[Decision]:
    """Return what each cell of a column becomes.

    A missing value of the field stays; an empty cell stays empty. `cells` are texts, and what a
    workbook holds beside them; `convention` is the role (`decimal` or `group`) of comma and point
    where no cell of the column shows it.
    """
    found = {cell for cell in cells if isinstance(cell, str)}
    texts = {trimmed(cell) for cell in found if not {cell, trimmed(cell)} & {*field.missing_values}}
    column = Column(convention=convention)
    if field.type in NUMERIC:
        roles = _declared(field) or numerals.roles_seen(_readings(field, text) for text in texts)
        column = Column(roles, convention=convention)
    elif field.type in ("date", "datetime"):
        column = Column(orders=moments.orders_seen(texts))
    made = {text: _of_text(field, text, column) for text in found}
    return [made[cell] if isinstance(cell, str) else of_typed(field, cell) for cell in cells]


def trimmed(text: str) -> str:
    """Return a text without white space around it, its line ends as line feeds."""
    return text.replace("\r\n", "\n").strip()


def _of_text(field: Field, text: str, column: Column) -> Decision:
    if text in field.missing_values:
        return text
    bare = trimmed(text)
    if not bare or bare in field.missing_values:
        return bare
    decide = DECISIONS.get(field.type)
    return decide(field, bare, column) if decide else bare


def not_of_type(field: Field) -> Doubt:
    """Return the doubt of a cell that is not of the type of its field."""
    form = "-form" if field.type in ("date", "time", "datetime") and field.format not in ISO else ""
    return Doubt("type", (("type", field.type + form),))


def _declared(field: Field) -> numerals.Roles:
    """Return what the schema itself says of comma and point."""
    marks = (
        (str(field.options.get(name, "")), role) for name, role in (("decimalChar", "decimal"), ("groupChar", "group"))
    )
    return frozenset((mark, role) for mark, role in marks if mark in (",", "."))


def _readings(field: Field, text: str) -> tuple[numerals.Reading, ...]:
    group = str(field.options.get("groupChar", ""))
    text = text.replace(group, " ") if group not in ("", ",", ".") else text
    declared = dict(_declared(field))
    return tuple(
        reading
        for reading in numerals.readings(text)
        if all(declared.get(mark, role) == role for mark, role in reading.roles)
    )


def _number(field: Field, text: str, column: Column) -> Decision:
    before, after = "", ""
    found = _readings(field, text)
    if not found and field.options.get("bareNumber") is False and (parts := numerals.with_unit(text)):
        before, core, after = parts
        found = _readings(field, core)
    if not found:
        has_more = numerals.with_unit(text) is not None and re.search(r"[^0-9.,\s-]", text)
        return Doubt("not-a-bare-number") if has_more else not_of_type(field)
    reading = found[0] if len(found) == 1 else numerals.settled(found, column.roles, column.convention)
    if reading is None:
        return Doubt("ambiguous-number", tuple(zip(("first", "second"), (item.number for item in found), strict=True)))
    number = reading.number
    if field.type != "number":
        number = numerals.whole(number)
        if not number or (field.type == "year" and not re.fullmatch("-?[0-9]{4}", number)):
            return not_of_type(field)
    return before + number.replace(".", str(field.options.get("decimalChar", "."))) + after


def _date(field: Field, text: str, column: Column) -> Decision:
    if field.format not in ISO:
        return text
    moment = moments.read_moment(text)
    if moment is None:
        return not_of_type(field)
    if moment.fault:
        return Doubt(moment.fault)
    day = moments.settled_day(moment, column.orders)
    if not day:
        return Doubt("ambiguous-date", tuple(zip(("first", "second"), moment.days.values(), strict=True)))
    if field.type == "date":
        return day if moment.is_midnight else Doubt("date-with-time")
    return f"{day}T{moment.clock}{moment.zone}" if moment.clock else Doubt("date-without-time")


def _time(field: Field, text: str, column: Column) -> Decision:
    if field.format not in ISO:
        return text
    clock = moments.read_clock(text)
    return clock if clock and "." not in clock else not_of_type(field)


def _boolean(field: Field, text: str, column: Column) -> Decision:
    """Return the first of the field's values for true or false: its own texts go before our words."""
    own = _boolean_values(field)
    for known, word in ((own, text), (WORDS, text.casefold())):
        meant = [values[0] for values, texts in zip(own, known, strict=True) if word in texts]
        if len(meant) == 1:
            return meant[0]
    return not_of_type(field)


def _boolean_values(field: Field) -> tuple[tuple[str, ...], tuple[str, ...]]:
    true, false = (field.options.get("trueValues", TRUE_VALUES), field.options.get("falseValues", FALSE_VALUES))
    return tuple(map(str, true)) or TRUE_VALUES, tuple(map(str, false)) or FALSE_VALUES


DECISIONS: Mapping[str, Callable[[Field, str, Column], Decision]] = MappingProxyType(
    {
        "integer": _number, "number": _number, "year": _number, "date": _date, "datetime": _date,
        "time": _time, "boolean": _boolean,
    }
)  # fmt: skip


def of_typed(field: Field, value: Any) -> Decision:
    """Return what a cell of a workbook becomes that holds no text: a number, a truth value, a day, a time.

    None is an empty cell. A whole number in a field that is text becomes its digits; whether they
    keep the form of the field is for the caller to judge.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        true, false = _boolean_values(field)
        return (true if value else false)[0] if field.type == "boolean" else Doubt("workbook-boolean", _type(field))
    if isinstance(value, int | float):
        return _typed_number(field, Decimal(repr(value)))
    return _typed_moment(field, value)


def _typed_number(field: Field, value: Decimal) -> Decision:
    text = format(value, "f") if value.is_finite() else str(value)
    if field.type == "number":
        return text.replace(".", str(field.options.get("decimalChar", ".")))
    digits = numerals.whole(text)
    if field.type in ("integer", "string", "any") and len(digits.lstrip("-")) > KEPT_DIGITS:
        return Doubt("digits-lost", (("count", str(KEPT_DIGITS)),))
    if field.type in ("integer", "year"):
        is_year = field.type != "year" or re.fullmatch("-?[0-9]{4}", digits)
        return digits if digits and is_year else not_of_type(field)
    if field.type == "boolean" and digits in {text for texts in _boolean_values(field) for text in texts}:
        return _boolean(field, digits, Column())
    if field.type not in ("string", "any") or not digits:
        return Doubt("workbook-number", _type(field))
    return digits


def _typed_moment(field: Field, value: Any) -> Decision:
    """Return a day or a time of a workbook in the form of its field, if that form holds all of it."""
    if field.type == "date" and isinstance(value, datetime) and value.time() != time():
        return Doubt("date-with-time")
    kinds: Mapping[str, type] = {"date": date, "datetime": datetime, "time": time}
    if not isinstance(value, date | time) or not isinstance(value, kinds.get(field.type, ())):
        return Doubt("workbook-date", _type(field))
    text = text_of(field, value)
    # A form of the schema without, say, a year would lose it.
    lasting = field.format in ISO or datetime.strptime(text, field.format) == _whole_moment(value)
    return text if lasting else not_of_type(field)


def _whole_moment(value: date | time) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time()) if isinstance(value, date) else datetime.combine(date(1900, 1, 1), value)


def _type(field: Field) -> tuple[tuple[str, str], ...]:
    return (("type", field.type),)
