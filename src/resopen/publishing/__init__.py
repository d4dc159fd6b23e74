"""Versions of a package: built beside, read back, given their name at once, never changed."""
