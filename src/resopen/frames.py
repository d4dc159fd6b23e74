"""Frames of pandas and their contracts in pandera, from the same Table Schema as everything else.

Every column is a `pandas.ArrowDtype` of the field's Arrow type, the one of the published Parquet:
the only family of pandas that holds days, times and exact decimals beside whole numbers with nulls.
`pandas.read_parquet(file, dtype_backend="pyarrow")` gives the same frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from resopen.errors import SetupError
from resopen.judges import Judge, judges, known
from resopen.schema import Field, Table
from resopen.tables.parquet import arrow_type
from resopen.validation.checks import unique_keys

if TYPE_CHECKING:
    import pandas
    import pyarrow
    from pandera.pandas import Check, Column, DataFrameSchema

INSTALL = 'pip install "resopen[pandas]"'


def pandas_frame(rows: pyarrow.Table) -> pandas.DataFrame:
    """Return an Arrow table as a frame whose columns keep their Arrow types.

    A null stays a null: whole numbers stay whole, decimals exact, days are days. The index counts
    the rows from 0, whatever the metadata of the table say.
    Raises SetupError when pandas is not installed.
    """
    return rows.to_pandas(types_mapper=_needed("pandas").ArrowDtype, ignore_metadata=True)


def pandera_schema(table: Table) -> DataFrameSchema:
    """Return the contract of a table: what its frame must be for its rows to be valid.

    Columns stand in the order of the fields, none besides, each of its Arrow type; nothing is
    coerced. A null passes everything but `required` and the primary key. A column of a wrong type
    is refused as such, and what else it breaks is unknown. `SchemaErrors.failure_cases` names a
    broken constraint as the schema does (`pattern`, `minimum`, `primaryKey`, `uniqueKeys`,
    `unique`, `stdnum`), a text that is not of its format as `type`, a null as pandera's own
    `not_nullable`. Of rows with the same key all but the first are named; a key with a null in any
    part repeats no other.

    Titles and descriptions are English; `metadata` hold the Russian ones, the unit and the whole
    Frictionless field of each column, and the keys of the table. Three things a typed frame alone
    cannot say; they stand in the metadata, and `validate` judges them: foreign keys, and `pattern`
    and `stdnum` of a field whose value is not its text (`007` is the whole number 7).

    Args: the table; one without fields has a contract that every frame fulfils.
    Raises SetupError when pandera is not installed; DefinitionError when the engine knows no such
    value or pattern of a constraint, or python-stdnum no such number.
    Source: Table Schema, Data Package version 2.
    """
    keys = [_key_check(rule, [table.field(name) for name in names]) for rule, names in unique_keys(table)]
    contract: DataFrameSchema = _needed("pandera.pandas").DataFrameSchema(
        {field.name: _column(table, field) for field in table.fields},
        checks=keys,
        name=table.name,
        title=table.title.text("en"),
        description=table.description.text("en"),
        metadata=_table_metadata(table),
        strict=bool(table.fields),
        ordered=True,
        coerce=False,
        unique_column_names=bool(table.fields),
    )
    return contract


def field_descriptor(field: Field) -> dict[str, Any]:
    """Return the Table Schema descriptor of a field; what is empty in the field is left out."""
    node = {
        "name": field.name,
        "type": field.type,
        "format": field.format,
        "title": field.title.en,
        "title_ru": field.title.ru,
        "description": field.description.en,
        "description_ru": field.description.ru,
        "example": field.example,
        "unit": field.unit,
        "constraints": {name: value for name, value in field.constraints.items() if name != "categories"},
        "categories": field.constraints.get("categories"),
        "stdnum": field.stdnum,
        "personalData": list(field.personal_data),
    }
    kept = {name: value for name, value in node.items() if value}
    if field.decimal_places is not None:
        kept["decimalPlaces"] = field.decimal_places
    return {**kept, "missingValues": list(field.missing_values), **field.options}


def _table_metadata(table: Table) -> dict[str, Any]:
    foreign_keys = [
        {"fields": list(key.fields), "reference": {"resource": key.resource, "fields": list(key.reference_fields)}}
        for key in table.foreign_keys
    ]
    return {
        "title_ru": table.title.text("ru"),
        "description_ru": table.description.text("ru"),
        "primaryKey": list(table.primary_key),
        "uniqueKeys": [list(key) for key in table.unique_keys],
        "foreignKeys": foreign_keys,
    }


def _column(table: Table, field: Field) -> Column:
    column: Column = _needed("pandera.pandas").Column(
        _needed("pandas").ArrowDtype(arrow_type(field)),
        checks=[_check(field, name, limit, judge) for name, limit, judge in judges(table, field)],
        nullable=not field.constraints.get("required") and field.name not in table.primary_key,
        title=field.title.text("en"),
        description=field.description.text("en"),
        metadata={
            "title_ru": field.title.text("ru"),
            "description_ru": field.description.text("ru"),
            "unit": field.unit,
            "field": field_descriptor(field),
        },
    )
    return column


def _check(field: Field, name: str, limit: Any, judge: Judge) -> Check:
    """Return the check of a constraint.

    It is a function of ours and not one of pandera's, which match a pattern from its start only, take
    NaN for a null and raise where a column is not of its type.
    """
    check: Check = _needed("pandera.pandas").Check(
        partial(_passes, field, judge), name=name, ignore_na=False, statistics={name: limit}
    )
    return check


def _passes(field: Field, judge: Judge, series: pandas.Series) -> pandas.Series | bool:
    import pandas
    import pyarrow.compute as pc

    values = _values(field, series)
    if values is None:
        return True
    broken = pc.fill_null(judge(values), False)
    return pandas.Series(~broken.to_numpy(), index=series.index, dtype=bool)


def _values(field: Field, series: pandas.Series) -> pyarrow.ChunkedArray | None:
    """Return the values of a column as Arrow, or None where the column is of another type.

    The int64, Int64, float64 and Float64 of pandas hold the same values as those of Arrow, and
    pandera takes them for the same types; objects and pandas' own strings it refuses.
    """
    import pandas
    import pyarrow as pa

    if series.dtype.kind == "O" and not isinstance(series.dtype, pandas.ArrowDtype):
        return None
    try:
        found = pa.array(series)
    except pa.ArrowException:
        return None
    values = pa.chunked_array([found]) if isinstance(found, pa.Array) else found
    return values if values.type == arrow_type(field) else None


def _key_check(rule: str, fields: Sequence[Field]) -> Check:
    """Return the check of a key; pandera's own `unique` takes two nulls for the same value."""
    names = [field.name for field in fields]
    check: Check = _needed("pandera.pandas").Check(
        partial(_repeats_no_key, rule, fields), name=rule, ignore_na=False, statistics={rule: names}
    )
    return check


