"""How to load a release: a page of snippets for pandas, polars, DuckDB and R."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword
from typing import Any

from resopen.catalogue import descriptor as of
from resopen.messages import LANGUAGES, load_messages


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of code that runs in the folder of a release; `text` is the key of the line above it."""

    title: str
    language: str
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class Example:
    """The table that the snippets load, a table it refers to, and the words that stand for them in code.

    `parquet` is empty where the table has no Parquet file; `other` is None where it refers to no table.
    """

    name: str
    table: of.File
    parquet: str
    other: of.File | None
    other_parquet: str
    key: str
    other_key: str


def loading_page(descriptor: Mapping[str, Any]) -> str:
    """Return LOADING.md of a descriptor: every snippet with a line in both languages above it.

    The snippets run in the folder of the release. Without a CSV table there is nothing to load,
    and the page says only where the descriptor is.
    """
    both = [load_messages(language) for language in reversed(LANGUAGES)]

    def lines(key: str) -> list[str]:
        return [messages.text(f"catalogue.{key}") for messages in both]

    parts = [f"# {' / '.join(lines('loading'))}", *lines("loading-where")]
    for snippet in snippets(descriptor):
        parts += [f"## {snippet.title}", *lines(snippet.text), f"```{snippet.language}\n{snippet.code}\n```"]
    return "\n\n".join(parts) + "\n"


def snippets(descriptor: Mapping[str, Any]) -> tuple[Snippet, ...]:
    """Return the snippets: Parquet where there are such files, CSV, a join by a foreign key, and R."""
    example = _example(descriptor)
    if example is None:
        return ()
    found = [Snippet("pandas (CSV)", "python", "loading-pandas-csv", _pandas_csv(example))]
    if example.parquet:
        found = [
            Snippet("pandas (Parquet)", "python", "loading-pandas", _pandas(example)),
            Snippet("pandas (datapackage.json)", "python", "loading-all", _pandas_all()),
            *found,
            Snippet("polars", "python", "loading-polars", _polars(example)),
            Snippet("DuckDB", "python", "loading-duckdb", _duckdb(example)),
        ]
    found.append(Snippet("R (frictionless)", "r", "loading-r-frictionless", _r_frictionless(example)))
    if example.parquet:
        found.append(Snippet("R (arrow)", "r", "loading-r-arrow", _r_arrow(example)))
    return tuple(found)


def _example(descriptor: Mapping[str, Any]) -> Example | None:
    """Choose the largest table that refers to another one by one field, both with rows; else the first of all."""
    tables = {table.table: table for table in of.tables(descriptor)}
    parquet = {file.table: _path(file) for file in of.files(descriptor) if file.format == "parquet"}
    found = []
    for table in tables.values():
        for key in table.schema.get("foreignKeys") or []:
            reference = key.get("reference") or {}
            other, names = tables.get(str(reference.get("resource"))), of.names(key.get("fields"))
            if other and len(names) == 1 and other != table and _rows(table) and _rows(other):
                target = of.names(reference.get("fields"))[0]
                paths = (parquet.get(table.table, ""), parquet.get(other.table, ""))
                found.append(Example(_word(table.table), table, paths[0], other, paths[1], names[0], target))
    for table in list(tables.values())[:1]:
        found.append(Example(_word(table.table), table, parquet.get(table.table, ""), None, "", "", ""))
    return max(
        found, key=lambda example: (bool(example.other), *map(_rows, (example.table, example.other))), default=None
    )


def _path(file: of.File) -> str:
    """Return the path as the file system has it, not as an address."""
    return str(file.node["path"])


def _rows(table: of.File | None) -> int:
    """Return how many rows a table is known to have; one where it is not said."""
    return int(table.node.get("rowCount", 1)) if table else 0


def _word(name: str) -> str:
    """Return a name that code may give to a table, in Python and in R."""
    word = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"table_{word}" if iskeyword(word) or not re.match("[a-zA-Z]", word) else word


def _pandas(example: Example) -> str:
    return (
        "import pandas\n\n"
        f"{example.name} = pandas.read_parquet({example.parquet!r}, dtype_backend='numpy_nullable')\n"
        f"print({example.name}.dtypes)"
    )


def _pandas_all() -> str:
    return (
        "import json\n"
        "from pathlib import Path\n\n"
        "import pandas\n\n"
        "descriptor = json.loads(Path('datapackage.json').read_text('utf-8'))\n"
        "tables = {\n"
        "    resource['alternateOf']: pandas.read_parquet(resource['path'], dtype_backend='numpy_nullable')\n"
        "    for resource in descriptor['resources']\n"
        "    if resource['format'] == 'parquet'\n"
        "}\n"
        "print({name: len(table) for name, table in tables.items()})"
    )


def _pandas_csv(example: Example) -> str:
    return (
        "import pandas\n\n"
        f"{example.name} = pandas.read_csv({_path(example.table)!r}, dtype='string', "
        "keep_default_na=False, na_values=[''])\n"
        f"print({example.name}.head())"
    )


def _polars(example: Example) -> str:
    lines = ["import polars", "", f"{example.name} = polars.read_parquet({example.parquet!r})"]
    if example.other and example.other_parquet:
        lines += [
            f"other = polars.read_parquet({example.other_parquet!r})",
            f"keys = {{'left_on': {example.key!r}, 'right_on': {example.other_key!r}}}",
            f"{example.name} = {example.name}.join(other, **keys, how='left')",
        ]
    return "\n".join([*lines, f"print({example.name})"])


def _duckdb(example: Example) -> str:
    query = [f"FROM {_quoted(example.parquet)} AS t"]
    if example.other and example.other_parquet:
        query.append(f" LEFT JOIN {_quoted(example.other_parquet)} AS o")
        query.append(f" ON t.{_identifier(example.key)} = o.{_identifier(example.other_key)}")
    lines = "\n".join(f"    {line!r}" for line in query)
    return f"import duckdb\n\n{example.name} = duckdb.sql(\n{lines}\n)\nprint({example.name})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _r_frictionless(example: Example) -> str:
    return (
        "library(frictionless)\n\n"
        'package <- read_package("datapackage.json")\n'
        "package$resources <- lapply(package$resources, function(resource) {\n"
        '  resource$profile <- "tabular-data-resource"\n'
        "  resource\n"
        "})\n"
        f"{example.name} <- read_resource(package, {_r_text(example.table.name)})"
    )


def _r_arrow(example: Example) -> str:
    return f"library(arrow)\n\n{example.name} <- read_parquet({_r_text(example.parquet)})"


def _r_text(text: str) -> str:
    """Return a text of R: in double quotes, with the escapes that JSON has too."""
    return json.dumps(text, ensure_ascii=False)
