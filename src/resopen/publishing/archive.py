"""A folder as a zip that is the same, byte for byte, whenever and wherever it is made."""

from __future__ import annotations

import zipfile
from pathlib import Path

# The earliest time that a zip can hold, and a file mode for all.
TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16


def write_archive(folder: Path, archive: Path) -> None:
    """Pack the files of a folder, by name in the order of bytes.

    They are stored, not deflated: what deflate makes differs between the builds of zlib, and the
    Parquet files inside are compressed already.
    """
    with zipfile.ZipFile(archive, "w", strict_timestamps=True) as packed:
        for path in sorted(item for item in folder.rglob("*") if item.is_file()):
            info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), TIME)
            info.external_attr, info.create_system = MODE, 3
            info.compress_type = zipfile.ZIP_STORED
            info.file_size = path.stat().st_size
            with path.open("rb") as source, packed.open(info, "w", force_zip64=info.file_size > 1 << 31) as target:
                while part := source.read(1 << 20):
                    target.write(part)
