"""A methodology file read into its record, refused by key where it is wrong or means nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from resopen.schema.files import read_toml
from resopen.schema.methodology import (
    AGGREGATORS,
    DIRECTIONS,
    MEASURES,
    MISSING,
    NORMALISATIONS,
    ORDERS,
    SCOPES,
    TIES,
    TRANSFORMS,
    TREATMENTS,
    Alternatives,
    Choice,
    Classes,
    Exclusion,
    Groups,
    Leaf,
    Methodology,
    Node,
    Result,
)
from resopen.schema.reading import Reader
from resopen.schema.spots import wrong

NODE_KEYS = (
    "id", "title", "title_ru", "parent", "weight", "aggregate", "power", "minimum_coverage", "complement",
    "source", "source_ru",
)  # fmt: skip
LEAF_KEYS = (
    "id", "title", "title_ru", "parent", "weight", "indicator", "period", "base_period", "measure", "direction",
    "transform", "floor", "cap", "treatment", "normalise", "missing", "source", "source_ru",
)  # fmt: skip


def load_methodology(path: Path) -> Methodology:
    """Return the methodology of a TOML file.

    There are no defaults: what the file does not say is refused, and so is a key that means nothing.
    Keys that all leaves share may stand once under [leaves]; a leaf may say otherwise.
    Raises SetupError when the file cannot be read; DefinitionError, with the file and the key, when
    a key is missing, unknown or of a wrong kind, when weights below a node do not sum to one, when
    a parent is no node, or when a combination has no meaning.
    """
    whole = Reader(read_toml(path), str(path), "")
    leaves = whole.table("leaves", {})
    leaves.only(LEAF_KEYS)
    methodology = Methodology(
        id=whole.text("id"),
        title=whole.bilingual("title"),
        description=whole.bilingual("description"),
        period=whole.text("period"),
        file=str(path),
        exclusions=tuple(
            Exclusion(item.text("unit"), item.bilingual("because")) for item in whole.tables("exclusions")
        ),
        groups=_groups(whole.table("groups")),
        nodes=tuple(_node(item) for item in whole.tables("nodes")),
        leaves=tuple(_leaf(item.over(leaves.node)) for item in whole.tables("indicators")),
        result=_result(whole.table("result")),
        alternatives=_alternatives(whole.table("uncertainty")) if "uncertainty" in whole.node else None,
    )
    whole.only(
        ("id", "title", "title_ru", "description", "description_ru", "period", "exclusions", "groups", "nodes",
         "leaves", "indicators", "result", "uncertainty")
    )  # fmt: skip
    _check_tree(methodology, whole)
    _check_meaning(methodology, whole)
    return methodology


def _groups(node: Reader) -> Groups:
    groups = Groups(
        by=node.text("by", may_be_empty=True),
        limits=node.numbers("limits"),
        names=node.texts("names"),
        includes_limit=node.flag("includes_limit"),
        normalise=node.one_of("normalise", SCOPES),
        rank=node.one_of("rank", SCOPES),
        source=node.bilingual("source"),
    )
    if groups.limits and (not groups.by or len(groups.names) != len(groups.limits) + 1):
        raise node.wrong("names", "group-names", expected=str(len(groups.limits) + 1), found=str(len(groups.names)))
    if list(groups.limits) != sorted(set(groups.limits)):
        raise node.wrong("limits", "not-rising")
    node.only(("by", "limits", "names", "includes_limit", "normalise", "rank", "source", "source_ru"))
    return groups


def _node(node: Reader) -> Node:
    aggregator = node.one_of("aggregate", AGGREGATORS)
    made = Node(
        id=node.text("id"),
        title=node.bilingual("title"),
        parent=node.text("parent", may_be_empty=True),
        weight=node.fraction("weight"),
        aggregator=aggregator,
        power=node.number("power") if aggregator == "generalised" else 1.0,
        minimum_coverage=node.fraction("minimum_coverage"),
        is_complement=node.flag("complement"),
        source=node.bilingual("source"),
    )
    if aggregator == "generalised" and made.power == 0:
        raise node.wrong("power", "unknown-value", found="0", expected="aggregate = geometric")
    node.only(NODE_KEYS)
    return made


def _leaf(node: Reader) -> Leaf:
    measure = node.one_of("measure", MEASURES)
    made = Leaf(
        id=node.text("id"),
        title=node.bilingual("title"),
        parent=node.text("parent"),
        weight=node.fraction("weight"),
        indicator=node.text("indicator"),
        period=node.text("period", may_be_empty=True),
        base_period=node.text("base_period") if measure != "level" else "",
        measure=measure,
        direction=node.one_of("direction", DIRECTIONS),
        transform=node.one_of("transform", TRANSFORMS),
        floor=node.number_or_none("floor"),
        cap=node.number_or_none("cap"),
        treatment=_choice(node, "treatment", TREATMENTS),
        normalisation=_choice(node, "normalise", NORMALISATIONS),
        missing=_choice(node, "missing", MISSING),
        source=node.bilingual("source"),
    )
    node.only(LEAF_KEYS)
    return made


def _choice(node: Reader, key: str, known: Mapping[str, tuple[str, ...]]) -> Choice:
    """Return a method and its numbers; a method without numbers may stand as its name alone."""
    return _named(node.take(key), node.where, node.spot(key), known)


def _named(value: Any, where: str, key: str, known: Mapping[str, tuple[str, ...]]) -> Choice:
    node = Reader({"method": value} if isinstance(value, str) else value, where, key)
    method = node.one_of("method", tuple(known))
    numbers: dict[str, object] = {}
    for name in known[method]:
        if name == "reference":
            numbers[name] = node.text(name)
        elif name == "clip":
            numbers[name] = node.flag(name)
        elif name in ("limits", "points"):
            numbers[name] = node.numbers(name)
        else:
            numbers[name] = node.number(name)
    node.only(("method", *known[method]))
    if method == "points" and "limits" in numbers:
        limits, points = node.numbers("limits"), node.numbers("points")
        if len(points) != len(limits) + 1 or list(limits) != sorted(set(limits)):
            raise node.wrong("points", "group-names", expected=str(len(limits) + 1), found=str(len(points)))
    low, high = ("worst", "best") if method == "goalposts" else ("low", "high")
    if method in ("min-max", "goalposts") and numbers[low] == numbers[high]:
        raise node.wrong(high, "unknown-value", found=str(numbers[high]), expected=f"≠ {low}")
    return Choice(method, numbers)


def _result(node: Reader) -> Result:
    decimals = node.number_or_none("decimals")
    made = Result(
        decimals=None if decimals is None else int(decimals),
        order=node.one_of("order", ORDERS),
        ties=node.one_of("ties", TIES),
        tolerance=node.number("tolerance"),
        classes=_classes(node.table("classes")) if "classes" in node.node else None,
        source=node.bilingual("source"),
    )
    node.only(("decimals", "order", "ties", "tolerance", "classes", "source", "source_ru"))
    return made


def _classes(node: Reader) -> Classes:
    names = node.texts("names")
    made = Classes(
        by=node.one_of("by", ("thresholds", "quantiles")),
        limits=node.numbers("limits"),
        names=tuple(node.pair(i, "names", "names_ru") for i in range(len(names))),
        is_rounded=node.one_of("on", ("rounded", "unrounded")) == "rounded",
        source=node.bilingual("source"),
    )
    if len(names) != len(made.limits) + 1:
        raise node.wrong("names", "group-names", expected=str(len(made.limits) + 1), found=str(len(names)))
    node.only(("by", "limits", "names", "names_ru", "on", "source", "source_ru"))
    return made


def _alternatives(node: Reader) -> Alternatives:
    low, high = node.numbers("interval")
    aggregators = node.table("aggregators", {})
    made = Alternatives(
        runs=int(node.number("runs")),
        seed=int(node.number("seed")),
        interval=(low, high),
        most_combinations=int(node.number("most_combinations")),
        weights=node.fraction("weights"),
        inclusion=node.flag("inclusion"),
        normalisations=_choices(node, "normalisations", NORMALISATIONS),
        treatments=_choices(node, "treatments", TREATMENTS),
        missing=_choices(node, "missing", MISSING),
        aggregators={name: aggregators.some_of(name, AGGREGATORS) for name in aggregators.node},
        source=node.bilingual("source"),
    )
    if not 0 <= low < high <= 100:
        raise node.wrong("interval", "unknown-value", found=f"{low}, {high}", expected="5, 95")
    if made.runs < 1:
        raise node.wrong("runs", "unknown-value", found=str(made.runs), expected="≥ 1")
    if not 0 <= made.weights < 1:
        raise node.wrong("weights", "unknown-value", found=str(made.weights), expected="0 … 1")
    node.only(
        ("runs", "seed", "interval", "most_combinations", "weights", "inclusion", "normalisations", "treatments",
         "missing", "aggregators", "source", "source_ru")
    )  # fmt: skip
    return made


def _choices(node: Reader, key: str, known: Mapping[str, tuple[str, ...]]) -> tuple[Choice, ...]:
    return tuple(_named(item, node.where, f"{node.spot(key)}[{i}]", known) for i, item in enumerate(node.items(key)))


def _check_tree(method: Methodology, whole: Reader) -> None:
    """Refuse repeated names, parents that are no node, rings, and weights below a node that do not sum to one."""
    names = [item.id for item in method.items]
    for name in names:
        if names.count(name) > 1:
            raise whole.wrong(name, "repeated-name", name=name)
    nodes = {node.id: node for node in method.nodes}
    roots = [node.id for node in method.nodes if not node.parent]
    if not method.nodes or roots != [method.nodes[0].id]:
        raise whole.wrong("nodes", "one-root", found=", ".join(roots))
    for item in method.items[1:]:
        seen = {item.id}
        parent = item.parent
        while parent:
            if parent not in nodes or parent in seen:
                raise whole.wrong(f"{item.id}.parent", "no-such-node", name=parent)
            seen.add(parent)
            parent = nodes[parent].parent
    for node in method.nodes:
        _check_weights(node, method.children[node.id], whole)


def _check_weights(node: Node, below: Sequence[Node | Leaf], whole: Reader) -> None:
    if not below:
        raise whole.wrong(node.id, "no-children")
    if node.aggregator == "ratio" and len(below) != 2:
        raise whole.wrong(node.id, "ratio-of-two", found=str(len(below)))
    if any(item.weight < 0 for item in below):
        raise whole.wrong(f"{node.id}.weight", "negative-weight")
    total = sum((item.weight for item in below), Fraction())
    if total != 1 and node.aggregator != "ratio":
        listed = " + ".join(f"{float(item.weight):g}" for item in below)
        raise whole.wrong(f"{node.id}.weight", "weights-do-not-sum", found=f"{listed} = {float(total):g}")


def _check_meaning(method: Methodology, whole: Reader) -> None:
    """Refuse combinations that have no meaning, whatever the data."""
    aggregators = {node.id: node.aggregator for node in method.nodes}
    for leaf in method.leaves:
        key, above = f"{leaf.id}.normalise", aggregators[leaf.parent]
        if leaf.normalisation.method == "share-of-maximum" and leaf.direction == "down":
            raise whole.wrong(key, "reversed-share")
        if leaf.normalisation.method == "z-score" and above in ("geometric", "harmonic", "ratio"):
            raise whole.wrong(key, "z-score-in-a-product", aggregator=above)
        if leaf.floor is not None and leaf.cap is not None and leaf.floor > leaf.cap:
            raise whole.wrong(f"{leaf.id}.cap", "not-rising")
    for name in method.alternatives.aggregators if method.alternatives else ():
        if name not in aggregators:
            raise wrong(whole.where, f"uncertainty.aggregators.{name}", "no-such-node", name=name)
