"""What a methodology as a whole must keep: a tree, weights that sum, combinations that mean something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from resopen.schema.methodology import Choice, Leaf, Methodology, Node
from resopen.schema.reading import Reader

PRODUCTS = ("geometric", "harmonic", "ratio")
# These only look at the order or the spread of the values, so that a logarithm may have changed their scale.
WITHOUT_SCALE = ("min-max", "z-score", "rank", "percentile-rank", "distance-to-maximum")


def check_methodology(method: Methodology, whole: Reader) -> None:
    """Refuse a methodology whose parts are right one by one and wrong together, whatever the data.

    Raises DefinitionError, with the key: a name or exclusion stands twice, a parent is no node, the
    weights below a node do not sum to one, a combination of direction, treatment, normalisation and
    aggregator has no meaning, also among the alternatives.
    """
    _check_tree(method, whole)
    excluded = [exclusion.unit for exclusion in method.exclusions]
    for i, unit in enumerate(excluded):
        if unit in excluded[:i]:
            raise whole.wrong(f"exclusions[{i}].unit", "repeated-name", name=unit)
    _check_classes(method, whole)
    _check_aggregators(method, whole)
    _check_leaves(method, whole)
    _check_sampling(method, whole)


def _check_sampling(method: Methodology, whole: Reader) -> None:
    """Refuse a model of chance for what is no level, one without its section, and the section without one."""
    sampled = [leaf for leaf in method.leaves if leaf.sampling.method != "none"]
    for leaf in sampled:
        if leaf.measure != "level":
            raise whole.wrong(f"{leaf.id}.sampling", "unknown-value", found=leaf.measure, expected="measure = level")
    if bool(sampled) != (method.chance is not None):
        raise whole.wrong(f"{sampled[0].id}.sampling" if sampled else "chance", "chance-without-sampling")


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


def _check_classes(method: Methodology, whole: Reader) -> None:
    """Refuse limits of classes that do not go from the best class down."""
    classes = method.result.classes
    if classes is None:
        return
    rising = sorted(set(classes.limits))
    if classes.by == "quantiles" or method.result.order == "ascending":
        if list(classes.limits) != rising:
            raise whole.wrong("result.classes.limits", "not-rising")
    elif list(classes.limits) != rising[::-1]:
        raise whole.wrong("result.classes.limits", "not-falling")
    if classes.by == "quantiles" and any(not 0 < limit < 1 for limit in classes.limits):
        found = ", ".join(f"{limit:g}" for limit in classes.limits)
        raise whole.wrong("result.classes.limits", "unknown-value", found=found, expected="0 … 1")


def _check_aggregators(method: Methodology, whole: Reader) -> None:
    """Refuse alternatives of a node that is none, that repeat each other or the node's own, or lack what they need."""
    nodes = {node.id: node for node in method.nodes}
    for name, kinds in method.alternatives.aggregators.items() if method.alternatives else ():
        key = f"uncertainty.aggregators.{name}"
        if name not in nodes:
            raise whole.wrong(key, "no-such-node", name=name)
        every = (nodes[name].aggregator, *kinds)
        for i, kind in enumerate(kinds, 1):
            if kind in every[:i]:
                raise whole.wrong(key, "repeated-name", name=kind)
            if kind == "generalised":
                raise whole.wrong(key, "unknown-value", found=kind, expected="arithmetic, geometric, harmonic")
            if kind == "ratio" and len(method.children[name]) != 2:
                raise whole.wrong(key, "ratio-of-two", found=str(len(method.children[name])))
        if "ratio" in every and kinds and sum(item.weight for item in method.children[name]) != 1:
            total = float(sum(item.weight for item in method.children[name]))
            raise whole.wrong(f"{name}.weight", "weights-do-not-sum", found=f"{total:g}")


def _check_leaves(method: Methodology, whole: Reader) -> None:
    """Refuse leaves whose steps do not fit together, with each of the alternatives too."""
    nodes = {node.id: node for node in method.nodes}
    others = method.alternatives.aggregators if method.alternatives else {}
    for leaf in method.leaves:
        above = (nodes[leaf.parent].aggregator, *others.get(leaf.parent, ()))
        varied = method.alternatives if leaf.is_varied else None
        treatments = [leaf.treatment, *(varied.treatments if varied else ())]
        is_rescaled = any(treatment.method == "winsorise-or-log" for treatment in treatments)
        for key, choice in _normalisations(method, leaf):
            if choice.method == "share-of-maximum" and leaf.direction == "down":
                raise whole.wrong(key, "reversed-share")
            for aggregator in above:
                if choice.method == "z-score" and aggregator in PRODUCTS:
                    raise whole.wrong(key, "z-score-in-a-product", aggregator=aggregator)
            if is_rescaled and choice.method not in WITHOUT_SCALE:
                raise whole.wrong(key, "treatment-changes-scale", method=choice.method)
        if leaf.floor is not None and leaf.cap is not None and leaf.floor > leaf.cap:
            raise whole.wrong(f"{leaf.id}.cap", "not-rising")
        if leaf.measure in ("growth", "change") and leaf.base_period == leaf.period:
            raise whole.wrong(f"{leaf.id}.base_period", "unknown-value", found=leaf.period, expected=f"≠ {leaf.period}")


def _normalisations(method: Methodology, leaf: Leaf) -> Iterator[tuple[str, Choice]]:
    yield f"{leaf.id}.normalise", leaf.normalisation
    varied = method.alternatives if leaf.is_varied else None
    for i, choice in enumerate(varied.normalisations if varied else ()):
        yield f"uncertainty.normalisations[{i}] ({leaf.id})", choice
