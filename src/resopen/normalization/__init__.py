"""What a spreadsheet program saved, rewritten as the canonical CSV of its schema.

Only what is certain is changed, and nothing is written where anything is not; the rules of decision
are those of docs/normalize.md. Whether the values are allowed is the matter of `resopen.validation`.
"""

from resopen.normalization.file import Done, normalize_file
from resopen.normalization.reading import Change, Raw, read_delimited, read_workbook
from resopen.normalization.run import Normalized, normalize
from resopen.normalization.words import summary

__all__ = [
    "Change", "Done", "Normalized", "Raw", "normalize", "normalize_file", "read_delimited", "read_workbook", "summary",
]  # fmt: skip
