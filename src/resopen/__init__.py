"""Resolutions of civic forums as open, checked and versioned data."""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resopen.api import read_table, validate
    from resopen.computed_frames import RankingFrames, indicator_values, rank
    from resopen.errors import DataInvalid, DefinitionError, ResopenError, SetupError
    from resopen.frames import pandera_schema

__version__ = "0.1.0"
__all__ = [
    "DataInvalid",
    "DefinitionError",
    "RankingFrames",
    "ResopenError",
    "SetupError",
    "__version__",
    "indicator_values",
    "pandera_schema",
    "rank",
    "read_table",
    "validate",
]

# Where each public name stands; its module is imported when it is first asked for.
PUBLIC = MappingProxyType(
    {
        "DataInvalid": "resopen.errors", "DefinitionError": "resopen.errors", "ResopenError": "resopen.errors",
        "RankingFrames": "resopen.computed_frames", "SetupError": "resopen.errors",
        "indicator_values": "resopen.computed_frames", "pandera_schema": "resopen.frames",
        "rank": "resopen.computed_frames", "read_table": "resopen.api", "validate": "resopen.api",
    }
)  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *PUBLIC})
