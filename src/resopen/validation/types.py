"""The values of Table Schema types as SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from resopen.engine import literal
from resopen.schema import Field
from resopen.schema.lexical import (
    CLOCK,
    FALSE_VALUES,
    LEXICAL,
    NESTED,
    SECONDS,
    STRING_FORMATS,
    TRUE_VALUES,
    digits_of,
    is_moment,
)

PLAIN_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
COORDINATE = r"-?[0-9]+(?:\.[0-9]+)?"
SQL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "time": "TIME",
        "datetime": "TIMESTAMP", "year": "BIGINT", "duration": "DOUBLE",
    }
)  # fmt: skip
GEOJSON = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
    "GeometryCollection", "Feature", "FeatureCollection",
)  # fmt: skip
# What RE2, the engine's regular expressions, lacks or reads in ASCII only.
BEYOND_ENGINE = re.compile(r"\(\?(?!:)|\\[1-9wWbBAZzsS]|[*+?}]\+|\{,")
DIGIT = re.compile(r"(?s)\\(.)")


def engine_can_match(pattern: str) -> bool:
    """Say whether the engine matches a pattern as Python does; otherwise Python must judge it."""
    return not BEYOND_ENGINE.search(pattern)


def engine_pattern(pattern: str) -> str:
    """Return a pattern in the words of the engine: its digits are ASCII only, those of Python are not."""
    return DIGIT.sub(lambda found: {"d": r"\p{Nd}", "D": r"\P{Nd}"}.get(found[1], found[0]), pattern)


def sql_type(field: Field) -> str:
    """Return the SQL type of the values of a field; a number with decimalPlaces is a decimal."""
    if field.type == "number" and field.decimal_places is not None:
        return f"DECIMAL(18, {field.decimal_places})"
    return SQL_TYPES.get(field.type, "VARCHAR")


def text_sql(field: Field, cell: str) -> str:
    """Return the SQL of the text of a cell, null where it is one of the missing values.

    An empty cell is null in the engine already, where the field counts it as missing.
    """
    others = [value for value in field.missing_values if value]
    if not others:
        return cell
    if len(others) == 1:
        return f"nullif({cell}, {literal(others[0])})"
    missing = ", ".join(literal(value) for value in others)
    return f"CASE WHEN {cell} IN ({missing}) THEN NULL ELSE {cell} END"


def mistyped_sql(field: Field, text: str) -> str:
    """Return the SQL that is true where a text is not of the type, or nothing where all texts are.

    It says the same as a null in `value_sql`, in the form that the engine judges fastest; but a
    number may be one that the engine's own type cannot hold, such as NaN where decimalPlaces is
    declared, and is a number all the same.
    """
    if field.type == "date" and field.format == "default":
        # The engine also knows infinite days and years of five digits, which print as they stand.
        return f"TRY_CAST({text} AS DATE)::VARCHAR IS DISTINCT FROM {text} OR length({text}) <> 10"
    if field.type in ("integer", "number", "year"):
        bare = bare_sql(field, text)
        wrong = f"NOT regexp_full_match({bare}, {literal(LEXICAL[field.type])})"
        if field.type == "number":
            # Nearly all numbers are plain, which a simpler pattern says sooner.
            wrong = f"NOT regexp_full_match({bare}, {literal(PLAIN_NUMBER)}) AND {wrong}"
        return wrong
    value = value_sql(field, text)
    return "" if value == text else f"{text} IS NOT NULL AND {value} IS NULL"


def cast_sql(field: Field, text: str) -> str:
    """Return the SQL of the value of a text that is known to be of the type; anything otherwise.

    A whole number too large for the engine is compared as a float, which orders it rightly.
    """
    if field.type in ("integer", "year"):
        return f"TRY_CAST({bare_sql(field, text)} AS BIGINT)"
    if field.type == "number":
        return f"TRY_CAST({bare_sql(field, text)} AS {sql_type(field)})"
    if field.type == "date" and field.format == "default":
        return f"TRY_CAST({text} AS DATE)"
    return value_sql(field, text)


def value_sql(field: Field, text: str) -> str:
    """Return the SQL of the typed value of a text, null where the text is not of the type."""
    match field.type:
        case "any":
            return text
        case "string":
            return _when(text, STRING_FORMATS[field.format]) if field.format in STRING_FORMATS else text
        case "boolean":
            true = ", ".join(literal(value) for value in field.options.get("trueValues", TRUE_VALUES))
            false = ", ".join(literal(value) for value in field.options.get("falseValues", FALSE_VALUES))
            return f"CASE WHEN {text} IN ({true}) THEN true WHEN {text} IN ({false}) THEN false END"
        case "date" | "time" | "datetime" if field.format != "default":
            parsed = text if field.format == "any" else f"try_strptime({text}, {literal(field.format)})"
            # The engine also knows the words infinity and epoch, in every form.
            is_word = f"regexp_matches({text}, '(?i)infinity|epoch')"
            return f"CASE WHEN NOT {is_word} THEN TRY_CAST({parsed} AS {sql_type(field)}) END"
        case "object" | "array" | "geojson":
            return _json_sql(field, text)
        case "geopoint":
            return _geopoint_sql(field, text)
        case "list":
            return _list_sql(field, text)
        case "duration":
            return _when(
                text, LEXICAL["duration"] + "", _seconds_sql(text), f"NOT regexp_full_match({text}, '-?P|.*T')"
            )
        case "yearmonth":
            return _when(text, LEXICAL["yearmonth"])
    if field.type in ("integer", "number"):
        text = bare_sql(field, text)
    return _when(text, LEXICAL[field.type], f"TRY_CAST({text} AS {sql_type(field)})")


def constant_sql(field: Field, value: object) -> str:
    """Return the SQL of a constraint's value, of the field's own type."""
    if field.type == "boolean":
        return str(value is True or value in field.options.get("trueValues", TRUE_VALUES)).lower()
    if field.type in NESTED:
        return f"json({literal(value if isinstance(value, str) else json.dumps(value))})"
    text = str(value)
    if field.type == "duration":
        return _seconds_sql(literal(text))
    if field.type in ("integer", "year") and abs(int(text)) >= 1 << 63:
        return f"CAST({literal(text)} AS DOUBLE)"
    if field.type == "number" and field.decimal_places is not None and "e" not in text.lower():
        # A limit may be finer than the values: it must not be rounded to their places.
        whole, _, part = text.lstrip("-").partition(".")
        places = max(field.decimal_places, len(part))
        if len(whole) + places <= 38:
            return f"CAST({literal(text)} AS DECIMAL(38, {places}))"
    if field.type in ("date", "time", "datetime") and not is_moment(text, field.type):
        return f"CAST(strptime({literal(text)}, {literal(field.format)}) AS {sql_type(field)})"
    return f"CAST({literal(text)} AS {sql_type(field)})"


def length_sql(field: Field, text: str) -> str:
    """Return the SQL of the length of a text: its characters, items or members."""
    if field.type == "array":
        return f"json_array_length(TRY_CAST({text} AS JSON))"
    if field.type in NESTED:
        return f"len(json_keys(TRY_CAST({text} AS JSON)))"
    if field.type == "list":
        return f"len(string_split({text}, {literal(str(field.options.get('delimiter', ',')))}))"
    return f"length({text})"


def is_lexical(field: Field, text: str) -> bool:
    """Say whether a text has the form of its date or time, so that only its day or hour can be wrong."""
    if field.type not in ("date", "time", "datetime"):
        return False
    form = LEXICAL[field.type] if field.format in ("default", "any") else digits_of(field.format)
    return bool(form and re.fullmatch(form, text))


def _when(text: str, form: str, value: str = "", also: str = "true") -> str:
    condition = f"regexp_full_match({text}, {literal(form)})" + (f" AND {also}" if also != "true" else "")
    return f"CASE WHEN {condition} THEN {value or text} END"


def bare_sql(field: Field, text: str) -> str:
    """Return the text of a number without its group characters, units and own decimal character."""
    if field.options.get("bareNumber") is False:
        text = f"regexp_replace({text}, '^[^0-9-]+|[^0-9]+$', '', 'g')"
    if field.options.get("groupChar"):
        text = f"replace({text}, {literal(str(field.options['groupChar']))}, '')"
    if field.options.get("decimalChar", ".") != ".":
        text = f"replace(replace({text}, '.', '?'), {literal(str(field.options['decimalChar']))}, '.')"
    return text


def _json_sql(field: Field, text: str) -> str:
    kind = "ARRAY" if field.type == "array" else "OBJECT"
    condition = f"json_valid({text}) AND json_type(TRY_CAST({text} AS JSON)) = '{kind}'"
    if field.type == "geojson":
        known = ("Topology",) if field.format == "topojson" else GEOJSON
        words = ", ".join(literal(word) for word in known)
        condition += f" AND json_extract_string(TRY_CAST({text} AS JSON), '$.type') IN ({words})"
    return f"CASE WHEN {condition} THEN {text} END"


def _geopoint_sql(field: Field, text: str) -> str:
    """Return the SQL of a point: longitude from -180 to 180, latitude from -90 to 90."""
    if field.format == "object":
        lon, lat = (f"json_extract_string(TRY_CAST({text} AS JSON), '$.{name}')" for name in ("lon", "lat"))
    else:
        form = f"({COORDINATE}), ?({COORDINATE})"
        form = rf"\[ ?{form} ?\]" if field.format == "array" else form
        lon, lat = (f"regexp_extract({text}, {literal('^' + form + '$')}, {i})" for i in (1, 2))
    ranges = (("abs(TRY_CAST(" + lon + " AS DOUBLE)) <= 180"), ("abs(TRY_CAST(" + lat + " AS DOUBLE)) <= 90"))
    return f"CASE WHEN {' AND '.join(ranges)} THEN {text} END"


def _list_sql(field: Field, text: str) -> str:
    """Return the SQL of a list: every item must look like the item type."""
    form = LEXICAL.get(str(field.options.get("itemType", "string")))
    if form is None:
        return text
    split = f"string_split({text}, {literal(str(field.options.get('delimiter', ',')))})"
    wrong = f"list_filter({split}, lambda item: NOT regexp_full_match(item, {literal(form)}))"
    return f"CASE WHEN len({wrong}) = 0 THEN {text} END"


def _seconds_sql(text: str) -> str:
    """Return the SQL of the length of an ISO 8601 duration, in seconds."""
    day, clock = f"split_part({text}, 'T', 1)", f"split_part({text}, 'T', 2)"
    parts = [
        f"coalesce(TRY_CAST(regexp_extract({part}, '([0-9.]+){unit}', 1) AS DOUBLE), 0) * {seconds}"
        for part, units in ((day, SECONDS), (clock, CLOCK))
        for unit, seconds in units.items()
    ]
    return f"(CASE WHEN {text} LIKE '-%' THEN -1 ELSE 1 END * ({' + '.join(parts)}))"
