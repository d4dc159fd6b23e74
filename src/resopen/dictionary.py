"""The README of a published version: what it is, its tables, fields and codelists, how to cite it."""

from __future__ import annotations

from collections.abc import Mapping

from resopen.messages import Messages
from resopen.schema import Field, Package, Table


def data_dictionary(package: Package, version: str, counts: Mapping[str, int], messages: Messages) -> str:
    """Return the README of a version in one language, in Markdown.

    Args: the package, the version, the number of rows of each table.
    """
    language = messages.language
    title = package.title.text(language)
    description = str(package.descriptor["description_ru" if language == "ru" else "description"])
    empty = [table.table for table in package.resources if not counts[table.name]]
    load = f"import pandas\nevents = pandas.read_parquet('{package.name}-{version}/data/events.parquet')"
    parts = [
        f"# {title}",
        f"{messages.text('dictionary.version')} {version}",
        f"## {messages.text('dictionary.what')}",
        description,
        messages.text("dictionary.layout"),
        f"## {messages.text('dictionary.load')}",
        f"```python\n{load}\n```",
        f"## {messages.text('dictionary.gaps')}",
        f"{messages.text('dictionary.gap-empty')} {', '.join(f'`{table.name}`' for table in empty)}.",
        f"## {messages.text('dictionary.tables')}",
        *(_table(resource.table, counts[resource.name], messages) for resource in package.resources),
        f"## {messages.text('dictionary.licence')}",
        messages.text("dictionary.licence-text"),
        f"## {messages.text('dictionary.cite')}",
        f"{title}. {messages.text('dictionary.version')} {version}. CC BY 4.0.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table, count: int, messages: Messages) -> str:
    language = messages.language
    lines = [
        f"### {table.name}: {table.title.text(language)}",
        "",
        f"{table.description.text(language)} {messages.text('dictionary.rows')}: {count}. "
        f"{messages.text('dictionary.key')}: {', '.join(table.primary_key)}.",
        "",
        messages.text("dictionary.columns"),
        "|---|---|---|---|---|---|",
        *(_field(table, field, messages) for field in table.fields),
    ]
    return "\n".join(lines)


def _field(table: Table, field: Field, messages: Messages) -> str:
    language = messages.language
    required = messages.text("dictionary.yes") if field.constraints.get("required") else ""
    parents = [key.resource or table.name for key in table.foreign_keys if field.name in key.fields]
    kind = f"{field.type} → {', '.join(parents)}" if parents else field.type
    cells = (field.name, kind, field.unit, required, field.title.text(language), field.description.text(language))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
