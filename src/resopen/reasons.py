"""Why the system refused to read or write, as details of an error.

A reason that belongs to a known set is a `cause`, a key of the catalogue under `reasons`; what a
system or a library says in its own words is a `reason`, which the catalogue quotes as such.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType

CAUSES: Mapping[int, str] = MappingProxyType(
    {
        errno.EACCES: "no-rights", errno.EPERM: "no-rights", errno.ENOENT: "not-there", errno.EISDIR: "is-folder",
        errno.ENOTDIR: "not-a-folder", errno.ENOSPC: "disk-full", errno.EROFS: "read-only",
        errno.ENAMETOOLONG: "name-too-long", errno.ELOOP: "links-in-a-ring", errno.EIO: "device", errno.EBADF: "closed",
        errno.EMFILE: "too-many-files", errno.ENFILE: "too-many-files", errno.EFBIG: "file-too-large",
        errno.EEXIST: "exists", errno.ENOTEMPTY: "not-empty", errno.EBUSY: "busy",
    }
)  # fmt: skip


def system_reason(error: OSError) -> dict[str, str]:
    """Return why the system refused: a known cause, or what it says."""
    cause = CAUSES.get(error.errno or 0)
    return {"cause": cause} if cause else {"reason": error.strerror or str(error) or type(error).__name__}
