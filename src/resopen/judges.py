"""The constraints of a Table Schema judged on typed values, as Arrow arrays.

The validator judges the same constraints on the texts of a file, in SQL. Here the values are typed
already, so that Arrow compares them; only the lexical forms of texts are judged by the validator's
own SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from resopen import engine
from resopen.errors import DefinitionError
from resopen.schema import Field, Table
from resopen.schema.lexical import NESTED
from resopen.tables.parquet import arrow_type
from resopen.validation.checks import BROKEN
from resopen.validation.types import constant_sql, engine_can_match, value_sql

if TYPE_CHECKING:
    import pyarrow

# Says of each value whether it breaks a constraint; null where that is unknown.
Judge = Callable[["pyarrow.ChunkedArray"], "pyarrow.ChunkedArray"]

BOUNDS: Mapping[str, str] = MappingProxyType(
    {
        "minimum": "less", "maximum": "greater",
        "exclusiveMinimum": "less_equal", "exclusiveMaximum": "greater_equal",
    }
)  # fmt: skip
# What consists of parts, so that its length and its equality are not those of a text.
COMPOUND = (*NESTED, "list")
LENGTHS: Mapping[str, str] = MappingProxyType({"minLength": "less", "maxLength": "greater"})
MEMBERS = ("enum", "categories")
FORM = ("pattern", "minLength", "maxLength")
# No form of a text and no value of a constraint depends on the day of the run.
ANY_DAY = date.min


def judges(table: Table, field: Field) -> Iterator[tuple[str, Any, Judge]]:
    """Yield each constraint on single values of a field: its name, its value and what judges it.

    The order is that of the validator: the form of a text (`type`), the constraints, `stdnum`. A
    null breaks none; where a text is not of its form, the others are unknown. `required` and keys
    are not judged here; neither are `pattern` and `stdnum` of a field whose value is not its text.
    Raises DefinitionError when the engine knows no such value or pattern.
    """
    if _has_form(field):
        yield "type", field.format, partial(_misformed, field)
    form_judges = []
    for name, limit in field.constraints.items():
        try:
            judge = _judge(field, name, limit)
        except (engine.WrongSql, ValueError) as error:
            key = f"{table.spot(field.name)}.constraints.{name}"
            details = {"file": table.where, "key": key, "reason": str(error)}
            raise DefinitionError("definition.not-checkable", details) from error
        if judge:
            yield name, limit, partial(_of_known, field, judge)
            form_judges += [judge] if name in FORM else []
    if field.stdnum and is_text(field):
        yield "stdnum", field.stdnum, partial(_wrong_digits, _stdnum(field), tuple(form_judges))


def is_text(field: Field) -> bool:
    """Say whether the value of a field is its text, as it stands in a file."""
    import pyarrow as pa

    return bool(arrow_type(field) == pa.string())


def known(field: Field, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Return values with null for a text that is not of its type, and without the negative zero."""
    if _has_form(field):
        with engine.connect(ANY_DAY) as connection:
            engine.load_columns(connection, "t0", [values], Path(field.name))
            return engine.arrow(connection, f"SELECT {value_sql(field, 'c1')} AS c1 FROM t0 ORDER BY rowid").column(0)
    return _one_zero(values)


def _one_zero(values: Any) -> Any:
    """Return numbers whose negative zero is zero, for Arrow takes the two for different values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.add(values, 0.0) if pa.types.is_floating(values.type) else values


def _judge(field: Field, name: str, limit: Any) -> Judge | None:
    """Return what judges a constraint on known values; None for one that is not about single values."""
    if name in BOUNDS:
        return partial(_beyond, name, _constants(field, [limit])[0])
    if field.type in COMPOUND and name in (*MEMBERS, *LENGTHS):
        return partial(_broken_in_engine, BROKEN[name](field, limit, "c1", "c1"))
    if name in MEMBERS:
        return partial(_not_in, _constants(field, limit))
    if name in LENGTHS:
        return partial(_of_length, LENGTHS[name], limit)
    return _pattern_judge(limit) if name == "pattern" and is_text(field) else None


def _broken_in_engine(fails: str, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Say for which texts a predicate of the engine over c1 holds."""
    with engine.connect(ANY_DAY) as connection:
        engine.load_columns(connection, "t0", [values], Path("c1"))
        return engine.arrow(connection, f"SELECT coalesce({fails}, false) AS c1 FROM t0 ORDER BY rowid").column(0)


def _constants(field: Field, values: Sequence[Any]) -> pyarrow.Array:
    """Return the values of a constraint, read by the engine as those of the field's own type.

    A limit of a year may be no year, so years are compared as int64.
    """
    import pyarrow as pa

    texts = ", ".join(constant_sql(field, value) for value in values)
    with engine.connect(ANY_DAY) as connection:
        found = engine.rows(connection, f"SELECT {texts}")[0]
    return _one_zero(pa.array(found, pa.int64() if field.type == "year" else arrow_type(field)))


def _has_form(field: Field) -> bool:
    return is_text(field) and value_sql(field, "c1") != "c1"


def _misformed(field: Field, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    import pyarrow.compute as pc

    return pc.and_not(pc.is_valid(values), pc.is_valid(known(field, values)))


def _of_known(field: Field, judge: Judge, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    return judge(known(field, values))


def _beyond(name: str, limit: pyarrow.Scalar, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Say which values lie beyond a limit; NaN lies above all numbers, as in the engine."""
    import pyarrow as pa
    import pyarrow.compute as pc

    broken = getattr(pc, BOUNDS[name])(values, limit)
    if pa.types.is_floating(values.type) and name in ("maximum", "exclusiveMaximum"):
        return pc.or_(broken, pc.is_nan(values))
    return broken


def _not_in(members: pyarrow.Array, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    import pyarrow.compute as pc

    return pc.and_not(pc.is_valid(values), pc.is_in(values.cast(members.type), value_set=members))


def _of_length(comparison: str, limit: int, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    import pyarrow.compute as pc

    return getattr(pc, comparison)(pc.utf8_length(values), limit)


def _pattern_judge(pattern: str) -> Judge:
    """Return what matches whole values: RE2 as in the engine, or Python where RE2 falls short.

    Raises ValueError when RE2 does not compile the pattern.
    """
    import pyarrow as pa

    if not engine_can_match(pattern):
        return partial(_unmatched_by_python, re.compile(pattern))
    judge = partial(_unmatched, rf"\A(?:{pattern})\z")
    judge(pa.chunked_array([[""]]))
    return judge


def _unmatched(pattern: str, values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    import pyarrow.compute as pc

    return pc.invert(pc.match_substring_regex(values, pattern))


def _unmatched_by_python(pattern: re.Pattern[str], values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    return _judged_by_python(lambda text: not pattern.fullmatch(text), values)


def _stdnum(field: Field) -> Callable[[str], bool]:
    is_valid: Callable[[str], bool] = import_module(f"stdnum.{field.stdnum}").is_valid
    return is_valid


def _wrong_digits(
    is_valid: Callable[[str], bool], form_judges: Sequence[Judge], values: pyarrow.ChunkedArray
) -> pyarrow.ChunkedArray:
    """Say which numbers have wrong check digits; one that breaks its form already does not count."""
    import pyarrow.compute as pc

    broken = _judged_by_python(lambda text: not is_valid(text), values)
    for judge in form_judges:
        broken = pc.and_not(broken, judge(values))
    return broken


def _judged_by_python(judge: Callable[[str], bool], values: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([[None if text is None else judge(text) for text in values.to_pylist()]], pa.bool_())
