"""The README of a version: what it is, its gaps, its tables, fields and codes, its licence, how to cite it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resopen.catalogue import citation_text
from resopen.messages import Messages

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What a README tells of a table: its rows, how many values each field lacks, its codes with their labels."""

    rows: int
    missing: Mapping[str, int]
    codes: tuple[tuple[str, str, str], ...]


def data_dictionary(
    descriptor: Node, facts: Mapping[str, Facts], lacking: Sequence[tuple[str, str]], definitions: Sequence[str],
    messages: Messages,
) -> str:  # fmt: skip
    """Return the README of a version in one language, in Markdown; a section of which nothing is known is left out.

    Args: the descriptor of the version, the facts of each table, the rankings that could not be
    computed, each with the reason, and the folders of definitions that the version holds.
    """
    nodes = [node for node in descriptor["resources"] if "schema" in node]
    layout = [messages.text("dictionary.layout"), *(messages.text(f"dictionary.holds-{name}") for name in definitions)]
    parts = [
        f"# {_text(descriptor, 'title', messages) or descriptor['name']}",
        *([f"**{messages.text('ranking.synthetic')}**"] if descriptor.get("synthetic") is True else []),
        f"{messages.text('dictionary.version')} {descriptor['version']}, {descriptor['created'][:10]}",
        *_section("what", [_text(descriptor, "description", messages), " ".join(layout)], messages),
        *_section("load", [messages.text("dictionary.load-text")], messages),
        *_section("tables", [_table(node, facts[node["name"]], messages) for node in nodes], messages),
        *_section("gaps", list(_gaps(nodes, facts, lacking, messages)), messages),
        *_section("licence", ["\n".join(_licences(descriptor))], messages),
        *_section("cite", [_citation(descriptor, messages)], messages),
    ]
    return "\n\n".join(parts) + "\n"


def _citation(descriptor: Node, messages: Messages) -> str:
    own = {**descriptor, "title": _text(descriptor, "title", messages)}
    return citation_text(own, messages.text("dictionary.version"))


def _section(name: str, parts: Sequence[str], messages: Messages) -> list[str]:
    """Return a heading and its parts that say something, or nothing."""
    told = [part for part in parts if part]
    return [f"## {messages.text(f'dictionary.{name}')}", *told] if told else []


def _text(node: Node, key: str, messages: Messages) -> str:
    """Return a text in the language of the README, or in English where there is none."""
    return str(node.get(f"{key}_ru" if messages.language == "ru" else key) or node.get(key, ""))


def _gaps(
    nodes: Sequence[Node], facts: Mapping[str, Facts], lacking: Sequence[tuple[str, str]], messages: Messages
) -> Iterator[str]:
    """Yield the known gaps: empty tables, fields with missing values and how many, rankings without inputs."""
    for key, is_computed in (("gap-empty", False), ("gap-computed", True)):
        empty = [
            f"`{node['name']}`" for node in nodes
            if not facts[node["name"]].rows and bool(node.get("computed")) is is_computed
        ]  # fmt: skip
        if empty:
            yield f"{messages.text(f'dictionary.{key}')} {', '.join(empty)}."
    lines = [
        f"| `{node['name']}` | `{field}` | {count} | {facts[node['name']].rows} |"
        for node in nodes
        for field, count in facts[node["name"]].missing.items()
    ]
    if lines:
        yield messages.text("dictionary.gap-fields")
        yield "\n".join([messages.text("dictionary.gap-columns"), "|---|---|---:|---:|", *lines])
    if lacking:
        yield messages.text("dictionary.gap-rankings")
        yield "\n".join(f"- {title}: {reason}" for title, reason in lacking)


def _licences(descriptor: Node) -> Iterator[str]:
    for licence in descriptor.get("licenses", []):
        title, path = licence.get("title") or licence.get("name", ""), licence.get("path", "")
        yield f"- [{title}]({path})" if path else f"- {title}"


def _table(node: Node, facts: Facts, messages: Messages) -> str:
    schema = node["schema"]
    parents = {
        name: key["reference"].get("resource") or node["name"]
        for key in schema.get("foreignKeys", [])
        for name in _names(key["fields"])
    }
    key = ", ".join(_names(schema.get("primaryKey"))) or messages.text("dictionary.none")
    counted = f"{messages.text('dictionary.rows')}: {facts.rows}. {messages.text('dictionary.key')}: {key}."
    lines = [
        "### " + ": ".join(filter(None, (node["name"], _text(node, "title", messages)))),
        "",
        " ".join(filter(None, (_text(node, "description", messages), counted))),
        "",
        messages.text("dictionary.columns"),
        "|---|---|---|---|---|---|",
        *(_field(field, parents.get(field["name"], ""), messages) for field in schema["fields"]),
        *_codes(facts, messages),
    ]
    return "\n".join(lines)


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _codes(facts: Facts, messages: Messages) -> Iterator[str]:
    if facts.codes:
        yield ""
        label = 1 if messages.language == "ru" else 2
        yield "; ".join(f"`{code[0]}` {code[label]}" for code in facts.codes) + "."


def _field(field: Node, parent: str, messages: Messages) -> str:
    required = messages.text("dictionary.yes") if field.get("constraints", {}).get("required") else ""
    kind = f"{field.get('type', 'any')} → {parent}" if parent else str(field.get("type", "any"))
    texts = [_text(field, key, messages) for key in ("title", "description")]
    cells = (field["name"], kind, field.get("unit", ""), required, *texts)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
