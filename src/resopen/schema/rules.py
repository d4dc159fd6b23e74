"""Rules between fields, rows and tables read into records, refused by key where wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from resopen.errors import DefinitionError
from resopen.messages import fill
from resopen.schema.fields import PERSONAL_DATA, bilingual, names, take
from resopen.schema.records import Counterexample, Rule, RuleTarget, Table
from resopen.schema.spots import attempt, refuse, wrong, wrong_kind


def load_rules(nodes: Sequence[Any], tables: Mapping[str, Table], where: str) -> tuple[Rule, ...]:
    """Return the rules of a list of descriptors, in their order.

    Raises DefinitionError, with the fault of every rule, when a key is missing, an id is repeated,
    or a target names a table or a field that is not there. The SQL itself is checked when it is
    compiled against the tables.
    """
    faults: list[DefinitionError] = []
    rules = [attempt(faults, None, load_rule, node, tables, where, f"$.rules[{i}]") for i, node in enumerate(nodes)]
    seen: set[str] = set()
    for i, rule in enumerate(rules):
        if rule and rule.id in seen:
            faults.append(wrong(where, f"$.rules[{i}].id", "repeated-name", name=rule.id))
        seen |= {rule.id} if rule else set()
    refuse(faults)
    return tuple(rule for rule in rules if rule)


def load_rule(node: Any, tables: Mapping[str, Table], where: str, key: str) -> Rule:
    """Return one rule of a descriptor; DefinitionError as in load_rules."""
    if not isinstance(node, Mapping):
        raise wrong_kind(where, key, node, dict)
    rule_id = _needed(node, "id", where, key)
    severity = _needed(node, "severity", where, key)
    if severity not in ("error", "warning"):
        raise wrong(where, f"{key}.severity", "unknown-value", found=severity, expected="error, warning")
    permitted_by = take(node, "permitted_by", str, where, key, "")
    if permitted_by and permitted_by not in PERSONAL_DATA:
        raise wrong(
            where, f"{key}.permitted_by", "unknown-value", found=permitted_by, expected=", ".join(PERSONAL_DATA)
        )
    for name in ("message", "message_ru", "remedy", "remedy_ru"):
        _needed(node, name, where, key)
    cell = take(node, "cell_fails_where", str, where, key, "")
    broken = take(node, "counterexample", dict, where, key, {})
    return Rule(
        id=rule_id,
        severity="error" if severity == "error" else "warning",
        targets=() if cell else _targets(node, broken, tables, where, key),
        cell_fails_where=cell,
        cell_counterexample=_needed(broken, "value", where, f"{key}.counterexample") if cell else "",
        permitted_by=permitted_by,
        message=bilingual(node, "message", where, key),
        remedy=bilingual(node, "remedy", where, key),
    )


def _targets(
    node: Mapping[str, Any], broken: Mapping[str, Any], tables: Mapping[str, Table], where: str, key: str
) -> tuple[RuleTarget, ...]:
    """Return the targets of a rule, one for each table it names.

    `fails_where` and the counterexample may hold placeholders such as `{at}`, which each target
    fills with its own SQL, so that one rule serves tables whose columns have different names.
    """
    fails_where = _needed(node, "fails_where", where, key)
    targets = []
    for i, item in enumerate(take(node, "targets", list, where, key, [node])):
        spot = f"{key}.targets[{i}]" if "targets" in node else key
        name = _needed(item, "table", where, spot)
        if name not in tables:
            raise wrong(where, f"{spot}.table", "no-such-table", name=name)
        fields = names(item.get("fields"), where, f"{spot}.fields")
        _must_have(fields, tables[name], where, f"{spot}.fields")
        values = {"table": name, **take(item, "values", dict, where, spot, {})}
        own = take(item, "counterexample", dict, where, spot, broken)
        example = Counterexample(
            field=take(own, "field", str, where, f"{spot}.counterexample", fields[0]),
            row=fill(take(own, "row", str, where, f"{spot}.counterexample", "true"), values),
            value=fill(_needed(own, "value", where, f"{spot}.counterexample"), values),
            also=take(own, "also", dict, where, f"{spot}.counterexample", {}),
        )
        _must_have((example.field, *example.also), tables[name], where, f"{spot}.counterexample")
        targets.append(RuleTarget(name, fields, fill(fails_where, values), example))
    return tuple(targets)


def _must_have(fields: Sequence[str], table: Table, where: str, key: str) -> None:
    for name in fields:
        if name not in {field.name for field in table.fields}:
            raise wrong(where, key, "no-such-field", name=name)


def _needed(node: Mapping[str, Any], name: str, where: str, key: str) -> str:
    value = take(node, name, str, where, key, "")
    if not value:
        raise wrong(where, f"{key}.{name}", "missing-key")
    return str(value)
