"""The SQL by which two cells are compared: as values of their type, as texts where they are none."""

from __future__ import annotations

from resopen.engine import literal
from resopen.schema import Field
from resopen.schema.lexical import LEXICAL
from resopen.validation.types import PLAIN_NUMBER, bare_sql, value_sql

# Types whose value is their text.
TEXTUAL = ("any", "string", "year", "yearmonth", "list", "geopoint")


def comparable(field: Field, text: str, is_float: bool = False) -> str:
    """Return the SQL of a text that is the same for texts of the same value; null stays null.

    Numbers are compared exactly, digit by digit, unless one version stores them as binary
    fractions (`is_float`), which both are then rounded to. A text that is not of the type is
    compared as it stands, and is never equal to a value.
    Args: the field, the SQL of the text of the cell, null where it is missing.
    """
    if field.type in TEXTUAL or (field.type == "date" and field.format == "default"):
        return text
    return f"coalesce({_value(field, text, is_float)}, '?' || {text})"


def _value(field: Field, text: str, is_float: bool) -> str:
    if field.type in ("integer", "number"):
        bare = bare_sql(field, text)
        return _rounded(bare) if is_float else _exact(bare)
    if field.type in ("object", "array", "geojson"):
        return f"CASE WHEN json_valid({text}) THEN json(TRY_CAST({text} AS JSON))::VARCHAR END"
    value = value_sql(field, text)
    if field.type == "duration" and is_float:
        # Parquet holds its seconds.
        value = f"coalesce({value}, TRY_CAST({text} AS DOUBLE))"
    return f"({value})::VARCHAR"


def _rounded(bare: str) -> str:
    form = literal(LEXICAL["number"])
    return f"CASE WHEN regexp_full_match({bare}, {form}) THEN TRY_CAST({bare} AS DOUBLE)::VARCHAR END"


def _exact(bare: str) -> str:
    """Return the SQL of a number without needless zeros; one with an exponent as the engine prints its float."""
    whole = f"regexp_replace(regexp_replace({bare}, '^(-?)[.]', '\\10.'), '[.]$', '')"
    return (
        f"CASE WHEN regexp_full_match({bare}, {literal(PLAIN_NUMBER)}) THEN {_without_zeros(bare)} "
        f"WHEN regexp_full_match({bare}, {literal('-?[0-9.]+')}) AND regexp_full_match({bare}, "
        f"{literal(LEXICAL['number'])}) THEN {_without_zeros(whole)} "
        f"WHEN regexp_full_match({bare}, {literal(LEXICAL['number'])}) "
        f"THEN {_without_zeros(f'TRY_CAST({bare} AS DOUBLE)::VARCHAR')} END"
    )


def _without_zeros(number: str) -> str:
    behind = f"CASE WHEN contains({number}, '.') THEN rtrim(rtrim({number}, '0'), '.') ELSE {number} END"
    before = f"regexp_replace({behind}, '^(-?)0+([0-9])', '\\1\\2')"
    return f"CASE WHEN regexp_full_match({number}, '-?[0.]+') THEN '0' ELSE {before} END"
