"""The files of a resource brought within reach: fetched and unpacked into the scratch folder."""

from __future__ import annotations

import errno
import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from resopen.errors import Finding, SetupError
from resopen.reasons import system_reason
from resopen.schema import Resource

# An archive may unpack to this much, or to GROWTH times its own size, whichever is more.
UNPACKED_LIMIT = 1 << 30
GROWTH = 100
REMOTE_LIMIT = 16 << 30
TIMEOUT = 60
PIECE = 1 << 20


class SupportsRead(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most so many."""


class TooLarge(Exception):
    """More bytes came than the limit allows."""


class ManyMembers(ValueError):
    """An archive has not exactly one file; the argument is how many."""


def local_files(resource: Resource, scratch: Path) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Return the plain files of a resource and what was found on the way.

    Remote files are fetched, compressed ones unpacked into the scratch folder. A file that is not
    there, an archive that is damaged or grows beyond the limit is a finding, and the files are then
    none. Raises SetupError when an address cannot be fetched.
    """
    paths = resource.paths or tuple(fetch(url, scratch) for url in resource.urls)
    findings: list[Finding] = []
    plain: list[Path] = []
    packings = resource.compressions or ("",) * len(paths)
    for path, name, compression in zip(paths, resource.files, packings, strict=True):
        if not path.is_file():
            rule = "not-a-file" if path.exists() else "missing-file"
            findings.append(Finding(rule, resource.name, details=(("file", name),)))
            continue
        found = _unpacked(resource, path, name, compression, scratch) if compression else path
        (findings if isinstance(found, Finding) else plain).append(found)  # type: ignore[arg-type]
    return (() if findings else tuple(plain)), tuple(findings)


def fetch(url: str, scratch: Path) -> Path:
    """Fetch an https address into the scratch folder; redirections must stay https.

    Raises SetupError when it is not https, cannot be reached, or sends more than the limit.
    """
    from urllib.error import URLError
    from urllib.request import HTTPRedirectHandler, build_opener

    class HttpsOnly(HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> Any:
            arguments[1].close()
            _must_be_https(arguments[-1])
            return super().redirect_request(*arguments)

    _must_be_https(url)
    try:
        opener = build_opener(HttpsOnly)
        with opener.open(url, timeout=TIMEOUT) as answer, _new_file(scratch, PurePosixPath(url).suffix) as handle:
            _copy(answer, handle, REMOTE_LIMIT)
            return Path(handle.name)
    except TooLarge as error:
        raise SetupError(
            "setup.unreachable", {"url": url, "cause": "too-large", "limit": _grouped(REMOTE_LIMIT)}
        ) from error
    except (URLError, OSError, ValueError) as error:
        inner = getattr(error, "reason", error)
        reason = system_reason(inner) if type(inner) is OSError else {"reason": str(inner)}
        raise SetupError("setup.unreachable", {"url": url, **reason}) from error


def _must_be_https(url: str) -> None:
    if not url.lower().startswith("https://"):
        raise SetupError("setup.not-https", {"url": url})


def unpack_package(path: Path, scratch: Path) -> Path:
    """Unpack a zipped Data Package into the scratch folder and return the folder of its descriptor.

    The descriptor is datapackage.json at the top of the archive or in its only folder.
    Raises SetupError when the archive is damaged, grows beyond the limit, has a member that leads
    out of the folder, or holds no descriptor.
    """
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if sum(member.file_size for member in members) > _limit(path):
                raise SetupError("setup.archive-too-large", {"file": str(path), "limit": _grouped(_limit(path))})
            for member in members:
                _unpack_member(archive, member, folder, path)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError) as error:
        if _is_of_the_disk(error):
            raise
        raise SetupError("setup.damaged-archive", {"file": str(path), **archive_reason(error)}) from error
    except TooLarge as error:
        raise SetupError("setup.archive-too-large", {"file": str(path), "limit": _grouped(_limit(path))}) from error
    tops = [folder, *sorted(item for item in folder.iterdir() if item.is_dir())]
    for top in tops[: 2 if len(tops) == 2 else 1]:
        if (top / "datapackage.json").is_file():
            return top
    raise SetupError("setup.no-descriptor", {"folder": str(path)})


def holds_descriptor(path: Path) -> bool:
    """Say whether a file is a zip archive with a datapackage.json at its top or in a folder of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(PurePosixPath(name).name == "datapackage.json" for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, path: Path) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in member.filename:
        raise SetupError("setup.unsafe-member", {"file": str(path), "member": member.filename})
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, target.open("wb") as handle:
        _copy(packed, handle, _limit(path))


def _unpacked(resource: Resource, path: Path, name: str, compression: str, scratch: Path) -> Path | Finding:
    try:
        with _new_file(scratch, f".{resource.format}") as handle:
            if compression == "gz":
                with gzip.open(path) as packed:
                    _copy(packed, handle, _limit(path))
            else:
                with zipfile.ZipFile(path) as archive, archive.open(_only_member(archive.infolist())) as packed:
                    _copy(packed, handle, _limit(path))
            return Path(handle.name)
    except TooLarge:
        details = (("file", name), ("limit", _grouped(_limit(path))))
        return Finding("archive-too-large", resource.name, details=details)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError) as error:
        if _is_of_the_disk(error):
            raise
        return Finding("damaged-archive", resource.name, details=(("file", name), *archive_reason(error).items()))


def archive_reason(error: Exception) -> dict[str, str]:
    """Return why a packed file, such as a workbook, could not be unpacked."""
    if isinstance(error, gzip.BadGzipFile):
        return {"cause": "not-gzip" if "Not a gzipped" in str(error) else "damaged"}
    if isinstance(error, ManyMembers):
        return {"cause": "many-members", "found": str(error)}
    if isinstance(error, EOFError | zlib.error):
        return {"cause": "cut" if isinstance(error, EOFError) else "damaged"}
    if isinstance(error, zipfile.BadZipFile):
        return {"cause": "not-zip" if "not a zip" in str(error) else "damaged"}
    if isinstance(error, RuntimeError) and "encrypted" in str(error):
        return {"cause": "locked"}
    return {"reason": str(error) or type(error).__name__}


def _is_of_the_disk(error: Exception) -> bool:
    """Say whether the system failed, not the archive; zipfile seeks out of a file whose start is gone."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _only_member(members: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [member for member in members if not member.is_dir() and not member.filename.startswith("__MACOSX/")]
    if len(files) != 1:
        raise ManyMembers(len(files))
    return files[0]


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")


def _limit(path: Path) -> int:
    return max(UNPACKED_LIMIT, GROWTH * path.stat().st_size)


def _copy(source: SupportsRead, target: IO[bytes], limit: int) -> None:
    """Copy bytes; TooLarge as soon as there are more than the limit."""
    total = 0
    while piece := source.read(PIECE):
        total += len(piece)
        if total > limit:
            raise TooLarge
        target.write(piece)


def _new_file(scratch: Path, suffix: str) -> IO[bytes]:
    return tempfile.NamedTemporaryFile("wb", suffix=suffix, dir=scratch, delete=False)
