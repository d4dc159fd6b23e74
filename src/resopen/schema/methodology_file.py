"""A methodology file read into its record, refused by key where it is wrong or means nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from resopen.schema.files import read_toml
from resopen.schema.methodology import (
    AGGREGATORS,
    DIRECTIONS,
    MEASURES,
    MISSING,
    NORMALISATIONS,
    ORDERS,
    SAMPLING,
    SCOPES,
    SMALL_NUMBERS,
    TIES,
    TRANSFORMS,
    TREATMENTS,
    Alternatives,
    Chance,
    Classes,
    Cut,
    Exclusion,
    Groups,
    Leaf,
    Methodology,
    Node,
    Result,
    Units,
)
from resopen.schema.methodology_checks import check_methodology
from resopen.schema.methodology_choices import choice, choices
from resopen.schema.reading import Reader

NODE_KEYS = (
    "id", "title", "title_ru", "parent", "weight", "aggregate", "power", "minimum_coverage", "complement",
    "source", "source_ru",
)  # fmt: skip
LEAF_KEYS = (
    "id", "title", "title_ru", "parent", "weight", "indicator", "period", "base_period", "denominator", "measure",
    "direction", "transform", "floor", "cap", "treatment", "normalise", "missing", "sampling", "varied", "source",
    "source_ru",
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
        units=_units(whole.table("units")) if "units" in whole.node else None,
        exclusions=tuple(
            Exclusion(item.text("unit"), item.bilingual("because")) for item in whole.tables("exclusions")
        ),
        groups=_groups(whole.table("groups")),
        cut=_cut(whole.table("cut")) if "cut" in whole.node else None,
        nodes=tuple(_node(item) for item in whole.tables("nodes")),
        leaves=tuple(_leaf(item, item.over(leaves.node)) for item in whole.tables("indicators")),
        result=_result(whole.table("result")),
        alternatives=_alternatives(whole.table("uncertainty")) if "uncertainty" in whole.node else None,
        chance=_chance(whole.table("chance")) if "chance" in whole.node else None,
    )
    whole.only(
        ("id", "title", "title_ru", "description", "description_ru", "period", "units", "exclusions", "groups",
         "cut", "nodes", "leaves", "indicators", "result", "uncertainty", "chance")
    )  # fmt: skip
    check_methodology(methodology, whole)
    return methodology


def _groups(node: Reader) -> Groups:
    names = node.texts("names")
    _no_repeats(node, "names", names)
    groups = Groups(
        by=node.text("by", may_be_empty=True),
        limits=node.numbers("limits"),
        names=names,
        titles=tuple(node.pair(i, "titles", "titles_ru") for i in range(len(names))),
        includes_limit=node.flag("includes_limit"),
        near=_near(node) if node.numbers("limits") else 0.0,
        normalise=node.one_of("normalise", SCOPES),
        rank=node.one_of("rank", SCOPES),
        source=node.bilingual("source"),
    )
    if groups.limits and (not groups.by or len(groups.names) != len(groups.limits) + 1):
        raise node.wrong("names", "group-names", expected=str(len(groups.limits) + 1), found=str(len(groups.names)))
    _must_rise(node, groups.limits)
    node.only(
        ("by", "limits", "names", *(["titles", "titles_ru"] if names else []), "includes_limit",
         *(["near"] if groups.limits else []), "normalise", "rank", "source", "source_ru")
    )  # fmt: skip
    return groups


def _no_repeats(node: Reader, key: str, names: tuple[str, ...]) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise node.wrong(f"{key}[{i}]", "repeated-name", name=name)


def _near(node: Reader) -> float:
    near = node.number("near")
    if not 0 <= near < 1:
        raise node.wrong("near", "unknown-value", found=f"{near:g}", expected="0 … 1")
    return near


def _must_rise(node: Reader, limits: tuple[float, ...]) -> None:
    if list(limits) != sorted(set(limits)):
        raise node.wrong("limits", "not-rising")


def _units(node: Reader) -> Units:
    made = Units(
        region=node.text("region"),
        year=node.whole("year", 1),
        small_numbers=node.one_of("small_numbers", SMALL_NUMBERS),
        source=node.bilingual("source"),
    )
    node.only(("region", "year", "small_numbers", "source", "source_ru"))
    return made


def _cut(node: Reader) -> Cut:
    names = node.texts("names")
    made = Cut(
        by=node.text("by"),
        limits=node.numbers("limits"),
        names=tuple(node.pair(i, "names", "names_ru") for i in range(len(names))),
        includes_limit=node.flag("includes_limit"),
        near=_near(node),
        source=node.bilingual("source"),
    )
    if not made.limits or len(names) != len(made.limits) + 1:
        raise node.wrong("names", "group-names", expected=str(len(made.limits) + 1), found=str(len(names)))
    _must_rise(node, made.limits)
    node.only(("by", "limits", "names", "names_ru", "includes_limit", "near", "source", "source_ru"))
    return made


def _chance(node: Reader) -> Chance:
    made = Chance(node.whole("runs", 1), node.whole("seed", 0), _interval(node), node.bilingual("source"))
    node.only(("runs", "seed", "interval", "source", "source_ru"))
    return made


def _interval(node: Reader) -> tuple[float, float]:
    interval = node.numbers("interval")
    if len(interval) != 2 or not 0 <= interval[0] < interval[1] <= 100:
        raise node.wrong("interval", "unknown-value", found=", ".join(f"{x:g}" for x in interval), expected="5, 95")
    return interval[0], interval[1]


def _node(node: Reader) -> Node:
    aggregator = node.one_of("aggregate", AGGREGATORS)
    made = Node(
        id=node.text("id"),
        title=node.bilingual("title"),
        parent=node.text("parent", may_be_empty=True),
        weight=node.fraction("weight"),
        aggregator=aggregator,
        power=node.number("power") if aggregator == "generalised" else 1.0,
        minimum_coverage=_share(node, "minimum_coverage"),
        is_complement=node.flag("complement"),
        source=node.bilingual("source"),
    )
    if aggregator == "generalised" and made.power == 0:
        raise node.wrong("power", "unknown-value", found="0", expected="aggregate = geometric")
    if aggregator != "generalised" and "power" in node.node:
        raise node.wrong("power", "unknown-value", found=str(node.node["power"]), expected="aggregate = generalised")
    node.only(NODE_KEYS)
    return made


def _leaf(own: Reader, node: Reader) -> Leaf:
    """Return a leaf from its own keys and those with what all leaves share."""
    measure = node.one_of("measure", MEASURES)
    for key, name in (("base_period", "growth, change"), ("denominator", "per")):
        # Shared by all leaves it may be of no use for one; a leaf of its own must mean it.
        if key in own.node and measure not in name.split(", "):
            raise own.wrong(key, "unknown-value", found=str(own.node[key]), expected=f"measure = {name}")
    made = Leaf(
        id=node.text("id"),
        title=node.bilingual("title"),
        parent=node.text("parent"),
        weight=node.fraction("weight"),
        indicator=node.text("indicator"),
        period=node.text("period", may_be_empty=True),
        base_period=node.text("base_period") if measure in ("growth", "change") else "",
        denominator=node.text("denominator") if measure == "per" else "",
        measure=measure,
        direction=node.one_of("direction", DIRECTIONS),
        transform=node.one_of("transform", TRANSFORMS),
        floor=node.number_or_none("floor"),
        cap=node.number_or_none("cap"),
        treatment=choice(node, "treatment", TREATMENTS),
        normalisation=choice(node, "normalise", NORMALISATIONS),
        missing=choice(node, "missing", MISSING),
        sampling=choice(node, "sampling", SAMPLING),
        is_varied=node.flag("varied"),
        source=node.bilingual("source"),
    )
    node.only(LEAF_KEYS)
    return made


def _result(node: Reader) -> Result:
    made = Result(
        decimals=None if node.take("decimals") == "none" else node.whole("decimals", 0, 15),
        order=node.one_of("order", ORDERS),
        ties=node.one_of("ties", TIES),
        tolerance=node.number("tolerance"),
        classes=_classes(node.table("classes")) if "classes" in node.node else None,
        source=node.bilingual("source"),
    )
    if made.tolerance < 0:
        raise node.wrong("tolerance", "unknown-value", found=f"{made.tolerance:g}", expected="≥ 0")
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
    for key in ("names", "names_ru"):
        found = node.texts(key)
        if len(found) != len(made.limits) + 1:
            raise node.wrong(key, "group-names", expected=str(len(made.limits) + 1), found=str(len(found)))
        _no_repeats(node, key, found)
    node.only(("by", "limits", "names", "names_ru", "on", "source", "source_ru"))
    return made


def _alternatives(node: Reader) -> Alternatives:
    aggregators = node.table("aggregators", {})
    made = Alternatives(
        runs=node.whole("runs", 1),
        seed=node.whole("seed", 0),
        interval=_interval(node),
        most_combinations=node.whole("most_combinations", 0),
        weights=node.fraction("weights"),
        inclusion=node.flag("inclusion"),
        normalisations=choices(node, "normalisations", NORMALISATIONS),
        treatments=choices(node, "treatments", TREATMENTS),
        missing=choices(node, "missing", MISSING),
        aggregators={name: aggregators.some_of(name, AGGREGATORS) for name in aggregators.node},
        source=node.bilingual("source"),
    )
    if not 0 <= made.weights < 1:
        raise node.wrong("weights", "unknown-value", found=str(made.weights), expected="0 … 1")
    node.only(
        ("runs", "seed", "interval", "most_combinations", "weights", "inclusion", "normalisations", "treatments",
         "missing", "aggregators", "source", "source_ru")
    )  # fmt: skip
    return made


def _share(node: Reader, key: str) -> Fraction:
    share = node.fraction(key)
    if not 0 <= share <= 1:
        raise node.wrong(key, "unknown-value", found=str(share), expected="0 … 1")
    return share
