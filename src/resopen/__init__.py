"""Resolutions of civic forums as open, checked and versioned data."""

__version__ = "0.1.0"
