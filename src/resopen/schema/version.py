"""Versions by semantic versioning: three numbers, without labels."""

from __future__ import annotations

import re
from dataclasses import dataclass

VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


@dataclass(frozen=True, order=True)
class Version:
    """A version of three numbers."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        """Return the version as it is written."""
        return f"{self.major}.{self.minor}.{self.patch}"


def read_version(text: str) -> Version | None:
    """Return the version that a text is; None when it is not three numbers without leading zeros."""
    found = VERSION.fullmatch(text)
    return Version(*map(int, found.groups())) if found else None
