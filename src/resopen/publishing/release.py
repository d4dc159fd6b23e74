"""A version of a package: validated, computed, written beside, read back, given its name at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from resopen.differences.comparing import compare
from resopen.differences.places import open_version
from resopen.differences.records import Difference
from resopen.differences.versions import is_enough, next_version, version_reasons, version_step
from resopen.errors import PublishRefused
from resopen.messages import Messages
from resopen.publishing.archive import write_archive
from resopen.publishing.conditions import check_names, check_number
from resopen.publishing.contents import build
from resopen.publishing.material import Order, Step, gather
from resopen.publishing.place import exclusive, settle, sync
from resopen.publishing.signature import sign
from resopen.publishing.verify import SUMS, verify_written
from resopen.publishing.versions import entry_date, parse_version, published_versions
from resopen.schema.version import Version


@dataclass(frozen=True)
class Published:
    """A written version: where it lies, and how many tables, rows and files it holds."""

    folder: Path
    version: str
    tables: int
    rows: int
    files: int


def publish(
    order: Order, version: str, messages: Messages, step: Step = lambda name: None, key: Path | None = None
) -> Published:  # fmt: skip
    """Write a version of a package into the folder of the versions.

    Args: what is to be published, the version (three numbers), the catalogue for issues, what to
    call when a step begins, an SSH key that signs the sums. The day of the version is that of its
    section in the changelog.
    Raises DataInvalid with all issues when the data have errors; PublishRefused when the version is
    malformed, has no dated section in the changelog, exists already, is smaller than the changes
    demand, when something private or synthetic would go out, or another publisher runs; SetupError
    when the disk or the rights do not allow it. In all these cases no version is left.
    """
    number = parse_version(version)
    check_names(order.package.descriptor)
    target = order.output / f"{order.package.name}-{number}"
    if target.exists():
        raise PublishRefused("publish.version-exists", {"folder": str(target)})
    check_number(order.output, order.package.name, number)
    created = entry_date(order.changelog, number)
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        material = gather(order, created, messages, Path(scratch), step)
        with exclusive(order.output) as part:
            whole = part / "version"
            whole.mkdir()
            step("write")
            tables = build(order, material, str(number), created, whole)
            if key:
                sign(whole / SUMS, key)
            step("compare")
            check_step(order, number, whole, Path(scratch), created)
            step("verify")
            with ThreadPoolExecutor(1) as pool:  # The disk works while the engine judges.
                packed = pool.submit(_pack, part, whole)
                copies = {table.node["name"] for table in tables if table.is_copy}
                faults = verify_written(
                    whole, messages, material.connection, material.held, order.package.rules, copies
                )  # fmt: skip
                archive = packed.result()
            material.connection.close()
            for fault in faults:
                raise PublishRefused("publish.not-read-back", {"fault": fault.in_words(messages)})
            step("settle")
            settle(whole, archive, target)
    files = sum(1 for path in target.rglob("*") if path.is_file())
    return Published(target, str(number), len(tables), sum(table.csv.rows for table in tables), files)


def _pack(part: Path, whole: Path) -> Path:
    """Pack a folder beside it, hand both to the disk, and return the archive."""
    archive = part / "version.zip"
    with ThreadPoolExecutor(1) as pool:
        synced = pool.submit(sync, whole)
        write_archive(whole, archive)
        synced.result()
    sync(part)
    return archive


def check_step(order: Order, number: Version, whole: Path, scratch: Path, created: date) -> None:
    """Refuse a version that is no newer than those that lie there, or a smaller step than the changes demand."""
    # Of a version whose run was killed between its zip and its folder only the zip lies there.
    earlier = [one for one in published_versions(order.output, order.package.name) if one != number]
    if not earlier:
        return
    last = earlier[-1]
    if number <= last:
        raise PublishRefused("publish.not-newer", {"version": str(number), "earlier": str(last)})
    if created < (day := day_of_version(order, last)):
        details = {"version": str(number), "day": created.isoformat(), "earlier": str(last), "before": day.isoformat()}
        raise PublishRefused("publish.day-before", details)
    check_enough(difference_to(order, last, whole, scratch, created), last, number)


def check_enough(difference: Difference, earlier: Version, number: Version) -> None:
    """Refuse a smaller step from an earlier version than the changes demand."""
    step = version_step(difference)
    if not is_enough(str(earlier), str(number), step):
        needed = next_version(str(earlier), step)
        reasons = ", ".join(reason.kind for reason in version_reasons(difference) if reason.step == step)
        details = {"version": str(number), "earlier": str(earlier), "needed": needed, "reasons": reasons}
        raise PublishRefused("publish.step-too-small", details)


def day_of_version(order: Order, version: Version) -> date:
    """Return the day of a version that lies there."""
    with TemporaryDirectory(prefix="resopen-", ignore_cleanup_errors=True) as scratch:
        descriptor = open_version(str(place_of(order, version)), Path(scratch)).package.descriptor
    return date.fromisoformat(str(descriptor["created"])[:10])


def place_of(order: Order, version: Version) -> Path:
    """Return where a version lies: its folder, or its zip where only that is left."""
    folder = order.output / f"{order.package.name}-{version}"
    return folder if folder.is_dir() else folder.with_name(f"{folder.name}.zip")


def difference_to(order: Order, earlier: Version, whole: Path, scratch: Path, created: date) -> Difference:
    """Return what differs between an earlier version that lies there and a folder that is being built."""
    place = place_of(order, earlier)
    (scratch / "old").mkdir()
    (scratch / "diff").mkdir()
    old, new = open_version(str(place), scratch / "old"), open_version(str(whole), scratch / "old")
    found = compare(old, new, scratch / "diff", created)
    found.connection.close()
    return found.difference
