"""Typed tables in Parquet, written by pyarrow from a Table Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from resopen.schema import Field, Table

if TYPE_CHECKING:
    import pyarrow


# Of zstd: beyond it files shrink by a few percent and take twice the time.
LEVEL = 3


def load_arrow() -> None:
    """Import what reads and writes files of Arrow, which takes 0.1 s, while the engine works."""
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401


def arrow_type(field: Field) -> pyarrow.DataType:
    """Return the Arrow type of a field: exact decimals, days as date32, whole numbers as int64."""
    import pyarrow as pa

    if field.type == "number":
        return pa.float64() if field.decimal_places is None else pa.decimal128(18, field.decimal_places)
    types = {
        "integer": pa.int64(), "year": pa.int32(), "boolean": pa.bool_(), "date": pa.date32(),
        "time": pa.time64("us"), "datetime": pa.timestamp("us"), "duration": pa.float64(),
    }  # fmt: skip
    return types.get(field.type, pa.string())


def arrow_schema(table: Table) -> pyarrow.Schema:
    """Return the Arrow schema of a table, with titles and descriptions of both languages on fields."""
    import pyarrow as pa

    fields = [
        pa.field(
            field.name,
            arrow_type(field),
            nullable=not (field.constraints.get("required", False) or field.name in table.primary_key),
            metadata={name: text for name, text in _said(field).items() if text},
        )
        for field in table.fields
    ]
    return pa.schema(fields)


def _said(field: Field) -> dict[str, str]:
    return {
        "title": field.title.en, "title_ru": field.title.ru,
        "description": field.description.en, "description_ru": field.description.ru,
        "unit": field.unit,
    }  # fmt: skip


def write_parquet(
    tables: Iterator[pyarrow.Table], schema: pyarrow.Schema, few: Sequence[str], path: Path,
    descriptor: Mapping[str, object], key: Sequence[str] = (),
) -> int:  # fmt: skip
    """Write Arrow tables as one Parquet file, with the resource descriptor in its metadata, and count the rows.

    Args: also the columns of few different values, and those that the rows are sorted by, which the
    file then says.

    The same rows, descriptor and pyarrow version give the same bytes. Columns of few different
    values are dictionary-encoded, others not; whole numbers are delta-encoded. Each table becomes a
    row group.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = {"frictionless": json.dumps(descriptor, ensure_ascii=False, sort_keys=True)}
    encodings = {
        field.name: "DELTA_BINARY_PACKED" if pa.types.is_integer(field.type) else "DELTA_BYTE_ARRAY"
        for field in schema
        if field.name not in few and (pa.types.is_integer(field.type) or pa.types.is_string(field.type))
    }
    whole, count = schema.with_metadata(metadata), 0
    with pq.ParquetWriter(
        path, whole, compression="zstd", compression_level=LEVEL, use_dictionary=list(few), column_encoding=encodings,
        write_page_index=True, write_page_checksum=True, store_schema=True,
        sorting_columns=[pq.SortingColumn(schema.get_field_index(name)) for name in key] or None,
    ) as writer:  # fmt: skip
        for rows in tables:
            writer.write_table(rows.replace_schema_metadata(metadata), row_group_size=max(rows.num_rows, 1))
            count += rows.num_rows
    return count
