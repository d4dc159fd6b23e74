"""For every constraint, key and rule of schema/: one broken cell gives exactly that issue, there."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from resopen.schema import Package
from tests.mutations import Mutation, base_tables, dangling, mutations, rounds
from tests.packages import ROOT, Rows, curated, judge, places, read_csv, write_package


@cache
def base() -> tuple[Package, Mapping[str, Rows]]:
    """Return the curated package and its tables, the empty ones filled with examples."""
    package = curated().package()
    return package, base_tables(package, {item.name: read_csv(item.path) for item in package.resources})


@cache
def all_rounds() -> list[list[Mutation]]:
    package, tables = base()
    return rounds(package, list(mutations(package, tables)))


def test_base_with_examples_is_clean(tmp_path: Path) -> None:
    package, tables = base()
    report = judge(write_package(tmp_path, tables, package.descriptor))
    assert list(report.issues) == []


def test_every_constraint_key_and_rule_has_a_mutation() -> None:
    package, _ = base()
    rules = {(rule, table) for group in all_rounds() for item in group for rule, table, _, _ in item.expected}
    for resource in package.resources:
        for field in resource.table.fields:
            for constraint in field.constraints:
                assert (constraint, resource.name) in rules
        assert ("primaryKey", resource.name) in rules
        if resource.table.foreign_keys:
            assert ("foreignKeys", resource.name) in rules
    for rule in package.rules:
        targets = {target.table for target in rule.targets}
        assert all((rule.id, table) in rules for table in targets)
        assert any(rule.id == name for name, _ in rules)


@pytest.mark.parametrize(
    "number",
    # Every fourth round at once, all of them behind the marker.
    [pytest.param(i, marks=[pytest.mark.slow] if i % 4 else [], id=f"round-{i}") for i in range(len(all_rounds()))],
)
def test_each_broken_cell_gives_exactly_its_issue(number: int, tmp_path: Path) -> None:
    package, tables = base()
    broken = copy.deepcopy(dict(tables))
    group = all_rounds()[number]
    untyped = {(item.table, item.row, name) for item in group for name in item.untyped}
    for item in group:
        broken[item.table][item.row] |= item.cells
    expected = {place for item in group for place in item.expected} | dangling(package, broken, untyped)
    found = places(judge(write_package(tmp_path, broken, package.descriptor)))
    assert found == expected, [item.name for item in group if not item.expected <= found]


def test_curated_data_of_this_repository_has_no_issue() -> None:
    assert (ROOT / "schema").is_dir()
    assert judge(curated().package()).issues == ()
