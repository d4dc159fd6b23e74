"""Every predicate of the SQL compiler is guarded: without it, or with its opposite, a case of the corpus fails."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from resopen.errors import ResopenError
from resopen.schema import Field, Table
from resopen.schema.lexical import LEXICAL, STRING_FORMATS
from resopen.validation import checks, tables, types
from tests.corpus import COLUMNS, TYPE_COLUMNS, Column, Sheet, facts, found, keyed, write
from tests.packages import judge

pytestmark = pytest.mark.slow
ROWS = 4
CONSTRAINTS = tuple(checks.BROKEN)
TYPES = tuple(sorted({str(column.node["type"]) for column in TYPE_COLUMNS if column.bad} - {"string"}))


def cases(columns: list[Column], rule: str) -> Iterator[bool]:
    """Yield whether each case of some columns holds: the right cells have no issue, and each wrong one has its own."""
    for column in columns:
        for broken, text in (("", column.good[0]), *((name, text) for name, text in column.bad if name == rule)):
            sheet = facts([column], ROWS).with_cell(ROWS - 1, 1, text)
            expected = [(broken, ROWS + 1, 2)] if broken else []
            yield outcome([sheet]) == expected


def outcome(sheets: list[Sheet]) -> list[tuple[str, int, int]] | None:
    """Return rule, row and column of what is found, or None where the mutated compiler cannot judge."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return [(rule, row, column) for rule, _, row, _, column in found(judge(write(Path(folder), sheets)))]
        except ResopenError:
            return None


def of_rule(rule: str) -> list[Column]:
    return [column for column in COLUMNS if any(name == rule for name, _ in column.bad)]


def of_type(kind: str) -> list[Column]:
    return [column for column in TYPE_COLUMNS if column.node["type"] == kind and column.bad]


def never(*_: Any) -> str:
    return "false"


def opposite(broken: Callable[..., str]) -> Callable[..., str]:
    return lambda *arguments: f"NOT ({broken(*arguments)})"


