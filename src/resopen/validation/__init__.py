"""Judging a Data Package: structure, types, constraints, keys and rules, each at its cell."""

from resopen.validation.report import Report, join_reports
from resopen.validation.run import validate

__all__ = ["Report", "join_reports", "validate"]
