"""The lexical forms of Table Schema types, and the SQL that makes values of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from resopen.engine import literal
from resopen.schema import Field

# What a text must look like in full; a form that is not a string's is ASCII, without padding.
LEXICAL: Mapping[str, str] = MappingProxyType(
    {
        "integer": "-?[0-9]+",
        "number": r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|NaN|-?INF",
        "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "time": "[0-9]{2}:[0-9]{2}:[0-9]{2}",
        "datetime": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?",
        "year": "-?[0-9]{4}",
        "yearmonth": "[0-9]{4}-(?:0[1-9]|1[0-2])",
    }
)
SQL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "string": "VARCHAR",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "time": "TIME",
        "datetime": "TIMESTAMP",
        "year": "BIGINT",
        "yearmonth": "VARCHAR",
    }
)
TRUE_VALUES = ("true", "True", "TRUE", "1")
FALSE_VALUES = ("false", "False", "FALSE", "0")


def sql_type(field: Field) -> str:
    """Return the SQL type of the values of a field; a number with decimalPlaces is a decimal."""
    if field.type == "number" and field.decimal_places is not None:
        return f"DECIMAL(18, {field.decimal_places})"
    return SQL_TYPES[field.type]


def text_sql(field: Field, cell: str) -> str:
    """Return the SQL of the text of a cell, null where it is one of the missing values."""
    if not field.missing_values:
        return cell
    if len(field.missing_values) == 1:
        return f"nullif({cell}, {literal(field.missing_values[0])})"
    missing = ", ".join(literal(value) for value in field.missing_values)
    return f"CASE WHEN {cell} IN ({missing}) THEN NULL ELSE {cell} END"


def value_sql(field: Field, text: str) -> str:
    """Return the SQL of the typed value of a text, null where the text is not of the type."""
    if field.type == "string":
        return text
    if field.type == "boolean":
        true = ", ".join(literal(value) for value in field.options.get("trueValues", TRUE_VALUES))
        false = ", ".join(literal(value) for value in field.options.get("falseValues", FALSE_VALUES))
        return f"CASE WHEN {text} IN ({true}) THEN true WHEN {text} IN ({false}) THEN false END"
    form = literal(LEXICAL[field.type])
    return f"CASE WHEN regexp_full_match({text}, {form}) THEN TRY_CAST({text} AS {sql_type(field)}) END"


def constant_sql(field: Field, value: object) -> str:
    """Return the SQL of a constraint's value, of the field's own type."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"CAST({literal(text)} AS {sql_type(field)})"
