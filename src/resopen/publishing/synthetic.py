"""Invented data keep their mark: they are never published as anything else."""

from __future__ import annotations

from resopen import engine
from resopen.errors import PublishRefused
from resopen.schema import Package, SchemaFolder
from resopen.validation.run import Judged

WORD = "synthetic"


def check_mark(package: Package, schema: SchemaFolder | None, is_curated: bool) -> None:
    """Refuse invented data under the name of the real package, and a marked package that does not say so by its name.

    Raises PublishRefused.
    """
    if not package.is_synthetic:
        return
    real = schema.descriptor["name"] if schema else ""
    if is_curated or package.name == real or WORD not in package.name:
        raise PublishRefused("publish.synthetic-name", {"name": package.name, "word": WORD})


def check_sources(package: Package, judged: Judged) -> None:
    """Refuse a package without the mark whose sources are invented: the quality `synthetic` of any source.

    Raises PublishRefused with the first such source.
    """
    loaded = judged.loaded.get("sources")
    names = [field.name for field in loaded.table.fields] if loaded else []
    if package.is_synthetic or loaded is None or "quality" not in names or "source_id" not in names:
        return
    columns = [f"c{loaded.table.column(name)}" for name in ("source_id", "quality")]
    found = engine.rows(
        judged.connection,
        f"SELECT {columns[0]} FROM t{loaded.number} WHERE {columns[1]} = '{WORD}' OR {columns[0]} LIKE '{WORD}-%' "
        "ORDER BY 1 LIMIT 1",
    )
    if found:
        raise PublishRefused("publish.synthetic-unmarked", {"name": package.name, "source": found[0][0]})
