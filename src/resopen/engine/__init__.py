"""DuckDB, the embedded engine: the only package that knows it.

Tables are loaded as text, under names and columns that come from positions and never from the
data (`t0`, `c1`), so that no name of a file or a field can become SQL. After loading, the
connection is sealed: whatever SQL runs then cannot reach a file or the network.

The extension module `_duckdb` is imported, because the package `duckdb` around it takes 0.07 s to
import, as much as the validation of 20 small tables, for what is only used where Arrow is wanted.
"""

from resopen.engine.connection import connect, isolated, isolation, register, seal
from resopen.engine.faults import WrongSql
from resopen.engine.loading import (
    LONGEST,
    Column,
    Layout,
    create_empty,
    load_columns,
    load_csv,
    load_parquet,
    parquet_columns,
    parquet_count,
)
from resopen.engine.queries import (
    arrow,
    batches,
    breaking_rows,
    in_parallel,
    literal,
    many,
    quoted,
    relation,
    rows,
    sql_fault,
)

__all__ = [
    "LONGEST",
    "Column",
    "Layout",
    "WrongSql",
    "arrow",
    "batches",
    "breaking_rows",
    "connect",
    "create_empty",
    "in_parallel",
    "isolated",
    "isolation",
    "literal",
    "load_columns",
    "load_csv",
    "load_parquet",
    "many",
    "parquet_columns",
    "parquet_count",
    "quoted",
    "register",
    "relation",
    "rows",
    "seal",
    "sql_fault",
]