def _repeats_no_key(rule: str, fields: Sequence[Field], frame: pandas.DataFrame) -> bool:
    """Return true where no key repeats, or where a column of the key is missing or of another type.

    Raises SchemaError, which pandera collects, with the first field of each row that repeats a key:
    from a mere series of booleans pandera would make a failure of every cell of the row.
    """
    import pandas
    import pyarrow as pa

    parts = {}
    for i, field in enumerate(fields):
        values = _values(field, frame[field.name]) if list(frame.columns).count(field.name) == 1 else None
        if values is None:
            return True
        parts[str(i)] = known(field, values)
    keys = pandas_frame(pa.table(parts))
    again = (keys.duplicated() & keys.notna().all(axis="columns")).to_numpy(bool)
    if not again.any():
        return True
    first, labels = fields[0].name, frame.index[again]
    shown = labels.map(str) if isinstance(labels, pandas.MultiIndex) else labels
    cases = pandas.DataFrame({"index": shown, "failure_case": frame[first].array[again], "column": first})
    names = ", ".join(field.name for field in fields)
    message = f"{rule}: the key ({names}) of an earlier row is repeated at index {', '.join(map(str, shown))}"
    raise _needed("pandera.errors").SchemaError(schema=None, data=frame, message=message, failure_cases=cases)


def _needed(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        details = {"package": (error.name or module).partition(".")[0], "install": INSTALL}
        raise SetupError("setup.missing-package", details) from error