@pytest.mark.parametrize("change", [lambda broken: never, opposite], ids=["dropped", "negated"])
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_predicate_of_a_constraint_is_guarded(
    constraint: str, change: Callable[[Callable[..., str]], Callable[..., str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(cases(of_rule(constraint), constraint))
    changed = {**checks.BROKEN, constraint: change(checks.BROKEN[constraint])}
    monkeypatch.setattr(checks, "BROKEN", MappingProxyType(changed))
    assert not all(cases(of_rule(constraint), constraint))


def _bounds_of_types() -> list[tuple[str, Column]]:
    return [(rule, column) for column in COLUMNS for rule, _ in column.bad if rule in CONSTRAINTS]


@pytest.mark.parametrize(("rule", "column"), _bounds_of_types(), ids=lambda item: getattr(item, "name", item))
def test_constraint_of_each_type_is_guarded(rule: str, column: Column, monkeypatch: pytest.MonkeyPatch) -> None:
    """A predicate that is wrong for one type alone is seen by the case of that type."""
    kind, kept = column.node["type"], checks.BROKEN[rule]

    def broken(field: Field, limit: Any, text: str, value: str) -> str:
        return "false" if field.type == kind else kept(field, limit, text, value)

    if column.name == "pattern_beyond":
        monkeypatch.setattr(tables, "pattern_faults", lambda *_: frozenset())
    monkeypatch.setattr(checks, "BROKEN", MappingProxyType({**checks.BROKEN, rule: broken}))
    assert not all(cases([column], rule))


@pytest.mark.parametrize("kind", TYPES)
def test_judgement_of_a_type_is_guarded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = types.mistyped_sql
    assert all(cases(of_type(kind), "type"))
    monkeypatch.setattr(checks, "mistyped_sql", lambda field, text: "" if field.type == kind else kept(field, text))
    assert not any(list(cases([column], "type"))[-1] for column in of_type(kind))


def _loosened(forms: Mapping[str, str], name: str) -> Mapping[str, str]:
    return MappingProxyType({**forms, name: r"(?s:.*)"})


@pytest.mark.parametrize("kind", [kind for kind in LEXICAL if kind != "date"])
def test_lexical_form_is_guarded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(types, "LEXICAL", _loosened(LEXICAL, kind))
    assert not all(cases(of_type(kind), "type"))


@pytest.mark.parametrize("name", STRING_FORMATS)
def test_format_of_a_string_is_guarded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [column for column in TYPE_COLUMNS if column.node.get("format") == name]
    assert all(cases(columns, "type"))
    monkeypatch.setattr(types, "STRING_FORMATS", _loosened(STRING_FORMATS, name))
    assert not all(cases(columns, "type"))


@pytest.mark.parametrize("name", ["_json_sql", "_geopoint_sql", "_list_sql"])
def test_sql_of_a_nested_type_is_guarded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [
        column for column in TYPE_COLUMNS if column.node["type"] in ("object", "array", "geojson", "geopoint", "list")
    ]
    monkeypatch.setattr(types, name, lambda field, text: text)
    assert not all(cases(columns, "type"))


@pytest.mark.parametrize("option", ["groupChar", "decimalChar", "bareNumber"])
def test_option_of_a_number_is_guarded(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = types.bare_sql

    def without(field: Field, text: str) -> str:
        from dataclasses import replace

        return kept(replace(field, options={key: value for key, value in field.options.items() if key != option}), text)

    columns = [column for column in TYPE_COLUMNS if option in column.node]
    assert columns
    monkeypatch.setattr(types, "bare_sql", without)
    assert not all(cases(columns, "type"))


def test_missing_values_are_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = of_rule("required")
    assert all(cases(columns, "required"))
    monkeypatch.setattr(checks, "text_sql", lambda field, cell: cell)
    assert not all(cases(columns, "required"))


@pytest.mark.parametrize("rule", ["required", "decimalPlaces"])
def test_own_check_of_a_cell_is_guarded(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = checks.cell_checks
    assert all(cases(of_rule(rule), rule))
    monkeypatch.setattr(
        checks, "cell_checks", lambda *arguments: [check for check in kept(*arguments) if check.rule != rule]
    )
    assert not all(cases(of_rule(rule), rule))


@pytest.mark.parametrize("rule", ["jsonSchema", "stdnum"])
def test_judge_outside_of_the_engine_is_guarded(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = {"jsonSchema": "json_schema_faults", "stdnum": "stdnum_faults"}[rule]
    assert all(cases(of_rule(rule), rule))
    monkeypatch.setattr(tables, name, lambda *_: {})
    assert not all(cases(of_rule(rule), rule))


def _broken_key(table: str, row: int, column: int, text: str) -> list[Sheet]:
    return [sheet.with_cell(row, column, text) if sheet.name == table else sheet for sheet in keyed()]


NOTHING = "SELECT 1, 1, '' WHERE false"


@pytest.mark.parametrize(
    ("module", "name", "changed", "sheets"),
    [
        (tables, "repeated_sql", lambda *_: ("SELECT 0", NOTHING), _broken_key("periods", 2, 0, "38")),
        (tables, "parent_repeats_sql", lambda *_: NOTHING, _broken_key("regions", 5, 5, "1")),
        (tables, "blank_check", lambda item: checks.Check("blank-row", 1, "false"), None),
        (tables, "unique_keys", lambda table: checks.unique_keys(table)[:1], _broken_key("regions", 5, 2, "Бурятия")),
        (tables, "unique_keys", lambda table: checks.unique_keys(table)[:1], _broken_key("regions", 1, 4, "104.2")),
        (checks, "foreign_key_check", lambda key, table, parent: checks.Check("foreignKeys", 1, "false"),
         _broken_key("periods", 2, 0, "99")),
    ],
)  # fmt: skip
def test_sql_of_keys_and_rows_is_guarded(
    module: Any, name: str, changed: Callable[..., Any], sheets: list[Sheet] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = sheets or [facts([COLUMNS[0]], ROWS).with_cell(1, 0, "").with_cell(1, 1, "").with_cell(1, 2, "")]
    before = outcome(judged)
    assert before and len(before) == 1
    monkeypatch.setattr(module, name, changed)
    assert outcome(judged) != before


def test_null_of_a_key_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = checks.row_checks

    def without(table: Table, loaded: Any) -> list[checks.Check]:
        return [check for check in kept(table, loaded) if check.rule != "primaryKey-null"]

    sheets = _broken_key("periods", 2, 1, "")
    assert outcome(sheets) == [("primaryKey-null", 4, 2)]
    monkeypatch.setattr(tables, "row_checks", without)
    assert outcome(sheets) == []


def test_null_in_a_key_that_may_be_null_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows of an unknown key are not the same row; a reference without a value leads nowhere and is right."""
    assert outcome(list(keyed())) == []
    kept = checks.foreign_key_check

    def strict(key: Any, table: Table, parent: Any) -> checks.Check:
        check = kept(key, table, parent)
        return checks.Check(
            check.rule, check.column, "NOT EXISTS" + check.fails.partition("NOT EXISTS")[2], check.details
        )

    monkeypatch.setattr(checks, "foreign_key_check", strict)
    assert outcome(list(keyed())) != []
