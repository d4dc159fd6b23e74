"""What a version is made of: the package judged valid, its rows in canonical order, what is computed over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resopen.errors import DataInvalid
from resopen.messages import Messages
from resopen.publishing.computed import Additions, add_computed
from resopen.publishing.private import public_descriptor
from resopen.publishing.rows import Held, arrange_rows
from resopen.publishing.synthetic import check_mark, check_sources
from resopen.publishing.verify import MEMORY
from resopen.schema import Package, SchemaFolder, load_package
from resopen.tables.parquet import load_arrow
from resopen.validation.run import judge_package

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What a resource descriptor says of the files that a version is made from, and not of its own.
SOURCE_KEYS = ("dialect", "bytes", "hash", "rowCount", "compression", "extrapaths", "data", "scheme")
Step = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What is to be published: a package, its folder and changelog, the schema folder of what is computed."""

    package: Package
    folder: Path
    changelog: Path
    schema: SchemaFolder | None
    output: Path

    @property
    def is_curated(self) -> bool:
        """Whether this is the package that the schema folder itself describes."""
        return self.schema is not None and self.folder.resolve() == self.schema.data_folder.resolve()


@dataclass(frozen=True)
class Material:
    """What a version is made of: its descriptor, its rows in an engine, and what was computed.

    `descriptor` is public and holds the resources of all tables; `held` are their rows.
    """

    descriptor: Mapping[str, Any]
    connection: DuckDBPyConnection
    held: Mapping[str, Held]
    additions: Additions | None


def gather(order: Order, created: date, messages: Messages, scratch: Path, step: Step) -> Material:
    """Return the material of a version: the package judged valid, and what is computed over it as of a day.

    Raises DataInvalid, PublishRefused and DefinitionError as `publish`.
    """
    check_mark(order.package, order.schema, order.is_curated)
    descriptor = public_descriptor(order.package.descriptor)
    step("validate")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(load_arrow)
        judged = judge_package(order.package, messages, created, scratch, MEMORY)
    if judged.report.errors:
        raise DataInvalid("publish.data-invalid", issues=judged.report.issues)
    check_sources(order.package, judged)
    additions = None
    if order.schema:
        step("compute")
        computed = scratch / "computed"
        computed.mkdir()
        additions = add_computed(judged, order.schema, created, messages, computed)
    nodes = [_as_csv(node) for node in (*descriptor["resources"], *(additions.nodes if additions else ()))]
    whole = {**descriptor, "resources": nodes}
    held = arrange_rows(
        load_package(whole, scratch, "datapackage.json"), judged, additions.judged if additions else None
    )
    if additions:
        additions.judged.connection.close()
    return Material(whole, judged.connection, held, additions)


def _as_csv(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resource descriptor of a table as the canonical CSV of a version."""
    kept = {key: value for key, value in node.items() if key not in SOURCE_KEYS}
    return {**kept, "path": f"data/{node['name']}.csv", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8"}
