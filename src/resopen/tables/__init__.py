"""The only modules that open table files."""
