"""Judging a Data Package: structure, types, constraints, keys and rules, each at its cell."""

from resopen.validate.report import Report
from resopen.validate.run import validate

__all__ = ["Report", "validate"]
