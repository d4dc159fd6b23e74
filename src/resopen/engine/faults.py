"""What the engine cannot or will not do, in our own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from resopen.errors import SetupError


class WrongSql(Exception):
    """The engine refused a query; whoever wrote its SQL must be told."""


@contextmanager
def told() -> Iterator[None]:
    """Say in our own errors what the engine cannot or will not do."""
    import _duckdb as duckdb

    with interruptible():
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            raise out_of_memory(error) from error
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise WrongSql(first_line(error)) from error


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn what the engine raises when a person presses Ctrl-C into what Python raises then."""
    import _duckdb as duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise


def out_of_memory(error: Exception) -> SetupError:
    """Return our error for the engine's own that memory does not suffice."""
    return SetupError("setup.out-of-memory", {"reason": first_line(error)})


def first_line(error: Exception) -> str:
    """Return what an error says, without the query that follows."""
    return str(error).splitlines()[0]
